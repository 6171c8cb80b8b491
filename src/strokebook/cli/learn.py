"""``trace``, ``dataset``, ``train``: single steps, on a project or on files of your own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from strokebook.base.errors import UsageError
from strokebook.cli.app import HERE, ProjectDir, app, finish, reading, writing
from strokebook.cli.console import BarProgress, complain, say, show_diagnostics, table
from strokebook.geometry.lengths import millimetres
from strokebook.pipeline.project_summary import summarise


@app.command()
def trace(
    pages: Annotated[
        list[Path],
        typer.Argument(help="Scanned pages (JPEG, PNG, TIFF, WebP), or folders of them."),
    ],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="An .svg or .json file; for several pages, a folder."),
    ],
    stages: Annotated[
        Path | None, typer.Option(help="With one page: folder for a picture of every step.")
    ] = None,
    animation: Annotated[
        Path | None,
        typer.Option("--animate", help="With one page: a .gif that animates the drawing."),
    ] = None,
    engine: Annotated[str, typer.Option(help="Tracing engine: pen or autotrace.")] = "pen",
    retrace: Annotated[
        str,
        typer.Option(
            help="When the pen engine may draw over its own line: never, short (over short pieces)"
            " or always."
        ),
    ] = "short",
    form: Annotated[str, typer.Option("--format", help="With several pages: svg or json.")] = "svg",
    workers: Annotated[
        int,
        typer.Option(min=0, help="With several pages: number of processes; 0: one per processor."),
    ] = 0,
    again: Annotated[
        bool, typer.Option("--again", help="Trace pages again that are traced already.")
    ] = False,
    width: Annotated[
        str | None,
        typer.Option(
            help="Width of the whole page on paper, such as 150mm, 15cm or 6in (default: by the dpi"
            " in the scan's file).",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Trace scanned ink into pen strokes, in a likely drawing order.

    An SVG is as large in mm as the page on paper, if the scan's file tells its dpi, else as large
    as the page in pixels; its coordinates are pixels, and it has one path a stroke. A JSON file has
    the size, the unit, the dpi, the pen's width and the strokes' points. For a page without a line
    the file has no strokes, and a warning says what the page shows instead.

    Several pages, and all pages below a folder, are traced in parallel. Strokes that are newer than
    their scan are kept, so that a run that was stopped continues where it was.

    Example: `strokebook trace 005.jpg -o 005.svg --stages steps`, `strokebook trace sb48 -o traced`
    """
    width_mm = None if width is None else millimetres(width, "--width")
    if len(pages) == 1 and not pages[0].is_dir() and output.suffix:
        _trace_one(pages[0], output, stages, animation, engine, retrace, width_mm)
        return
    if output.suffix.lower() in (".svg", ".json"):
        raise UsageError(
            f"{output} is one file, and several pages are to be traced.", "Name a folder."
        )
    if stages is not None or animation is not None:
        raise UsageError(
            "--stages and --animate are for one page.", "Trace it alone, into an .svg file."
        )
    _trace_several(pages, output, engine, retrace, f".{form}", workers, again, width_mm)


def _trace_one(
    page: Path,
    output: Path,
    stages: Path | None,
    animation: Path | None,
    engine: str,
    retrace: str,
    width_mm: float | None,
) -> None:
    from strokebook.pipeline.output.pictures import counted
    from strokebook.pipeline.standalone import trace_file

    traced = trace_file(
        page,
        output,
        engine=engine,
        stages=stages,
        animation=animation,
        retrace=retrace,
        width_mm=width_mm,
        progress=BarProgress(),
    )
    if traced.warning is not None:
        complain(traced.warning)
    drawing = traced.drawing
    pen = f", pen {drawing.pen_width:.1f} px" if drawing.pen_width else ""
    scale = drawing.mm_per_unit
    if scale is not None:
        pen += f", page {drawing.size[0] * scale:.0f} × {drawing.size[1] * scale:.0f} mm"
    say(
        f"{output}: {counted(len(drawing), 'stroke')}, {counted(drawing.n_points, 'point')}"
        f"{pen}, {traced.stats.seconds:.2f} s"
    )


def _trace_several(
    pages: list[Path],
    folder: Path,
    engine: str,
    retrace: str,
    suffix: str,
    workers: int,
    again: bool,
    width_mm: float | None,
) -> None:
    from strokebook.pipeline.output.pictures import counted
    from strokebook.pipeline.trace_many import trace_many

    report = trace_many(
        pages,
        folder,
        suffix=suffix,
        engine=engine,
        retrace=retrace,
        workers=workers or None,
        again=again,
        width_mm=width_mm,
        progress=BarProgress(),
    )
    for diagnostic in (*report.warnings, *report.refused):
        complain(diagnostic)
    ready = f", {report.ready} ready before" if report.ready else ""
    refused = f", {len(report.refused)} refused" if report.refused else ""
    say(
        f"{folder}: {counted(report.traced, 'page')} traced, {counted(report.strokes, 'stroke')}"
        f"{ready}{refused}"
    )
    if report.refused:
        raise typer.Exit(1)


@app.command()
def dataset(project: ProjectDir = HERE) -> None:
    """Build the data set from the drawings that are kept.

    Example: `strokebook dataset`
    """
    from strokebook.pipeline.stages.dataset import build_dataset, npz_file

    with writing(project, command="dataset") as opened:
        outcome = build_dataset(opened)
        for part in summarise(opened).tables():
            if part.title.startswith("Data set"):
                table(part.title, part.columns, part.rows)
        for note in outcome.notes:
            say(note)
        say(f"{npz_file(opened)}")


@app.command()
def train(
    project: ProjectDir = HERE,
    data: Annotated[
        Path | None,
        typer.Option(
            help="Train on this file (SketchRNN .npz or QuickDraw .ndjson), not on the project."
        ),
    ] = None,
    model: Annotated[
        Path | None, typer.Option("--model", "-m", help="With --data: folder for the model.")
    ] = None,
    preset: Annotated[str, typer.Option(help="With --data: evening, quick or paper.")] = "evening",
    steps: Annotated[
        int | None,
        typer.Option(min=1, help="With --data: number of steps, instead of the preset's."),
    ] = None,
    start_from: Annotated[
        Path | None,
        typer.Option(
            help="With --data: fine-tune this model (a folder, or starter, which comes with"
            " strokebook; the new model has its sizes), or nothing for random weights. Default:"
            " the starter where it has the preset's sizes, else nothing."
        ),
    ] = None,
    tensorboard: Annotated[
        bool, typer.Option("--tensorboard", help="With --data: also write metrics for TensorBoard.")
    ] = False,
) -> None:
    """Train SketchRNN on the project's data set, or on a file; continues a stopped training.

    With few drawings, fine-tune a model that was trained on many, such as the one that comes with
    strokebook; the presets evening and quick do so. A project's setting is `start_from` in [train].

    Example: `strokebook train --data mine.npz --model models/mine --start-from starter`
    """
    if data is None:
        _train_project(project)
        return
    if model is None:
        raise UsageError("--data needs a folder for the model.", "Add --model FOLDER.")
    from strokebook.pipeline.standalone import train_on_file

    result, diagnostics = train_on_file(
        data,
        model,
        preset=preset,
        steps=steps,
        start_from=start_from,
        tensorboard=tensorboard,
        progress=BarProgress(),
    )
    show_diagnostics(diagnostics)
    say(f"{result.folder}: {result.steps} steps, best at {result.best_step}")
    if result.ended == "interrupted":
        raise KeyboardInterrupt
    finish(any(r.is_error for r in diagnostics))


def _train_project(folder: Path) -> None:
    from strokebook.pipeline.stages.train import model_folder, train_model

    with writing(folder, command="train") as opened:
        outcome = train_model(opened)
        for note in outcome.notes:
            say(note)
        for part in summarise(opened).tables():
            if part.title.startswith("Model"):
                table(part.title, part.columns, part.rows)
        if outcome.ready:
            say("The model is up to date.")
        say(f"{model_folder(opened)}")


def project_model(project: Path) -> Path:
    """The model of a project.

    Raises:
        UsageError: No project there.
    """
    from strokebook.pipeline.project import SETTINGS
    from strokebook.pipeline.removal.purge import refuse_unpurged
    from strokebook.pipeline.stages.train import model_folder

    if not (project / SETTINGS).exists():
        raise UsageError(
            f"{project} is no strokebook project (it has no {SETTINGS}).",
            "Name one with --project, or draw with --model starter.",
        )
    with reading(project) as opened:
        refuse_unpurged(opened)
        return model_folder(opened)
