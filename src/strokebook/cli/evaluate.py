"""``evaluate``: a model's likelihood of held-out drawings, and its drawings compared with them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from strokebook.base.errors import Diagnostic, InputRefused, UsageError
from strokebook.base.files import file_digest, write_json
from strokebook.base.options import nearest
from strokebook.cli.app import AsJson, app, finish
from strokebook.cli.console import BarProgress, print_json, say, show_diagnostics, table

if TYPE_CHECKING:
    from strokebook.dataset.splits import SplitArrays
    from strokebook.model.evaluation.evaluate import Evaluation
    from strokebook.model.evaluation.options import EvaluateOptions

PARTS = ("train", "valid", "test")

Model = Annotated[Path, typer.Argument(help="A model's folder.")]
Data = Annotated[Path, typer.Argument(help="A SketchRNN .npz or QuickDraw .ndjson.")]
Split = Annotated[
    str, typer.Option(help="The part of the data to evaluate on: test, valid or train.")
]
Samples = Annotated[
    int,
    typer.Option(
        min=0,
        max=10_000,
        help="How many drawings to sample; 0: as many as are held out, at most 500.",
    ),
]
Seed = Annotated[int, typer.Option(min=0, help="The same seed gives the same numbers.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="A .json file for the results.")
]
Picture = Annotated[
    Path | None,
    typer.Option(help="A .png of sampled drawings beside the nearest training drawings."),
]
Temperature = Annotated[
    float,
    typer.Option(
        "--temperature", "-t", min=0.01, max=10.0, help="Temperature of the sampled drawings."
    ),
]
MaxPoints = Annotated[
    int, typer.Option(min=2, max=10_000, help="Leave out drawings with more points.")
]
Unit = Annotated[
    float,
    typer.Option(
        min=1e-6, help="Width of the dequantisation noise: the step of the data's coordinates."
    ),
]
Draws = Annotated[
    int,
    typer.Option(
        min=1,
        max=10_000,
        help="How many latent vectors z are sampled for the likelihood bound (ELBO).",
    ),
]
MatchScale = Annotated[
    bool,
    typer.Option(
        "--match-scale", help="Rescale the drawings to the scale of the model's training data."
    ),
]


@app.command()
def evaluate(
    model: Model,
    data: Data,
    split: Split = "test",
    samples: Samples = 0,
    seed: Seed = 0,
    output: Output = None,
    picture: Picture = None,
    temperature: Temperature = 1.0,
    max_points: MaxPoints = 250,
    unit: Unit = 1.0,
    draws: Draws = 10,
    match_scale: MatchScale = False,
    as_json: AsJson = False,
) -> None:
    """Measure how well a model predicts held-out drawings, and compare its drawings with them.

    Example: `strokebook evaluate models/sheep sheep.npz -o sheep.json --picture sheep.png`
    """
    from strokebook.model.evaluation.options import EvaluateOptions

    _check_names(split, output, picture)
    options = EvaluateOptions(
        samples, temperature, seed, max_points, unit, draws, match_scale=match_scale
    )
    evaluation, value, diagnostics = _measured(model, data, split, options)
    if output is not None:
        write_json(output, value)
    drawn = picture is not None and _draw(evaluation, picture)
    if as_json:
        print_json(value)
    else:
        _show(value)
        for path in (output, picture if drawn else None):
            if path is not None:
                say(f"{path}")
    show_diagnostics([*diagnostics, *evaluation.warnings])
    finish(any(r.is_error for r in diagnostics))


def _measured(
    folder: Path, data: Path, split: str, options: EvaluateOptions
) -> tuple[Evaluation, dict[str, Any], list[Diagnostic]]:
    """The evaluation, the same as JSON with the names of its inputs, and what was refused."""
    from strokebook.model.evaluation.evaluate import as_json, evaluate
    from strokebook.pipeline.standalone import load

    model = load(folder)
    arrays, diagnostics = _read(data, split)
    training = () if split == "train" else arrays.train
    evaluation = evaluate(model, getattr(arrays, split), training, options, BarProgress())
    value = as_json(evaluation)
    value["model"] = {"name": folder.resolve().name} | value["model"]
    about = {"file": data.name, "digest": file_digest(data), "split": split}
    value["data"] = about | value["data"]
    value["remarks"] = [str(r) for r in diagnostics] + value["remarks"]
    return evaluation, value, diagnostics


def _check_names(split: str, output: Path | None, picture: Path | None) -> None:
    if split not in PARTS:
        raise UsageError(f"There is no split {split!r}.", nearest(split, PARTS))
    for path, suffix in ((output, ".json"), (picture, ".png")):
        if path is not None and path.suffix.lower() != suffix:
            raise UsageError(f"{path} should end in {suffix}.", "Rename it.")


def _read(data: Path, split: str) -> tuple[SplitArrays, list[Diagnostic]]:
    from strokebook.pipeline.standalone import read_training_file

    arrays, diagnostics = read_training_file(data)
    if not getattr(arrays, split):
        full = [part for part in PARTS if getattr(arrays, part)]
        remedy = f"Use --split {full[-1]}." if full else "Name another file."
        raise InputRefused(data.name, f"has no drawings in {split!r}.", remedy)
    return arrays, [r for r in diagnostics if r.is_error]


def _draw(evaluation: Evaluation, picture: Path) -> bool:
    """Write the picture; False where there is nothing to draw beside."""
    from strokebook.model.evaluation.neighbours import neighbours
    from strokebook.pipeline.output.pictures import save_picture

    pairs = neighbours(evaluation)
    if pairs is not None:
        save_picture(pairs, picture)
    return pairs is not None


def _show(value: dict[str, Any]) -> None:
    data, nats = value["data"], value["nats_per_point"]
    say(
        f"{data['drawings']} drawings, {data['points']} points of {data['file']} {data['split']};"
        f" scale {data['scale']:.4g}, noise {nats['noise_width']:g} unit wide"
    )
    table("Nats per point (less is better)", ("", "position", "pen", "together", "±"), _rows(nats))
    paper = value["paper"]
    say(
        f"The paper's losses, N_max {paper['n_max']}, scale {paper['scale']:.4g}, no noise:"
        f" L_R {paper['l_r']:.4f}, L_KL {paper['l_kl']:.4f}"
    )
    if value["two_sample"]:
        _show_tests(value["two_sample"])
    if value["novelty"]:
        _show_novelty(value["novelty"])


def _rows(nats: dict[str, Any]) -> list[tuple[str, ...]]:
    found, given_z = nats["held_out"], nats["reconstruction"]
    keys = ("position", "pen", "together", "error")
    if found["draws"]:
        name = f"held-out: at most ({found['draws']} z weighted)"
        rows: list[tuple[str, ...]] = [
            (name, "", "", f"{found['together']:.3f}", f"{found['error']:.3f}"),
            ("  the same, not weighted (ELBO)", "", "", f"{found['elbo']:.3f}", ""),
        ]
    else:
        rows = [("held-out", *(f"{found[k]:.3f}" for k in keys))]
    if given_z:
        text = "given z of the drawing itself (reconstruction)"
        rows.append((text, *(f"{given_z[k]:.3f}" for k in keys)))
    return rows


def _show_tests(tests: dict[str, Any]) -> None:
    by = {"strokes": "strokes", "thinned": "strokes, thinned alike", "pictures": "pictures"}
    rows = [
        (text, _share(tests[key]), _share(tests[key]["control"]), tests[key]["drawings"])
        for key, text in by.items()
    ]
    columns = ("by", "the model's", "training drawings", "drawings of each")
    table("Told from held-out drawings (50 %: it can't)", columns, rows)


def _share(test: dict[str, Any] | None) -> str:
    return f"{test['accuracy']:.1%} ± {test['error']:.1%}" if test else ""


def _show_novelty(novelty: dict[str, Any]) -> None:
    rows = [
        (name, *(f"{novelty[key][k]:.2f}" for k in ("median", "low", "least")))
        for key, name in (("made", "the model's"), ("held_out", "held-out"))
    ]
    table("To the nearest training drawing", ("", "median", "5 %", "nearest"), rows)
    share = novelty["made_nearer_than_5_percent_of_held_out"]
    say(
        f"In frames of {novelty['frame']} units, mirrored training drawings included. {share:.1%}"
        " of the model's are nearer than the nearest 5 % of the held-out ones."
    )
    copied = novelty["stretches_nearer_than_5_percent_of_held_out"]
    if copied is not None:
        say(
            f"Of stretches of its lines, half a frame long, {copied:.1%} are nearer to some stretch"
            " of a training drawing than the nearest 5 % of the held-out ones'."
        )
