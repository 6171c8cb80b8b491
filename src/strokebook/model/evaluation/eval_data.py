"""Data of an evaluation: held-out and training drawings, checked, with their scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from strokebook.base.errors import Diagnostic, Severity, StrokebookError
from strokebook.geometry.drawing import Stroke3
from strokebook.model.checkpoints.checkpoint import SketchModel
from strokebook.model.data.batches import check, scale_of
from strokebook.model.evaluation.options import EvaluateOptions

FAR = 1.5  # the model's scale may differ from the data's by this factor before a warning is due


@dataclass(frozen=True, eq=False)
class EvalData:
    """Drawings in units of the data, and how the model has to see them.

    Attributes:
        held: Held-out drawings, at least one.
        training: Training drawings of the same data set; may be empty.
        scale: Standard deviation of the training drawings' offsets (of the held-out drawings'
            where there are none).
        zoom: The drawings are multiplied by this before the model sees them.
        whole: Whether all held-out coordinates are multiples of the unit.
        warnings: What was left out, and other things to know.
    """

    held: list[Stroke3]
    training: list[Stroke3]
    scale: float
    zoom: float
    whole: bool
    warnings: tuple[Diagnostic, ...]


def gather(
    model: SketchModel,
    held: Sequence[npt.ArrayLike],
    training: Sequence[npt.ArrayLike],
    options: EvaluateOptions,
) -> EvalData:
    """Check and measure.

    Raises:
        StrokebookError: No held-out drawing can be used, all are one spot, one is not stroke-3 or
            has numbers that are not finite.
    """
    kept, warnings = check(held, options.max_points, "held-out")
    known, more = check(training, options.max_points, "training")
    if not kept:
        raise StrokebookError(
            f"There is no drawing to judge by ({len(held)} were given, each of 2 to"
            f" {options.max_points} points is used).",
            "Name another split, or raise --max-points.",
        )
    scale = scale_of(known or kept)
    if not scale > 0:
        raise StrokebookError(
            "All points of every drawing lie on one spot.", "Make the data set anew."
        )
    zoom = model.scale / scale if options.match_scale else 1.0
    ratio = model.scale / (scale * zoom)
    whole = all(bool((np.abs(_cells(d, options.unit)) < 1e-3).all()) for d in kept)
    notes = [*warnings, *more, *_worries(model, kept, known, ratio, whole, options.unit)]
    return EvalData(kept, known, scale, zoom, whole, tuple(notes))


def _cells(drawing: Stroke3, unit: float) -> npt.NDArray[Any]:
    """How far each offset is from a multiple of the unit, in units."""
    places = drawing[:, :2].astype(np.float64) / unit
    return np.asarray(places - np.round(places))


def _worries(
    model: SketchModel,
    held: Sequence[Stroke3],
    training: Sequence[Stroke3],
    ratio: float,
    whole: bool,
    unit: float,
) -> list[Diagnostic]:
    """What makes the numbers mean less than they seem to.

    Args:
        model: The model.
        held: Held-out drawings.
        training: Training drawings.
        ratio: Scale that the model knows over the scale of what it is shown.
        whole: Whether the held-out coordinates are multiples of the unit.
        unit: Width of the noise.
    """
    notes = []
    seen = {d.tobytes() for d in training}
    twins = sum(d.tobytes() in seen for d in held)
    if twins:
        some = "1 held-out drawing" if twins == 1 else f"{twins} held-out drawings"
        reason = f"{'is' if twins == 1 else 'are'} in the training set too."
        notes.append(
            Diagnostic(some, reason, "Split the data set anew.", severity=Severity.WARNING)
        )
    if not 1 / FAR < ratio < FAR:
        reason = f"knows offsets {ratio:.3g} times as large as these drawings have."
        notes.append(
            Diagnostic("The model", reason, "Try --match-scale.", severity=Severity.WARNING)
        )
    if not whole:
        reason = f"are not whole multiples of {unit:g}, so the added noise is not their rounding."
        remedy = "Give the step they are rounded to with --unit, if there is one."
        notes.append(Diagnostic("The coordinates", reason, remedy, severity=Severity.WARNING))
    if model.info.get("valid_drawings") == 0 and "imported" not in model.info:
        reason = "was never validated, so it is simply the last of its training."
        notes.append(Diagnostic("The model", reason, "", severity=Severity.WARNING))
    return notes
