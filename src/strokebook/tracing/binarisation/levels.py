"""Levels: a flattened page's greys of ink and paper, its threshold and its pen width.

Shape letters: H × W pixels of the working copy. Greys are uint8, 0 black to 255 white; a
*flattened* page has its paper at 255 everywhere, whatever light, tint or shadow lay on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from strokebook.base.array_types import Bools, Bytes

Grey = Bytes  # (H, W)
Mask = Bools  # (H, W) True: ink

MOST_ENLARGED = 4.0
DARKEST = 16.0
LEAST_CONTRAST = 24  # of 255; under it, a page's darkest marks are paper grain and show-through


@dataclass(frozen=True)
class Levels:
    """Greys of a flattened page.

    Attributes:
        ink: Of the lines' middle: the darkest quarter of what is darker than the paper.
        noise: Standard deviation of the paper.
    """

    ink: float
    noise: float

    @property
    def contrast(self) -> float:
        """Between ink and paper, 0–255."""
        return 255.0 - self.ink

    def threshold(self, share: float) -> int:
        """The grey at ``share`` of the way from ink to paper, kept clear of the paper's noise."""
        return int(min(self.ink + share * self.contrast, 255.0 - 4 * self.noise - 2))


def luminance(pixels: Bytes) -> Grey:
    """``(H, W, 3)`` RGB as grey (Rec. 601 weights)."""
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)


def flatten(grey: Grey, background: float = 0.03) -> Grey:
    """Divide the page by its own background, so that the paper is 255 everywhere (autotrace).

    The background is a grey-scale closing: what is dark and narrower than ``background`` (a share
    of the longer side) vanishes from it, what is wider stays and is divided out: shading, tint, a
    binding's shadow. The page's border is continued outwards, so that shadows and scanner edges
    that run along it count as wide however narrow they are. The pen engine has its own, see
    :func:`~.background.divide_by_background`.
    """
    size = max(3, round(background * max(grey.shape))) | 1
    calm = cv2.medianBlur(grey, 5)  # a closing follows the brightest grain otherwise
    padded = cv2.copyMakeBorder(calm, size, size, size, size, cv2.BORDER_REPLICATE)
    square = cv2.getStructuringElement(cv2.MORPH_RECT, (size, size))
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, square)[size:-size, size:-size]
    paper = cv2.blur(closed, (9, 9)).astype(np.float32)
    # DARKEST keeps the division calm where the background is black: no line can be seen there.
    ratio = (grey.astype(np.float32) + DARKEST) / (paper + DARKEST)
    # The closing lies above the paper's mean by some grain; the median brings paper to 1.
    middle = float(np.median(ratio[:: max(1, size // 8), :: max(1, size // 8)]))
    return np.clip(ratio * (255.0 / max(middle, 0.2)), 0, 255).astype(np.uint8)


def levels(flat: Grey) -> Levels | None:
    """Ink and paper of a flattened page; None where nothing is dark enough to be ink."""
    counts = cv2.calcHist([flat], [0], None, [256], [0, 256]).ravel().astype(np.int64)
    # The paper's spread, from the darker half only: the brighter one is cut off at 255.
    high = np.arange(256) >= 255 - LEAST_CONTRAST
    paper = counts[high]
    depth = 255.0 - np.arange(256)[high]
    noise = float(np.sqrt((paper * depth**2).sum() / max(paper.sum(), 1)))
    dark = counts.copy()
    dark[int(255 - max(LEAST_CONTRAST, 5 * noise)) :] = 0
    total = int(dark.sum())
    if total < 16:
        return None
    ink = int(np.searchsorted(np.cumsum(dark), total * 0.25))
    return Levels(float(ink), noise)


def pen_width(mask: Mask) -> float:
    """Width of the line in pixels, from the distances of its pixels to the paper.

    In a line of width w the mean of these distances is (w + 2) / 4 (exact for even w); blots are
    cut at 1½ times the ridge's median distance, so that they do not count. 0 for an empty mask.

    It measures a whole mask, with OpenCV's distance transform, and continues the line beyond the
    page's border; :func:`~.components.line_width` has the ink's distances at hand.
    """
    if not mask.any():
        return 0.0
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    distance = cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1]
    ridge = distance >= cv2.dilate(distance, np.ones((3, 3), np.uint8))
    middle = float(np.median(distance[ridge & mask]))
    mean = float(np.minimum(distance[mask], 1.5 * middle).mean())
    return max(1.0, 4.0 * mean - 2.0)


def working_copy(grey: Grey, max_side: int, min_pen: float, background: float) -> Grey:
    """``grey`` at a size that is good for thinning: neither huge nor with lines of one pixel."""
    height, width = grey.shape
    scale = min(1.0, max_side / max(height, width))
    if scale < 1.0:
        grey = resized(grey, scale)
    flat = flatten(grey, background)
    page_levels = levels(flat)
    if page_levels is None:
        return grey
    pen = pen_width(flat < page_levels.threshold(0.5))
    room = max_side / max(grey.shape)
    enlarge = min(MOST_ENLARGED, min_pen / max(pen, 0.5), room)
    return resized(grey, enlarge) if enlarge > 1.2 else grey


def resized(grey: Grey, scale: float) -> Grey:
    """``grey`` at ``scale`` times its size: mean of pixels downwards, cubic upwards."""
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(grey, size, interpolation=how).astype(np.uint8, copy=False)
