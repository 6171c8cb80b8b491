"""Drawings as pictures: anti-aliased lines, pen order as colour, contact sheets."""

from __future__ import annotations

import io
import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from strokebook.base.array_types import Bytes, Floats
from strokebook.base.files import write_bytes
from strokebook.geometry.drawing import Drawing

Colours = Literal["black", "stroke", "time"]
Fit = Literal["ink", "frame"]
Picture = Bytes  # (H, W, 3) RGB

SUBPIXEL = 4  # bits of fraction in OpenCV's fixed-point coordinates
FARTHEST = 30000.0  # OpenCV's fixed-point lines overflow beyond this many pixels
# Ends and middles of viridis (Smith & van der Walt 2015): dark blue begins, yellow-green ends.
TIME_STOPS = ((68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (230, 200, 30))
TIME_STEPS = 64
# Okabe & Ito's colours, which colour-blind readers can tell apart (2008), without the pale yellow.
STROKE_COLOURS = (
    (0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167),
    (86, 180, 233), (230, 159, 0), (0, 0, 0),
)  # fmt: skip
CAPTION = 13  # px
GAP = 8  # px between the cells of a sheet
GREY = (90, 90, 90)


def render(
    drawing: Drawing,
    size: tuple[int, int] | int = 256,
    pen: float = 2.0,
    *,
    margin: float = 0.05,
    colours: Colours = "black",
    fit: Fit = "ink",
    background: tuple[int, int, int] = (255, 255, 255),
) -> Image.Image:
    """A picture of ``drawing``, anti-aliased, its proportions kept, in the middle.

    Args:
        drawing: In any unit; an empty one gives an empty picture.
        size: Width and height in pixels, or the height alone (the width follows the drawing).
        pen: Width of the line in pixels of the picture.
        margin: Empty border as a share of the picture's longer side.
        colours: ``black``; ``stroke``: each stroke another colour; ``time``: from dark blue to
            yellow along the pen's way, with a red dot where it begins.
        fit: ``ink`` fills the picture with the drawing, ``frame`` with its frame (the page).
        background: Colour of the paper.
    """
    box = _box(drawing, fit)
    width, height = _size(size, box)
    over = 4 if max(width, height) <= 512 else 2
    canvas = np.empty((height * over, width * over, 3), np.uint8)
    canvas[:] = background
    placed = place(drawing, (width * over, height * over), margin, box)
    paint(canvas, placed, pen * over, colours)
    return Image.fromarray(reduced(canvas, (width, height)))


def write_png(drawing: Drawing, path: Path, *, size: int = 1024, pen: float = 3.0) -> None:
    """Write a picture of ``drawing``, ``size`` pixels high, as a PNG, atomically."""
    data = io.BytesIO()
    render(drawing, size, pen).save(data, "PNG")
    write_bytes(path, data.getvalue())


def place(
    drawing: Drawing,
    size: tuple[int, int],
    margin: float = 0.05,
    box: Floats | None = None,
) -> list[Floats]:
    """The strokes ``(P, 2)`` in pixels of a picture of ``size``, scaled and centred."""
    x0, y0, x1, y1 = _box(drawing, "ink") if box is None else box
    border = margin * max(size)
    room = np.maximum(np.array(size) - 2 * border, 1.0)
    extent = np.array([x1 - x0, y1 - y0])
    scale = float((room / np.maximum(extent, 1e-9)).min()) if extent.max() > 0 else 1.0
    offset = (np.array(size) - extent * scale) / 2 - np.array([x0, y0]) * scale
    return [np.asarray(s, np.float64) * scale + offset for s in drawing.strokes]


def paint(
    canvas: Picture,
    strokes: Sequence[Floats],
    pen: float,
    colours: Colours = "black",
) -> None:
    """Draw strokes in pixels onto ``canvas`` in place."""
    thick = thickness(pen)
    if colours == "time":
        _paint_time(canvas, strokes, thick)
        return
    for i, stroke in enumerate(strokes):
        colour = STROKE_COLOURS[i % len(STROKE_COLOURS)] if colours == "stroke" else (0, 0, 0)
        line(canvas, stroke, thick, colour)


def thickness(pen: float) -> int:
    """OpenCV's thickness for a line that is ``pen`` pixels wide.

    Measured: its anti-aliased lines of thickness 1, 2, 4, 6, … are 1.4, 3.4, 5.4, 7.4, … wide,
    and odd thicknesses are those of the next even one.
    """
    return max(1, 2 * round((pen - 1.4) / 2))


def line(
    canvas: Picture,
    points: Floats,
    thick: int,
    colour: tuple[int, int, int],
) -> None:
    """One polyline, or a dot where there is one point; pixel centres lie at whole numbers + ½."""
    import cv2  # late: it takes a tenth of a second, and listings draw nothing

    if not len(points):
        return
    fixed = np.clip(points - 0.5, -FARTHEST, FARTHEST) * (1 << SUBPIXEL)
    whole = np.round(fixed).astype(np.int32)
    if len(whole) == 1:
        whole = np.vstack([whole, whole])
    cv2.polylines(canvas, [whole], False, colour, thick, cv2.LINE_AA, SUBPIXEL)


def _paint_time(canvas: Picture, strokes: Sequence[Floats], thick: int) -> None:
    import cv2  # late: it takes a tenth of a second, and listings draw nothing

    total = sum(len(s) for s in strokes)
    done = 0
    for stroke in strokes:
        # Cut where the colour changes; neighbours share a point, so that the line has no gaps.
        steps = ((np.arange(len(stroke)) + done) * TIME_STEPS) // max(total, 1)
        cuts = [0, *(np.flatnonzero(np.diff(steps)) + 1).tolist(), len(stroke)]
        for start, end in itertools.pairwise(cuts):
            colour = time_colour(float(steps[start]) / (TIME_STEPS - 1))
            line(canvas, stroke[max(start - 1, 0) : end], thick, colour)
        done += len(stroke)
    if strokes:
        x, y = np.round(strokes[0][0]).astype(int).tolist()
        cv2.circle(canvas, (x, y), 2 * thick, (220, 30, 30), -1, cv2.LINE_AA)


def time_colour(share: float) -> tuple[int, int, int]:
    """The colour at ``share`` (0–1) of the pen's way."""
    stops = np.array(TIME_STOPS, float)
    at = np.linspace(0, 1, len(stops))
    red, green, blue = (round(float(np.interp(share, at, stops[:, c]))) for c in range(3))
    return red, green, blue


def sheet(
    items: Sequence[Image.Image | Drawing],
    columns: int,
    cell: tuple[int, int] | int = 160,
    titles: Sequence[str] | None = None,
    heading: str | None = None,
    *,
    pen: float = 1.5,
    colours: Colours = "black",
    lines: int = 1,
) -> Image.Image:
    """A contact sheet: pictures, or drawings rendered here, in rows, with captions.

    Args:
        items: Pictures keep their proportions.
        columns: Cells in a row; fewer when there are fewer items.
        cell: Width and height of a cell in pixels, or one number for both.
        titles: A caption under each item, wrapped to the cell's width.
        heading: A line above all.
        pen: Line width of drawings.
        colours: As in :func:`render`.
        lines: Most lines of a caption; what is longer is cut. There is room for as many as the
            longest caption takes.
    """
    width, height = (cell, cell) if isinstance(cell, int) else cell
    columns = max(1, min(columns, len(items) or 1))
    rows = max(1, -(-len(items) // columns))
    top = GAP + (30 if heading else 0)
    captions = [wrapped(title, CAPTION, width, lines) for title in titles or ()]
    deepest = max(map(len, captions), default=1)
    step = height + GAP + (deepest * (CAPTION + 2) + 3 if titles else 0)
    page = Image.new("RGB", (GAP + columns * (width + GAP), top + rows * step), "white")
    draw = ImageDraw.Draw(page)
    if heading:
        draw.text((GAP, GAP), fitted(heading, 20, page.width - 2 * GAP), "black", _font(20))
    for i, item in enumerate(items):
        x, y = GAP + (i % columns) * (width + GAP), top + (i // columns) * step
        if isinstance(item, Drawing):
            picture = render(item, (width, height), pen, colours=colours)
        else:
            picture = item.convert("RGB")
            picture.thumbnail((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0)
        corner = (x + (width - picture.width) // 2, y + (height - picture.height) // 2)
        page.paste(picture, corner)
        draw.rectangle((x - 1, y - 1, x + width, y + height), outline=(225, 225, 225))
        for n, text in enumerate(captions[i] if i < len(captions) else ()):
            at = (x, y + height + 2 + n * (CAPTION + 2))
            draw.text(at, text, GREY, _font(CAPTION))
    return page


def reduced(canvas: Bytes, size: tuple[int, int]) -> Bytes:
    """``canvas`` at ``size`` (width, height), every pixel the mean of those it covers."""
    import cv2  # late: it takes a tenth of a second, and listings draw nothing

    return cv2.resize(canvas, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def fitted(text: str, size: int, width: float) -> str:
    """``text`` on one line, cut with an ellipsis to ``width`` pixels at a font size."""
    text, font = " ".join(text.split()), _font(size)
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text + "…"


def wrapped(text: str, size: int, width: float, lines: int) -> list[str]:
    """``text`` on at most ``lines`` lines of ``width`` pixels; the last is cut where it must be."""
    words, font = text.split(), _font(size)
    wrapped_lines: list[str] = []
    while words and len(wrapped_lines) < lines - 1:
        count = 1
        while count < len(words) and font.getlength(" ".join(words[: count + 1])) <= width:
            count += 1
        wrapped_lines.append(fitted(" ".join(words[:count]), size, width))
        del words[:count]
    return (
        [*wrapped_lines, fitted(" ".join(words), size, width)]
        if words or not wrapped_lines
        else wrapped_lines
    )


_fonts: dict[int, ImageFont.FreeTypeFont | ImageFont.ImageFont] = {}


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    if size not in _fonts:  # reading it takes milliseconds, and a sheet has a thousand captions
        _fonts[size] = ImageFont.load_default(size)
    return _fonts[size]


def _box(drawing: Drawing, fit: Fit) -> Floats:
    if fit == "frame" or not drawing.strokes:
        return np.array([0.0, 0.0, *drawing.size])
    points = drawing.points.astype(np.float64)
    return np.concatenate([points.min(axis=0), points.max(axis=0)])


def _size(size: tuple[int, int] | int, box: Floats) -> tuple[int, int]:
    if not isinstance(size, int):
        return size
    extent = np.maximum(box[2:] - box[:2], 1e-9)
    ratio = float(np.clip(extent[0] / extent[1], 0.1, 10.0))
    return max(1, round(size * ratio)), size
