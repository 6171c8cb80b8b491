"""Splicing: repeatedly, the stroke whose ends lie nearest to a vertex is inserted there.

The rule as the artist's published code has it (``faithful``): of all strokes and all vertices of
the others (but each one's last), the pair whose two distances, vertex to start and vertex to end,
sum to least is spliced if the sum is within the threshold: the stroke is put before that vertex,
never reversed, and the result goes to the front. Points never move, so each stroke's best vertex
is kept, and a splice renews only one stroke's row and offers one new vertex to the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from strokebook.base.array_types import Floats, Ints64
from strokebook.base.options import option
from strokebook.figures.endpoints import distances, end_points
from strokebook.figures.stepwise import OnStep, each_state, run_steps
from strokebook.geometry.drawing import Drawing, Points


@dataclass(frozen=True)
class SpliceOptions:
    """Settings of path splicing; lengths are units of a frame whose longer side is 200."""

    distance: float = option(
        40.0, "A stroke is spliced where its two ends' distances sum to this at most.", low=0.0
    )
    mode: str = option(
        "faithful",
        "faithful: before the vertex, never reversed, last vertex left out; "
        "mended: whichever way and side travels least, every vertex tried.",
        choices=("faithful", "mended"),
    )
    jump: float = option(
        10.0, "mended: neither end may lie farther than this from the vertex.", low=0.0
    )


class _Splicer:
    """The strokes as rows of point numbers while they are being spliced."""

    def __init__(self, drawing: Drawing, options: SpliceOptions) -> None:
        self.options = options
        self.mended = options.mode == "mended"
        self.points: Points = drawing.points
        self.at = self.points.astype(np.float64)
        sizes = [len(s) for s in drawing.strokes]
        self.rows: list[Ints64] = np.split(np.arange(len(self.at)), np.cumsum(sizes)[:-1])
        self.owner = np.repeat(np.arange(len(sizes)), sizes)
        self.last = np.zeros(len(self.at), bool)  # vertices that the faithful rule leaves out
        if not self.mended:
            self.last[np.cumsum(sizes) - 1] = True
        ends = end_points(drawing.strokes)
        self.head, self.tail = ends[::2].copy(), ends[1::2].copy()
        self.order = list(range(len(sizes)))
        self.best = np.array([self._row(k).min(initial=np.inf) for k in self.order])

    def _sums(self, k: int | slice, at: Floats) -> Floats:
        """Summed distance of stroke ``k``'s two ends to points; too long a jump is infinite."""
        one, two = distances(self.head[k], at), distances(self.tail[k], at)
        total = one + two
        if self.mended:
            total[np.maximum(one, two) > self.options.jump] = np.inf
        return total

    def _row(self, k: int) -> Floats:
        """The sums ``(N,)`` of stroke ``k`` to every vertex that it may be spliced at."""
        total = self._sums(k, self.at)
        total[(self.owner == k) | self.last] = np.inf
        return total

    def nearest(self) -> tuple[int, int] | None:
        """The stroke to splice and the vertex number; ties fall by order; None: none is near."""
        least = float(self.best.min())
        if not least <= self.options.distance:
            return None
        stroke = next(k for k in self.order if self.best[k] == least)
        tied = np.flatnonzero(self._row(stroke) == least)
        if len(tied) > 1:
            rank = {k: r for r, k in enumerate(self.order)}
            return stroke, min(
                (int(p) for p in tied), key=lambda p: (rank[int(self.owner[p])], self._place(p))
            )
        return stroke, int(tied[0])

    def _place(self, vertex: int) -> int:
        return int(np.flatnonzero(self.rows[self.owner[vertex]] == vertex)[0])

    def splice(self, stroke: int, vertex: int) -> None:
        """Put ``stroke`` into the vertex's owner, and renew what that changes."""
        host, k = int(self.owner[vertex]), self._place(vertex)
        row, piece = self.rows[host], self.rows[stroke]
        if self.mended:
            k, piece = self._least_travel(row, piece, k)
        self.rows[host] = np.concatenate([row[:k], piece, row[k:]])
        self.owner[piece] = host
        self.order = [host] + [s for s in self.order if s not in (host, stroke)]
        self.head[host], self.tail[host] = self.at[self.rows[host][[0, -1]]]
        self.best[stroke] = np.inf
        freed = int(piece[-1])
        if self.last[freed]:  # it lies inside a stroke now, so the others may use it
            self.last[freed] = False
            offer = self._sums(slice(None), self.at[freed])
            self.best[self.order] = np.minimum(self.best, offer)[self.order]
        self.best[host] = self._row(host).min()

    def _least_travel(self, row: Ints64, piece: Ints64, k: int) -> tuple[int, Ints64]:
        """The gap beside vertex ``k`` and the direction that add least pen travel."""

        def added(gap: int, turned: Ints64) -> float:
            before = self.at[row[gap - 1]] if gap > 0 else None
            after = self.at[row[gap]] if gap < len(row) else None
            first, final = self.at[turned[0]], self.at[turned[-1]]
            travel = 0.0 if before is None else float(distances(before, first))
            travel += 0.0 if after is None else float(distances(final, after))
            if before is not None and after is not None:
                travel -= float(distances(before, after))
            return travel

        choices = [(gap, turned) for gap in (k, k + 1) for turned in (piece, piece[::-1])]
        return min(choices, key=lambda c: added(*c))

    def lines(self) -> list[Points]:
        """The strokes as they now are."""
        return [self.points[self.rows[k]] for k in self.order]


def splice_states(drawing: Drawing, options: SpliceOptions | None = None) -> Iterator[Drawing]:
    """The drawing as it is, then after each splice: for pictures and animation."""
    return each_state(drawing, _splices(drawing, options or SpliceOptions()))


def splice(
    drawing: Drawing, options: SpliceOptions | None = None, on_step: OnStep | None = None
) -> Drawing:
    """Splice strokes into others that pass near both their ends.

    Args:
        drawing: Strokes in a frame whose longer side is 200 units.
        options: Threshold and mode.
        on_step: Called with the drawing after each splice.
    """
    return run_steps(drawing, _splices(drawing, options or SpliceOptions()), on_step)


def _splices(drawing: Drawing, options: SpliceOptions) -> Iterator[_Splicer]:
    """The state after each splice; one object, changed in place."""
    if len(drawing) < 2:
        return
    state = _Splicer(drawing, options)
    while (pair := state.nearest()) is not None:
        state.splice(*pair)
        yield state
