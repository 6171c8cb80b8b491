"""Registration: laying one scan of a page onto another, and how much of the ink then agrees.

Corners of the ink (ORB: Rublee and others 2011) are paired by their surroundings, and the turn,
scale and shift that most pairs agree on is looked for (RANSAC: Fischler and Bolles 1981). Pairs
alone are not enough, since page numbers and bindings agree on many pages; so the ink of the one is
laid onto the other and must be found there, line by line.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from strokebook.base.array_types import Bools, Bytes, Floats, Floats32
from strokebook.vision.search.ink_map import measure_ink

SIDE = 480  # px of the longest side that is compared
MOST_CORNERS = 500
REACH = 2.5  # px at SIDE within which ink counts as lying on ink
LEAST_INK = 150  # px: a page with less is as good as blank, and like every other blank one
LEAST_PAIRS = 14  # corners that agree, below which the rest of the page is not looked at
SURE_PAIRS = 40  # with as many, one page may show much that the other does not
SURE_RATIO = 0.3  # of all corners: what a page with few corners needs instead
SAME_SHARE = 0.8  # of the ink of one that must lie on the other's, for the same page
LITTLE = 0.25  # share of the other's ink: a few lines lie on a full page by chance
FIRST_COLOUR, SECOND_COLOUR, BOTH_COLOUR = (230, 120, 0), (0, 114, 178), (45, 45, 45)
_RATIO = 0.85  # nearest against second nearest descriptor (Lowe 2004)
_TOLERANCE = 3.0  # px by which a pair may miss
_FAINT = 0.09  # darkness from which a pixel is ink
_SCALES = (0.6, 1.7)  # previews have one size, so a page scanned twice has nearly one scale


@dataclass(frozen=True, eq=False)
class PageFeatures:
    """What is compared of a page.

    Attributes:
        size: Width and height in px; the longer is ``SIDE``.
        corners: ``(K, 2)`` float32, x and y.
        descriptors: ``(K, 32)``, 256 bits of what each corner's surroundings look like.
        bits: Where there is ink, eight pixels a byte, so that thousands of pages can be held.
        amount: Pixels of ink.
    """

    size: tuple[int, int]
    corners: Floats32
    descriptors: Bytes
    bits: Bytes
    amount: int

    @property
    def ink(self) -> Bools:
        """Where there is ink, ``(H, W)``."""
        width, height = self.size
        flat = np.unpackbits(self.bits, count=width * height)
        return flat.reshape(height, width).astype(bool)

    @property
    def is_blank(self) -> bool:
        """Whether there is too little on it to tell it from other blank pages."""
        return self.amount < LEAST_INK or len(self.corners) < LEAST_PAIRS


@dataclass(frozen=True, eq=False)
class Registration:
    """How one page lies on another.

    Attributes:
        matrix: ``(2, 3)``, from pixels of the first to pixels of the second, at ``SIDE``.
        pairs: Corners that agree on it.
        corners: Corners of the page that has fewer of them.
        covered: Share of the first's ink that lies on ink of the second.
        covering: Share of the second's ink on which ink of the first lies.
    """

    matrix: Floats
    pairs: int
    corners: int
    covered: float
    covering: float

    @property
    def degrees(self) -> float:
        """By how much the second is turned clockwise against the first."""
        return math.degrees(math.atan2(self.matrix[1, 0], self.matrix[0, 0]))

    @property
    def scale(self) -> float:
        """How much larger the second shows what is on the first."""
        return float(np.hypot(self.matrix[0, 0], self.matrix[1, 0]))

    @property
    def agreement(self) -> float:
        """Share of ink that agrees: of that of the page with less on it."""
        return max(self.covered, self.covering)

    @property
    def is_same_page(self) -> bool:
        """Whether both are scans of one page, on which something may have been added between."""
        if self.agreement < SAME_SHARE or min(self.covered, self.covering) < LITTLE:
            return False
        return self.pairs >= SURE_PAIRS or self.pairs >= SURE_RATIO * self.corners

    @property
    def why(self) -> str:
        """What an artist is told: ``same page, turned 1.9°, 214 points agree``."""
        turned = f", turned {abs(self.degrees):.1f}°" if abs(self.degrees) >= 0.25 else ""
        points = f"{self.pairs} of {self.corners} points agree"
        if not self.is_same_page:
            return f"{points}{turned}"
        more = ""
        if min(self.covered, self.covering) < 0.85 * self.agreement:
            more = ", with more on one of them"
        return f"same page{turned}{more}, {points}"


def measure_features(image: Image.Image) -> PageFeatures:
    """What is compared of an upright picture of a page."""
    import cv2

    ink = measure_ink(image, SIDE)
    grey = (255 - ink * 510).astype(np.uint8)
    orb = cv2.ORB_create(MOST_CORNERS, edgeThreshold=15, fastThreshold=8)  # type: ignore[attr-defined]
    points, descriptors = orb.detectAndCompute(grey, None)
    corners = np.array([p.pt for p in points], np.float32).reshape(-1, 2)
    if descriptors is None:
        descriptors = np.zeros((0, 32), np.uint8)
    size = (ink.shape[1], ink.shape[0])
    there = ink > _FAINT
    return PageFeatures(size, corners, descriptors, np.packbits(there), int(there.sum()))


def register(first: PageFeatures, second: PageFeatures) -> Registration | None:
    """How the first lies on the second; None where nothing fits.

    Two different pages may still give something that fits a little: ``is_same_page`` decides.
    """
    import cv2

    if first.is_blank or second.is_blank:
        return None
    pairs = _pair(first, second)
    if len(pairs) < LEAST_PAIRS:
        return None
    matrix, agrees = cv2.estimateAffinePartial2D(
        first.corners[pairs[:, 0]],
        second.corners[pairs[:, 1]],
        method=cv2.RANSAC,
        ransacReprojThreshold=_TOLERANCE,
        maxIters=500,
        confidence=0.995,
    )
    if matrix is None or int(agrees.sum()) < LEAST_PAIRS:
        return None
    if not _SCALES[0] < float(np.hypot(matrix[0, 0], matrix[1, 0])) < _SCALES[1]:
        return None
    corners = min(len(first.corners), len(second.corners))
    covered, covering = _cover(first, second, np.asarray(matrix, np.float64))
    return Registration(np.asarray(matrix), int(agrees.sum()), corners, covered, covering)


def _pair(first: PageFeatures, second: PageFeatures) -> npt.NDArray[np.int64]:
    """Corners whose nearest counterpart stands out from the second nearest, ``(P, 2)``."""
    import cv2

    matcher = cv2.BFMatcher(cv2.NORM_HAMMING)
    nearest = matcher.knnMatch(first.descriptors, second.descriptors, k=2)
    kept = [
        (best.queryIdx, best.trainIdx)
        for best, *rest in nearest
        if rest and best.distance < _RATIO * rest[0].distance
    ]
    return np.array(kept, np.int64).reshape(-1, 2)


def _cover(first: PageFeatures, second: PageFeatures, matrix: Floats) -> tuple[float, float]:
    """Shares of the first's ink on the second's, and of the second's on the first's.

    Ink that the other scan does not show at all (it lies outside) does not count.
    """
    import cv2

    laid, ink = lay_ink(first, second, matrix), second.ink
    paper = np.ones(first.size[::-1], np.uint8)
    sheet = cv2.warpAffine(paper, matrix, second.size) > 0
    return _share_near(laid, ink), _share_near(ink & sheet, laid)


def lay_ink(first: PageFeatures, second: PageFeatures, matrix: Floats) -> Bools:
    """Where the first's ink comes to lie on the second's page."""
    import cv2

    return cv2.warpAffine(first.ink.astype(np.uint8), matrix, second.size) > 0


def overlay(first: PageFeatures, second: PageFeatures, matrix: Floats) -> Image.Image:
    """Both inks on one sheet: the first's orange, the second's blue, dark where both lie."""
    laid, ink = lay_ink(first, second, matrix), second.ink
    sheet = np.full((*ink.shape, 3), 255, np.uint8)
    sheet[laid], sheet[ink] = FIRST_COLOUR, SECOND_COLOUR
    sheet[laid & ink] = BOTH_COLOUR
    return Image.fromarray(sheet)


def _share_near(ink: Bools, other: Bools) -> float:
    """The share of ``ink`` within ``REACH`` of ``other``."""
    import cv2

    count = int(ink.sum())
    if not count or not other.any():
        return 0.0
    away = cv2.distanceTransform((~other).astype(np.uint8), cv2.DIST_L2, 3)
    return float((away[ink] <= REACH).sum() / count)
