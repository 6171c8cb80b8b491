"""What a drawing command leaves: each drawing as SVG, all on a sheet (PNG, SVG), and as a film.

Every call has a number of its own (``complete-001``, ``complete-002``, …), so that no call
overwrites what an earlier one drew, and none what a run left in the same folder.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from strokebook.base import owned
from strokebook.geometry.animate import animate
from strokebook.geometry.authorship import parts_of
from strokebook.geometry.drawing import Drawing, Points
from strokebook.geometry.render import place, render, sheet
from strokebook.geometry.svg.io import write_layers, write_svg
from strokebook.pipeline.output.pictures import completion_picture, save_picture

CELL = 240
GAP = 16  # between the cells of the SVG sheet
COLUMNS = 5
PEN = 1.5


def save_drawings(
    drawings: Sequence[Drawing],
    folder: Path,
    name: str,
    before: Sequence[Drawing] = (),
    after: Sequence[Drawing] = (),
) -> list[Path]:
    """Write what a model drew, under the next free number.

    Args:
        drawings: At least one.
        folder: Where to.
        name: Of the command that drew them.
        before: What was given, shown before them on the sheets.
        after: Likewise, shown after them.

    Returns:
        The files: the sheet (PNG), the sheet (SVG), the film (GIF), then each drawing's SVG.
    """
    picture = _reserve(folder, name)
    try:
        return _write(drawings, picture, before, after)
    except BaseException:
        with contextlib.suppress(OSError):
            if picture.stat().st_size == 0 and not owned.remove(picture):
                picture.unlink()
        raise


def _reserve(folder: Path, name: str) -> Path:
    """An empty sheet under the next free number, which is this call's from then on."""
    folder.mkdir(parents=True, exist_ok=True)
    numbered = re.compile(rf"{re.escape(name)}-(\d+)(?:-\d+)?\.\w+", re.IGNORECASE)
    matches = (numbered.fullmatch(path.name) for path in folder.iterdir())
    number = max((int(match[1]) for match in matches if match), default=0)
    while True:
        number += 1
        path = folder / f"{name}-{number:03d}.png"
        try:
            path.open("xb").close()
        except FileExistsError:
            continue  # another call was a moment earlier
        owned.claim(path)
        return path


def _write(
    drawings: Sequence[Drawing], picture: Path, before: Sequence[Drawing], after: Sequence[Drawing]
) -> list[Path]:
    plot, film = picture.with_suffix(".svg"), picture.with_suffix(".gif")
    files = [picture.with_name(f"{picture.stem}-{n:02d}.svg") for n in range(1, len(drawings) + 1)]
    for drawing, path in zip(drawings, files, strict=True):
        write_svg(drawing, path)
    cells = [*map(_input_picture, before), *map(_picture, drawings), *map(_input_picture, after)]
    titles = [
        *("given" for _ in before),
        *(_title(n, d) for n, d in enumerate(drawings, start=1)),
        *("given" for _ in after),
    ]
    save_picture(sheet(cells, COLUMNS, CELL, titles), picture)
    write_contact(drawings, plot, before, after)
    animate(drawings, film, size=CELL)
    return [picture, plot, film, *files]


def write_contact(
    drawings: Sequence[Drawing],
    path: Path,
    before: Sequence[Drawing] = (),
    after: Sequence[Drawing] = (),
) -> None:
    """Write all drawings on one SVG sheet, what was given and what the model drew as two pens."""
    items = [*before, *drawings, *after]
    shown = range(len(before), len(before) + len(drawings))
    old: list[npt.ArrayLike] = []
    new: list[npt.ArrayLike] = []
    for at, drawing in enumerate(items):
        input_lines, drawn = _parts(_in_cell(drawing, at), drawing, drawn=at in shown)
        old += input_lines
        new += drawn
    rows = -(-len(items) // COLUMNS)
    size = (
        float(min(COLUMNS, len(items)) * (CELL + GAP) + GAP),
        float(rows * (CELL + GAP) + GAP),
    )
    layers = [("1 given", old), ("2 drawn", new)] if old else [("1 drawn", new)]
    write_layers([(n, Drawing.of(s, size, pen_width=PEN)) for n, s in layers], path)


def _in_cell(drawing: Drawing, at: int) -> list[Points]:
    """Its strokes in the sheet's cell number ``at``."""
    corner = GAP + (CELL + GAP) * np.array([at % COLUMNS, at // COLUMNS])
    return [(s + corner).astype(np.float32) for s in place(drawing, (CELL, CELL))]


def _parts(
    strokes: Sequence[Points], drawing: Drawing, *, drawn: bool
) -> tuple[Sequence[npt.ArrayLike], Sequence[npt.ArrayLike]]:
    """What of the strokes was given, and what the model drew; they meet in a point."""
    if not drawn:
        return strokes, []
    parts = parts_of(strokes, {"start_points": drawing.meta.get("start_points", 0)})
    input_lines = [part.points for part in parts if not part.by_model]
    return input_lines, [part.points for part in parts if part.by_model]


def _picture(drawing: Drawing) -> Image.Image:
    if "start_points" in drawing.meta:
        return completion_picture(drawing, CELL)
    return render(drawing, (CELL, CELL), 2.0)


def _input_picture(drawing: Drawing) -> Image.Image:
    return render(drawing, (CELL, CELL), 2.5)


def _title(number: int, drawing: Drawing) -> str:
    nats = drawing.meta.get("nats")
    return f"{number}" if nats is None else f"{number}: {nats:.2f} nats a point"
