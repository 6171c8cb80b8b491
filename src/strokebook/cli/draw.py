"""``sample``, ``complete``, ``vary``, ``reconstruct``, ``interpolate``: with a trained model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from strokebook.base.errors import UsageError
from strokebook.cli.app import HERE, ProjectDir, app
from strokebook.cli.console import answer
from strokebook.cli.learn import project_model

if TYPE_CHECKING:
    from strokebook.model.distributions.temperature import Temperature

FILES = frozenset((".svg", ".png", ".gif", ".jpg", ".jpeg", ".json", ".npz", ".pdf"))


def _folder(path: Path) -> Path:
    """The folder for drawings; a file's name would else become a folder's."""
    if path.suffix.lower() in FILES and not path.is_dir():
        raise UsageError(
            f"--output {path} is named like a file; many files are written.",
            f"Name a folder, such as {path.with_suffix('')}.",
        )
    return path


ModelDir = Annotated[
    Path | None,
    typer.Option(
        "--model",
        "-m",
        help="A model's folder, or starter, which comes with strokebook (default: the project's"
        " model).",
    ),
]
Output = Annotated[
    Path,
    typer.Option(
        "--output",
        "-o",
        help="Folder for the drawings (SVG), their sheet (PNG and SVG) and the film (GIF). Each"
        " call gets a number of its own there; nothing is overwritten.",
        callback=_folder,
    ),
]
TemperatureOption = Annotated[
    float,
    typer.Option("--temperature", "-t", min=0.01, max=2.0, help="Low: likely; high: daring."),
]
PenTemperature = Annotated[
    float | None,
    typer.Option(
        min=0.01,
        max=2.0,
        help="The same for the pen's lifts and the end alone.",
        show_default=False,
    ),
]
Count = Annotated[int, typer.Option("--count", "-n", min=1, max=1000, help="How many drawings.")]
Seed = Annotated[int, typer.Option(min=0, help="The same seed draws the same.")]
Input = Annotated[Path, typer.Argument(help="A drawing (.svg or .json).")]
Choose = Annotated[
    str,
    typer.Option(
        help="first: as they come; likely: the likeliest; different: as different as can be."
    ),
]
Of = Annotated[
    int | None,
    typer.Option(
        min=1, max=10_000, help="How many to choose from (four times as many).", show_default=False
    ),
]
Points = Annotated[
    int | None,
    typer.Option(
        "--points", min=2, max=100_000, help="Most points that are drawn.", show_default=False
    ),
]
DRAWN = Path("drawn")


@app.command()
def sample(
    project: ProjectDir = HERE,
    model: ModelDir = None,
    output: Output = DRAWN,
    n: Count = 9,
    temperature: TemperatureOption = 0.4,
    pen_temperature: PenTemperature = None,
    seed: Seed = 0,
    choose: Choose = "first",
    of: Of = None,
    points: Points = None,
) -> None:
    """Let the model draw from nothing.

    Example: `strokebook sample -n 16 --temperature 0.3 --choose different --output drawn`
    """
    from strokebook.model.sampling import sample as draw
    from strokebook.pipeline.output.contact_sheet import save_drawings
    from strokebook.pipeline.standalone import load

    temperatures, loaded = (
        _temperatures(temperature, pen_temperature),
        load(_model(project, model, output)),
    )
    made = draw(loaded, n, temperatures, seed, points, choose=choose, of=of)
    _tell(save_drawings(made, output, "sample"))


@app.command()
def complete(
    start: Input,
    project: ProjectDir = HERE,
    model: ModelDir = None,
    output: Output = DRAWN,
    n: Count = 9,
    temperature: TemperatureOption = 0.4,
    pen_temperature: PenTemperature = None,
    seed: Seed = 0,
    choose: Choose = "first",
    of: Of = None,
    points: Points = None,
    lifted: Annotated[
        bool, typer.Option("--lifted", help="The pen has left the paper: begin a new stroke.")
    ] = False,
    from_point: Annotated[
        int | None,
        typer.Option(
            "--from",
            min=2,
            help="Cut the drawing after this many points and go on from there.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Let the model go on from where a drawing stops, in many ways.

    Example: `strokebook complete start.svg -n 9 --choose different --seed 7`
    """
    from strokebook.geometry.svg.io import read_drawing
    from strokebook.model.sampling import complete as draw
    from strokebook.model.sampling import continue_from
    from strokebook.pipeline.output.contact_sheet import save_drawings
    from strokebook.pipeline.standalone import load

    begun, temperatures = read_drawing(start), _temperatures(temperature, pen_temperature)
    loaded = load(_model(project, model, output))
    if from_point is not None:
        made = continue_from(
            loaded, begun, from_point, n, temperatures, seed, points, choose=choose, of=of
        )
    else:
        made = draw(
            loaded, begun, n, temperatures, seed, points, lifted=lifted, choose=choose, of=of
        )
    _tell(save_drawings(made, output, "complete", before=[begun]))


@app.command()
def vary(
    drawing: Input,
    project: ProjectDir = HERE,
    model: ModelDir = None,
    output: Output = DRAWN,
    n: Count = 9,
    strength: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="0: the same again; 1: anything.")
    ] = 0.5,
    temperature: TemperatureOption = 0.25,
    pen_temperature: PenTemperature = None,
    seed: Seed = 0,
) -> None:
    """Draw variations of a drawing.

    Example: `strokebook vary drawing.svg -n 9 --strength 0.3`
    """
    from strokebook.geometry.svg.io import read_drawing
    from strokebook.model.sampling import vary as draw
    from strokebook.pipeline.output.contact_sheet import save_drawings
    from strokebook.pipeline.standalone import load

    given, temperatures = read_drawing(drawing), _temperatures(temperature, pen_temperature)
    made = draw(load(_model(project, model, output)), given, n, strength, temperatures, seed)
    _tell(save_drawings(made, output, "vary", before=[given]))


@app.command()
def reconstruct(
    drawing: Input,
    project: ProjectDir = HERE,
    model: ModelDir = None,
    output: Output = DRAWN,
    temperature: TemperatureOption = 0.25,
    pen_temperature: PenTemperature = None,
    seed: Seed = 0,
) -> None:
    """Show what the model sees in a drawing: encode it, draw it again.

    Example: `strokebook reconstruct drawing.svg`
    """
    from strokebook.geometry.svg.io import read_drawing
    from strokebook.model.sampling import reconstruct as draw
    from strokebook.pipeline.output.contact_sheet import save_drawings
    from strokebook.pipeline.standalone import load

    given, temperatures = read_drawing(drawing), _temperatures(temperature, pen_temperature)
    made = draw(load(_model(project, model, output)), given, temperatures, seed)
    _tell(save_drawings([made], output, "reconstruct", before=[given]))


@app.command()
def interpolate(
    first: Input,
    second: Input,
    project: ProjectDir = HERE,
    model: ModelDir = None,
    output: Output = DRAWN,
    n: Count = 8,
    temperature: TemperatureOption = 0.25,
    pen_temperature: PenTemperature = None,
    seed: Seed = 0,
    straight: Annotated[
        bool, typer.Option("--straight", help="Straight through z, not along its sphere.")
    ] = False,
) -> None:
    """Draw the way from one drawing to another.

    Example: `strokebook interpolate a.svg b.svg -n 8`
    """
    from strokebook.geometry.svg.io import read_drawing
    from strokebook.model.sampling import interpolate as draw
    from strokebook.pipeline.output.contact_sheet import save_drawings
    from strokebook.pipeline.standalone import load

    a, b = read_drawing(first), read_drawing(second)
    temperatures, loaded = (
        _temperatures(temperature, pen_temperature),
        load(_model(project, model, output)),
    )
    made = draw(loaded, a, b, n, temperatures, seed, spherical=not straight)
    _tell(save_drawings(made, output, "interpolate", before=[a], after=[b]))


def _model(project: Path, model: Path | None, output: Path) -> Path:
    """The model that draws; what one of a project draws is noted, since it is never deleted."""
    from strokebook.pipeline.removal.outside import use_model

    found = model or project_model(project)
    use_model(found, output, "drawings by the model")
    return found


def _temperatures(temperature: float, pen: float | None) -> Temperature:
    from strokebook.model.distributions.temperature import Temperature

    return Temperature(temperature, temperature if pen is None else pen)


def _tell(files: list[Path]) -> None:
    for path in files:
        answer(f"{path}")
