"""The evaluation of a model on held-out drawings, and its numbers as JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy.typing as npt

from strokebook import __version__
from strokebook.base.errors import Diagnostic, Severity
from strokebook.base.progress import SILENT, Progress
from strokebook.model.checkpoints.checkpoint import SketchModel
from strokebook.model.data.target_noise import with_noise
from strokebook.model.evaluation import likelihood
from strokebook.model.evaluation.comparison import (
    Novelty,
    Samples,
    Tests,
    find_nearest,
    make,
    tell_apart,
)
from strokebook.model.evaluation.eval_data import EvalData, gather
from strokebook.model.evaluation.likelihood import FileNats, HeldOutNats, PaperLosses
from strokebook.model.evaluation.options import EvaluateOptions
from strokebook.model.evaluation.two_sample import LEAST, TwoSampleResult

FORMAT, VERSION = "strokebook-evaluation", 2
DIGITS = 6


@dataclass(frozen=True)
class Likelihood:
    """What the held-out drawings cost; offsets in units of the data's scale.

    Attributes:
        held_out: Nats per point, the model's likelihood; see :mod:`.likelihood`.
        reconstruction: Nats per point given z (the posterior's mean) of the very drawing judged:
            how well it is described, no likelihood; None for a model without an encoder.
        paper: The paper's own losses, of the drawings as they are, without noise.
        in_units: ``held_out.together``, offsets in units of the data.
    """

    held_out: HeldOutNats
    reconstruction: FileNats | None
    paper: PaperLosses
    in_units: float


@dataclass(frozen=True, eq=False)
class Evaluation:
    """All that was found out about a model.

    Attributes:
        model: The model.
        options: Of the evaluation.
        data: The drawings it was judged by.
        likelihood: What they cost.
        made: The model's own drawings.
        tests: Whether they can be told from the held-out ones; None: too few drawings.
        novelty: Whether they are copies; None: no training drawings.
        warnings: Drawings left out, and what makes the numbers mean less.
    """

    model: SketchModel
    options: EvaluateOptions
    data: EvalData
    likelihood: Likelihood
    samples: Samples
    tests: Tests | None
    novelty: Novelty | None
    warnings: tuple[Diagnostic, ...]


def evaluate(
    model: SketchModel,
    held: Sequence[npt.ArrayLike],
    training: Sequence[npt.ArrayLike],
    options: EvaluateOptions | None = None,
    progress: Progress = SILENT,
) -> Evaluation:
    """Measure a model.

    Args:
        model: Trained; of these or of other drawings.
        held: Stroke-3 arrays ``(N, 3)`` that it was not trained on.
        training: Those of the same data set that it learnt from; may be empty.
        options: What is measured.
        progress: Hears what is being done.

    Raises:
        StrokebookError: Drawings that cannot be used.
    """
    options = options or EvaluateOptions()
    data = gather(model, held, training, options)
    progress.say(f"what {len(data.held)} held-out drawings cost the model")
    likelihoods = _likelihood(model, data, options)
    progress.say("drawing")
    samples = make(model, data, options)
    tests = tell_apart(samples.drawings, data, options.seed, progress)
    novelty = find_nearest(samples.drawings, data, progress)
    warnings = (*data.warnings, *_missing(samples, data, tests, novelty))
    return Evaluation(model, options, data, likelihoods, samples, tests, novelty, warnings)


def _missing(
    samples: Samples, data: EvalData, tests: Tests | None, novelty: Novelty | None
) -> list[Diagnostic]:
    warnings = []
    if tests is None:
        reason = (
            f"was left out: {len(samples.drawings)} drawings of the model's and"
            f" {len(data.held)} held-out ones are too few (at least {LEAST} of each)."
        )
        warnings.append(Diagnostic("The two-sample test", reason, "", severity=Severity.WARNING))
    if novelty is None:
        reason = "was left out: there is no training drawing to compare with."
        warnings.append(Diagnostic("Novelty", reason, "", severity=Severity.WARNING))
    return warnings


def _likelihood(model: SketchModel, data: EvalData, options: EvaluateOptions) -> Likelihood:
    net, seed = model.net, options.seed
    factor = data.zoom / model.scale
    stretch = data.scale * factor
    plain, noisy = data.held, with_noise(data.held, options.unit, seed)
    n_max = max(model.statistics.n_max, max(len(d) for d in plain) + 1)
    found = likelihood.held_out_nats(net, plain, noisy, factor, stretch, options.draws, seed)
    points = sum(len(d) for d in plain)
    per_point = 2.0 * log(stretch / factor) * (points - len(plain)) / points
    given_z = net.encoder is not None
    reconstruction = likelihood.costs(net, plain, noisy, factor) if given_z else None
    return Likelihood(
        held_out=found,
        reconstruction=reconstruction.per_point(stretch) if reconstruction else None,
        paper=likelihood.paper_losses(net, plain, factor, n_max, seed),
        in_units=found.together + per_point,
    )


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """Everything as numbers and words for JSON, rounded to six digits."""
    value: dict[str, Any] = _rounded(
        {
            "format": FORMAT,
            "version": VERSION,
            "strokebook": __version__,
            "options": dataclasses.asdict(evaluation.options),
            "model": _model(evaluation.model),
            "data": _data(evaluation.data),
            "nats_per_point": _nats(evaluation),
            "paper": _paper(evaluation),
            "made": {"drawings": len(evaluation.samples.drawings), "cut": evaluation.samples.cut},
            "two_sample": _tests(evaluation.tests),
            "novelty": _novelty(evaluation.novelty),
            "remarks": [str(r) for r in evaluation.warnings],
        }
    )
    return value


def _paper(evaluation: Evaluation) -> dict[str, Any]:
    return dataclasses.asdict(evaluation.likelihood.paper) | {"scale": evaluation.model.scale}


def _model(model: SketchModel) -> dict[str, Any]:
    return {
        "options": dataclasses.asdict(model.options),
        "scale": model.scale,
        "weights": sum(p.numel() for p in model.net.parameters()),
        "step": model.info.get("step"),
        "trained_on": model.info.get("data"),
    }


def _data(data: EvalData) -> dict[str, Any]:
    return {
        "drawings": len(data.held),
        "points": sum(len(d) for d in data.held),
        "training_drawings": len(data.training),
        "scale": data.scale,
        "zoom": data.zoom,
        "whole_coordinates": data.whole,
    }


def _nats(evaluation: Evaluation) -> dict[str, Any]:
    got = evaluation.likelihood
    return {
        "noise_width": evaluation.options.unit,
        "offsets_in": f"units of the data's scale, {evaluation.data.scale:.6g} of its own units",
        "held_out": dataclasses.asdict(got.held_out),
        "reconstruction": dataclasses.asdict(got.reconstruction) if got.reconstruction else None,
        "held_out_offsets_in_own_units": got.in_units,
    }


def _tests(tests: Tests | None) -> dict[str, Any] | None:
    if tests is None:
        return None
    return {
        name: _two_sample(result)
        | {"control": _two_sample(tests.control[name]) if tests.control else None}
        for name, result in tests.model.items()
    }


def _two_sample(result: TwoSampleResult) -> dict[str, Any]:
    keys = ("feature", "share", "first_mean", "second_mean")
    telling = [dict(zip(keys, row, strict=True)) for row in result.telling]
    return {
        "accuracy": result.accuracy,
        "error": result.error,
        "drawings": result.drawings,
        "telling": telling,
    }


def _novelty(novelty: Novelty | None) -> dict[str, Any] | None:
    if novelty is None:
        return None
    return {
        "frame": 200,
        "made": dataclasses.asdict(novelty.samples_spread),
        "held_out": dataclasses.asdict(novelty.held_spread),
        "made_nearer_than_5_percent_of_held_out": novelty.nearer,
        "stretches_nearer_than_5_percent_of_held_out": novelty.copied,
    }


def _rounded(value: Any) -> Any:
    """Floats to six digits, so that the last bits of a sum do not make two files differ."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(part) for part in value]
    return value
