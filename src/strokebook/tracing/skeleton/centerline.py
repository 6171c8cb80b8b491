"""Centerlines with sub-pixel points, from chains of pixels.

Shape letters: E chains, M points of all chains; chain e is ``points[starts[e]:starts[e + 1]]``.
Coordinates are x, y; pixel i covers i…i + 1.
"""

from __future__ import annotations

import math

import numpy as np

from strokebook.base.array_types import Bools, Bytes, Floats, Ints32
from strokebook.base.jit import compiled

TANGENT = 3  # pixels to either side over which a line's direction is taken
WIDEST = 1.7  # pen widths; where the ink is wider, lines meet, and the rims tell nothing
FARTHEST = 1.5  # pixels that a skeleton may be off the middle


def center_chains(
    pixels: Ints32,
    starts: Ints32,
    closed: Bools,
    dark: Bytes,
    cut: Bytes,
    pen: float,
) -> tuple[Floats, float]:
    """Points of pixel chains, moved to the middle between the ink's two rims.

    The rims are where the darkness along the line's normal falls under the cut, interpolated.

    Args:
        pixels: ``(M,)`` flat indices.
        starts: ``(E + 1,)``.
        closed: ``(E,)`` chains that end where they begin, in no junction.
        dark: ``(H, W)`` darkness.
        cut: ``(H, W)``: ink is darker than this.
        pen: Width of the line, roughly.

    Returns:
        ``(M, 2)`` points, and the median distance between the rims: the pen's width.
    """
    points = np.stack([pixels % dark.shape[1] + 0.5, pixels // dark.shape[1] + 0.5], axis=1)
    points = np.ascontiguousarray(points, np.float64)
    _smooth(points, starts, closed, 0.5)
    _smooth(points, starts, closed, 0.5)
    moved, widths = _between_rims(points, starts, closed, dark, cut, pen)
    # Taubin 1995: a step in and a step out smooth without shrinking.
    for _ in range(2):
        _smooth(moved, starts, closed, 0.5)
        _smooth(moved, starts, closed, -0.53)
    _smooth(moved, starts, closed, 0.5)
    return moved, float(np.median(widths)) if len(widths) else pen


@compiled
def _smooth(points: Floats, starts: Ints32, closed: Bools, share: float) -> None:
    """Move each inner point by ``share`` of the way to its neighbours' middle, in place."""
    for e in range(starts.size - 1):
        first, last = starts[e], starts[e + 1] - 1
        if last - first < 2:
            continue
        for axis in range(2):
            start = points[first, axis]
            before = start
            for k in range(first + 1, last):
                here = points[k, axis]
                middle = (before + points[k + 1, axis]) / 2
                before = here
                points[k, axis] = here + share * (middle - here)
            if closed[e]:
                middle = (before + points[first + 1, axis]) / 2
                points[first, axis] = start + share * (middle - start)
                points[last, axis] = points[first, axis]


@compiled
def _above(dark: Bytes, cut: Bytes, x: float, y: float) -> float:
    """Darkness above the cut at a place between pixel centres."""
    x, y = x - 0.5, y - 0.5
    i, j = math.floor(x), math.floor(y)
    if i < 0 or j < 0 or i + 1 >= dark.shape[1] or j + 1 >= dark.shape[0]:
        return -1.0
    u, v = x - i, y - j
    high = (1 - u) * (dark[j, i] - float(cut[j, i])) + u * (dark[j, i + 1] - float(cut[j, i + 1]))
    low = (1 - u) * (dark[j + 1, i] - float(cut[j + 1, i])) + u * (
        dark[j + 1, i + 1] - float(cut[j + 1, i + 1])
    )
    return float((1 - v) * high + v * low)


@compiled
def _rim(dark: Bytes, cut: Bytes, x: float, y: float, dx: float, dy: float, reach: float) -> float:
    """How far it is to the ink's rim; -1 where it is farther than ``reach``."""
    before = _above(dark, cut, x, y)
    if before <= 0:
        return -1.0
    along = 0.0
    while along < reach:
        along += 0.5
        here = _above(dark, cut, x + along * dx, y + along * dy)
        if here <= 0:
            return along - 0.5 * here / (here - before)
        before = here
    return -1.0


@compiled
def _between_rims(
    points: Floats,
    starts: Ints32,
    closed: Bools,
    dark: Bytes,
    cut: Bytes,
    pen: float,
) -> tuple[Floats, Floats]:
    """Points in the middle between the rims, and the rims' distances where both are near."""
    moved, widths, count = points.copy(), np.empty(points.shape[0]), 0
    widest = WIDEST * pen
    for e in range(starts.size - 1):
        first, last = starts[e], starts[e + 1] - 1
        for k in range(first, last + 1):
            low, high = max(first, k - TANGENT), min(last, k + TANGENT)
            dx, dy = points[high, 0] - points[low, 0], points[high, 1] - points[low, 1]
            size = math.hypot(dx, dy)
            if size < 1e-6:
                continue
            dx, dy = dx / size, dy / size
            x, y = points[k, 0], points[k, 1]
            left = _rim(dark, cut, x, y, -dy, dx, widest)
            right = _rim(dark, cut, x, y, dy, -dx, widest)
            shift = (left - right) / 2
            if left < 0 or right < 0 or left + right > widest:
                continue
            widths[count] = left + right
            count += 1
            if abs(shift) <= FARTHEST:
                moved[k, 0] = x - dy * shift
                moved[k, 1] = y + dx * shift
        if closed[e]:
            moved[last] = moved[first]
    return moved, widths[:count].copy()
