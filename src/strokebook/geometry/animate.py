"""Animations: the line draws itself, one drawing or a grid of several at once, as a GIF."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from strokebook.base.array_types import Bytes, Floats
from strokebook.base.errors import UsageError
from strokebook.base.files import atomic_open
from strokebook.geometry.authorship import parts_of
from strokebook.geometry.colours import MODEL_COLOUR, PERSON_COLOUR
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.render import line, place, reduced, thickness

OVER = 2  # frames are drawn larger and reduced: thin lines stay smooth
GREYS = 16  # a line drawing needs no more; the file stays small
HOLD = 2.0  # seconds that the finished drawing stands


def animate(
    drawings: Drawing | Sequence[Drawing],
    path: Path,
    *,
    seconds: float = 4.0,
    fps: int = 25,
    size: tuple[int, int] | int = 320,
    columns: int | None = None,
    pen: float = 2.0,
    margin: float = 0.06,
) -> None:
    """Write a looping GIF in which the pen draws at an even speed, then stands still for 2 s.

    A model's line has its own colour where a person drew too.

    Args:
        drawings: One, or several that are drawn at once, each in its cell of a grid.
        path: Where to write, atomically.
        seconds: Time for drawing.
        fps: Frames per second, 1–50 (viewers slow down shorter frames).
        size: Width and height of one cell in pixels, or one number for both.
        columns: Cells in a row; default: as square a grid as can be.
        pen: Line width in pixels.
        margin: Empty border of a cell as a share of its longer side.

    Raises:
        UsageError: Nothing to draw, or a time or frame rate that cannot be shown.
    """
    several = [drawings] if isinstance(drawings, Drawing) else list(drawings)
    if not several or all(d.n_points == 0 for d in several):
        raise UsageError("There is nothing to animate.", "Give a drawing with strokes.")
    if not (0 < seconds <= 120 and 1 <= fps <= 50):
        raise UsageError("An animation takes 0–120 s at 1–50 frames.", "Change seconds or fps.")
    cell = (size, size) if isinstance(size, int) else size
    columns = columns or int(np.ceil(np.sqrt(len(several))))
    frames = list(_frames(several, cell, columns, max(2, round(seconds * fps)), pen, margin))
    delay = round(1000 / fps)
    with atomic_open(path) as file:
        frames[0].save(
            file,
            format="GIF",
            save_all=True,
            append_images=frames[1:],
            duration=[*[delay] * (len(frames) - 1), round(HOLD * 1000)],
            loop=0,
            disposal=1,
            optimize=False,
        )


def _frames(
    drawings: Sequence[Drawing],
    cell: tuple[int, int],
    columns: int,
    count: int,
    pen: float,
    margin: float,
) -> Iterator[Image.Image]:
    """``count`` palette pictures, the first almost empty, the last complete."""
    rows = -(-len(drawings) // columns)
    width, height = cell[0] * min(columns, len(drawings)), cell[1] * rows
    ink = [np.full((height * OVER, width * OVER), 255, np.uint8) for _ in range(2)]
    both = any("start_points" in d.meta or "model_strokes" in d.meta for d in drawings)
    pens = [
        _Pen(d, cell, (cell[0] * (i % columns), cell[1] * (i // columns)), margin)
        for i, d in enumerate(drawings)
    ]
    for k in range(1, count + 1):
        for one in pens:
            one.draw_to(ink, k / count, thickness(pen * OVER))
        person, model = (reduced(plane, (width, height)) for plane in ink)
        yield _palette(person, model if both else None)


def _palette(person: Bytes, model: Bytes | None) -> Image.Image:
    """A frame of the inks of both hands, ``(H, W)`` each, 0 black; where they meet, the darker."""
    level, colours = _levels(person), [PERSON_COLOUR]
    if model is not None:
        level = np.where(model < person, GREYS + _levels(model), level).astype(np.uint8)
        colours.append(MODEL_COLOUR)
    image = Image.fromarray(level, "P")
    shares = [i / (GREYS - 1) for i in range(GREYS)]
    image.putpalette([round(c + (255 - c) * s) for ink in colours for s in shares for c in ink])
    return image


def _levels(grey: Bytes) -> Bytes:
    return np.round(grey.astype(np.float32) * ((GREYS - 1) / 255)).astype(np.uint8)


class _Pen:
    """One drawing's way, walked at even speed over its ink; lifts take no time."""

    def __init__(
        self, drawing: Drawing, cell: tuple[int, int], corner: tuple[int, int], margin: float
    ) -> None:
        shift = np.array(corner, float) * OVER
        over = (cell[0] * OVER, cell[1] * OVER)
        parts = parts_of([s + shift for s in place(drawing, over, margin)], drawing.meta)
        self.strokes = [part.points for part in parts]
        self.by_model = [part.by_model for part in parts]
        lengths = [np.r_[0.0, np.hypot(*np.diff(s, axis=0).T).cumsum()] for s in self.strokes]
        # A dot counts as one pixel, so that it too has its moment.
        spans = [max(float(x[-1]), 1.0) for x in lengths]
        self.starts = np.r_[0.0, np.cumsum(spans)]
        self.along = lengths
        self.done = 0.0

    def draw_to(self, ink: Sequence[Bytes], share: float, thick: int) -> None:
        """Draw what lies between the last call's share of the way and this one's.

        Args:
            ink: A person's and a model's, ``(H, W)`` each, changed in place.
            share: Of the way, 0 to 1.
            thick: OpenCV's thickness of the line.
        """
        target = share * float(self.starts[-1])
        each = zip(self.strokes, self.by_model, self.along, self.starts[:-1], strict=True)
        for stroke, by_model, along, start in each:
            low, high = self.done - start, target - start
            if high > 0 and low <= along[-1]:
                line(ink[by_model], _piece(stroke, along, low, high), thick, (0, 0, 0))
        self.done = target


def _piece(stroke: Floats, along: Floats, low: float, high: float) -> Floats:
    """The points of a stroke between two distances along it, cut points included."""
    inner = stroke[(along > low) & (along < high)]
    ends = [
        [np.interp(d, along, stroke[:, 0]), np.interp(d, along, stroke[:, 1])] for d in (low, high)
    ]
    return np.vstack([ends[0], inner, ends[1]])
