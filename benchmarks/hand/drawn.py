"""Drawings of a model's, as the judges get them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from strokebook.geometry.drawing import Drawing, Stroke3
from strokebook.geometry.stroke3 import to_stroke3
from strokebook.model.checkpoints.checkpoint import SketchModel
from strokebook.model.sampling import sample

MOST_POINTS = 500
OVERDRAWN = 12  # times as many as are wanted are drawn at most, to choose from


def draw(
    model: SketchModel, count: int, temperature: float | None, seed: int, choose: str
) -> list[Drawing]:
    """Drawings of the model's, bare points."""
    of = OVERDRAWN * count if choose != "raw" else None
    drawn = sample(model, count, temperature, seed, MOST_POINTS, choose=choose, of=of)
    return [d for d in drawn if d.n_points > 1]


def rows_of(drawings: Sequence[Drawing]) -> list[Stroke3]:
    """The same as stroke-3."""
    return [np.asarray(to_stroke3(d), np.float32) for d in drawings]
