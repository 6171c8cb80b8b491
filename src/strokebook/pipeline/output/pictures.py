"""Pictures that the stages leave for people to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from strokebook.base.files import atomic_open
from strokebook.figures.prepare_page import PreparedPage
from strokebook.geometry.authorship import parts_of
from strokebook.geometry.colours import MODEL_COLOUR, PERSON_COLOUR
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.render import (
    STROKE_COLOURS,
    Colours,
    Picture,
    line,
    place,
    reduced,
    render,
    sheet,
)

STEP_CELL = (300, 400)
OVER = 4  # drawn larger and reduced: thin lines stay smooth


def counted(n: int, noun: str) -> str:
    """``1 page``, ``2 pages``."""
    return f"{n} {noun}{'' if n == 1 else 's'}"


def save_picture(image: Image.Image, path: Path) -> None:
    """Write a PNG or JPEG atomically, by the path's suffix."""
    kind = "JPEG" if path.suffix == ".jpg" else "PNG"
    with atomic_open(path) as file:
        image.save(file, kind)


def framed(drawing: Drawing, colours: Colours, size: tuple[int, int] = STEP_CELL) -> Image.Image:
    """A page's drawing in the page's own proportions."""
    return render(drawing, size, 2.0, margin=0.02, colours=colours)


@dataclass(frozen=True)
class Way:
    """A page on its way from scan to drawings.

    Attributes:
        name: The page's id.
        scan: Its picture.
        traced: Its strokes as traced.
        prepared: What became of them.
        joining: How the strokes of ``joined`` came about.
        joined: Its strokes joined end to end and spliced.
        routed: Its strokes in the order of the pen, as the router finds it.
    """

    name: str
    scan: Image.Image
    traced: Drawing
    prepared: PreparedPage
    joining: str
    joined: Drawing
    routed: Drawing


def path_picture(ways: Sequence[Way]) -> Image.Image:
    """Pages on their way, one a row: scan, traced, joined beside routed, separated."""
    cells: list[Image.Image] = []
    titles: list[str] = []
    for way in ways:
        for title, cell in _steps_of(way):
            titles.append(title)
            cells.append(cell)
    return sheet(cells, len(cells) // len(ways), STEP_CELL, titles)


def _steps_of(way: Way) -> list[tuple[str, Image.Image]]:
    traced, prepared = way.traced, way.prepared
    figures = [f.drawing for f in prepared.kept]
    steps = [
        (way.name, way.scan),
        (f"traced: {counted(len(traced), 'stroke')}", framed(traced, "stroke")),
        (f"{way.joining}: {len(way.joined)}", framed(way.joined, "time")),
        (f"routed: {len(way.routed)} (blue to yellow: time)", framed(way.routed, "time")),
    ]
    steps.append(
        (f"separated: {counted(len(figures), 'drawing')}", figures_picture(figures, traced))
    )
    return steps


def figures_picture(
    figures: Sequence[Drawing], page: Drawing, size: tuple[int, int] = STEP_CELL
) -> Image.Image:
    """The separated drawings of a page, one colour each."""
    flat = page.with_strokes(s for f in figures for s in f.strokes)
    owners = [n for n, f in enumerate(figures) for _ in f.strokes]
    canvas = _canvas(size)
    for stroke, owner in zip(place(flat, _over(size), 0.02), owners, strict=True):
        line(canvas, stroke, 2 * OVER, STROKE_COLOURS[owner % len(STROKE_COLOURS)])
    return Image.fromarray(reduced(canvas, size))


def completion_picture(drawing: Drawing, cell: int) -> Image.Image:
    """A completion: the given start in black, the model's line in its own colour."""
    size = (cell, cell)
    canvas = _canvas(size)
    for part in parts_of(place(drawing, _over(size)), drawing.meta) if drawing.strokes else []:
        line(canvas, part.points, 2 * OVER, MODEL_COLOUR if part.by_model else PERSON_COLOUR)
    return Image.fromarray(reduced(canvas, size))


def _over(size: tuple[int, int]) -> tuple[int, int]:
    return size[0] * OVER, size[1] * OVER


def _canvas(size: tuple[int, int]) -> Picture:
    return np.full((size[1] * OVER, size[0] * OVER, 3), 255, np.uint8)
