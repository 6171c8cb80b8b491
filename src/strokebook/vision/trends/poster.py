"""The picture over time at print size (A2 upright), as PNG and PDF.

Everything lies on one sheet measured in millimetres, y down, so that all panels share one time
axis to the hair. Drawings are lines there too, not pixels: the PDF can be printed at any size.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from strokebook.vision.trends import palette
from strokebook.vision.trends.poster_parts import SMALL, TINY, Sheet
from strokebook.vision.trends.poster_rows import (
    draw_axis,
    draw_centres,
    draw_trend,
    draw_unlike,
)
from strokebook.vision.trends.poster_streams import draw_stream
from strokebook.vision.trends.story import TimeStory

WIDTH = 420.0  # mm: A2 upright is 420 x 594
LEFT, RIGHT = 54.0, WIDTH - 24.0  # of the time axis
STREAM, TALL_STREAM = 66.0, 96.0  # heights in mm
UNDER_STREAM, CENTRES, UNDER_CENTRES = 17.0, 31.0, 17.0
TREND, UNDER_TREND = 13.5, 3.5
UNLIKE, UNDER_UNLIKE = 48.0, 22.0
HEAD, AXIS, NOTE, FOOT = 48.0, 28.0, 5.0, 10.0
DPI = 150


@dataclass(frozen=True)
class Poster:
    """The files' contents: PNG and PDF; the size on paper in mm."""

    png: bytes
    pdf: bytes
    size: tuple[float, float]


def draw_poster(story: TimeStory) -> Poster:
    """Draw the picture; panels for which there is nothing are left out: the sheet is shorter."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    height = _height(story)
    # A figure of its own, not pyplot's: nothing global is touched, threads do not meet.
    figure = Figure(figsize=(WIDTH / 25.4, height / 25.4), dpi=DPI, facecolor=palette.PAPER)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    sheet = Sheet(axes, story.first, story.last, LEFT, RIGHT)
    _draw(sheet, story)
    axes.set(xlim=(0, WIDTH), ylim=(height, 0))
    return Poster(_saved(figure, "png"), _saved(figure, "pdf"), (WIDTH, height))


def _saved(figure: Any, kind: str) -> bytes:
    data = io.BytesIO()
    # Without a date two pictures of the same are the same file.
    metadata = {"CreationDate": None} if kind == "pdf" else {}
    figure.savefig(data, format=kind, dpi=DPI, facecolor=palette.PAPER, metadata=metadata)
    return data.getvalue()


def _height(story: TimeStory) -> float:
    """What the panels take: 594 mm where there is all: A2."""
    rows = [_stream_height(story, n) + UNDER_STREAM for n in range(len(story.streams))]
    rows += [CENTRES + UNDER_CENTRES] if story.centres else []
    rows += [9 + (TREND + UNDER_TREND) * len(story.trends)] if story.trends else []
    rows += [UNLIKE + UNDER_UNLIKE] if story.unlike else []
    return HEAD + sum(rows) + AXIS + NOTE * len(story.notes) + FOOT


def _stream_height(story: TimeStory, number: int) -> float:
    return TALL_STREAM if number == len(story.streams) - 1 and number > 0 else STREAM


def _draw(sheet: Sheet, story: TimeStory) -> None:
    sheet.text(LEFT, 29, story.title, 34)
    sheet.text(LEFT, 37, story.subtitle, SMALL, palette.SOFT)
    y = top = HEAD + 4
    for number, stream in enumerate(story.streams):
        height = _stream_height(story, number)
        sheet.heading(y, stream.title, stream.key)
        draw_stream(sheet, stream, y + 6, height)
        y += height + UNDER_STREAM
    if story.centres:
        sheet.heading(y, f"The {story.centres_are} nearest to the centre of each period")
        draw_centres(sheet, story.centres, y + 5, CENTRES)
        y += CENTRES + UNDER_CENTRES
    if story.trends:
        sheet.heading(y, "The drawings, measured", "line: the median · band: the middle half")
        y += 5
        for trend in story.trends:
            draw_trend(sheet, trend, y, TREND)
            y += TREND + UNDER_TREND
        y += 4
    draw_axis(sheet, story, y, top)
    y += AXIS
    if story.unlike:
        sheet.heading(y, "Pages most unlike everything before them")
        draw_unlike(sheet, story.unlike, y + 5, UNLIKE)
        y += UNLIKE + UNDER_UNLIKE
    for note in story.notes:
        sheet.text(LEFT, y, note, TINY, palette.SOFT)
        y += NOTE
