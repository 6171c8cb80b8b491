"""Single steps on files of one's own, without a project."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from strokebook.base.errors import InputRefused, Refusal, UsageError
from strokebook.base.options import nearest
from strokebook.base.progress import SILENT, Progress
from strokebook.geometry.animate import animate
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.render import render, sheet
from strokebook.geometry.svg import write_drawing, write_svg
from strokebook.pipeline.pictures import completion_picture, save_picture
from strokebook.tracing.engine import Traced
from strokebook.tracing.engine import engine as tracer
from strokebook.tracing.page import load_page

if TYPE_CHECKING:
    from strokebook.dataset.splits import SplitArrays
    from strokebook.model.checkpoint import SketchModel
    from strokebook.model.training import TrainResult

CELL = 240


def trace_file(
    page: Path,
    output: Path,
    *,
    engine: str = "pen",
    stages: Path | None = None,
    animation: Path | None = None,
) -> Traced:
    """Trace one scanned page into an SVG or JSON file.

    Raises:
        InputRefused: The page cannot be read or traced.
        UsageError: An output of another suffix.
    """
    if output.suffix.lower() not in (".svg", ".json"):
        raise UsageError(f"{output} should end in .svg or .json.", "Rename it.")
    traced = tracer(engine).trace(load_page(page), stages=stages)
    if output.suffix.lower() == ".svg":
        write_svg(traced.drawing, output, layer=f"1 {page.stem}")
    else:
        write_drawing(traced.drawing, output)
    if animation is not None:
        animate(traced.drawing, animation, size=480)
    return traced


def read_training_file(path: Path) -> tuple[SplitArrays, list[Refusal]]:
    """A data set from a SketchRNN ``.npz`` or a QuickDraw ``.ndjson`` (also ``.gz``).

    Raises:
        InputRefused: The file as a whole cannot be used.
    """
    from strokebook.dataset.load import read_npz

    if path.name.endswith((".ndjson", ".ndjson.gz")):
        return _read_quickdraw(path)
    arrays = read_npz(path)
    return arrays, list(arrays.refused)


def _read_quickdraw(path: Path) -> tuple[SplitArrays, list[Refusal]]:
    from strokebook.dataset.build import Source, build
    from strokebook.dataset.options import DatasetOptions
    from strokebook.dataset.quickdraw import read_quickdraw
    from strokebook.dataset.splits import SplitArrays

    refusals: list[Refusal] = []
    drawings = list(read_quickdraw(path, refusals.append))
    sources = [Source(f"d{n}", f"d{n}", d) for n, d in enumerate(drawings)]
    made = build(sources, DatasetOptions(name=path.name.partition(".")[0]))
    return SplitArrays(made.train, made.valid, made.test), refusals


def train_on_file(
    data: Path,
    folder: Path,
    *,
    preset: str,
    steps: int | None = None,
    start_from: Path | None = None,
    progress: Progress = SILENT,
) -> tuple[TrainResult, list[Refusal]]:
    """Train a model on a file; drawings that cannot be used are named."""
    from strokebook.model.config import PRESETS
    from strokebook.model.training import train

    if preset not in PRESETS:
        raise UsageError(f"There is no preset {preset!r}.", nearest(preset, PRESETS))
    arrays, refusals = read_training_file(data)
    if not arrays.train:
        raise InputRefused(str(data), "has no drawings to train on.", "Name another file.")
    options = PRESETS[preset].train
    if steps is not None:
        options = dataclasses.replace(options, steps=steps)
    result = train(
        arrays.train,
        arrays.valid,
        PRESETS[preset].model,
        options,
        folder,
        progress=progress,
        start_from=start_from,
    )
    return result, refusals


def load(folder: Path) -> SketchModel:
    """A trained model."""
    from strokebook.model.checkpoint import load_model

    return load_model(folder)


def save_drawings(
    drawings: Sequence[Drawing], folder: Path, name: str, given: Drawing | None = None
) -> list[Path]:
    """Write each drawing as SVG, all as a sheet, and the drawing of them as an animation.

    Returns:
        The files, the sheet and the animation first.
    """
    files = [folder / f"{name}-{n:02d}.svg" for n in range(1, len(drawings) + 1)]
    for drawing, path in zip(drawings, files, strict=True):
        write_svg(drawing, path)
    cells = [] if given is None else [render(given, (CELL, CELL), 2.5)]
    titles = [] if given is None else ["given"]
    for n, drawing in enumerate(drawings, start=1):
        started = "start_points" in drawing.meta
        cells.append(
            completion_picture(drawing, CELL) if started else render(drawing, (CELL, CELL), 2.0)
        )
        titles.append(str(n))
    picture, film = folder / f"{name}s.png", folder / f"{name}s.gif"
    save_picture(sheet(cells, 5, CELL, titles), picture)
    animate(drawings, film, size=CELL)
    return [picture, film, *files]
