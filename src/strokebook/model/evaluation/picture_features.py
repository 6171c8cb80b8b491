"""Picture features of a drawing: where ink lies, and the directions of its edges.

The directions are histograms of oriented gradients (Dalal & Triggs 2005): each cell's edges sorted
by direction, cells normalised with their neighbours.

Shape letters: D drawings, C cells along a side, O directions, F features.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from strokebook.base.array_types import Floats
from strokebook.geometry.drawing import Stroke3
from strokebook.geometry.render import render
from strokebook.geometry.stroke3 import from_stroke3

SIDE = 64  # px
PEN = 1.5  # px
CELLS, DIRECTIONS = 8, 9
COARSE = 16  # pixels along a side of the reduced picture


def table(drawings: Sequence[Stroke3]) -> Floats:
    """The features ``(D, F)`` of drawings, each filling its picture."""
    return np.array([features(picture(d)) for d in drawings])


def picture(drawing: Stroke3, side: int = SIDE) -> Floats:
    """Ink (1) on paper (0), ``(side, side)``."""
    grey = render(from_stroke3(drawing), (side, side), PEN).convert("L")
    return 1.0 - np.asarray(grey, np.float64) / 255.0


def features(ink: Floats) -> Floats:
    """Histograms of directions and a reduced picture of one square picture, ``(F,)``."""
    step = len(ink) // COARSE
    coarse = ink.reshape(COARSE, step, COARSE, step).mean((1, 3))
    return np.concatenate((directions(ink).ravel(), coarse.ravel()))


def directions(ink: Floats) -> Floats:
    """Histograms of oriented gradients, ``(C, C, O)``."""
    dy, dx = np.gradient(ink)
    size = np.hypot(dx, dy)
    where = (np.arctan2(dy, dx) % np.pi) / np.pi * DIRECTIONS
    low = np.floor(where).astype(int) % DIRECTIONS
    part = where - np.floor(where)
    cell = np.arange(len(ink)) * CELLS // len(ink)
    index = (cell[:, None] * CELLS + cell[None, :]) * DIRECTIONS
    count = CELLS * CELLS * DIRECTIONS
    sums = np.bincount((index + low).ravel(), (size * (1 - part)).ravel(), count)
    sums += np.bincount((index + (low + 1) % DIRECTIONS).ravel(), (size * part).ravel(), count)
    histograms = sums.reshape(CELLS, CELLS, DIRECTIONS)
    return np.asarray(histograms / (_around(np.square(histograms).sum(2))[..., None] + 0.5))


def _around(energy: Floats) -> Floats:
    """The root of each cell's energy with its eight neighbours', ``(C, C)``."""
    wide = np.pad(energy, 1)
    total = sum(wide[y : y + CELLS, x : x + CELLS] for y in range(3) for x in range(3))
    return np.asarray(np.sqrt(total))
