"""Overlay: the query laid on a drawing that is like it, the reason why it was found."""

from __future__ import annotations

import numpy as np
from PIL import Image

from strokebook.base.array_types import Floats
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.render import line, place, reduced
from strokebook.vision.search.drawing_search import Alignment
from strokebook.vision.search.line_points import LinePoints, changed

QUERY_COLOUR = (236, 150, 90)  # a pale vermilion under the drawing's black
OVER = 4  # drawn larger and reduced: thin lines stay smooth
PEN, QUERY_PEN = 1.5, 3.5  # px


def lay_on(
    query: Drawing, query_ink: LinePoints, alignment: Alignment, other_ink: LinePoints
) -> list[Floats]:
    """The query's strokes ``(P, 2)`` in the unit of the drawing that they are laid on."""
    copy = changed(query_ink, alignment.change)
    matrix = alignment.change.matrix
    move = np.array((alignment.dx, alignment.dy))
    laid = []
    for stroke in query.strokes:
        own = (np.asarray(stroke, np.float64) - query_ink.centre) / query_ink.side @ matrix
        framed = (own - copy.centre) / copy.side * alignment.scale + move
        laid.append(framed * other_ink.side + other_ink.centre)
    return laid


def overlay(drawing: Drawing, laid: list[Floats], cell: int) -> Image.Image:
    """A picture of a drawing in black, what was laid on it in colour beneath.

    Args:
        drawing: In any unit.
        laid: Strokes in that unit.
        cell: Side in pixels.
    """
    both = Drawing.of([*laid, *drawing.strokes])
    placed = place(both, (cell * OVER, cell * OVER))
    canvas = np.full((cell * OVER, cell * OVER, 3), 255, np.uint8)
    for k, stroke in enumerate(placed):
        under = k < len(laid)
        pen, colour = (QUERY_PEN, QUERY_COLOUR) if under else (PEN, (0, 0, 0))
        line(canvas, stroke, round(pen * OVER), colour)
    return Image.fromarray(reduced(canvas, (cell, cell)))
