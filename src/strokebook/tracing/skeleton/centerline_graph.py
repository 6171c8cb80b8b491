"""Centerline graph of a page's ink.

Shape letters: K nodes, E edges, M points of all edges.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from strokebook.base.array_types import Bools, Bytes, Floats, Floats32, Ints32
from strokebook.routing.line_graph import Edge, LineGraph
from strokebook.tracing.binarisation.binarise import Ink, noise
from strokebook.tracing.binarisation.components import centroid
from strokebook.tracing.skeleton.centerline import center_chains
from strokebook.tracing.skeleton.corners import corner_forks, join_through
from strokebook.tracing.skeleton.edges import trim_edges
from strokebook.tracing.skeleton.incidence import half_edges_by_node
from strokebook.tracing.skeleton.junctions import edge_lengths, merge_forks, place_nodes
from strokebook.tracing.skeleton.pixel_graph import PixelGraph, prune_spurs
from strokebook.tracing.skeleton.thinning import skeleton

DOT = 0.75  # pen widths: what reaches no farther than this is a touch of the pen
MANY, SHORTEST = 5000, 1.0  # so many edges, in the mean not a pen long: noise


@dataclass(frozen=True, eq=False)
class Centerlines:
    """The graph, and the skeleton that it was made from, for pictures of the steps.

    Attributes:
        graph: In page pixels.
        skeleton: ``(H, W)`` uint8 at working size.
    """

    graph: LineGraph
    skeleton: Bytes


@dataclass(frozen=True, eq=False)
class _Lines:
    """A graph in working pixels, as arrays.

    Attributes:
        places: ``(K, 2)`` nodes.
        reach: ``(K,)`` how far their ink reaches.
        degree: ``(K,)``.
        a: ``(E,)`` node where an edge begins.
        b: ``(E,)`` and where it ends.
        starts: ``(E + 1,)`` edge e is ``points[starts[e]:starts[e + 1]]``.
        points: ``(M, 2)``.
        widths: ``(M,)`` distance of each point to the paper.
    """

    places: Floats
    reach: Floats
    degree: Ints32
    a: Ints32
    b: Ints32
    starts: Ints32
    points: Floats
    widths: Floats

    def without(self, edges: Bools) -> _Lines:
        """The graph less some edges; nodes and their degrees stay as they are."""
        kept, sizes = ~edges, np.diff(self.starts)
        of_kept = np.repeat(kept, sizes)
        starts = np.zeros(int(kept.sum()) + 1, np.int32)
        np.cumsum(sizes[kept], out=starts[1:])
        points = np.ascontiguousarray(self.points[of_kept])
        return _Lines(
            self.places, self.reach, self.degree,
            self.a[kept], self.b[kept], starts, points, self.widths[of_kept],
        )  # fmt: skip


def centerlines(ink: Ink, source: str = "page") -> Centerlines:
    """The centerlines of a page's ink as a graph in page pixels.

    Raises:
        InputRefused: The page is covered with marks all over, like noise.
    """
    thinned, left = skeleton(ink.mask, ink.distance, ink.pixels)
    pixels = prune_spurs(thinned, ink.distance, left, ink.pen)
    if len(pixels.a) > MANY and len(pixels.pixels) < SHORTEST * ink.pen * len(pixels.a):
        raise noise(source)
    lines, pen = _chains_to_lines(ink, pixels)
    base = float(np.median(lines.widths)) if len(lines.widths) else 1.0
    lines = _crossings(lines, pen)
    lines, corner = _corners(lines, pen)
    points, starts = trim_edges(
        lines.a, lines.b, lines.starts, lines.points, lines.widths, ink.distance,
        lines.places, lines.reach, lines.degree, base, pen,
    )  # fmt: skip
    if corner.any():
        heads, offsets = half_edges_by_node(lines.a, lines.b, len(lines.places))
        a, b, starts, points = join_through(
            lines.a, lines.b, starts, points, corner, heads, offsets
        )
    else:
        a, b = lines.a, lines.b
    widths = (_ink_at(ink, points) / base).astype(np.float32)
    return Centerlines(_on_page(ink, pen, lines, corner, a, b, starts, points, widths), thinned)


def _chains_to_lines(ink: Ink, pixels: PixelGraph) -> tuple[_Lines, float]:
    """The pixels' chains as lines with sub-pixel points, and the pen's width."""
    a, b, starts = pixels.a, pixels.b, pixels.starts
    closed = (a == b) & (pixels.degrees[a] == 2)
    points, pen = center_chains(pixels.pixels, starts, closed, ink.dark, ink.cut, ink.pen)
    distance, width = ink.distance.ravel(), ink.mask.shape[1]
    places = np.stack([pixels.nodes % width + 0.5, pixels.nodes // width + 0.5], axis=1)
    for side, at in ((a, starts[:-1]), (b, starts[1:] - 1)):
        free = pixels.degrees[side] < 3  # these lie where their line now ends
        places[side[free]] = points[at[free]]
    reach = distance[pixels.nodes].astype(np.float64)
    widths = distance[pixels.pixels].astype(np.float64)
    return _Lines(places, reach, pixels.degrees, a, b, starts, points, widths), pen


def _crossings(lines: _Lines, pen: float) -> _Lines:
    """The forks of thick crossings merged, nodes where their lines aim."""
    places, reach, a, b = lines.places, lines.reach, lines.a, lines.b
    starts, points = lines.starts, lines.points
    group, inside = merge_forks(places, reach, a, b, starts, points, lines.widths, pen)
    count = int(group.max()) + 1 if len(group) else 0
    places, reach, degree = place_nodes(
        group, count, inside, places, reach, a, b, starts, points, pen
    )
    whole = _Lines(places, reach, degree, group[a], group[b], starts, points, lines.widths)
    return whole.without(inside)


def _corners(lines: _Lines, pen: float) -> tuple[_Lines, Bools]:
    """The graph without the stubs of sharp corners, and which nodes are corners."""
    places, reach = lines.places.copy(), lines.reach.copy()
    lengths = edge_lengths(lines.starts, lines.points)
    corner, stubs = corner_forks(
        lines.a, lines.b, lines.starts, lines.points, lengths, places, reach, lines.degree, pen
    )
    moved = _Lines(
        places, reach, lines.degree, lines.a, lines.b, lines.starts, lines.points, lines.widths
    )
    return moved.without(stubs), corner


def _ink_at(ink: Ink, points: Floats) -> Floats:
    """How far each point lies from the paper, ``(M,)``, in working pixels."""
    height, width = ink.distance.shape
    x = np.clip(points[:, 0].astype(np.intp), 0, width - 1)
    y = np.clip(points[:, 1].astype(np.intp), 0, height - 1)
    return np.asarray(ink.distance[y, x], np.float64)


def _on_page(
    ink: Ink,
    pen: float,
    lines: _Lines,
    corner: Bools,
    a: Ints32,
    b: Ints32,
    starts: Ints32,
    points: Floats,
    widths: Floats32,
) -> LineGraph:
    """The graph in page pixels; touches of the pen as dots, nodes without an edge left out."""
    ends = np.bincount(np.concatenate([a, b]), minlength=len(lines.places))
    apart = np.linalg.norm(points[starts[1:] - 1] - points[starts[:-1]], axis=1)
    touch = (ends[a] == 1) & (ends[b] == 1) & (apart < DOT * pen)
    touch &= edge_lengths(starts, points) < 2 * DOT * pen
    single = lines.degree == 0
    between = (lines.places[a[touch]] + lines.places[b[touch]]) / 2
    dots = [
        centroid(ink.mask, ink.dark, float(x), float(y), pen)
        for x, y in np.vstack([lines.places[single], between])
    ]
    used = np.zeros(len(lines.places), bool)
    used[a[~touch]], used[b[~touch]] = True, True
    number = np.cumsum(used) - 1
    per_page = float(np.sqrt(ink.scale[0] * ink.scale[1]))
    on_page = ink.to_page(points).astype(np.float32)
    nodes = ink.to_page(lines.places).astype(np.float32)
    edges = []
    for e in np.flatnonzero(~touch):
        part = on_page[starts[e] : starts[e + 1]]
        part[0], part[-1] = nodes[a[e]], nodes[b[e]]
        ink_there = widths[starts[e] : starts[e + 1]]
        edges.append(Edge(int(number[a[e]]), int(number[b[e]]), part, ink_there))
    return LineGraph(
        nodes=nodes[used],
        radii=(np.where(corner, pen / 2, lines.reach)[used] / per_page).astype(np.float32),
        edges=tuple(edges),
        dots=ink.to_page(np.array(dots, np.float64).reshape(-1, 2)).astype(np.float32),
        pen_width=pen / per_page,
    )
