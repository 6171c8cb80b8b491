"""State of a training: step, best validation, running means; what a checkpoint restores."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from strokebook.base.errors import StrokebookError, UsageError
from strokebook.base.options import build
from strokebook.model.training.cooldown import Cooldown
from strokebook.model.training.validation import Scores

OVERFIT_AFTER = 3  # validations in a row without a new best, while training goes on improving


@dataclass
class TrainState:
    """Where a training stands; saved with every ``last`` checkpoint.

    Attributes:
        step: Steps done.
        seconds: Spent so far, over all resumes.
        best_step: Step of the best validation; 0: none yet.
        best: Its scores.
        since_best: Validations since then.
        validated: Step of the last validation.
        factor: What the NaN guard has multiplied the learning rate by.
        bad: Steps skipped in a row.
        skipped: Steps skipped in all.
        sums: Reconstruction loss, KL loss and steps since the last line of metrics.
        between: Reconstruction loss and steps since the last validation.
        at_best: Mean training loss before the best validation.
        overfits: Step at which overfitting was seen; 0: not so far.
        cooldown: The fields of its :class:`~strokebook.model.training.cooldown.Cooldown`; None:
            it has not begun.
        last_per_point: Nats a point of the last validation; None: there was none.
    """

    step: int = 0
    seconds: float = 0.0
    best_step: int = 0
    best: dict[str, float] | None = None
    since_best: int = 0
    validated: int = 0
    factor: float = 1.0
    bad: int = 0
    skipped: int = 0
    sums: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    between: list[float] = field(default_factory=lambda: [0.0, 0.0])
    at_best: float | None = None
    overfits: int = 0
    cooldown: dict[str, Any] | None = None
    last_per_point: float | None = None

    def rate_factor(self) -> float:
        """What the learning rate is multiplied by: the NaN guard's factor, the cool-down's."""
        if not self.cooldown:
            return self.factor
        return self.factor * Cooldown(**self.cooldown).factor(self.step, self.seconds)

    def is_cooled(self) -> bool:
        """Whether a cool-down has begun and is over."""
        if not self.cooldown:
            return False
        return Cooldown(**self.cooldown).progress(self.step, self.seconds) >= 1.0

    def record_step(self, reconstruction: float, kl: float) -> None:
        """Count a step that was done."""
        self.bad = 0
        self.sums = [self.sums[0] + reconstruction, self.sums[1] + kl, self.sums[2] + 1]
        self.between = [self.between[0] + reconstruction, self.between[1] + 1]

    def take_means(self) -> tuple[float, float]:
        """Mean reconstruction and KL loss of the steps since they were last taken."""
        reconstruction, kl, count = self.sums
        self.sums = [0.0, 0.0, 0.0]
        return reconstruction / count, kl / count

    def record_validation(self, better: bool, scores: dict[str, float]) -> str:
        """Count a validation.

        Returns:
            A sentence when it now shows overfitting for the first time, else nothing.
        """
        total, count = self.between
        self.between = [0.0, 0.0]
        mean = total / count if count else None
        self.since_best = 0 if better else self.since_best + 1
        if better:
            self.best_step, self.best, self.at_best = self.step, scores, mean
            return ""
        fell = mean is not None and self.at_best is not None and mean < self.at_best
        if self.overfits or self.since_best < OVERFIT_AFTER or not fell:
            return ""
        self.overfits = self.step
        return (
            f"step {self.step}: the model begins to learn its drawings by heart: since step"
            f" {self.best_step} the training loss fell from {self.at_best:.3f} to {mean:.3f}, and"
            f" no validation was as good; the model of step {self.best_step} is kept. More"
            " drawings, augmentation ([train] mirror_augment, warp_augment, …) or a smaller model"
            " help."
        )


def restored(value: dict[str, Any], where: Path) -> TrainState:
    """Where a training stood, checked.

    Raises:
        StrokebookError: A field is unknown, or of another type than it should be.
    """
    try:
        loop = build(TrainState, value, f"{where} loop")
        if loop.best:
            Scores(**loop.best)
    except (TypeError, UsageError) as error:
        raise StrokebookError(
            f"{where} cannot be understood: {error}.", "Train anew, into another folder."
        ) from error
    return loop
