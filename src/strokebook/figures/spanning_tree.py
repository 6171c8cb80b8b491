"""Minimum spanning tree of a page's strokes: the shortest gaps that hold them together.

The links are the minimum spanning tree of the strokes, each as near to another as their nearest
points. Such a tree lies within the Delaunay triangulation of the points (Toussaint, "The relative
neighbourhood graph of a finite planar set", Pattern Recognition 12, 1980), so that far fewer
pairs are measured than there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from strokebook.base.array_types import Floats, Ints
from strokebook.geometry.drawing import Points
from strokebook.geometry.polyline import arc_length, evenly

Pairs = Ints  # (E, 2) numbers of points or strokes

_STEP = 1.0  # units between the points at which gaps are measured; the finest gap that counts is 6
_TOUCH = 1e-9  # a sparse graph has no links of length 0


@dataclass(frozen=True, eq=False)
class Links:
    """The spanning tree of S strokes, shortest gap first.

    Attributes:
        gaps: Distance ``(S - 1,)`` between the nearest points of the linked strokes, ascending.
        pairs: The linked strokes' numbers, ``(S - 1, 2)``.
        ink: Length of all strokes together.
    """

    gaps: Floats
    pairs: Pairs
    ink: float

    def looseness(self, every: float) -> float:
        """The gap that the links exceed only once in ``every`` units of ink; 0: fewer links."""
        k = int(self.ink / every)
        return float(self.gaps[-1 - k]) if k < len(self.gaps) else 0.0


def link_strokes(strokes: Sequence[Points]) -> Links:
    """The shortest gaps that connect all strokes, each ``(P, 2)`` in units."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import minimum_spanning_tree

    lengths = [float(arc_length(s)[-1]) for s in strokes]
    dense = [evenly(s, int(n / _STEP) + 2) for s, n in zip(strokes, lengths, strict=True)]
    points = np.vstack(dense).astype(np.float64)
    owner = np.repeat(np.arange(len(dense)), [len(s) for s in dense])
    near = neighbours(points)
    near = near[owner[near[:, 0]] != owner[near[:, 1]]]
    gaps = np.linalg.norm(points[near[:, 0]] - points[near[:, 1]], axis=1)
    gaps, pairs = _shortest(gaps, np.sort(owner[near], axis=1))
    size = (len(strokes), len(strokes))
    tree = minimum_spanning_tree(coo_array((gaps + _TOUCH, (pairs[:, 0], pairs[:, 1])), size))
    kept = tree.tocoo()
    order = np.argsort(kept.data, kind="stable")
    pairs = np.stack([kept.row, kept.col], axis=1)[order].astype(np.intp)
    return Links(np.asarray(kept.data[order] - _TOUCH, np.float64), pairs, sum(lengths))


def neighbours(points: Floats) -> Pairs:
    """Pairs ``(E, 2)`` of points ``(N, 2)`` among which is their minimum spanning tree."""
    from scipy.spatial import Delaunay, QhullError

    if len(points) > 2:
        try:
            mesh = Delaunay(points)
        except QhullError:  # all on one line: each is nearest to the next along it
            return _in_line(points)
        sides = mesh.simplices[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
        # Points that fall together are left out of the mesh; each is listed with its nearest.
        return np.vstack([sides, mesh.coplanar[:, [0, 2]]]).astype(np.intp)
    return _in_line(points)


def _in_line(points: Floats) -> Pairs:
    """Each point with the next along the direction in which the points spread most."""
    direction = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)[2][0]
    order = np.argsort(points @ direction, kind="stable")
    return np.stack([order[:-1], order[1:]], axis=1)


def _shortest(gaps: Floats, pairs: Pairs) -> tuple[Floats, Pairs]:
    """Of several gaps between the same two strokes the shortest."""
    order = np.argsort(gaps, kind="stable")
    pairs, first = np.unique(pairs[order], axis=0, return_index=True)
    return gaps[order][first], pairs
