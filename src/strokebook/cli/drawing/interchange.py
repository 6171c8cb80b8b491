"""``export``, ``import``: models to other programs, and models from them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from strokebook.base.errors import InputRefused, UsageError
from strokebook.base.options import nearest
from strokebook.cli.app import app
from strokebook.cli.console import say

if TYPE_CHECKING:
    from torch import Tensor

    from strokebook.geometry.drawing import Drawing
    from strokebook.model.checkpoints.checkpoint import SketchModel

A_ROW = re.compile(r"(?P<file>.+\.npz)(:(?P<part>train|valid|test))?:(?P<row>\d+)")
NEAR = 0.01  # a difference of mixture parameters worth a word


@app.command("export")
def export_model(
    model: Annotated[
        Path, typer.Argument(help="A model's folder, starter, or a file that web gave.")
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            help="The file to write, such as hand.strokebook.safetensors, hand.gen.json or"
            " step.onnx.",
        ),
    ],
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="web (strokebook's page and its engine for the browser; any model), magenta (the"
            " browser library @magenta/sketch) or onnx (one decoder step). Default: what the file's"
            " ending says, else web.",
            show_default=False,
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Name of what the model draws (default: the folder's name).")
    ] = None,
    artist: Annotated[
        str | None, typer.Option(help="For web: whose hand it is; goes on the card.")
    ] = None,
    licence: Annotated[
        str | None, typer.Option(help="For web: the model's licence; goes on the card.")
    ] = None,
    credit: Annotated[
        list[str] | None,
        typer.Option(help="For web: whom the model is owed to; give it again for more."),
    ] = None,
    z_from: Annotated[
        str | None,
        typer.Option(
            "--z-from",
            help="For magenta: encode this drawing as the latent vector z: .svg, .json, or"
            " SET.npz:test:7.",
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(min=0, help="For magenta: seed of a random latent vector z (default 0)."),
    ] = None,
    plain: Annotated[
        bool,
        typer.Option(
            "--plain",
            help="For magenta: leave the weights unchanged; your program supplies the first point.",
        ),
    ] = False,
) -> None:
    """Export a model for the browser, or for programs without PyTorch.

    Example: `strokebook export models/drawings -o hand.strokebook.safetensors --artist "Ann"`
    """
    from strokebook.model.interchange import formats
    from strokebook.pipeline.removal.outside import use_model
    from strokebook.pipeline.standalone import load

    form = form or formats.format_of(output.name)
    if form not in formats.FORMATS:
        raise UsageError(f"There is no format {form!r}.", nearest(form, formats.FORMATS))
    _check_options(
        form,
        web={"--artist": artist, "--licence": licence, "--credit": credit},
        magenta={"--z-from": z_from, "--seed": seed, "--plain": plain or None},
    )
    if form == "web" and not output.name.lower().endswith(".safetensors"):
        raise UsageError(
            f"{output} should end in .strokebook.safetensors, by which programs know such a file.",
            "Rename it, or name another format with --format.",
        )
    if z_from and seed is not None:
        raise UsageError("Both --z-from and --seed say which z to keep.", "Give one of them.")
    use_model(model, output, "the model, exported")
    known = load(model)
    formats.check(form, known.options)
    if form == "web":
        _export_web(known, output, _title(known, model), name, artist, licence, credit or [])
    elif form == "onnx":
        from strokebook.model.interchange.onnx_export import write_onnx

        write_onnx(known, output, name or _title(known, model))
        say(f"{output}: one step of the decoder")
    else:
        title = name or _title(known, model)
        _export_magenta(known, output, title, _z(known, z_from, seed), plain)


def _check_options(form: str, **of_formats: dict[str, object]) -> None:
    """Refuse options of another format than the one that is written."""
    for owner, options in of_formats.items():
        named = [name for name, value in options.items() if value is not None]
        if named and form != owner:
            verb = "is" if len(named) == 1 else "are"
            raise UsageError(
                f"{' and '.join(named)} {verb} for --format {owner}, and {form} is written.",
                f"Leave {'it' if len(named) == 1 else 'them'} out, or use --format {owner}.",
            )


def _title(known: SketchModel, model: Path) -> str:
    """What a model is called: by the file that it was imported from, or by where it lies."""
    stored = known.info.get("imported") or known.info.get("card") or {}
    return str(stored.get("name") or model.resolve().name)


def _export_web(
    known: SketchModel,
    output: Path,
    title: str,
    name: str | None,
    artist: str | None,
    licence: str | None,
    credit: list[str],
) -> None:
    from strokebook.model.interchange import web_card, web_file

    card = web_card.card_of(
        known, title, name=name, artist=artist, licence=licence, credit=tuple(credit)
    )
    size = web_file.write(output, known, card)
    say(f"{output}: {card.name}, {size / 1e6:.1f} MB")
    if not card.licence:
        say("Its card names no licence, so nobody may use it: say which with --licence.")


def _z(known: SketchModel, z_from: str | None, seed: int | None) -> Tensor | None:
    from strokebook.model.interchange.sketchrnn_js_weights import posterior_z, prior_z

    if not known.options.conditional and (z_from or seed is not None):
        raise UsageError(
            "This model is decoder-only: it has no z that --z-from or --seed could fix.",
            "Leave the option out.",
        )
    return posterior_z(known, _drawing(z_from)) if z_from else prior_z(known, seed or 0)


def _drawing(text: str) -> Drawing:
    """A drawing of its own file, or one of a data set."""
    from strokebook.geometry.stroke3 import from_stroke3
    from strokebook.geometry.svg.io import read_drawing
    from strokebook.pipeline.standalone import read_training_file

    match = A_ROW.fullmatch(text)
    if match is None:
        if text.endswith(".npz"):
            raise UsageError(f"{text} holds many drawings.", f"Say which: {text}:test:0.")
        return read_drawing(Path(text))
    part, row = match["part"] or "train", int(match["row"])
    rows = getattr(read_training_file(Path(match["file"]))[0], part)
    if row >= len(rows):
        raise InputRefused(
            text,
            f"has {len(rows)} drawings in its {part} part.",
            "They count from 0; the parts are train, valid and test.",
        )
    return from_stroke3(rows[row])


def _export_magenta(
    known: SketchModel, output: Path, title: str, z: Tensor | None, plain: bool
) -> None:
    from strokebook.model.interchange import sketchrnn_js, sketchrnn_js_weights

    result = sketchrnn_js_weights.to_browser(known, z, title, plain=plain)
    sketchrnn_js.write(output, result.model)
    if result.as_imported:
        say(f"{output}: the numbers of the file that the model was imported from.")
        return
    fixed = ", z fixed" if z is not None else ""
    say(
        f"{output}: {result.model.units} units{fixed}; over ten steps the library's numbers differ"
        f" from this model's by at most {result.difference:.2g}."
    )
    if result.clipped:
        say(f"{result.clipped} weights lie beyond ± 10, which the format cannot hold: clipped.")
    if plain and z is not None and result.difference > NEAR:
        say(
            "This model's initial state depends on z, but the library starts from zeros. Leave"
            " out --plain to put the state into the weights."
        )
    if result.exact is not None and result.difference > NEAR >= result.exact:
        say(
            f"{result.unreached} units need an initial state that one step from zeros cannot"
            " reach. Start from the state in the file (info.strokebook.first: c, h) instead of"
            f" zeroState and the first update; then the difference is {result.exact:.2g}."
        )


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A .gen.json file of @magenta/sketch.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="A folder for the model.")],
    source: Annotated[
        str | None, typer.Option(help="For the model card: author and origin of the model.")
    ] = None,
    licence: Annotated[
        str | None, typer.Option(help="For the model card: licence of the model.")
    ] = None,
) -> None:
    """Import a published model, to draw with it or to fine-tune it.

    Example: `strokebook import bear.gen.json -o models/bear`
    """
    from strokebook.model.interchange.import_model import UNKNOWN, Origin, import_model

    origin = Origin(source or UNKNOWN, licence or UNKNOWN)
    imported = import_model(file, output, origin)
    facts = imported.statistics
    say(
        f"{output}: LSTM {imported.options.decoder}, decoder only; its drawings have about"
        f" {facts.points} points and are {facts.extent:.0f} units large."
    )
    if source is None or licence is None:
        say("Where it comes from and its licence stand on its card as unknown: ask before sharing.")
