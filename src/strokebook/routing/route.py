"""Route: the pen's path through a graph of lines, as few strokes as the ink allows, straight on.

The steps, each in a file of its own: parallel edges of a line drawn twice become one
(:mod:`parallel_edges`); gaps are bridged (:mod:`gaps`); nodes that are one meeting of lines are
merged (:mod:`node_clusters`); where lines meet, each goes on with the branch that it most likely
becomes (:mod:`continuity`, :mod:`pairing`, :mod:`transitions`); paths that are better drawn twice
than left as two ends are retraced (:mod:`retracing`), more freely where a component of the drawing
looks like one line (:mod:`dense_components`); the trails are walked (:mod:`trails`), closed ones
merged into those that they meet (:mod:`merge_cycles`), and what goes straight on through the ink
of a junction is drawn as a curve; short dead ends become detours (:mod:`detours`); strokes are put
in order (:mod:`ordering`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from strokebook.base.array_types import Floats
from strokebook.base.options import option
from strokebook.geometry.drawing import Drawing
from strokebook.routing.continuity import BranchFeatures
from strokebook.routing.dense_components import dense_components
from strokebook.routing.detours import insert_detours
from strokebook.routing.gaps import bridge
from strokebook.routing.line_graph import LineGraph
from strokebook.routing.merge_cycles import merge_cycles
from strokebook.routing.node_clusters import merge_clusters
from strokebook.routing.ordering import in_order
from strokebook.routing.parallel_edges import close_parallel_edges
from strokebook.routing.retracing import Limits, retrace
from strokebook.routing.tangents import index_edges
from strokebook.routing.trails import TrailPoints, trails
from strokebook.routing.transition_graph import EdgeFeatures, TransitionGraph
from strokebook.routing.transitions import TransitionSystem

RETRACING = ("never", "short", "always")
_ANY = 1000.0  # nats: more than any bending costs, so that all is retraced
_TANGLE_LIFT = 8.0  # within one line a lift costs so many times as much
_TANGLE_LENGTH = 5.0  # and retraces may be so many times as long


@dataclass(frozen=True)
class RouteOptions:
    """Settings of the pen's route; lengths are in pen widths, costs in nats (log-likelihoods)."""

    lift_cost: float = option(
        5.0,
        "What a lift of the pen costs, in nats: at a lower value more lines that meet stay apart.",
        low=0.0,
    )
    retrace: str = option(
        "short",
        "Whether the pen may draw over its own line: never; short: up to retrace_length; always.",
        choices=RETRACING,
    )
    retrace_length: float = option(
        40.0, "The longest stretch that the pen draws over again, in pen widths.", low=0.0
    )
    retrace_rate: float = option(
        0.0, "What drawing over one pen width of line costs extra, in nats.", low=0.0
    )
    tangle: float = option(
        3.0,
        "A part of the drawing with so many crossings for each stroke after the first is taken "
        "for one line: there a lift costs 8 times as much, and retraces may be 5 times as long. "
        "0: no part is.",
        low=0.0,
    )
    cluster: float = option(
        4.0, "Meetings of lines no farther apart than this are one, in pen widths.", low=0.0
    )
    stub: float = option(
        5.0,
        "A bit of line up to so many pen widths long that hangs on a longer stroke is drawn there "
        "and back as the pen passes, not on its own; 0: none is.",
        low=0.0,
    )
    eyelet: float = option(
        8.0,
        "Two lines side by side with hardly any paper between, up to so many pen widths long, are "
        "one line drawn twice; 0: never.",
        low=0.0,
    )
    gap: float = option(4.0, "The widest gap that is bridged, in pen widths; 0: none.", low=0.0)
    gap_turn: float = option(
        20.0, "How far a line may turn across a gap, in degrees.", low=0.0, high=90.0
    )


def route(graph: LineGraph, options: RouteOptions | None = None) -> Drawing:
    """The pen's strokes over every edge of the graph, in the graph's unit.

    Args:
        graph: Lines between nodes.
        options: Settings; default: those of :class:`RouteOptions`.

    Returns:
        Strokes in drawing order, dots as strokes of one point. ``unit`` is ``px``; the frame ends
        at the greatest coordinates. ``meta`` counts the ``bridges`` across gaps, the stretches
        ``retraced``, and the closed trails ``stitched`` into others.
    """
    options = options or RouteOptions()
    whole = close_parallel_edges(graph, options.eyelet * graph.pen_width)
    closed = len(whole.edges)
    whole = bridge(whole, options.gap * graph.pen_width, math.radians(options.gap_turn))
    strokes: list[tuple[Floats, bool]] = [(p[None].astype(np.float64), False) for p in graph.dots]
    meta = {"bridges": len(whole.edges) - closed, "retraced": 0, "stitched": 0}
    if whole.edges:
        lines = [e.points.astype(np.float64) for e in whole.edges]
        system = build_transitions(whole, lines, options)
        meta["retraced"] = _pair_and_retrace(system, options)
        meta["stitched"] = merge_cycles(system)
        system.choose()
        drawn = TrailPoints.of(whole, lines, system.graph.inner)
        routed = [(drawn.points(trail, closed), closed) for trail, closed in trails(system)]
        hanging = 0.0 if options.retrace == "never" else options.stub * graph.pen_width
        strokes += insert_detours(routed, hanging, graph.pen_width / 2)
    return Drawing.of(in_order(strokes), pen_width=graph.pen_width, meta=meta)


def build_transitions(
    graph: LineGraph, lines: list[Floats], options: RouteOptions
) -> TransitionSystem:
    """Junctions with their costs, not yet paired."""
    ends = [(e.a, e.b) for e in graph.edges]
    radii = graph.radii[np.array(ends).ravel()].astype(np.float64)
    index = index_edges(lines)
    widths = [np.ones(len(e.points)) if e.widths is None else e.widths for e in graph.edges]
    branches = BranchFeatures.of(index, np.concatenate(widths), radii, graph.pen_width)
    shares = np.array([np.percentile(w, (50, 20)) for w in widths])
    lengths = index.length[::2]
    edges = EdgeFeatures(ends, lengths, shares[:, 0], shares[:, 1], branches, graph.pen_width)
    transition_graph = TransitionGraph(edges)
    merge_clusters(transition_graph, options.cluster * graph.pen_width)
    system = TransitionSystem(transition_graph, options.lift_cost)
    system.weigh()
    return system


def _pair_and_retrace(system: TransitionSystem, options: RouteOptions) -> int:
    """Pair all branches, after deciding which paths are drawn twice; gives how many are."""
    longest = options.retrace_length * system.graph.edges.pen_width
    if options.retrace == "always":
        retraced = retrace(system, Limits(math.inf, options.retrace_rate, _ANY))
    elif options.retrace == "short":
        retraced = retrace(system, Limits(longest, options.retrace_rate))
    else:
        retraced = 0
    system.pair()
    dense = dense_components(system, options.tangle)
    if len(dense):
        system.raise_lifts(dense, _TANGLE_LIFT)
        if options.retrace == "short":
            limits = Limits(_TANGLE_LENGTH * longest, options.retrace_rate)
            retraced += retrace(system, limits, dense)
        system.pair()
    return retraced
