"""Vectors of a drawing's line: where ink lies in which direction.

Three vectors, each of length 1, of square roots (Hellinger) of shares of the ink:

- *layout*: ink by place (a soft grid over the drawing's box) and direction: a drawing's histogram
  of oriented gradients (Dalal & Triggs 2005), taken from the line itself.
- *spread*: pairs of points by distance and by angle between their directions (shape distributions,
  Osada et al. 2002): the same for mirrored and turned copies.
- *beginnings*: layouts of the first shares of the line, each in a box of its own.

Shape letters: P points along the ink, G cells along a side, O directions.
"""

from __future__ import annotations

import numpy as np

from strokebook.base.array_types import Floats32, Ints
from strokebook.vision.search.line_points import LinePoints

CELLS, DIRECTIONS = 8, 6
BEGINNINGS = (0.2, 0.33, 0.5, 0.75, 1.0)  # shares of the line whose layouts are kept
BEGINNING_CELLS = 5
DISTANCES, ANGLES = 12, 6
EVERY = 4  # of the points are paired with each other
FARTHEST = 3.0  # mean distances


def layout(ink: LinePoints, cells: int = CELLS) -> Floats32:
    """LinePoints by place and direction, ``(cells² O,)``."""
    x, y, direction = ink.points.T
    columns, across = _soft((x + 0.5) * cells + 0.5, cells + 2)
    rows, down = _soft((y + 0.5) * cells + 0.5, cells + 2)
    turns, around = _soft(direction / np.pi * DIRECTIONS, DIRECTIONS)
    place = (rows[:, None] * (cells + 2) + columns)[:, :, None] * DIRECTIONS + turns
    weight = (down[:, None] * across)[:, :, None] * around  # (2, 2, 2, P)
    size = (cells + 2) ** 2 * DIRECTIONS
    out = np.bincount(place.ravel(), weight.ravel(), size)
    out = out.reshape(cells + 2, cells + 2, DIRECTIONS)[1:-1, 1:-1]
    return _unit(out.ravel().astype(np.float32))


def beginnings(ink: LinePoints) -> Floats32:
    """Layouts of the first shares of the line, ``(len(BEGINNINGS) · 25 O,)``."""
    return np.concatenate([layout(ink.first(share), BEGINNING_CELLS) for share in BEGINNINGS])


def spread(ink: LinePoints) -> Floats32:
    """Pairs of points by distance and angle, ``(DISTANCES · ANGLES,)``."""
    points = ink.points[::EVERY]
    i, j = np.triu_indices(len(points), 1)
    away = np.hypot(*(points[i, :2] - points[j, :2]).T)
    angle = np.abs(points[i, 2] - points[j, 2])
    angle = np.minimum(angle, np.pi - angle)
    far = np.minimum(away / max(float(away.mean()), 1e-6), FARTHEST - 1e-6)
    bins = (far / FARTHEST * DISTANCES).astype(int) * ANGLES
    bins += np.minimum((angle / (np.pi / 2) * ANGLES).astype(int), ANGLES - 1)
    return _unit(np.bincount(bins, minlength=DISTANCES * ANGLES).astype(np.float32))


def _soft(at: Floats32, count: int) -> tuple[Ints, Floats32]:
    """The two cells beside each place, of ``count`` in a ring, and their shares: ``(2, P)``."""
    low = np.floor(at)
    share = at - low
    first = low.astype(np.intp)
    cells = np.stack((first, first + 1)) % count
    return cells, np.stack((1 - share, share)).astype(np.float32)


def _unit(values: Floats32) -> Floats32:
    rooted = np.sqrt(values)
    return np.asarray(rooted / max(float(np.linalg.norm(rooted)), 1e-9), np.float32)
