"""Retraced ink: two passes of the pen over one line, laid on each other.

Drawings in one line go over some of their ink twice: where a line ends at another, routing leads
the pen there and back. In a trace both passes lie on the same centerline. In the points that a
model learns from and draws, each pass is simplified and rounded by itself, and the two come out as
a sliver, up to a rounding step's diagonal and a little apart. Ink nearer than that and parallel is
taken for one line: the later pass is laid on the earlier.

Shape letters: N places along all strokes, Q pairs of near places.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.spatial import cKDTree

from strokebook.base.array_types import Bools, Floats, Ints64
from strokebook.geometry.drawing import Drawing, Points
from strokebook.geometry.polyline import arc_length
from strokebook.model.line.pairs import at_shares

APART = 1.6  # units: farther apart two passes are two lines
TURNED = 25.0  # degrees that they may differ in direction, either way
PLACE = 0.5  # units between the places at which they are compared
RETURN = 4.0  # units along the line: nearer places are the same pass
SHORTEST = 4.0  # units: a shorter run is a crossing
RAMP = 2.0  # units over which a pass goes over to the other


def merge_retraced(drawing: Drawing, units: float = 1.0, start_points: int = 0) -> Drawing:
    """The drawing with its retraced ink drawn in one place.

    Args:
        drawing: Lines as people get to see them.
        units: Units of the data per unit of the drawing.
        start_points: So many points at its beginning were given by a person, and stay.
    """
    places = _Places.of([np.asarray(s, np.float64) * units for s in drawing.strokes])
    if not len(places.points):
        return drawing
    target = places.earlier(first=start_points)
    if not (target >= 0).any():
        return drawing
    moved = places.moved(target)
    strokes = []
    for k, stroke in enumerate(drawing.strokes):
        own = places.stroke == k
        merged = target[own] >= 0
        strokes.append(_rebuilt(stroke, places.at[own], moved[own] / units, merged, units))
    return drawing.with_strokes(strokes)


@dataclass(frozen=True, eq=False)
class _Places:
    """Places at even steps of all strokes.

    Attributes:
        points: ``(N, 2)`` units.
        stroke: Number of the stroke of each, ``(N,)``.
        at: How far along it, units, ``(N,)``.
        vertex: Number of the drawing's point at or before each, ``(N,)``.
    """

    points: Floats
    stroke: Ints64
    at: Floats
    vertex: Ints64

    @classmethod
    def of(cls, strokes: list[Floats]) -> _Places:
        points, at = [np.zeros((0, 2))], [np.zeros(0)]
        stroke, vertex = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        first = 0
        for number, line in enumerate(strokes):
            length = arc_length(line)
            if length[-1] > 0:
                along = np.linspace(0.0, length[-1], max(2, int(np.ceil(length[-1] / PLACE)) + 1))
                points.append(at_shares(line, len(along)))
                at.append(along)
                stroke.append(np.full(len(along), number, np.int64))
                vertex.append(first + np.searchsorted(length, along, "right") - 1)
            first += len(line)
        joined = np.concatenate(points), np.concatenate(stroke), np.concatenate(at)
        return cls(*joined, np.concatenate(vertex))

    def earlier(self, first: int) -> Ints64:
        """For each place the earlier one that it is to lie on, ``(N,)``; -1: none.

        Args:
            first: Places before this point of the drawing stay.
        """
        pairs = cKDTree(self.points).query_pairs(APART, output_type="ndarray")
        i, j = pairs.min(1), pairs.max(1)  # (Q,)
        away = (self.stroke[i] != self.stroke[j]) | (self.at[j] - self.at[i] > RETURN)
        direction = self._directions()
        parallel = np.abs((direction[i] * direction[j]).sum(1)) > np.cos(np.radians(TURNED))
        kept = away & parallel & (self.vertex[j] >= first)
        i, j = i[kept], j[kept]
        order = np.argsort(-np.hypot(*(self.points[i] - self.points[j]).T), kind="stable")
        target = np.full(len(self.points), -1, np.int64)
        target[j[order]] = i[order]  # the nearest is written last
        for begin, end in _runs(target >= 0, self.stroke):
            if (end - begin) * PLACE < SHORTEST:
                target[begin:end] = -1
        return target

    def _directions(self) -> Floats:
        """Unit vectors along the line, ``(N, 2)``; 0 where it turns back."""
        out = np.zeros_like(self.points)
        for begin, end in _runs(np.ones(len(self.stroke), bool), self.stroke):
            out[begin:end] = np.gradient(self.points[begin:end], axis=0)
        return np.asarray(out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9))

    def moved(self, target: Ints64) -> Floats:
        """The places, those with a target on it: gradually at both ends of a run."""
        out = self.points.copy()
        for begin, end in _runs(target >= 0, self.stroke):
            from_ends = np.minimum(np.arange(end - begin), np.arange(end - begin)[::-1])
            weight = np.minimum(1.0, (from_ends + 1) * PLACE / RAMP)[:, None]
            goal = out[target[begin:end]]
            out[begin:end] += weight * (goal - self.points[begin:end])
        return out


def _runs(marked: Bools, stroke: Ints64) -> list[tuple[int, int]]:
    """Beginnings and ends of runs of marked places within one stroke."""
    group = np.where(marked, stroke, -1)
    edges = np.flatnonzero(np.diff(group)) + 1
    bounds = [0, *edges.tolist(), len(group)]
    return [(a, b) for a, b in pairwise(bounds) if a < b and marked[a]]


def _rebuilt(stroke: Points, at: Floats, moved: Floats, merged: Bools, units: float) -> Points:
    """A stroke with the moved places instead of the points in their runs.

    Args:
        stroke: Its points.
        at: Of its places, units.
        moved: Where they are now, in the drawing's units.
        merged: Which of them were moved.
        units: Of the data per unit of the drawing.
    """
    if not merged.any():
        return stroke
    length = arc_length(stroke) * units
    number = np.flatnonzero(merged)
    gone = np.interp(length, at, merged.astype(float)) > 0.5
    where = np.concatenate([length[~gone], at[number]])
    points = np.concatenate([stroke[~gone], moved[number]])
    return np.asarray(points[np.argsort(where, kind="stable")], np.float32)
