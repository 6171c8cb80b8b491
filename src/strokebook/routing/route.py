"""From a graph of lines to the pen's path: as few strokes as the ink allows, straight on.

The steps, each in a file of its own: slits in a line drawn twice are closed (:mod:`eyelets`), gaps
are bridged (:mod:`bridging`); nodes that are one meeting of lines are taken as one
(:mod:`clusters`); where lines meet, each goes on with the branch that it most likely becomes
(:mod:`continuity`, :mod:`pairing`); stretches that are better drawn twice than left as two ends are
retraced (:mod:`retracing`), more freely where a part of the drawing looks like one line
(:mod:`tangles`); closed trails are sewn into the trails that they meet (:mod:`stitching`); strokes
are put in order (:mod:`ordering`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from strokebook.base.options import option
from strokebook.geometry.drawing import Drawing
from strokebook.routing.continuity import BranchFeatures
from strokebook.routing.dense_components import dense_components
from strokebook.routing.detours import take_along
from strokebook.routing.gaps import bridge
from strokebook.routing.half_edges import edge_courses
from strokebook.routing.line_graph import LineGraph
from strokebook.routing.merge_cycles import stitch
from strokebook.routing.node_clusters import cluster
from strokebook.routing.ordering import in_order
from strokebook.routing.parallel_edges import close_parallel_edges
from strokebook.routing.retracing import Limits, retrace
from strokebook.routing.trails import Lines, Trail, TransitionSystem

Floats = npt.NDArray[np.float64]
RETRACING = ("never", "short", "always")
_ANY = 1000.0  # always: worth more than any bending
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
        meta["retraced"] = _retraced(system, options)
        meta["stitched"] = stitch(system)
        system.choose()
        found = [(_points(trail, lines), closed) for trail, closed in system.trails()]
        hanging = 0.0 if options.retrace == "never" else options.stub * graph.pen_width
        strokes += take_along(found, hanging, graph.pen_width / 2)
    return Drawing.of(in_order(strokes), pen_width=graph.pen_width, meta=meta)


def build_transitions(
    graph: LineGraph, lines: list[Floats], options: RouteOptions
) -> TransitionSystem:
    """Junctions with their costs, not yet paired."""
    ends = [(e.a, e.b) for e in graph.edges]
    radii = graph.radii[np.array(ends).ravel()].astype(np.float64)
    courses = edge_courses(lines)
    widths = [np.ones(len(e.points)) if e.widths is None else e.widths for e in graph.edges]
    arms = BranchFeatures.of(courses, np.concatenate(widths), radii, graph.pen_width)
    swell = np.array([np.percentile(w, (50, 20)) for w in widths])
    lengths = courses.length[::2]
    known = Lines(ends, lengths, swell[:, 0], swell[:, 1], arms, graph.pen_width)
    system = TransitionSystem(known, options.lift_cost)
    cluster(system, options.cluster * graph.pen_width)
    system.weigh()
    return system


def _retraced(system: TransitionSystem, options: RouteOptions) -> int:
    """Pair all branches, after deciding what is drawn twice; how many stretches are."""
    longest = options.retrace_length * system.lines.pen
    if options.retrace == "always":
        done = retrace(system, Limits(math.inf, options.retrace_rate, _ANY))
    elif options.retrace == "short":
        done = retrace(system, Limits(longest, options.retrace_rate))
    else:
        done = 0
    system.pair()
    found = dense_components(system, options.tangle)
    if len(found):
        system.raise_lifts(found, _TANGLE_LIFT)
        if options.retrace == "short":
            limits = Limits(_TANGLE_LENGTH * longest, options.retrace_rate)
            done += retrace(system, limits, found)
        system.pair()
    return done


def _points(trail: Trail, lines: list[Floats]) -> Floats:
    """The points along a trail; nodes between edges once."""
    parts = [lines[b // 2] if b % 2 == 0 else lines[b // 2][::-1] for b in trail]
    joined = np.vstack([parts[0], *(p[1:] for p in parts[1:])])
    return np.asarray(joined)
