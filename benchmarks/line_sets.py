"""Line sets: data sets of long lines, from the shared test data as the pipeline makes them.

    look        the artist's drawings (look_i16, MIT), strokes joined and spliced by the pipeline
    quickdraw   Quick, Draw! (CC BY 4.0), likewise, without drawings that hardly have a line

Everything is in a frame of 200 units, with the points that a project's own data set has by default.
The artist's drawings were published simplified: the line in the package bends their segments first,
or corners and even steps would be those of polygons. Made once and kept in ``benchmarks/out``.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from strokebook.base.errors import Diagnostic, InputRefused
from strokebook.dataset.build import line_rows
from strokebook.dataset.load import read_npz
from strokebook.dataset.options import DatasetOptions
from strokebook.dataset.quickdraw import read_quickdraw
from strokebook.dataset.splits import Rows
from strokebook.figures.join import join
from strokebook.figures.splice import splice
from strokebook.geometry.drawing import Drawing, Stroke3
from strokebook.geometry.resample import to_frame
from strokebook.geometry.stroke3 import from_stroke3, to_stroke3
from strokebook.model.data.training_lines import TrainingLines
from strokebook.model.line.stored_line import default_line

SHARED = Path(os.environ.get("STROKEBOOK_SHARED", "../shared")) / "data"
OUT = Path(__file__).parent / "out"
VERSION = 2  # raise it when the sets come out otherwise
RULE = DatasetOptions()
FRAME = RULE.frame
LEAST_ROWS = 8  # of a drawing of either set
LEAST = 16  # points: a Quick, Draw! drawing with fewer has hardly a line


@dataclass(frozen=True, eq=False)
class LineSet:
    """Stroke-3 drawings, with the word of each where there is one."""

    train: list[Stroke3]
    valid: list[Stroke3]
    test: list[Stroke3]
    words: tuple[str, ...] = ()  # of the training drawings


def look() -> LineSet:
    """The artist's 1,300 drawings, 120 of them for validation; the other 300 are the test."""
    parts = _kept("look", _make_look)
    return LineSet(parts["train"], parts["valid"], parts["test"])


def quickdraw() -> LineSet:
    """Recognised drawings of every word, 250 for validation and 250 for testing."""
    arrays = _kept("quickdraw", _make_quickdraw)
    rows = list(arrays["rows"])
    order = np.random.default_rng(0).permutation(len(rows))
    part = [[rows[n] for n in some] for some in (order[500:], order[:250], order[250:500])]
    words = tuple(str(arrays["words"][n][0]) for n in order[500:])
    return LineSet(part[0], part[1], part[2], words)


def look_lines() -> TrainingLines:
    """The lines of the artist's training drawings, joined, spliced and bent, not simplified yet.

    They are what a project has in its figures: a training varies them and simplifies them anew in
    every epoch.
    """
    return TrainingLines(unsimplified("train"), simplified_rows, RULE.step, RULE.epsilon)


def unsimplified(part: Literal["train", "valid", "test"]) -> list[Drawing]:
    """Lines of the artist's drawings as in :func:`look_lines`, in the order of :func:`look`."""
    look()  # the two are in one order
    return [from_stroke3(rows) for rows in _kept("look-unsimplified", _make_look_lines)[part]]


def _rows(line: Drawing) -> Stroke3 | None:
    """The rows of a joined drawing; None where hardly anything is left of it."""
    try:
        rows = simplified_rows(line)
    except InputRefused:
        return None
    return rows if len(rows) >= LEAST_ROWS else None


def _joined(drawing: Drawing) -> Drawing:
    framed, _ = to_frame(drawing, FRAME)
    return splice(join(framed))


def _bent(drawing: Drawing) -> Drawing:
    """One of the artist's drawings, joined, with a line between its points."""
    return default_line().restore(_joined(drawing))


def simplified_rows(line: Drawing) -> Stroke3:
    """The rows ``(N, 3)`` of a joined drawing in the frame, in whole units.

    Raises:
        InputRefused: Its strokes' ends alone are too many points.
    """
    return np.asarray(line_rows(line, RULE), np.float32)


def _make_look() -> dict[str, list[Stroke3]]:
    return {part: [rows for rows, _ in pairs] for part, pairs in _look_parts().items()}


def _make_look_lines() -> dict[str, list[Stroke3]]:
    """Of the drawings of :func:`_make_look`, in its order."""
    return {
        part: [np.asarray(to_stroke3(line), np.float32) for _, line in pairs]
        for part, pairs in _look_parts().items()
    }


def _look_parts() -> dict[str, list[tuple[Stroke3, Drawing]]]:
    arrays = read_npz(SHARED / "look_i16.npz")
    train = list(_look_pairs(arrays.train))
    order = np.random.default_rng(0).permutation(len(train))
    return {
        "train": [train[n] for n in order[120:]],
        "valid": [train[n] for n in order[:120]],
        "test": list(_look_pairs(arrays.valid)),
    }


def _look_pairs(drawings: Iterable[Rows]) -> Iterator[tuple[Stroke3, Drawing]]:
    """Rows and lines of the drawings of which enough is left."""
    lines = (_bent(from_stroke3(rows)) for rows in drawings)
    return ((rows, line) for line in lines if (rows := _rows(line)) is not None)


def _make_quickdraw() -> dict[str, list[Stroke3]]:
    refused: list[Diagnostic] = []
    rows, words = [], []
    for drawing in read_quickdraw(SHARED / "quickdraw_raw.ndjson.gz", refused.append):
        line = _rows(_joined(drawing)) if drawing.meta.get("recognized", True) else None
        if line is not None and len(line) >= LEAST:
            rows.append(line)
            words.append(np.array([drawing.meta["word"]]))
    return {"rows": rows, "words": words}


def _kept(name: str, make: object) -> dict[str, list[Stroke3]]:
    path = OUT / f"lines-{name}-{VERSION}.npz"
    if not path.exists():
        OUT.mkdir(exist_ok=True)
        arrays = make()  # type: ignore[operator]
        flat = {
            f"{part}.{what}": value
            for part, rows in arrays.items()
            for what, value in (
                ("all", np.concatenate(rows)),
                ("sizes", np.array([len(r) for r in rows])),
            )
        }
        np.savez_compressed(path, **flat)
    with np.load(path) as file:
        names = {n.partition(".")[0] for n in file.files}
        return {n: np.split(file[f"{n}.all"], np.cumsum(file[f"{n}.sizes"])[:-1]) for n in names}


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    for name, lines in (("look", look()), ("quickdraw", quickdraw())):
        for part in ("train", "valid", "test"):
            rows = getattr(lines, part)
            points = np.percentile([len(r) for r in rows], (5, 50, 95))
            strokes = np.percentile([int(r[:, 2].sum()) for r in rows], (5, 50, 95))
            print(f"{name} {part}: {len(rows)} drawings, points {points}, strokes {strokes}")


if __name__ == "__main__":
    main()
