"""``plot``: drawings as an SVG that a pen plotter draws."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from strokebook.base.errors import UsageError
from strokebook.cli.app import AsJson, app
from strokebook.cli.console import answer, print_json
from strokebook.geometry.lengths import millimetres
from strokebook.geometry.plotting.options import PlotOptions
from strokebook.geometry.plotting.papers import paper_size
from strokebook.geometry.plotting.plotter import plot_facts

if TYPE_CHECKING:
    from strokebook.geometry.plotting.plotter import Plot


@app.command()
def plot(
    drawings: Annotated[
        list[Path],
        typer.Argument(
            help="Drawings (.svg or .json), such as those that trace, run and complete write.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            help="An .svg file, for one sheet of paper; or a folder, for a sheet of each drawing.",
            show_default=False,
        ),
    ],
    paper: Annotated[
        str,
        typer.Option(
            help="a6 to a1, letter, legal, tabloid, or width x height, such as 200x300mm."
        ),
    ] = "a4",
    landscape: Annotated[
        bool, typer.Option("--landscape", help="Lay the paper on its side.")
    ] = False,
    margin: Annotated[str, typer.Option(help="Free border on every side.")] = "10mm",
    width: Annotated[
        str | None,
        typer.Option(
            help="Width of each drawing's ink (default: as large as fits).", show_default=False
        ),
    ] = None,
    true_size: Annotated[
        bool,
        typer.Option(
            "--true-size", help="As large as on the scanned page, whose dpi the drawing knows."
        ),
    ] = False,
    pen_width: Annotated[
        str, typer.Option(help="Width of the pen's line, as the SVG shows it.")
    ] = "0.3mm",
    tolerance: Annotated[
        str,
        typer.Option(help="How far the plotted line may lie from the drawing's; 0: every point."),
    ] = "0.05mm",
    shortest: Annotated[
        str, typer.Option(help="Points nearer than this to the one before are left out.")
    ] = "0.05mm",
    split_points: Annotated[
        int,
        typer.Option(min=0, help="Split paths of more points than this, without a gap; 0: never."),
    ] = 0,
    split_metres: Annotated[
        float,
        typer.Option(min=0.0, help="Stop for ink after so many metres of a pen's line; 0: never."),
    ] = 0.0,
    speed: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=100,
            help="Speed with the pen down, in % as an AxiDraw reads it (default: as it is set).",
            show_default=False,
        ),
    ] = None,
    model_speed: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=100,
            help="The same for the model's line (default: --speed).",
            show_default=False,
        ),
    ] = None,
    pen_height: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=100,
            help="Height of the pen when it is down, in % (default: as the plotter is set).",
            show_default=False,
        ),
    ] = None,
    delay: Annotated[
        int | None,
        typer.Option(
            min=0, max=60_000, help="Wait so many ms before each layer.", show_default=False
        ),
    ] = None,
    pause: Annotated[
        bool,
        typer.Option("--pause/--no-pause", help="Stop before the model's line, to change the pen."),
    ] = True,
    pen_speed: Annotated[
        float, typer.Option(min=0.1, help="mm a second with the pen down, for the minutes told.")
    ] = 25.0,
    travel_speed: Annotated[
        float, typer.Option(min=0.1, help="mm a second with the pen up, for the minutes told.")
    ] = 75.0,
    lift_seconds: Annotated[
        float, typer.Option(min=0.0, help="Seconds of one lift, for the minutes told.")
    ] = 0.3,
    as_json: AsJson = False,
) -> None:
    """Lay drawings out for a pen plotter, and tell metres, lifts and minutes.

    The SVG is in mm and has one layer a pen: a person's line is layer 1, a model's is layer 2, in a
    colour of its own. The layers' names are commands to an AxiDraw; other programs read their
    numbers. A layer that is not plotted names model, seed and temperature. Strokes keep their order
    and direction. Several drawings go on one sheet, in a grid in the order given, if the output is
    an .svg file; if it is a folder, each gets a sheet of its own.

    Example: `strokebook plot drawn/complete-001-03.svg -o plot.svg --paper a5 --margin 15mm`
    """
    from strokebook.pipeline.output.plot_files import plot_files

    if true_size and width is not None:
        raise UsageError("--true-size and --width say the size twice.", "Give one of them.")
    options = PlotOptions(
        paper=paper_size(paper, landscape=landscape),
        margin=millimetres(margin, "--margin", zero=True),
        pen_width=millimetres(pen_width, "--pen-width"),
        width=0.0 if width is None else millimetres(width, "--width"),
        true_size=true_size,
        tolerance=millimetres(tolerance, "--tolerance", zero=True),
        shortest=millimetres(shortest, "--shortest", zero=True),
        split_points=split_points,
        refill=split_metres,
        speed_down=pen_speed,
        speed_up=travel_speed,
        lift_seconds=lift_seconds,
    )
    person = replace(options.person, speed=speed, height=pen_height, delay=delay)
    model = replace(
        options.model,
        speed=speed if model_speed is None else model_speed,
        height=pen_height,
        delay=delay,
        pause=None if pause else False,
    )
    sheets = plot_files(drawings, output, replace(options, person=person, model=model))
    if as_json:
        print_json([{"file": str(path)} | plot_facts(made) for path, made in sheets])
        return
    for path, made in sheets:
        _tell(path, made)


def _tell(path: Path, plot: Plot) -> None:
    facts = plot_facts(plot)
    ink, paper = facts["ink"], facts["paper"]
    answer(
        f"{path}: {ink[0]:.1f} × {ink[1]:.1f} mm on {paper[0]:g} × {paper[1]:g} mm,"
        f" {facts['metres']:.2f} m, {facts['lifts']} lifts, about {facts['minutes']:.1f} minutes"
    )
