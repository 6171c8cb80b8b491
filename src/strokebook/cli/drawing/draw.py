"""``sample``, ``complete``, ``vary``, ``reconstruct``, ``interpolate``: with a trained model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from strokebook.cli.app import app
from strokebook.cli.console import say
from strokebook.cli.drawing.options import (
    ChoiceOptions,
    Count,
    DrawingFile,
    RedrawOptions,
    VaryOptions,
    shares_options,
)

if TYPE_CHECKING:
    from strokebook.model.checkpoints.checkpoint import SketchModel


@app.command()
@shares_options
def sample(options: ChoiceOptions) -> None:
    """Draw new drawings with the model.

    Example: `strokebook sample -n 16 --temperature 0.3 --choose different --output drawn`
    """
    from strokebook.model.sampling import sample as draw

    model = options.load_model()
    temperatures = options.temperature_for(model)
    drawings = draw(
        model, options.n, temperatures, options.seed, options.points, **options.choice()
    )
    options.save(model, drawings, "sample")


@app.command()
@shares_options
def complete(
    start: DrawingFile,
    options: ChoiceOptions,
    lifted: Annotated[
        bool, typer.Option("--lifted", help="Begin a new stroke instead of extending the last one.")
    ] = False,
    from_point: Annotated[
        int | None,
        typer.Option(
            "--from",
            min=2,
            help="Cut the drawing off after this many points and continue from there.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Continue an unfinished drawing, in many ways.

    Example: `strokebook complete start.svg -n 9 --choose different --seed 7`
    """
    from strokebook.geometry.svg.io import read_drawing
    from strokebook.model.sampling import complete as draw
    from strokebook.model.sampling import continue_from

    beginning, model = read_drawing(start), options.load_model()
    temperatures, n = options.temperature_for(model), options.n
    seed, points = options.seed, options.points
    if from_point is not None:
        drawings = continue_from(
            model, beginning, from_point, n, temperatures, seed, points, **options.choice()
        )
    else:
        drawings = draw(
            model, beginning, n, temperatures, seed, points, lifted=lifted, **options.choice()
        )
    options.save(model, drawings, "complete", before=[beginning])


@app.command()
@shares_options
def vary(
    drawing: DrawingFile,
    options: VaryOptions,
    n: Count = 9,
    strength: Annotated[
        float,
        typer.Option(
            min=0.0,
            max=1.0,
            help="How far from the drawing: 0 the same again, 1 anything.",
        ),
    ] = 0.5,
) -> None:
    """Draw variations of a drawing.

    Example: `strokebook vary drawing.svg -n 9 --strength 0.3`
    """
    from strokebook.geometry.svg.io import read_drawing
    from strokebook.model.sampling import vary as draw

    original, model = read_drawing(drawing), options.load_model()
    temperatures = options.temperature_for(model)
    variations = draw(model, original, n, strength, temperatures, options.seed)
    options.save(model, variations, "vary", before=[original])


@app.command()
@shares_options
def reconstruct(drawing: DrawingFile, options: RedrawOptions) -> None:
    """Draw a drawing again in the model's hand: along the drawing, or from its z.

    Example: `strokebook reconstruct drawing.svg`
    """
    from strokebook.geometry.svg.io import read_drawing
    from strokebook.model.sampling import reconstruct as draw

    original, model = read_drawing(drawing), options.load_model()
    _say_whether_z_tells(model)
    reconstruction = draw(model, original, options.temperature_for(model), options.seed)
    options.save(model, [reconstruction], "reconstruct", before=[original])


@app.command()
@shares_options
def interpolate(
    first: DrawingFile,
    second: DrawingFile,
    options: RedrawOptions,
    n: Count = 8,
    straight: Annotated[
        bool,
        typer.Option(
            "--straight",
            help="Of a model with z: interpolate linearly in the latent space, instead of"
            " spherically.",
        ),
    ] = False,
) -> None:
    """Interpolate between two drawings.

    Example: `strokebook interpolate a.svg b.svg -n 8`
    """
    from strokebook.geometry.svg.io import read_drawing
    from strokebook.model.sampling import interpolate as draw

    a, b, model = read_drawing(first), read_drawing(second), options.load_model()
    _say_whether_z_tells(model)
    temperatures = options.temperature_for(model)
    drawings = draw(model, a, b, n, temperatures, options.seed, spherical=not straight)
    options.save(model, drawings, "interpolate", before=[a], after=[b])


def _say_whether_z_tells(model: SketchModel) -> None:
    if model.net.encoder is not None and model.net.draws_without_z:
        say(
            "This model learnt to draw without z, and its z says too little to bring a figure back:"
            " expect others. vary keeps a part of the drawing itself."
        )
