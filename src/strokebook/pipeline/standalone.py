"""Single steps on files of one's own, without a project."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from strokebook.base.errors import Diagnostic, InputRefused, UsageError
from strokebook.base.options import nearest
from strokebook.base.progress import SILENT, Progress
from strokebook.geometry.animate import animate
from strokebook.geometry.drawing import MM_PER_INCH, Drawing
from strokebook.geometry.svg.io import write_drawing, write_svg
from strokebook.routing.route import RETRACING, RouteOptions
from strokebook.tracing.page import PageImage, load_page
from strokebook.tracing.registry import COMPILING, compiles_first
from strokebook.tracing.registry import engine as tracer
from strokebook.tracing.tracer import Traced

if TYPE_CHECKING:
    from strokebook.dataset.splits import SplitArrays
    from strokebook.model.checkpoints.checkpoint import SketchModel
    from strokebook.model.training.result import TrainResult


def trace_file(
    page: Path,
    output: Path,
    *,
    engine: str = "pen",
    stages: Path | None = None,
    animation: Path | None = None,
    retrace: str = "short",
    width_mm: float | None = None,
    progress: Progress = SILENT,
) -> Traced:
    """Trace one scanned page into an SVG or JSON file.

    A page without a line gives a file without strokes, so that the next program finds one, no
    animation, and a warning. ``width_mm`` is the page's width on paper; without it, its dpi tells.

    Raises:
        InputRefused: The page cannot be read or traced.
        UsageError: An output or animation of another suffix, no engine of that name, or another
            word for retracing.
    """
    if output.suffix.lower() not in (".svg", ".json"):
        raise UsageError(f"{output} should end in .svg or .json.", "Rename it.")
    if animation is not None and animation.suffix.lower() != ".gif":
        raise UsageError(f"{animation} should end in .gif.", "Rename it.")
    if retrace not in RETRACING:
        raise UsageError(f"--retrace {retrace} is not known.", nearest(retrace, RETRACING))
    _, traced = trace_scan(
        page, engine, retrace, stages=stages, width_mm=width_mm, progress=progress
    )
    write_strokes(traced.drawing, output, page)
    if animation is not None and len(traced.drawing):
        animate(traced.drawing, animation, size=480)
    return traced


def trace_scan(
    page: Path,
    engine: str,
    retrace: str,
    *,
    stages: Path | None = None,
    width_mm: float | None = None,
    progress: Progress = SILENT,
) -> tuple[PageImage, Traced]:
    """Open one scan and trace it; ``width_mm``, if given, goes before the dpi in its file.

    Raises:
        InputRefused: The page cannot be read or traced.
        UsageError: No engine of that name.
    """
    chosen, scan = tracer(engine, route=RouteOptions(retrace=retrace)), load_page(page)
    if width_mm is not None:
        scan = dataclasses.replace(scan, dpi=scan.size[0] / width_mm * MM_PER_INCH)
    if compiles_first(chosen.name):
        progress.say(COMPILING)
    if scan.warning is not None:
        progress.say(str(scan.warning))
    return scan, chosen.trace(scan, stages=stages)


def write_strokes(drawing: Drawing, output: Path, page: Path) -> None:
    """Write a page's strokes: an SVG with a layer named for the page, or JSON, by the suffix.

    Raises:
        OSError: The file cannot be written.
    """
    if output.suffix.lower() == ".svg":
        write_svg(drawing, output, layer=f"1 {page.stem}")
    else:
        write_drawing(drawing, output)


def read_training_file(path: Path) -> tuple[SplitArrays, list[Diagnostic]]:
    """A data set from a SketchRNN ``.npz`` or a QuickDraw ``.ndjson`` (also ``.gz``).

    A QuickDraw file's lines are known; of an ``.npz`` of ours the card beside it tells the rule by
    which its drawings got their points.

    Raises:
        InputRefused: The file as a whole cannot be used.
    """
    from strokebook.dataset.card import read_rule
    from strokebook.dataset.load import read_npz

    if path.name.endswith((".ndjson", ".ndjson.gz")):
        return _read_quickdraw(path)
    arrays = dataclasses.replace(read_npz(path), rule=read_rule(path))
    return arrays, list(arrays.refused)


def _read_quickdraw(path: Path) -> tuple[SplitArrays, list[Diagnostic]]:
    from strokebook.dataset.build import Source, build
    from strokebook.dataset.options import DatasetOptions
    from strokebook.dataset.quickdraw import read_quickdraw
    from strokebook.dataset.splits import SplitArrays

    diagnostics: list[Diagnostic] = []
    drawings = list(read_quickdraw(path, diagnostics.append))
    sources = [Source(f"d{n}", f"d{n}", d) for n, d in enumerate(drawings)]
    data_set = build(sources, DatasetOptions(name=path.name.partition(".")[0]))
    lines = tuple(example.line for example in data_set.of("train"))
    parts = (data_set.train, data_set.valid, data_set.test)
    return SplitArrays(*parts, rule=data_set.options, lines=lines), diagnostics


def train_on_file(
    data: Path,
    folder: Path,
    *,
    preset: str,
    steps: int | None = None,
    start_from: Path | None = None,
    tensorboard: bool = False,
    progress: Progress = SILENT,
) -> tuple[TrainResult, list[Diagnostic]]:
    """Train a model on a file; drawings that cannot be used are named.

    A model that starts from another (a folder, or ``starter``) has that one's sizes, whatever the
    preset.
    """
    from strokebook.model.checkpoints import starter
    from strokebook.model.config import PRESETS, preset_name
    from strokebook.model.training.train import train
    from strokebook.pipeline.line_rule import lines_of

    preset = preset_name(preset, "--preset")
    arrays, diagnostics = read_training_file(data)
    if not arrays.train:
        raise _nothing(data, diagnostics)
    options = dataclasses.replace(PRESETS[preset].train, tensorboard=tensorboard)
    if steps is not None:
        options = dataclasses.replace(options, steps=steps)
    sizes = PRESETS[preset].model
    before = starter.named(start_from or options.start_from, sizes)
    if before is not None:
        sizes = _folder_model(before).options
    result = train(
        arrays.train,
        arrays.valid,
        sizes,
        options,
        folder,
        progress=progress,
        start_from=before,
        lines=lines_of(arrays),
    )
    return result, diagnostics


def _nothing(data: Path, diagnostics: list[Diagnostic]) -> InputRefused:
    """What to say of a file without a drawing to train on: the first reason stands for all."""
    if not diagnostics:
        return InputRefused(str(data), "has no drawings to train on.", "Name another file.")
    first = diagnostics[0]
    return InputRefused(
        str(data),
        f"has no drawings to train on: {len(diagnostics)} refused, the first ({first.subject})"
        f" because {first.reason}",
        "Mend them, or name another file.",
    )


def _folder_model(folder: Path) -> SketchModel:
    """The model that a training starts from.

    Raises:
        UsageError: It is a file for the browser, whose weights were rounded.
    """
    from strokebook.model.interchange import web_file

    if web_file.is_web_file(folder):
        raise UsageError(
            f"{folder} is a model for the browser; a training starts from a model's folder.",
            "Name the folder that it was exported from.",
        )
    return load(folder)


def load(folder: Path) -> SketchModel:
    """A trained model: that of a folder, ``starter``, or one exported for the browser."""
    from strokebook.model.checkpoints.checkpoint import load_model
    from strokebook.model.checkpoints.starter import find
    from strokebook.model.interchange import web_file

    return web_file.read(folder) if web_file.is_web_file(folder) else load_model(find(folder))
