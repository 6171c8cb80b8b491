"""Joining: repeatedly, the two strokes whose ends lie nearest become one.

The rule as the artist's published code has it (``faithful``): before each join the strokes are
sorted, longest first, equals staying in order; of all pairs of ends the nearest is joined if it is
nearer than the threshold; of equally near pairs the first in that order; the longer stroke keeps
its direction; the joined stroke goes to the front. Ends never move, so every distance is worked
out once and the pairs are taken in order, as in Kruskal's spanning tree (Kruskal 1956).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from strokebook.base.array_types import Floats, Ints64
from strokebook.base.options import option
from strokebook.figures.endpoints import directions, distances, end_points
from strokebook.figures.stepwise import OnStep, each_state, run_steps
from strokebook.geometry.drawing import Drawing, Points

_BLOCK = 256  # rows of the distance table at a time: bounds the memory on pages of many strokes


@dataclass(frozen=True)
class JoinOptions:
    """Settings of path joining; lengths are units of a frame whose longer side is 200."""

    distance: float = option(
        15.0, "Strokes whose ends are nearer than this are joined; 15 to 30 of 200.", low=0.0
    )
    mode: str = option(
        "faithful",
        "faithful: nearest ends first; mended: of near ends, those that go on straight first.",
        choices=("faithful", "mended"),
    )
    bend: float = option(
        6.0, "mended: a turn right back counts as this much more distance.", low=0.0
    )
    reach: float = option(
        6.0, "mended: how far into a stroke its direction at the end is taken.", low=0.1
    )


class _Chains:
    """The strokes while they are being joined; ends are numbered 2 s (start) and 2 s + 1."""

    def __init__(self, strokes: Sequence[Points]) -> None:
        self.strokes = strokes
        n = len(strokes)
        self.parts = [[(k, False)] for k in range(n)]  # stroke and whether it runs backwards
        self.length = [len(s) for s in strokes]
        self.ends = [(2 * k, 2 * k + 1) for k in range(n)]
        self.chain = np.repeat(np.arange(n), 2)  # of each end; -1: inside a chain
        self.order = list(range(n))

    def ranked(self) -> list[int]:
        """The chains longest first; Python's sort keeps equals in order."""
        return sorted(self.order, key=lambda c: -self.length[c])

    def first_of(self, a: Ints64, b: Ints64) -> int:
        """Which of the equally near pairs of ends comes first by order and side; -1: none."""
        rank = np.full(len(self.chain), -1)
        side = np.zeros(len(self.chain), int)
        for r, c in enumerate(self.ranked()):
            rank[list(self.ends[c])] = r
            side[self.ends[c][1]] = 1
        open_ = (rank[a] >= 0) & (rank[b] >= 0) & (rank[a] != rank[b])
        if not open_.any():
            return -1
        swap = rank[a] > rank[b]
        low, high = np.where(swap, b, a), np.where(swap, a, b)
        key = ((rank[low] * len(self.strokes) + rank[high]) * 2 + side[low]) * 2 + side[high]
        return int(np.argmin(np.where(open_, key, np.iinfo(np.int64).max)))

    def can_join(self, a: int, b: int) -> bool:
        return bool(self.chain[a] >= 0 <= self.chain[b] and self.chain[a] != self.chain[b])

    def join(self, a: int, b: int) -> None:
        """Join at ends ``a`` and ``b``; the chain first in order keeps its direction."""
        left, right = int(self.chain[a]), int(self.chain[b])
        order = self.ranked()
        if order.index(left) > order.index(right):
            a, b, left, right = b, a, right, left
        at_start = self.ends[left][0] == a
        if (self.ends[right][0] == b) == at_start:  # like sides meet: the other one turns
            self._flip(right)
        one, two = (right, left) if at_start else (left, right)
        self.parts[left] = self.parts[one] + self.parts[two]
        self.ends[left] = (self.ends[one][0], self.ends[two][1])
        self.length[left] += self.length[right]
        self.chain[[a, b]] = -1
        self.chain[list(self.ends[left])] = left
        self.order = [left] + [c for c in order if c not in (left, right)]

    def _flip(self, c: int) -> None:
        self.parts[c] = [(k, not back) for k, back in reversed(self.parts[c])]
        self.ends[c] = (self.ends[c][1], self.ends[c][0])

    def lines(self) -> list[Points]:
        """The strokes as they now are."""
        return [
            np.concatenate([self.strokes[k][::-1] if back else self.strokes[k] for k, back in part])
            for part in (self.parts[c] for c in self.order)
        ]


def join_states(drawing: Drawing, options: JoinOptions | None = None) -> Iterator[Drawing]:
    """The drawing as it is, then after each join: for pictures and animation."""
    return each_state(drawing, _joins(drawing, options or JoinOptions()))


def join(
    drawing: Drawing, options: JoinOptions | None = None, on_step: OnStep | None = None
) -> Drawing:
    """Join strokes whose ends lie near each other.

    Args:
        drawing: Strokes in a frame whose longer side is 200 units.
        options: Threshold and mode.
        on_step: Called with the drawing after each join.
    """
    return run_steps(drawing, _joins(drawing, options or JoinOptions()), on_step)


def _joins(drawing: Drawing, options: JoinOptions) -> Iterator[_Chains]:
    """The chains after each join; one object, changed in place."""
    cost, a, b = _pairs(drawing.strokes, options)
    chains = _Chains(drawing.strokes)
    bounds = np.concatenate([[0], np.flatnonzero(np.diff(cost)) + 1, [len(cost)]])
    for start, stop in itertools.pairwise(bounds):
        if stop - start == 1:
            if chains.can_join(int(a[start]), int(b[start])):
                chains.join(int(a[start]), int(b[start]))
                yield chains
            continue
        while True:  # equally near: the order decides, and each join changes it
            first = chains.first_of(a[start:stop], b[start:stop])
            if first < 0:  # at once where there are no pairs at all
                break
            chains.join(int(a[start + first]), int(b[start + first]))
            yield chains


def _pairs(strokes: Sequence[Points], options: JoinOptions) -> tuple[Floats, Ints64, Ints64]:
    """Cost and both ends of every pair of ends nearer than the threshold, least cost first."""
    points = end_points(strokes)
    near_pairs = []
    for top in range(0, len(points), _BLOCK):
        rows = points[top : top + _BLOCK]
        near = distances(rows[:, None], points[None]) < options.distance
        i, b = np.nonzero(near)
        a = i + top
        kept = a // 2 < b // 2  # once per pair, never the two ends of one stroke
        near_pairs.append(np.stack([a[kept], b[kept]]))
    a, b = np.concatenate(near_pairs, axis=1) if near_pairs else np.zeros((2, 0), np.int64)
    cost = distances(points[a], points[b])
    if options.mode == "mended":
        cost = cost + options.bend * _turn(strokes, points, a, b, options.reach)
    order = np.argsort(cost, kind="stable")
    return cost[order], a[order], b[order]


def _turn(strokes: Sequence[Points], points: Floats, a: Ints64, b: Ints64, reach: float) -> Floats:
    """How sharply the pen turns in passing over each pair: 0 straight on, 1 right back.

    The direction of the gap counts together with both strokes' directions; over a gap too short
    to have a direction (under a tenth of the reach) only the strokes' directions count.
    """
    out = directions(strokes, reach)  # (2 S, 2) outward
    straight = (1.0 + np.vecdot(out[a], out[b])) / 2.0
    gap = points[b] - points[a]
    wide = np.linalg.norm(gap, axis=1)
    unit = gap / np.maximum(wide, 1e-12)[:, None]
    over = (2.0 - np.vecdot(out[a], unit) + np.vecdot(out[b], unit)) / 4.0
    share = np.clip(wide / reach, 0.0, 1.0)
    return np.asarray((1.0 - share) * straight + share * over, np.float64)
