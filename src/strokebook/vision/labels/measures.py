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
TINT_STEP = 0.04  # of the ratios of channels to green; unwashed paper stays under 0.02 of its own
BED = 64  # of 255 at full light: darker areas, wider than a line, are no paper and no pigment
FULL_LIGHT = 240.0  # of 255: what the brightest tenth of a page is brought to
MOST_LIGHT = 6.0  # times brighter at most: beyond, there is only the sensor's noise
LEAST_DEPTH = 0.12  # of the ground's brightness; show-through and ruled paper stay under it
RULE = 31  # px; straight runs this long are rulings, frames or page edges, not letters
LETTER_HEIGHT = 0.06  # of the long side: the tallest component that counts as a letter or word
LETTER_WIDTH = 0.2  # of the long side: the widest; a word written in one go
LONG = 0.1  # of the long side: components with a longer diagonal are drawn lines


@dataclass(frozen=True)
class PageMeasures:
    """Numbers that tell kinds of pages apart; shares lie in [0, 1].

    Attributes:
        ground_lightness: CIELAB L (0 to 100) of the lighter quarter of the page's rim, inside the
            cut margin, so that a page half in shadow is paper still.
        ground_chroma: CIELAB chroma of the rim.
        paper_lightness: CIELAB L of the brightest tenth of the page, as scanned; all other
            measures are of the page at full light, so that a dark scan is measured like a light
            one.
        colour_area: Share of the page whose colour, without thin lines, departs from the ground.
        shade_area: Share that is darker than what surrounds it within a fifth of the page, without
            thin lines; a shadow that lies over half the page is no wash.
        bed_area: Share that is nearly black, lines left out: the scanner's bed beside the page. Its
            colour counts nowhere.
        tint_area: Share whose colour departs from the ground's, however pale or in shadow: in the
            ratios of its channels, which light cancels out of.
        tint_edge: Steepest change of those ratios, per cell of 4 px; mixed light changes softly.
        shade_edge: Steepest change of lightness that is no pen line (as natural logarithm, per cell
            of 4 px): a wash has a rim, a shadow or a binding is soft.
        ink_depth: How much darker than its surroundings the darkest thousandth is (0 to 1).
        ink_share: Share of the page that is ink.
        sharpness: Steepest edges over ``ink_depth``, per pixel; about 0.4 / blur radius.
        smear: The softest of four directions over the steepest; a page that moved is soft in one.
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
    bed_area: float
    tint_area: float
    tint_edge: float
    shade_edge: float
    ink_depth: float
    ink_share: float
    sharpness: float
    smear: float
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
    colour_area: float
    shade_area: float
    bed_area: float
    tint_area: float
    tint_edge: float
    shade_edge: float


@dataclass(frozen=True)
class _Ink:
    mask: Mask
    depth: float
    share: float
    sharpness: float
    smear: float


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
    scanned = _inner(image)
    rgb, paper = _lit(scanned)
    ground, ink = _ground(rgb), _ink(rgb)
    marks = _marks(ink.mask)
    return PageMeasures(
        ground_lightness=ground.lightness,
        ground_chroma=ground.chroma,
        paper_lightness=paper,
        colour_area=ground.colour_area,
        shade_area=ground.shade_area,
        bed_area=ground.bed_area,
        tint_area=ground.tint_area,
        tint_edge=ground.tint_edge,
        shade_edge=ground.shade_edge,
        ink_depth=ink.depth,
        ink_share=ink.share,
        sharpness=ink.sharpness,
        smear=ink.smear,
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


def _lit(rgb: Mask) -> tuple[Mask, float]:
    """The page brought to full light, and the CIELAB L of its brightest tenth before that."""
    small = cv2.resize(rgb, (64, 64), interpolation=cv2.INTER_AREA).reshape(-1, 3)
    order = np.argsort(small.max(axis=1), kind="stable")
    bright = small[order[len(order) * 9 // 10]].astype(np.float32)
    lab = cv2.cvtColor(bright.reshape(1, 1, 3) / 255, cv2.COLOR_RGB2Lab)
    gain = min(MOST_LIGHT, FULL_LIGHT / max(float(bright.max()), 1.0))
    if gain <= 1.0:
        return rgb, float(lab[0, 0, 0])
    return np.asarray(cv2.convertScaleAbs(rgb, alpha=gain), np.uint8), float(lab[0, 0, 0])


def _ground(rgb: Mask) -> _Ground:
    """Paper and washes, on a small image from which a closing has taken the pen lines."""
    size = (max(8, rgb.shape[1] // COARSE), max(8, rgb.shape[0] // COARSE))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    flat = np.asarray(cv2.medianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, disc), 5), np.uint8)
    lab = np.asarray(cv2.cvtColor(flat.astype(np.float32) / 255, cv2.COLOR_RGB2Lab), np.float32)
    black = cv2.dilate((flat.max(axis=2) < BED).astype(np.uint8), np.ones((5, 5), np.uint8))
    page = black == 0
    rim = _rim(lab, page)
    ground = np.median(rim, axis=0)
    coloured = np.hypot(lab[..., 1] - ground[1], lab[..., 2] - ground[2]) > COLOUR_STEP
    tint, tint_edge, shade_edge = _pale(flat, page)
    return _Ground(
        lightness=float(np.percentile(rim[:, 0], 75)),
        chroma=float(np.hypot(ground[1], ground[2])),
        colour_area=float((coloured & page).mean()),
        shade_area=_shade_area(np.ascontiguousarray(lab[..., 0])),
        bed_area=float(1 - page.mean()),
        tint_area=float(((tint > TINT_STEP) & page).mean()),
        tint_edge=tint_edge,
        shade_edge=shade_edge,
    )


def _shade_area(lightness: Grey) -> float:
    """A closing fills what is narrower than two fifths of the page and keeps a larger shadow."""
    half = cv2.resize(lightness, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * (max(half.shape) // 5) + 1,) * 2)
    around = cv2.morphologyEx(half, cv2.MORPH_CLOSE, disc)
    return float((half < around - SHADE_STEP).mean())


def _rim(image: Grey, page: Bools) -> Grey:
    """The three outermost rows and columns of ``(H, W, C)``, as ``(N, C)``; without the bed."""
    sides = (np.s_[:3], np.s_[-3:], np.s_[:, :3], np.s_[:, -3:])
    rim = np.concatenate([image[side].reshape(-1, image.shape[2]) for side in sides])
    inside = np.concatenate([page[side].ravel() for side in sides])
    return rim[inside] if inside.any() else rim


def _pale(flat: Mask, page: Bools) -> tuple[Grey, float, float]:
    """How far each cell's colour is from the ground's; steepest changes of colour and lightness.

    Light multiplies all three channels alike, so that their ratios show pigment alone.
    """
    soft = cv2.GaussianBlur(flat.astype(np.float32), (0, 0), 1.5) + 8  # black has no colour
    log = np.log(soft)
    ratios = np.ascontiguousarray(log[..., ::2] - log[..., 1:2])
    off = ratios - np.median(_rim(ratios, page), axis=0)
    tint = np.asarray(np.hypot(off[..., 0], off[..., 1]), np.float32)
    level = np.ascontiguousarray(log.mean(axis=2))
    return tint, _steepest(ratios, page), _steepest(level, page)


def _steepest(image: Grey, page: Bools) -> float:
    """The gradient that only a fiftieth of the page's cells exceeds, over all channels."""
    across = cv2.Sobel(image, cv2.CV_32F, 1, 0, scale=1 / 8).reshape(*image.shape[:2], -1)
    down = cv2.Sobel(image, cv2.CV_32F, 0, 1, scale=1 / 8).reshape(*image.shape[:2], -1)
    steep = np.sqrt((across**2 + down**2).sum(axis=2))
    return float(np.percentile(steep[page] if page.any() else steep, 98))


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
    ways = (across, down, (across + down) / np.sqrt(2.0), (across - down) / np.sqrt(2.0))
    each = [float(np.percentile(np.abs(way) / bright, 99.8)) for way in ways]
    smear = min(each) / max(*each, 1e-6)
    return _Ink(mask, depth, float(mask.mean()), float(steep) / max(depth, 1e-3), smear)


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
