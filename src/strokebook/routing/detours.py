"""Detours: short dead ends that hang on a longer stroke, drawn there and back as the pen passes."""

from __future__ import annotations

import numpy as np

from strokebook.base.array_types import Floats
from strokebook.geometry.polyline import polyline_length

Strokes = list[tuple[Floats, bool]]


def insert_detours(strokes: Strokes, longest: float, near: float) -> Strokes:
    """The strokes with those so short that hang on others drawn as detours of these.

    Args:
        strokes: ``(P, 2)`` each, with whether it is closed.
        longest: A stroke up to so long becomes a detour; 0: none does.
        near: It hangs on one that has a point no farther away, as on its own ink.

    Returns:
        The longer strokes in their order, then the short ones that hang on nothing.
    """
    from scipy.spatial import cKDTree

    short = [_length(points) <= longest for points, _ in strokes]
    long = [stroke for stroke, is_short in zip(strokes, short, strict=True) if not is_short]
    shorts = [stroke for stroke, is_short in zip(strokes, short, strict=True) if is_short]
    if not long or not shorts:
        return strokes
    sizes = np.array([len(points) for points, _ in long])
    first = np.cumsum(sizes) - sizes
    tree = cKDTree(np.vstack([points for points, _ in long]))
    detours: dict[int, list[tuple[int, Floats]]] = {}
    alone: Strokes = []
    for points, closed in shorts:
        starts = points if closed else points[[0, -1]]
        gap, at = (np.atleast_1d(column) for column in tree.query(starts))
        best = int(np.argmin(gap))
        if gap[best] > near:
            alone.append((points, closed))
            continue
        stroke = int(np.searchsorted(first, at[best], "right")) - 1
        round_trip = _round_trip(points, closed, best)
        detours.setdefault(stroke, []).append((int(at[best] - first[stroke]), round_trip))
    with_detours = [
        (_with_detours(points, sorted(detours.get(k, []), key=lambda d: d[0])), closed)
        for k, (points, closed) in enumerate(long)
    ]
    return with_detours + alone


def _length(points: Floats) -> float:
    """The length of a stroke; a dot counts as infinitely long, so that it is never a detour."""
    if len(points) < 2:
        return np.inf
    return polyline_length(points)


def _round_trip(points: Floats, closed: bool, start: int) -> Floats:
    """From where the stub hangs along it and back."""
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
