"""Precision and recall of a drawing against the ink, at half a pen width."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from strokebook.base.array_types import Floats
from strokebook.tracing.binarisation.levels import Mask

EVERY = 3  # of a stroke's points, for painting it
STEP = 1.0  # px between the samples of the drawn line


def agreement(strokes: Sequence[Floats], mask: Mask, pen: float) -> tuple[float, float]:
    """Precision of the drawn line and recall of the ink.

    Args:
        strokes: ``(P, 2)`` each, in the mask's pixels.
        mask: ``(H, W)`` ink.
        pen: Width of the line in pixels.

    Returns:
        The share of the line's length with ink within half a pen width; and the share of ink
        pixels that a pen one and a half as wide as measured would cover when it follows the line.
        Either is 1 where there is nothing to measure.
    """
    if not len(strokes) or not mask.any():
        return (1.0 if not len(strokes) else 0.0), (0.0 if mask.any() else 1.0)
    points = np.vstack([_sampled(s) for s in strokes])
    height, width = mask.shape
    column = np.clip(points[:, 0].astype(int), 0, width - 1)
    row = np.clip(points[:, 1].astype(int), 0, height - 1)
    ink = mask.view(np.uint8)
    on_ink = mask[row, column]
    off = np.flatnonzero(~on_ink)  # few, and a page's distances take long
    across, down = _disc(max(1.0, pen / 2))
    near = np.zeros(len(off), bool)
    for dx, dy in zip(across, down, strict=True):
        near |= mask[np.clip(row[off] + dy, 0, height - 1), np.clip(column[off] + dx, 0, width - 1)]
    on_ink[off] = near
    drawn = np.zeros(mask.shape, np.uint8)
    # Ink reaches half a pen width to either side of a perfect centerline.
    reach = max(2.0, pen)
    for stroke in strokes:
        line = np.round((np.vstack([stroke[::EVERY], stroke[-1:]]) - 0.5) * 16).astype(np.int32)
        cv2.polylines(drawn, [line], False, 1, 2 * round(reach) + 1, cv2.LINE_8, 4)
    covered = cv2.countNonZero(cv2.bitwise_and(drawn, ink))
    return float(on_ink.mean()), covered / cv2.countNonZero(ink)


def _disc(reach: float) -> tuple[list[int], list[int]]:
    """Steps across and down to what is no farther away."""
    size = int(reach)
    down, across = np.mgrid[-size : size + 1, -size : size + 1]
    near = np.hypot(across, down) <= reach
    return across[near].tolist(), down[near].tolist()


def _sampled(stroke: Floats) -> Floats:
    along = np.r_[0.0, np.hypot(*np.diff(stroke, axis=0).T).cumsum()]
    at = np.arange(0.0, along[-1] + STEP, STEP)
    xy = [np.interp(at, along, stroke[:, 0]), np.interp(at, along, stroke[:, 1])]
    return np.stack(xy, axis=1)
