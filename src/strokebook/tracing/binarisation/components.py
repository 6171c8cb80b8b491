"""Connected components of the ink and their measures, pixel by pixel."""

from __future__ import annotations

import math

import numpy as np

from strokebook.base.array_types import Bools, Bytes, Floats, Floats32, Ints32
from strokebook.base.jit import compiled


def inked(mask: Bytes) -> Ints32:
    """Flat indices of what is not 0."""
    return np.flatnonzero(mask.view(np.bool_)).astype(np.int32)


@compiled
def marks(
    labels: Ints32, dark: Bytes, cut: Bytes, pixels: Ints32, count: int, width: int
) -> tuple[Ints32, Bytes, Floats]:
    """Area, greatest darkness and sharpness of each label; label 0 (paper) stays 0.

    Sharpness is the mean slope of darkness at the rim, per pixel, as a share of the mark's height
    there (twice the cut).

    Returns:
        ``(count,)`` each.
    """
    area, top = np.zeros(count, np.int32), np.zeros(count, np.uint8)
    slope, height = np.zeros(count), np.zeros(count)
    for p in pixels:
        label = labels[p]
        area[label] += 1
        top[label] = max(top[label], dark[p])
        if labels[p - 1] and labels[p + 1] and labels[p - width] and labels[p + width]:
            continue
        across = float(dark[p + 1]) - float(dark[p - 1])
        down = float(dark[p + width]) - float(dark[p - width])
        slope[label] += math.hypot(across, down) / 2
        height[label] += 2.0 * cut[p]
    return area, top, slope / np.maximum(height, 1.0)


@compiled
def crumbs(
    labels: Ints32, pixels: Ints32, area: Ints32, least: float, reach: int, shape: tuple[int, int]
) -> Bools:
    """Which marks are small and lie close beside a large one, ``(count,)``.

    Args:
        labels: Flat, 0 on paper.
        pixels: Flat indices of the ink.
        area: ``(count,)`` of each label.
        least: Area of a large mark.
        reach: Pixels across and down that count as close.
        shape: ``(H, W)``.
    """
    height, width = shape
    crumb = np.zeros(area.size, np.bool_)
    for p in pixels:
        label = labels[p]
        if area[label] >= least or crumb[label]:
            continue
        row, column = p // width, p % width
        for j in range(max(0, row - reach), min(height, row + reach + 1)):
            for i in range(max(0, column - reach), min(width, column + reach + 1)):
                if area[labels[j * width + i]] >= least:
                    crumb[label] = True
    return crumb


@compiled
def erase(mask: Bytes, labels: Ints32, pixels: Ints32, keep: Bools) -> Ints32:
    """Clear the pixels of labels that are not kept; gives the pixels that are."""
    out = np.empty(pixels.size, np.int32)
    count = 0
    for p in pixels:
        if keep[labels[p]]:
            out[count] = p
            count += 1
        else:
            mask[p] = 0
    return out[:count].copy()


def line_width(distance: Floats32, pixels: Ints32, width: int) -> float:
    """Width of the line from the ink's distances to the paper.

    The measure of :func:`~.levels.pen_width`, on distances that the pen engine has already: those
    of :mod:`distance_transform`, with paper beyond the border. The last bits differ, so that
    each engine keeps its own; :func:`~.binarise.edge_pen` is a rough guess before there is either.
    """
    # The median outside of what is compiled: numba takes seconds to compile one.
    most = 1.5 * np.median(_ridge(distance, pixels, width))
    return max(1.0, 4.0 * float(np.minimum(distance[pixels], most).mean()) - 2.0)


@compiled
def _ridge(distance: Floats32, pixels: Ints32, width: int) -> Floats32:
    """The distances that no neighbour exceeds."""
    ridge = np.empty(pixels.size, np.float32)
    count = 0
    for p in pixels:
        here = distance[p]
        top = True
        for row in (-width, 0, width):
            for column in (-1, 0, 1):
                top = top and distance[p + row + column] <= here
        if top:
            ridge[count] = here
            count += 1
    return ridge[:count].copy()


@compiled
def centroid(mask: Bytes, dark: Bytes, x: float, y: float, reach: float) -> tuple[float, float]:
    """Centre of the ink within a square around a place, weighted by darkness."""
    total, sx, sy = 0.0, 0.0, 0.0
    for j in range(max(0, int(y - reach)), min(mask.shape[0], int(y + reach) + 1)):
        for i in range(max(0, int(x - reach)), min(mask.shape[1], int(x + reach) + 1)):
            if mask[j, i]:
                total += dark[j, i]
                sx += dark[j, i] * (i + 0.5)
                sy += dark[j, i] * (j + 0.5)
    if total == 0:
        return x, y
    return sx / total, sy / total
