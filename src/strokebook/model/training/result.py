"""Result of a training: how it ended, its best step and scores."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from strokebook.base.errors import Diagnostic
from strokebook.model.training.forecast import duration
from strokebook.model.training.validation import Scores


@dataclass(frozen=True)
class TrainResult:
    """What came of a training.

    Attributes:
        folder: Of the model.
        ended: ``steps``, ``patience``, ``cooldown``, ``minutes`` or ``interrupted``.
        steps: Done in all.
        seconds: Spent in all, over all resumes.
        best_step: Step of the best model.
        best: Its scores on the validation drawings; None where there are none.
        skipped: Steps that the NaN guard skipped.
        overfits: Step at which overfitting was seen; 0: it was not.
        warnings: Drawings left out, and other things to know.
    """

    folder: Path
    ended: str
    steps: int
    seconds: float
    best_step: int
    best: Scores | None
    skipped: int
    overfits: int
    warnings: tuple[Diagnostic, ...]

    def summary(self) -> str:
        """How it ended, in one line."""
        best = f", best {self.best.per_point:.3f} nats a point" if self.best else ""
        return (
            f"training ended ({self.ended}) after {self.steps} steps and"
            f" {duration(self.seconds)}: best at step {self.best_step}{best}"
        )
