"""Whether a training that was cut short may go on with the settings there are now."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from strokebook.base.errors import StrokebookError
from strokebook.geometry.drawing import Stroke3
from strokebook.model.checkpoints import checkpoint
from strokebook.model.checkpoints.checkpoint import Checkpoint
from strokebook.model.config import ModelOptions, TrainOptions
from strokebook.model.data.training_data import prepare

# Settings that may change between a run and its resuming; any other would make another model.
FREE = {
    *("steps", "minutes", "patience", "threads", "device", "report_every", "validate_every"),
    *("samples_every", "tensorboard", "start_from"),
}
DEFAULTS = dataclasses.asdict(TrainOptions())  # of settings that an older checkpoint has not


def changes(last: Checkpoint, model: ModelOptions, options: TrainOptions, data: str) -> list[str]:
    """What has changed since a checkpoint was saved that its training cannot go on with.

    Args:
        last: The checkpoint.
        model: Sizes of the net now.
        options: Settings now.
        data: Digest of the drawings now (:attr:`.TrainingData.key`).

    Raises:
        StrokebookError: It does not say how its model was trained.
    """
    old, new = last.info.get("train"), dataclasses.asdict(options)
    if not isinstance(old, dict):
        raise StrokebookError(
            "Its last.json does not say how its model was trained.", checkpoint.TRAIN_AGAIN
        )
    changed = [n for n in new if n not in FREE and old.get(n, DEFAULTS[n]) != new[n]]
    changed += ["the [model] settings"] if last.options != model else []
    return changed + (["the drawings"] if last.info.get("data") != data else [])


def can_resume(
    folder: Path,
    train: Sequence[Stroke3],
    valid: Sequence[Stroke3],
    model: ModelOptions,
    options: TrainOptions,
) -> bool:
    """Whether a folder holds a training of these drawings that can go on with these settings.

    One that was to start from something else cannot.
    """
    if not checkpoint.has(folder, "last"):
        return False
    try:
        last = checkpoint.read(folder, "last")
        same = not changes(last, model, options, prepare(train, valid, options.max_points).key)
    except StrokebookError:
        return False
    return same and last.info["train"].get("start_from") == options.start_from
