"""The model's card: what it is, its training data, its scores; for people and programs."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from strokebook import __version__
from strokebook.base.files import write_json, write_text
from strokebook.model.config import ModelOptions, TrainOptions
from strokebook.model.data.statistics import DataStatistics

if TYPE_CHECKING:
    from strokebook.model.training.result import TrainResult

CELLS = {"lstm": "LSTM", "layer_norm": "layer-norm LSTM", "hyper": "HyperLSTM"}


def write(
    result: TrainResult,
    model: ModelOptions,
    options: TrainOptions,
    statistics: DataStatistics,
    info: dict[str, Any],
) -> None:
    """Write ``card.json`` and ``card.md`` into the model's folder."""
    value = {
        "strokebook": __version__,
        "name": info["name"],
        "ended": result.ended,
        "steps": result.steps,
        "best_step": result.best_step,
        "seconds": round(result.seconds, 1),
        "skipped_steps": result.skipped,
        "overfits_from": result.overfits or None,
        "scores": dataclasses.asdict(result.best) if result.best else None,
        "facts": dataclasses.asdict(statistics),
        "valid_drawings": info["valid_drawings"],
        "data": info["data"],
        "started_from": info["started_from"],
        "remarks": [str(r) for r in result.warnings],
        "model": dataclasses.asdict(model),
        "train": dataclasses.asdict(options),
    }
    write_json(result.folder / "card.json", value)
    write_text(result.folder / "card.md", _page(result, model, statistics, info))


def _page(
    result: TrainResult, model: ModelOptions, statistics: DataStatistics, info: dict[str, Any]
) -> str:
    kind = "encoder and decoder" if model.conditional else "decoder only"
    encoder = (
        f", encoder {CELLS[model.encoder_cell]} 2 × {model.encoder}, z {model.z}"
        if model.conditional
        else ""
    )
    text = [
        f"# {info['name']}",
        "",
        f"SketchRNN ({kind}): {CELLS[model.decoder_cell]} {model.decoder}{encoder},"
        f" {model.mixtures} mixtures.",
        "",
        f"- Trained on {statistics.drawings} drawings (median {statistics.points} points, at most"
        f" {statistics.longest}), validated on {info['valid_drawings']}.",
        f"- One unit of the net is {statistics.scale:.4g} units of the drawings (standard deviation"
        " of the offsets).",
        f"- {result.steps} steps, {result.seconds / 60:.1f} minutes; ended by: {result.ended}."
        f" The best model is that of step {result.best_step}.",
    ]
    if info["started_from"]:
        text.append(f"- Started from the model {info['started_from']}.")
    if result.best:
        kl = f" KL {result.best.kl:.3f} nats per number of z." if model.conditional else ""
        text.append(
            f"- Validation: {result.best.per_point:.3f} nats per point (position"
            f" {result.best.position:.3f}, pen {result.best.pen:.3f}), offsets divided by the"
            f" scale.{kl} Without added noise: on whole coordinates the density is flattered."
        )
    if result.overfits:
        text.append(
            f"- From about step {result.best_step} on it learnt its drawings by heart: training"
            " improved, validation did not."
        )
    text += [f"- {warning}" for warning in result.warnings]
    return "\n".join(text) + "\n"
