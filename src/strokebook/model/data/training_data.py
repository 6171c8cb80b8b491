"""Training data: checked drawings, scaled, with their statistics and a digest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from strokebook.base.errors import Diagnostic, Severity, StrokebookError
from strokebook.base.files import digest
from strokebook.geometry.drawing import Stroke3
from strokebook.model.data.batches import check
from strokebook.model.data.statistics import DataStatistics, measure


@dataclass(frozen=True, eq=False)
class TrainingData:
    """Drawings ready for the net.

    Attributes:
        train: Offsets in units of the scale.
        valid: The same of the validation drawings; may be empty.
        statistics: Of the training drawings before scaling.
        warnings: What was left out.
        key: Digest of all drawings.
        unit: A rounding step of the data in units of the net: 1 before scaling; 0 where the
            drawings are not whole numbers.
        learnt: Digest of each training drawing (:func:`drawing_digest`), sorted.
        places: Places of the training drawings among those given.
    """

    train: list[Stroke3]
    valid: list[Stroke3]
    statistics: DataStatistics
    warnings: tuple[Diagnostic, ...]
    key: str
    unit: float = 0.0
    learnt: tuple[str, ...] = ()
    places: tuple[int, ...] = ()

    def with_rule(self, step: float, tolerance: float) -> TrainingData:
        """The same; by what rule a line gets its points, see :class:`DataStatistics`."""
        return replace(self, statistics=replace(self.statistics, step=step, tolerance=tolerance))


def drawing_digest(rows: Stroke3) -> str:
    """A drawing's own key, 16 hexadecimal digits: of its rows ``(N, 3)``, not of its page's name.

    It is kept with a model, which is to forget a drawing that is dropped or made private later.
    """
    return digest(np.ascontiguousarray(rows, np.float32).tobytes())[:16]


def prepare(train: Sequence[Stroke3], valid: Sequence[Stroke3], max_points: int) -> TrainingData:
    """Check, measure and scale.

    Raises:
        StrokebookError: No drawing can be used, all of them are one spot, or one is not stroke-3.
    """
    kept, warnings = check(train, max_points, "training")
    held, more = check(valid, max_points, "validation")
    if not kept:
        raise StrokebookError(
            f"There is no drawing to train on ({len(train)} were given, each of 2 to {max_points}"
            " points is used).",
            "Add drawings to the data set, or raise max_points.",
        )
    whole = all(np.array_equal(d, np.round(d)) for d in (*kept, *held))
    statistics = replace(measure(kept), rounding=float(whole))
    if not statistics.scale > 0:
        raise StrokebookError(
            "All points of every training drawing lie on one spot.", "Make the data set anew."
        )
    if not held:
        remedy = "Give the validation set a few drawings to get early stopping."
        reason = "has no drawing, so the best model is simply the last."
        more.append(Diagnostic("The validation set", reason, remedy, severity=Severity.WARNING))
    key = digest(*(d.tobytes() for d in kept), "valid", *(d.tobytes() for d in held))
    return TrainingData(
        [_scaled(d, statistics.scale) for d in kept],
        [_scaled(d, statistics.scale) for d in held],
        statistics,
        (*warnings, *more),
        key,
        unit=statistics.rounding / statistics.scale,
        learnt=tuple(sorted({drawing_digest(d) for d in kept})),
        places=tuple(k for k, d in enumerate(train) if 2 <= len(d) <= max_points),
    )


def _scaled(drawing: Stroke3, scale: float) -> Stroke3:
    out = drawing.copy()
    out[:, :2] /= scale
    return out
