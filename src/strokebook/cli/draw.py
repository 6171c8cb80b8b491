"""``sample``, ``complete``, ``reconstruct``, ``interpolate``: drawing with a trained model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from strokebook.cli.app import HERE, ProjectDir, app
from strokebook.cli.console import say
from strokebook.cli.learn import project_model

ModelDir = Annotated[
    Path | None,
    typer.Option("--model", "-m", help="A model's folder (default: the project's model)."),
]
Output = Annotated[
    Path,
    typer.Option(
        "--output", "-o", help="Folder for the SVGs, the sheet (PNG) and the animation (GIF)."
    ),
]
Temperature = Annotated[
    float,
    typer.Option("--temperature", "-t", min=0.01, max=2.0, help="Low: likely; high: daring."),
]
Count = Annotated[int, typer.Option("--count", "-n", min=1, max=1000, help="How many drawings.")]
Seed = Annotated[int, typer.Option(help="The same seed draws the same.")]
Input = Annotated[Path, typer.Argument(help="A drawing (.svg or .json).")]
DRAWN = Path("drawn")


@app.command()
def sample(
    project: ProjectDir = HERE,
    model: ModelDir = None,
    output: Output = DRAWN,
    n: Count = 9,
    temperature: Temperature = 0.4,
    seed: Seed = 0,
) -> None:
    """Let the model draw from nothing.

    Example: `strokebook sample -n 16 --temperature 0.3 --output drawn`
    """
    from strokebook.model.sampling import sample as draw
    from strokebook.pipeline.single import load, save_drawings

    made = draw(load(model or project_model(project)), n, temperature, seed)
    _tell(save_drawings(made, output, "sample"))


@app.command()
def complete(
    start: Input,
    project: ProjectDir = HERE,
    model: ModelDir = None,
    output: Output = DRAWN,
    n: Count = 9,
    temperature: Temperature = 0.4,
    seed: Seed = 0,
    lifted: Annotated[
        bool, typer.Option("--lifted", help="The pen has left the paper: begin a new stroke.")
    ] = False,
) -> None:
    """Let the model go on from where a drawing stops, in many ways.

    Example: `strokebook complete start.svg -n 9 --seed 7`
    """
    from strokebook.geometry.svg import read_drawing
    from strokebook.model.sampling import complete as draw
    from strokebook.pipeline.single import load, save_drawings

    begun = read_drawing(start)
    made = draw(load(model or project_model(project)), begun, n, temperature, seed, lifted=lifted)
    _tell(save_drawings(made, output, "completion", given=begun))


@app.command()
def reconstruct(
    drawing: Input,
    project: ProjectDir = HERE,
    model: ModelDir = None,
    output: Output = DRAWN,
    temperature: Temperature = 0.25,
    seed: Seed = 0,
) -> None:
    """Show what the model sees in a drawing: encode it, draw it again.

    Example: `strokebook reconstruct drawing.svg`
    """
    from strokebook.geometry.svg import read_drawing
    from strokebook.model.sampling import reconstruct as draw
    from strokebook.pipeline.single import load, save_drawings

    given = read_drawing(drawing)
    made = draw(load(model or project_model(project)), given, temperature, seed)
    _tell(save_drawings([made], output, "reconstruction", given=given))


@app.command()
def interpolate(
    first: Input,
    second: Input,
    project: ProjectDir = HERE,
    model: ModelDir = None,
    output: Output = DRAWN,
    n: Count = 9,
    temperature: Temperature = 0.25,
    seed: Seed = 0,
) -> None:
    """Draw the way from one drawing to another.

    Example: `strokebook interpolate a.svg b.svg -n 9`
    """
    from strokebook.geometry.svg import read_drawing
    from strokebook.model.sampling import interpolate as draw
    from strokebook.pipeline.single import load, save_drawings

    a, b = read_drawing(first), read_drawing(second)
    made = draw(load(model or project_model(project)), a, b, n, temperature, seed)
    _tell(save_drawings(made, output, "step"))


def _tell(files: list[Path]) -> None:
    for path in files:
        say(f"{path}")
