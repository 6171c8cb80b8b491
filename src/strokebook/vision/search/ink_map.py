"""The ink map of a page: where on the sheet something is drawn, coarsely, whatever the paper.

The network looks at what is shown; two pages of faces are alike to it. The ink map asks where the
ink lies, and is nearly the same for two scans of one page: paper and light are divided out, the
rim (binding, scanner's bed) is left out, and the blur is wider than what a turn of 2 degrees moves.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from strokebook.base.array_types import Floats32

SIDE = 28  # S, cells of the map along each side
LENGTH = SIDE * SIDE
NAME = "ink-map-1"  # what maps are kept under; another number when they are measured otherwise
LOOK = 320  # px of the longest side that is looked at
RIM = 0.04  # share of the longest side that is left out at every edge
_PAPER = 10.0  # px, standard deviation: finer than this is ink, coarser is paper and light
_DARKEST = 0.5  # how much darker than the paper counts; a blot is no more than a line
_FAINTEST = 0.035  # grain of paper and noise of JPEG are below it
_LEAST_INK = 2e-4  # mean ink of a page with nothing but a speck on it

InkMap = Floats32  # (784,), row by row, mean 0, length 1; all zeros for a blank page
InkMaps = Floats32  # (N, 784)


def measure_ink_map(image: Image.Image) -> InkMap:
    """The ink map of an upright picture of a page, ``(784,)``."""
    import cv2

    ink = measure_ink(image)
    if float(ink.mean()) < _LEAST_INK:
        return np.zeros(LENGTH, np.float32)
    blur = 0.8 * max(ink.shape) / SIDE
    smooth = cv2.GaussianBlur(ink, (0, 0), blur)
    # The root keeps a page's one black patch from outweighing all its lines.
    cells = np.sqrt(cv2.resize(smooth, (SIDE, SIDE), interpolation=cv2.INTER_AREA)).ravel()
    centred = cells - cells.mean()
    return np.asarray(centred / max(float(np.linalg.norm(centred)), 1e-6), np.float32)


def measure_ink(image: Image.Image, side: int = LOOK, rim: float = RIM) -> Floats32:
    """How much darker than the paper around it each pixel is, 0 to 0.5, ``(H, W)``.

    Args:
        image: Upright, any size and mode.
        side: Longest side of the result, in px.
        rim: Share of it that counts as blank at every edge.
    """
    import cv2

    grey = np.asarray(image.convert("L"), np.float32)
    scale = side / max(grey.shape)
    size = [max(1, round(n * scale)) for n in grey.shape[::-1]]
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    paper = cv2.GaussianBlur(small, (0, 0), _PAPER * side / LOOK)
    ink = np.clip(1 - small / np.maximum(paper, 8), 0, _DARKEST).astype(np.float32)
    ink[ink < _FAINTEST] = 0
    edge = round(rim * side)
    if edge:
        ink[:edge], ink[-edge:], ink[:, :edge], ink[:, -edge:] = 0, 0, 0, 0
    return ink


def turn_map(ink_map: InkMap, quarters: int) -> InkMap:
    """The map of the same page turned to the left by quarter turns."""
    return np.rot90(ink_map.reshape(SIDE, SIDE), quarters).ravel()


def turned_maps(maps: Sequence[InkMap] | InkMaps, quarters: int) -> InkMaps:
    """Likewise of several, ``(N, 784)``."""
    squares = np.asarray(maps, np.float32).reshape(-1, SIDE, SIDE)
    return np.ascontiguousarray(np.rot90(squares, quarters, (1, 2)).reshape(-1, LENGTH))
