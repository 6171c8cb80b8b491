"""Measures of an unnamed page from its pixels: ground, colour, ink, lines and text."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from strokebook.base.array_types import Bools, Bytes, Floats32, Ints32

Mask = Bytes  # (H, W), 0 or 1
Grey = Floats32  # (H, W)

PREVIEW = 640  # longest side in px that the pixel constants below are made for
MARGIN = 0.04  # of the short side, cut off all round: scanner bed, binding edge, page corners
COARSE = 4  # washes are measured on an image this many times smaller
COLOUR_STEP = 8.0  # CIELAB chroma units from the ground; JPEG noise and paper tint stay under 3
SHADE_STEP = 14.0  # CIELAB lightness units under the ground; uneven scanner light stays under 8
PEN_KERNEL = 17  # px; a closing this wide fills every pen line of a preview (they are 1 to 6 px)
LEAST_DEPTH = 0.12  # of the ground's brightness; show-through and ruled paper stay under it
RULE = 31  # px; straight runs this long are rulings, frames or page edges, not letters
LETTER_HEIGHT = 0.06  # of the long side: the tallest component that counts as a letter or word
LETTER_WIDTH = 0.2  # of the long side: the widest; a word written in one go
LONG = 0.1  # of the long side: components with a longer diagonal are drawn lines


@dataclass(frozen=True)
class PageMeasures:
    """Numbers that tell kinds of pages apart; shares lie in [0, 1].

    Attributes:
        ground_lightness: CIELAB L (0 to 100) of the page's rim, inside the cut margin.
        ground_chroma: CIELAB chroma of the same.
        paper_lightness: CIELAB L of the brightest fifth of the page.
        colour_area: Share of the page whose colour, without thin lines, departs from the ground.
        shade_area: Share that is darker than the ground, without thin lines.
        ink_depth: How much darker than its surroundings the darkest thousandth is (0 to 1).
        ink_share: Share of the page that is ink.
        sharpness: Steepest edges over ``ink_depth``, per pixel; about 0.4 / blur radius.
        components: Connected pieces of ink, specks left out.
        line_share: Share of the ink in pieces longer than a tenth of the page.
        longest: Diagonal of the longest piece over the page's long side.
        text_share: Share of the ink in letter-sized pieces that lie in level rows.
        text_rows: How many such rows there are.
        text_length: Their total length over the page's long side.
    """

    ground_lightness: float
    ground_chroma: float
    paper_lightness: float
    colour_area: float
    shade_area: float
    ink_depth: float
    ink_share: float
    sharpness: float
    components: int
    line_share: float
    longest: float
    text_share: float
    text_rows: int
    text_length: float


@dataclass(frozen=True)
class _Ground:
    lightness: float
    chroma: float
    paper: float
    colour_area: float
    shade_area: float


@dataclass(frozen=True)
class _Ink:
    mask: Mask
    depth: float
    share: float
    sharpness: float


@dataclass(frozen=True)
class _Marks:
    components: int = 0
    line_share: float = 0.0
    longest: float = 0.0
    text_share: float = 0.0
    text_rows: int = 0
    text_length: float = 0.0


def measure(image: Image.Image) -> PageMeasures:
    """The measures of one page.

    Args:
        image: The page; made smaller when its longest side is over 640 px, never larger
            (enlarging would look like blur).

    Returns:
        Measures that depend on the pixels alone.
    """
    rgb = _inner(image)
    ground, ink = _ground(rgb), _ink(rgb)
    marks = _marks(ink.mask)
    return PageMeasures(
        ground_lightness=ground.lightness,
        ground_chroma=ground.chroma,
        paper_lightness=ground.paper,
        colour_area=ground.colour_area,
        shade_area=ground.shade_area,
        ink_depth=ink.depth,
        ink_share=ink.share,
        sharpness=ink.sharpness,
        components=marks.components,
        line_share=marks.line_share,
        longest=marks.longest,
        text_share=marks.text_share,
        text_rows=marks.text_rows,
        text_length=marks.text_length,
    )


def _inner(image: Image.Image) -> Mask:
    """The page as ``(H, W, 3)`` uint8 without its margin, where scanners leave what is no page."""
    rgb = np.asarray(image.convert("RGB"))
    scale = PREVIEW / max(rgb.shape[:2])
    if scale < 1:
        size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
        rgb = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA))
    cut = int(MARGIN * min(rgb.shape[:2]))
    inner = rgb[cut : rgb.shape[0] - cut, cut : rgb.shape[1] - cut]
    return np.ascontiguousarray(inner)


def _ground(rgb: Mask) -> _Ground:
    """Paper and washes, on a small image from which a closing has taken the pen lines."""
    size = (max(8, rgb.shape[1] // COARSE), max(8, rgb.shape[0] // COARSE))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    flat = cv2.medianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, disc), 5)
    lab = cv2.cvtColor(flat.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
    rim = np.concatenate([lab[:3], lab[-3:]]).reshape(-1, 3)
    sides = np.concatenate([lab[:, :3], lab[:, -3:]], axis=1).reshape(-1, 3)
    ground = np.median(np.concatenate([rim, sides]), axis=0)
    coloured = np.hypot(lab[..., 1] - ground[1], lab[..., 2] - ground[2]) > COLOUR_STEP
    return _Ground(
        lightness=float(ground[0]),
        chroma=float(np.hypot(ground[1], ground[2])),
        paper=float(np.percentile(lab[..., 0], 90)),
        colour_area=float(coloured.mean()),
        shade_area=float((lab[..., 0] < ground[0] - SHADE_STEP).mean()),
    )


def _ink(rgb: Mask) -> _Ink:
    """What is darker than its surroundings; in the least channel, so that coloured pens count."""
    least = cv2.GaussianBlur(np.ascontiguousarray(rgb.min(axis=2)), (3, 3), 0)
    size = (max(1, rgb.shape[1] // 2), max(1, rgb.shape[0] // 2))
    half = cv2.resize(least, size, interpolation=cv2.INTER_AREA)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (PEN_KERNEL // 2 + 1,) * 2)
    around = cv2.GaussianBlur(cv2.morphologyEx(half, cv2.MORPH_CLOSE, disc), (0, 0), 2)
    bright = np.maximum(cv2.resize(around, (rgb.shape[1], rgb.shape[0])), 16).astype(np.float32)
    deep = (1 - least / bright).clip(0, 1)
    depth = float(np.percentile(deep, 99.9))
    mask = (deep > max(LEAST_DEPTH, 0.4 * depth)).astype(np.uint8)
    across = cv2.Sobel(least, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(least, cv2.CV_32F, 0, 1, scale=1 / 8)
    steep = np.percentile(cv2.magnitude(across, down) / bright, 99.9)
    return _Ink(mask, depth, float(mask.mean()), float(steep) / max(depth, 1e-3))


def _marks(ink: Mask) -> _Marks:
    """Pieces of ink as long lines and as letters in rows, rulings and frames taken out."""
    long_side = max(ink.shape)
    level = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, RULE), np.uint8))
    upright = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((RULE, 1), np.uint8))
    rules = cv2.dilate(cv2.bitwise_or(level, upright), np.ones((3, 3), np.uint8))
    free = cv2.subtract(ink, rules)  # saturates at 0
    _, components, table, _ = cv2.connectedComponentsWithStats(free, connectivity=8)
    labels, stats = np.asarray(components, np.int32), np.asarray(table, np.int32)
    wide, high, area = (
        stats[:, k] for k in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA)
    )
    pieces = (np.maximum(wide, high) >= 4) & (area >= 5)
    pieces[0] = False  # the paper
    if not pieces.any():
        return _Marks()
    total = float(area[pieces].sum())
    diagonal = np.hypot(wide, high)
    letters = pieces & (high >= 4) & (high <= LETTER_HEIGHT * long_side)
    letters &= wide <= LETTER_WIDTH * long_side
    in_row, rows, length = _rows(labels, letters, high)
    return _Marks(
        components=int(pieces.sum()),
        line_share=float(area[pieces & (diagonal > LONG * long_side)].sum()) / total,
        longest=float(diagonal[pieces].max()) / long_side,
        text_share=float(area[in_row].sum()) / total,
        text_rows=rows,
        text_length=length / long_side,
    )


def _rows(labels: Ints32, letters: Bools, high: Ints32) -> tuple[Bools, int, float]:
    """Which components lie in text rows, how many rows there are, and their length in px.

    Run-length smoothing (Wong, Casey & Wahl, "Document Analysis System", IBM J. R&D 26, 1982):
    gaps up to two letter heights are filled sideways, and what becomes long and stays low is a
    row. Hatching and figures grow together downwards and are too high for one.
    """
    none = np.zeros_like(letters)
    if letters.sum() < 3:
        return none, 0, 0.0
    height = float(np.median(high[letters]))
    mask = letters[labels].astype(np.uint8)
    gap = 2 * int(height) + 1
    padded = cv2.copyMakeBorder(mask, 0, 0, gap, gap, cv2.BORDER_CONSTANT)
    joined = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))[:, gap:-gap]
    joined = np.ascontiguousarray(joined)
    _, row_of, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    y, x = np.nonzero(mask)
    home = np.zeros(len(letters), np.int64)
    home[labels[y, x]] = row_of[y, x]
    count = np.bincount(home[letters], minlength=len(stats))
    wide, tall = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    row = (wide >= 4 * height) & (tall <= 2.6 * height) & (count >= 3)
    row[0] = False
    return letters & row[home], int(row.sum()), float(wide[row].sum())
