"""Order and direction of strokes: top before bottom, then the nearest next.

Where the ink does not tell, a person starts at the top: an open stroke runs from its higher end
(the left one of two equally high), a closed one from its highest point and counter-clockwise, as
most people draw a circle (Goodnow and Levine 1973). The first stroke is the one that starts
highest; after it comes, again and again, the one with the nearest end, turned round where it ends
there.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from strokebook.base.array_types import Bools, Floats

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

_TILT = 0.3  # how much of a step to the right makes up for a step up


def in_order(strokes: list[tuple[Floats, bool]]) -> list[Floats]:
    """Strokes ``(P, 2)``, each with whether it is closed, in the order and direction to draw."""
    turned = [_closed(p) if closed else _open(p) for p, closed in strokes]
    if len(turned) < 2:
        return turned
    starts = np.array([p[0] for p in turned])
    ends = np.array([p[0] if c else p[-1] for p, (_, c) in zip(turned, strokes, strict=True)])
    first = int(np.argmin(starts[:, 1] + _TILT * starts[:, 0]))
    out = []
    for at, backwards in _nearest_next(starts, ends, first):
        out.append(turned[at][::-1] if backwards else turned[at])
    return out


def _open(points: Floats) -> Floats:
    rank = points[[0, -1], 1] + _TILT * points[[0, -1], 0]
    return points[::-1] if rank[1] < rank[0] else points


def _closed(points: Floats) -> Floats:
    """From the highest point on, counter-clockwise as one sees it on paper (y points down)."""
    ring = points[:-1] if (points[0] == points[-1]).all() else points
    ring = np.roll(ring, -int(np.argmin(ring[:, 1])), axis=0)
    ring = np.vstack([ring, ring[:1]])
    x, y = ring[:, 0], ring[:, 1]
    clockwise = float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum()) > 0
    return ring[::-1] if clockwise else ring


def _nearest_next(starts: Floats, ends: Floats, first: int) -> list[tuple[int, bool]]:
    """Greedy tour over strokes: their numbers, and whether each runs backwards."""
    n = len(starts)
    left = np.ones(n, bool)
    tree, members = _tree(starts, ends, left)
    tour: list[tuple[int, bool]] = []
    at, backwards = first, False
    for step in itertools.count(1):
        tour.append((at, backwards))
        left[at] = False
        if step == n:
            return tour
        if left.sum() * 2 < len(members) // 2:  # half of the tree is dead: grow a new one
            tree, members = _tree(starts, ends, left)
        here = starts[at] if backwards else ends[at]
        at, backwards = _nearest(tree, members, here, left, n)
    return tour


def _tree(starts: Floats, ends: Floats, left: Bools) -> tuple[cKDTree, Floats]:
    from scipy.spatial import cKDTree

    alive = np.flatnonzero(left)
    places = np.vstack([starts[alive], ends[alive]])
    return cKDTree(places), np.concatenate([alive, alive + len(starts)])


def _nearest(tree: cKDTree, members: Floats, here: Floats, left: Bools, n: int) -> tuple[int, bool]:
    count = 8
    while True:
        neighbours = np.atleast_1d(tree.query(here, k=min(count, len(members)))[1])
        for k in members[neighbours]:
            if left[int(k) % n]:
                return int(k) % n, bool(k >= n)
        count *= 4
