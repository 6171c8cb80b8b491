"""Detours: dead ends that hang on a longer stroke, drawn there and back."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Strokes = list[tuple[Floats, bool]]


def take_along(strokes: Strokes, longest: float, near: float) -> Strokes:
    """The strokes without those so short that hang on others, which take them along.

    Args:
        strokes: ``(P, 2)`` each, with whether it is closed.
        longest: A stroke up to so long is taken along; 0: none is.
        near: It hangs on one that has a point no farther away, as on its own ink.

    Returns:
        The longer strokes in their order, then the short ones that hang on nothing.
    """
    from scipy.spatial import cKDTree

    short = [_length(points) <= longest for points, _ in strokes]
    kept = [stroke for stroke, bit in zip(strokes, short, strict=True) if not bit]
    bits = [stroke for stroke, bit in zip(strokes, short, strict=True) if bit]
    if not kept or not bits:
        return strokes
    sizes = np.array([len(points) for points, _ in kept])
    first = np.cumsum(sizes) - sizes
    tree = cKDTree(np.vstack([points for points, _ in kept]))
    detours: dict[int, list[tuple[int, Floats]]] = {}
    loose: Strokes = []
    for points, closed in bits:
        starts = points if closed else points[[0, -1]]
        gap, at = (np.atleast_1d(found) for found in tree.query(starts))
        best = int(np.argmin(gap))
        if gap[best] > near:
            loose.append((points, closed))
            continue
        stroke = int(np.searchsorted(first, at[best], "right")) - 1
        tour = _round_trip(points, closed, best)
        detours.setdefault(stroke, []).append((int(at[best] - first[stroke]), tour))
    taken = [
        (_with_detours(points, sorted(detours.get(k, []), key=lambda d: d[0])), closed)
        for k, (points, closed) in enumerate(kept)
    ]
    return taken + loose


def _length(points: Floats) -> float:
    """A dot is no line: it has no length that could be short."""
    if len(points) < 2:
        return np.inf
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())


def _round_trip(points: Floats, closed: bool, start: int) -> Floats:
    """From where the bit hangs along it and back."""
    if closed:
        ring = points[:-1] if (points[0] == points[-1]).all() else points
        ring = np.roll(ring, -(start % len(ring)), axis=0)
        return np.vstack([ring, ring[:1]])
    out = points if start == 0 else points[::-1]
    return np.vstack([out, out[-2::-1]])


def _with_detours(points: Floats, detours: list[tuple[int, Floats]]) -> Floats:
    """The points, with each round trip at its place."""
    parts, done = [], 0
    for at, tour in detours:
        parts += [points[done : at + 1], tour, points[at : at + 1]]
        done = at + 1
    return np.vstack([*parts, points[done:]])
