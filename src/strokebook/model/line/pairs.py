"""Pairs to learn from: for each segment of a simplified drawing the traced line between its ends.

Simplifying keeps points of the traced line and rounding moves them by half a unit at most, so the
two ends of a segment lie near two places of one traced stroke. Which two, where lines cross or run
side by side, the length between them tells. Joining strokes adds segments that nobody drew; those
have no such places and are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from strokebook.base.array_types import Floats, Floats32, Ints64
from strokebook.geometry.drawing import Points
from strokebook.geometry.polyline import arc_length, points_at
from strokebook.model.line.segments import FEATURES, segments_of

STEP = 0.5  # units between the places of a traced line that are tried
NEAR = 1.5  # units: how far from the traced line a point may lie
LONGER = 1.5  # times as long as its segment a line may be, and
SLACK = 3.0  # so many units longer or shorter
FAR = 4.0  # units: a line that strays farther from its segment is another one
OFF = 2.0  # how much worse a unit between point and line is than a unit of detour
# The line as it was traced, and the points that are learnt from, both in units of the data.
Traced = tuple[Sequence[Points | Floats], Sequence[Points]]


@dataclass(frozen=True, eq=False)
class LinePairs:
    """What is known of S segments.

    Attributes:
        features: ``(S, F)``; see :func:`strokebook.model.line.segments.features_of`.
        deviation: From the segment to the line at even shares of the line's length, both ends
            included, ``(S, K, 2)``, along and across the segment, in units of the data.
    """

    features: Floats32
    deviation: Floats32

    def __len__(self) -> int:
        return len(self.features)


def line_pairs(drawings: Sequence[Traced], count: int) -> LinePairs:
    """The pairs of drawings: (traced strokes, simplified strokes), both in units of the data.

    Args:
        drawings: Of each the line as it was traced and the points that are learnt from, one upon
            the other; the strokes may be in any order and direction.
        count: K, places along a line; at least 2.
    """
    features, deviation = [], []
    for traced, simple in drawings:
        segments = segments_of(simple)
        lines = sublines(traced, simple)
        kept = [k for k, line in enumerate(lines) if line is not None]
        along, across = segments.along, segments.across
        for k in kept:
            line = lines[k]
            assert line is not None
            ramp = np.linspace(0.0, 1.0, count)[:, None]
            off = at_shares(line, count) - (segments.first[k] + ramp * segments.step[k])
            deviation.append(np.stack([off @ along[k], off @ across[k]], axis=1))
        features.append(segments.features[kept])
    if not deviation:
        return LinePairs(np.zeros((0, FEATURES), np.float32), np.zeros((0, count, 2), np.float32))
    return LinePairs(np.concatenate(features), np.stack(deviation).astype(np.float32))


def at_shares(line: Floats, count: int) -> Floats:
    """``count`` points at even shares of a line's length, both ends included."""
    length = arc_length(line)
    return points_at(line, length, np.linspace(0.0, length[-1], count))


def sublines(traced: Sequence[Points | Floats], simple: Sequence[Points]) -> list[Floats | None]:
    """For every segment of ``simple`` the part of a traced stroke that it stands for, or None."""
    places = _Places.of(traced)
    lines: list[Floats | None] = []
    for stroke in simple:
        points = np.asarray(stroke, np.float64)
        around = places.around(points)
        lines += [
            places.between(points[k], points[k + 1], around[k], around[k + 1])
            for k in range(len(points) - 1)
        ]
    return lines


@dataclass(frozen=True, eq=False)
class _Places:
    """Places at even steps of all traced strokes: where, of which stroke, how far along it."""

    points: Floats
    stroke: Ints64
    at: Floats
    tree: cKDTree | None

    @classmethod
    def of(cls, traced: Sequence[Points | Floats]) -> _Places:
        points, stroke, at = [np.zeros((0, 2))], [np.zeros(0, np.int64)], [np.zeros(0)]
        for number, line in enumerate(traced):
            run = arc_length(line)
            if run[-1] <= 0:
                continue
            count = max(2, int(np.ceil(run[-1] / STEP)) + 1)
            points.append(at_shares(np.asarray(line, np.float64), count))
            stroke.append(np.full(count, number, np.int64))
            at.append(np.linspace(0.0, run[-1], count))
        whole = np.concatenate(points)
        tree = cKDTree(whole) if len(whole) else None
        return cls(whole, np.concatenate(stroke), np.concatenate(at), tree)

    def around(self, points: Floats) -> list[list[int]]:
        """For each point the nearest place of every run of places near it."""
        if self.tree is None:
            return [[] for _ in points]
        balls = self.tree.query_ball_point(points, NEAR, return_sorted=True)
        return [self._nearest_of_runs(p, ball) for p, ball in zip(points, balls, strict=True)]

    def _nearest_of_runs(self, point: Floats, ball: list[int]) -> list[int]:
        if not ball:
            return []
        near = np.asarray(ball)
        off = np.hypot(*(self.points[near] - point).T)
        fresh = (np.diff(near) > 1) | (np.diff(self.stroke[near]) != 0)
        runs = np.split(np.arange(len(near)), np.flatnonzero(fresh) + 1)
        return [int(near[run[np.argmin(off[run])]]) for run in runs]

    def between(self, a: Floats, b: Floats, of_a: list[int], of_b: list[int]) -> Floats | None:
        """The traced line from near ``a`` to near ``b``; None where no stroke leads there."""
        chord, best, least = float(np.hypot(*(b - a))), None, np.inf
        for i in of_a:
            for j in of_b:
                length = abs(self.at[j] - self.at[i])
                if self.stroke[i] != self.stroke[j] or length <= 0:
                    continue
                if not chord - SLACK <= length <= LONGER * chord + SLACK:
                    continue
                off = np.hypot(*(self.points[i] - a)) + np.hypot(*(self.points[j] - b))
                cost = OFF * off + abs(length - chord)
                if cost < least:
                    best, least = (i, j), cost
        if best is None:
            return None
        i, j = best
        line = self.points[i : j + 1] if i < j else self.points[j : i + 1][::-1]
        unit = (b - a) / max(chord, 1e-9)
        off_line = np.abs((line - a) @ np.array([-unit[1], unit[0]]))
        return line if off_line.max() <= FAR else None
