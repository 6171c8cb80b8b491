"""How well a drawing covers the ink: precision and recall at half a pen width."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from strokebook.tracing.ink import Mask

STEP = 1.0  # px between the samples of the drawn line


def agreement(
    strokes: Sequence[npt.NDArray[np.float64]], mask: Mask, pen: float
) -> tuple[float, float]:
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
    points = np.vstack([_sampled(s) for s in strokes]) if strokes else np.zeros((0, 2))
    if not mask.any():
        return (1.0 if not len(points) else 0.0), 1.0
    if not len(points):
        return 1.0, 0.0
    height, width = mask.shape
    to_ink = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5)
    column = np.clip(points[:, 0].astype(int), 0, width - 1)
    row = np.clip(points[:, 1].astype(int), 0, height - 1)
    precision = float((to_ink[row, column] <= max(1.0, pen / 2)).mean())
    undrawn = np.ones(mask.shape, np.uint8)
    undrawn[row, column] = 0
    to_line = cv2.distanceTransform(undrawn, cv2.DIST_L2, 5)
    # Ink reaches half a pen width to either side of a perfect centerline.
    recall = float((to_line[mask] <= max(2.0, pen)).mean())
    return precision, recall


def _sampled(stroke: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    along = np.r_[0.0, np.hypot(*np.diff(stroke, axis=0).T).cumsum()]
    at = np.arange(0.0, along[-1] + STEP, STEP)
    xy = [np.interp(at, along, stroke[:, 0]), np.interp(at, along, stroke[:, 1])]
    return np.stack(xy, axis=1)
