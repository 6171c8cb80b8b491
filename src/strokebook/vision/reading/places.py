"""Where on a page numbers and dates are looked for: its upper and lower border, or all of a cover.

A drawing cut off by a border's edge reads as letters (a V, an 8), so ink that reaches the cut, and
ink larger than writing, is painted over with paper before anything is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from strokebook.base.array_types import Bytes
from strokebook.vision.reading.ocr import Reader

BORDER = 0.12  # of the page's height, above and below
SIZE, MOST = 1600, 3.0  # px of a page's longer side as it is read; small scans are enlarged thrice
TALLEST = 0.035  # of the page's longer side: a component of handwriting in a border
WIDEST = 0.2  # likewise: signs that run together
LEAST = 0.006  # likewise: what is smaller in both directions is a speck, and no sign
_DARKER = 28  # grey levels under the paper around it


@dataclass(frozen=True)
class Written:
    """Something read on a page.

    Attributes:
        text: As it was read.
        certainty: 0 to 1 (:class:`~strokebook.vision.reading.ocr.TextLine`).
        box: x0, y0, x1, y1 relative to the page's width and height.
    """

    text: str
    certainty: float
    box: tuple[float, float, float, float]


def read_page(page: Image.Image, reader: Reader, *, whole: bool = False) -> list[Written]:
    """What is written in a page's upper and lower borders, or anywhere on it.

    Args:
        page: Upright RGB.
        reader: What reads.
        whole: All of it, as a cover; takes 3 to 5 times as long.

    Returns:
        Lines with a digit, from the top.
    """
    scale = min(MOST, SIZE / max(page.size))
    size = (max(1, round(page.width * scale)), max(1, round(page.height * scale)))
    scaled = page if size == page.size else page.resize(size, Image.Resampling.BICUBIC)
    pixels = np.asarray(scaled.convert("RGB"))
    pieces = [(0, pixels)] if whole else list(_borders(pixels))
    height, width = pixels.shape[:2]
    written = []
    for top, piece in pieces:
        for line in reader.read(piece):
            x0, y0, x1, y1 = line.box
            box = (x0 / width, (y0 + top) / height, x1 / width, (y1 + top) / height)
            if any(sign.isdecimal() for sign in line.text):
                written.append(Written(line.text, line.certainty, box))
    return sorted(written, key=lambda one: (one.box[1], one.box[0]))


def _borders(pixels: Bytes) -> Iterator[tuple[int, Bytes]]:
    """The borders that bear something like writing: (row of the first line, pixels)."""
    height = len(pixels)
    deep = max(1, round(BORDER * height))
    for top, cut in ((0, -1), (height - deep, 0)):
        piece = pixels[top : top + deep]
        cleaned, signs = without_drawings(piece, cut, max(pixels.shape))
        if signs:
            yield top, cleaned


def without_drawings(piece: Bytes, cut: int, longest: int) -> tuple[Bytes, int]:
    """A border with all ink painted over that is no writing, and how many signs are left.

    Args:
        piece: ``(h, W, 3)``.
        cut: The row at which it was cut off the page: 0 or -1.
        longest: The page's longer side in pixels.
    """
    import cv2

    grey = cv2.cvtColor(np.ascontiguousarray(piece), cv2.COLOR_RGB2GRAY)
    paper = cv2.medianBlur(cv2.dilate(grey, np.ones((9, 9), np.uint8)), 31)
    ink = (paper.astype(np.int16) - grey > _DARKER).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    at_cut = np.zeros(count, bool)
    at_cut[np.unique(labels[cut])] = True
    wide, high = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    drawn = at_cut | (high > TALLEST * longest) | (wide > WIDEST * longest)
    drawn[0] = False
    signs = ~drawn & (np.maximum(wide, high) > LEAST * longest)
    signs[0] = False
    if not drawn.any():
        return piece, int(signs.sum())
    # Faint ink and antialiasing beside a line go with it; the signs themselves stay.
    around = cv2.dilate(drawn[labels].astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    around &= ~signs[labels]
    cleaned = piece.copy()
    cleaned[around] = np.repeat(paper[..., None], 3, axis=2)[around]
    return cleaned, int(signs.sum())
