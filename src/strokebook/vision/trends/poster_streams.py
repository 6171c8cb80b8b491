"""A stream graph on the sheet, with names and pictures on the layers that have room for them."""

from __future__ import annotations

import numpy as np

from strokebook.geometry.drawing import Drawing
from strokebook.vision.trends import palette
from strokebook.vision.trends.poster_parts import MM_PER_POINT, TINY, Sheet, text_width
from strokebook.vision.trends.story import TimeStream
from strokebook.vision.trends.streamgraph import widest_place

SMALLEST, LARGEST = 7.0, 22.0  # points of a name on a layer
LEAST_PICTURE = 8.0  # mm: a thinner layer shows no picture
MOST_PICTURE = 30.0
PICTURE_REACH = 9.0  # mm on either side of its middle
EDGE = 2.0  # mm between a name and the end of the stream
FILL = 0.8  # of a layer's thickness that may be written on


def draw_stream(sheet: Sheet, stream: TimeStream, top: float, height: float) -> None:
    """Draw a stream between ``top`` and ``top + height``."""
    graph = stream.graph
    low, high = float(graph.edges.min()), float(graph.edges.max())
    scale = height / max(high - low, 1e-9)
    x = sheet.x(graph.at)
    edges = top + (high - graph.edges) * scale  # y points down on the sheet
    for layer, colour in enumerate(stream.colours):
        sheet.axes.fill_between(
            x, edges[layer], edges[layer + 1], facecolor=colour, edgecolor=palette.PAPER,
            linewidth=0.5, zorder=1,
        )  # fmt: skip
    for layer in range(len(stream.colours)):
        _write_on(sheet, stream, layer, top, scale, high)


def _write_on(
    sheet: Sheet, stream: TimeStream, layer: int, top: float, scale: float, high: float
) -> None:
    """The name of a layer, beside a typical picture where there is room for one."""
    graph, caption = stream.graph, stream.captions[layer]
    per_mm = (sheet.last - sheet.first) / (sheet.right - sheet.left)
    ink = palette.PAPER if palette.is_dark(stream.colours[layer]) else palette.INK
    picture = stream.pictures.get(layer)
    if picture is not None:
        place, middle, thick = widest_place(graph, layer, PICTURE_REACH * per_mm)
        room = min(thick * scale * FILL, MOST_PICTURE)
        if room >= LEAST_PICTURE:
            x, y = float(sheet.x(place)), top + (high - middle) * scale
            written = TINY if caption and room > 14 else 0.0
            below = written * MM_PER_POINT * 1.1
            wide = room * (1.0 if isinstance(picture, Drawing) else 0.8)
            box = (x - wide / 2, y - room / 2, x + wide / 2, y + room / 2 - below)
            sheet.show(picture, box, ink, 0.6)
            if written:
                y += room / 2
                sheet.text(x, y, caption, written, ink, ha="center", va="baseline", zorder=5)
            return
    _write_name(sheet, stream, layer, top, scale, high, ink)


def _write_name(
    sheet: Sheet, stream: TimeStream, layer: int, top: float, scale: float, high: float, ink: str
) -> None:
    """The name alone, as large as the layer lets it be; none where it could not be read."""
    caption = stream.captions[layer]
    per_mm = (sheet.last - sheet.first) / (sheet.right - sheet.left)
    for size in np.arange(LARGEST, SMALLEST - 0.1, -1.0):
        reach = (text_width(caption, float(size)) / 2 + EDGE) * per_mm
        place, middle, thick = widest_place(stream.graph, layer, reach)
        if thick * scale * FILL >= size * MM_PER_POINT:
            x, y = float(sheet.x(place)), top + (high - middle) * scale
            sheet.text(x, y, caption, float(size), ink, ha="center", va="center_baseline", zorder=5)
            return
