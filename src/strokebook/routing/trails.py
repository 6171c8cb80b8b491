"""Trails: walks through a transition system that use no edge twice, each a stroke of the pen.

Inside a junction the ink shows no line's own middle: an edge there runs to the node, which is a
compromise between all lines that meet, and leaves a corner. So a trail that goes straight on is
drawn from where its one branch comes clear of the common ink to where the other does, as the cubic
that has both branches' directions there (Hermite interpolation).

Shape letters: E edges, H = 2 E branches, P points.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from strokebook.base.array_types import Floats
from strokebook.geometry.polyline import arc_length, polyline_length
from strokebook.routing.continuity import wrapped
from strokebook.routing.half_edges import edge_of, half_edge, side_of, twin
from strokebook.routing.line_graph import LineGraph
from strokebook.routing.tangents import clearance, fit_tangents, index_edges
from strokebook.routing.transitions import TransitionSystem

Trail = list[int]  # branches at which the pen enters an edge, in the order of the walk
_WINDOW = 2.0  # pen widths over which a branch's direction is taken
_MOST_BEND = 1.2  # radians from branch to chord to branch: what bends more is a corner of the pen's
_ASIDE = 0.75  # pen widths that a curve may leave the edges' way: farther off is another line
_STEP = 0.25  # pen widths between points


def trails(system: TransitionSystem) -> Iterator[tuple[Trail, bool]]:
    """Every trail once, open ones first, each with whether it is closed."""
    graph, successor = system.graph, system.successor
    edges = range(len(graph.edges.ends))
    drawn = [False] * len(edges)
    inner = graph.inner
    free_ends = [b for b, s in enumerate(successor) if s < 0 and edge_of(b) not in inner]
    outer = [half_edge(e, 0) for e in edges if e not in inner]
    # Last the inner edges of junctions that nothing leaves.
    isolated = {e for _, j in graph.active() if len(j.members) < 2 for e in j.inside}
    for start in [*free_ends, *outer, *(half_edge(e, 0) for e in sorted(isolated))]:
        if not drawn[edge_of(start)]:
            trail, closed = walk(system, start)
            for branch in trail:
                drawn[edge_of(branch)] = True
            yield trail, closed


def walk(system: TransitionSystem, start: int) -> tuple[Trail, bool]:
    """The trail from branch ``start`` on to its end, and whether it comes round to its start."""
    graph = system.graph
    trail, branch = [start], start
    while True:
        arrival = twin(branch)
        branch = system.successor[arrival]
        if branch < 0:
            return trail, False
        trail += graph.path(graph.junction(graph.junction_of[arrival]), arrival, branch)
        if branch == start:
            return trail, True
        trail.append(branch)


@dataclass(frozen=True, eq=False)
class TrailPoints:
    """What is known of every branch, to draw trails through their junctions.

    Attributes:
        lines: Each edge's points ``(P, 2)``, node to node.
        near: ``(H,)``: how far from its node each branch is clear of the node's ink.
        places: ``(H, 2)``: the line there.
        headings: ``(H,)``: its direction there, away from the node, in radians.
        curved: ``(H,)``: whether the branch's node is a meeting of three lines or more in ink that
            was looked at. Strokes that were never ink cross where they cross.
        inner: Edges inside junctions.
        pen: The pen's width.
    """

    lines: Sequence[Floats]
    near: Floats
    places: Floats
    headings: Floats
    curved: Sequence[bool]
    inner: Collection[int]
    pen: float

    @classmethod
    def of(cls, graph: LineGraph, lines: Sequence[Floats], inner: Collection[int]) -> TrailPoints:
        """Directions of all branches.

        Args:
            graph: Lines between nodes.
            lines: Each edge's points, float64.
            inner: Edges inside junctions.
        """
        nodes = np.array([(e.a, e.b) for e in graph.edges], np.intp).ravel()
        inked = np.repeat([e.widths is not None for e in graph.edges], 2)
        index, pen = index_edges(lines), graph.pen_width
        near = clearance(index, graph.radii[nodes].astype(np.float64), pen)
        places = np.stack([index.read(near[:, None], index.points[:, k])[:, 0] for k in (0, 1)], 1)
        headings = fit_tangents(index, near, pen, _WINDOW).heading
        curved = (np.bincount(nodes)[nodes] >= 3) & inked
        return cls(lines, near, places, headings, curved.tolist(), inner, pen)

    def points(self, trail: Trail, closed: bool) -> Floats:
        """The points along a trail, ``(P, 2)``: curves through junctions where it goes straight on.

        Args:
            trail: Branches at which the pen enters edges, one after the other.
            closed: Whether it comes round to its start; the first point is then the last as well.
        """
        outer = [k for k, b in enumerate(trail) if edge_of(b) not in self.inner]
        if not outer or outer[0] != 0:
            return _joined([self._along(b) for b in trail])
        following = outer[1:] + ([len(trail)] if closed else [])
        curves = [self._curve(trail, k, f) for k, f in zip(outer, following, strict=False)]
        before = [curves[-1] if closed else None, *curves]  # of each outer edge
        after = [*curves, None]
        pieces = []
        for k, stop, enters, leaves in zip(
            outer, [*outer[1:], len(trail)], before, after, strict=False
        ):
            first = self.near[trail[k]] if enters is not None else 0.0
            last = self.near[twin(trail[k])] if leaves is not None else 0.0
            pieces.append(_without_ends(self._along(trail[k]), first, last))
            if leaves is not None:
                pieces.append(leaves)
            else:
                pieces += [self._along(b) for b in trail[k + 1 : stop]]
        return _joined(pieces)

    def _along(self, branch: int) -> Floats:
        """An edge's points in the direction of the pen."""
        return self.lines[edge_of(branch)][:: 1 - 2 * side_of(branch)]

    def _curve(self, trail: Trail, arriving: int, leaving: int) -> Floats | None:
        """The curve from one outer edge of a trail to the next; None: draw the edges' own way.

        Args:
            trail: The trail.
            arriving: Place in it of the one edge.
            leaving: Place of the next; the trail's length stands for its start.
        """
        inside = trail[arriving + 1 : leaving]
        enter = twin(trail[arriving])
        leave = trail[leaving % len(trail)]
        if enter == leave or not (self.curved[enter] and self.curved[leave]):
            return None
        p, q = self.places[enter], self.places[leave]
        chord = q - p
        size = math.hypot(chord[0], chord[1])
        if size < 1e-6:
            return None
        across = math.atan2(chord[1], chord[0])
        headings = np.array([self.headings[enter] + np.pi, self.headings[leave]])
        if np.abs(wrapped(headings - across)).sum() > _MOST_BEND:
            return None
        u, v = size * np.stack([np.cos(headings), np.sin(headings)], axis=1)
        t = np.linspace(0.0, 1.0, max(2, math.ceil(size / (_STEP * self.pen)) + 1))[:, None]
        curve = (
            (1 + 2 * t) * (1 - t) ** 2 * p
            + t * (1 - t) ** 2 * u
            + t * t * (3 - 2 * t) * q
            + t * t * (t - 1) * v
        )
        ends = [
            _end(self._along(trail[arriving]), float(self.near[enter])),
            *(self._along(b) for b in inside),
            _end(self._along(leave)[::-1], float(self.near[leave]))[::-1],
        ]
        return curve if _hausdorff(curve, _joined(ends)) <= _ASIDE * self.pen else None


def _joined(parts: Sequence[Floats]) -> Floats:
    """Polylines of which each begins where the one before ends, as one."""
    return np.vstack([parts[0], *(p[1:] for p in parts[1:])])


def _end(points: Floats, length: float) -> Floats:
    """The last ``length`` of a polyline."""
    return _without_ends(points, polyline_length(points) - length, 0.0)


def _without_ends(points: Floats, first: float, last: float) -> Floats:
    """A polyline less so much of its length at either end."""
    if first <= 0 and last <= 0:
        return points
    length = arc_length(points)
    low, high = max(first, 0.0), length[-1] - max(last, 0.0)
    ends = [[np.interp(at, length, points[:, k]) for k in (0, 1)] for at in (low, high)]
    kept = points[(length > low) & (length < high)]
    return np.vstack([ends[0], kept, ends[1]])


def _hausdorff(one: Floats, two: Floats) -> float:
    """The farthest that a point of either lies from the nearest point of the other."""
    apart = np.linalg.norm(one[:, None] - two[None], axis=2)
    return float(max(apart.min(axis=1).max(), apart.min(axis=0).max()))
