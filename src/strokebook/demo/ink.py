"""Ink: strokes in page pixels laid down by a pen whose width follows its speed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from strokebook.base.array_types import Bytes, Floats, Floats32

Image = Floats32  # (H, W, 3) RGB or (H, W) coverage, 0 to 1
Strokes = Sequence[npt.NDArray[np.floating]]  # each (P, 2)

_FINE = 3  # sub-pixels a pixel, so that widths vary by a third of one


def fit(strokes: Strokes, box: tuple[float, float, float, float]) -> list[Floats]:
    """``strokes`` scaled alike in x and y and centred in ``box`` (x, y, width, height)."""
    points = np.vstack(strokes).astype(np.float64)
    low, span = points.min(axis=0), np.maximum(np.ptp(points, axis=0), 1e-6)
    scale = min(box[2] / span[0], box[3] / span[1])
    offset = np.array(box[:2]) + (np.array(box[2:]) - span * scale) / 2
    return [(np.asarray(s, np.float64) - low) * scale + offset for s in strokes]


def lay(layer: Image, strokes: Strokes, width: float, rng: np.random.Generator) -> None:
    """Add ``strokes``, about ``width`` px wide, to the coverage ``layer`` (H, W) in place."""
    points = np.vstack(strokes)
    reach = int(2 * width) + 3
    x0, y0 = np.maximum(np.floor(points.min(axis=0)).astype(int) - reach, 0)
    x1, y1 = np.ceil(points.max(axis=0)).astype(int) + reach
    part = layer[y0:y1, x0:x1]
    if part.size == 0:
        return
    fine = np.zeros((part.shape[0] * _FINE, part.shape[1] * _FINE), np.uint8)
    for stroke in strokes:
        _trace(fine, np.asarray(stroke) - (x0, y0), width, rng)
    cover = cv2.resize(fine, part.shape[::-1], interpolation=cv2.INTER_AREA)
    np.maximum(part, cover.astype(np.float32) / 255 * _tooth(part.shape, rng), out=part)


def stain(page: Image, cover: Image, colour: npt.ArrayLike) -> None:
    """Cover ``page`` with ``colour`` (RGB, 0 to 1) where ``cover`` says so, in place."""
    wet = cover > 0  # a few pixels in a hundred
    page[wet] += (np.asarray(colour, np.float32) - page[wet]) * cover[wet][:, None]


def _trace(
    fine: Bytes,
    stroke: Floats,
    width: float,
    rng: np.random.Generator,
) -> None:
    widths = np.maximum(np.rint(_widths(stroke, width, rng) * _FINE).astype(int), 1)
    corners = np.rint(stroke * _FINE * 8).astype(np.int32).reshape(-1, 1, 2)
    cuts = np.r_[0, np.flatnonzero(np.diff(widths)) + 1, len(widths)]
    for a, b in pairwise(cuts):
        run = corners[a : b + 1]  # one point more, so that runs meet
        cv2.polylines(fine, [run], False, 255, int(widths[a]), cv2.LINE_8, shift=3)


def _widths(stroke: Floats, width: float, rng: np.random.Generator) -> Floats:
    """Thick where the pen is slow (bends, ends), thin on the straight, with a slow drift.

    Speed falls with the cube root of curvature (Lacquaniti, Terzuolo & Viviani 1983).
    """
    n = len(stroke)
    if n < 5:
        return np.full(n, width)
    way = np.diff(stroke, axis=0)
    length = np.linalg.norm(way, axis=1) + 1e-9
    bend = np.abs(np.diff(np.unwrap(np.arctan2(way[:, 1], way[:, 0])))) / length[1:]
    window = np.hanning(min(15, n - 2 + (n % 2 == 0)) + 2)[1:-1]
    smooth = np.convolve(np.pad(bend, 1, "edge"), window / window.sum(), "same")
    slow = np.cbrt(np.minimum(smooth * 14, 2.0))
    knots = np.arange(0, n + 60, 60)
    drift = np.interp(np.arange(n), knots, rng.normal(0, 0.06, len(knots)))
    ends = np.minimum(np.arange(n), np.arange(n)[::-1])
    blot = 0.18 * np.exp(-ends / 4.0)
    return np.asarray(width * (0.72 + 0.34 * slow + drift + blot), np.float64)


def _tooth(shape: tuple[int, ...], rng: np.random.Generator) -> Image:
    """How well the paper takes the ink, ``shape``: mostly all, with lighter grains."""
    small = rng.random((shape[0] // 2 + 1, shape[1] // 2 + 1), np.float32)
    grain = cv2.resize(small, shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(1.0 - 0.22 * np.clip(grain - 0.45, 0, 1), np.float32)
