"""Nats per point of held-out drawings, with noise: what the training benchmarks report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from strokebook.geometry.drawing import Stroke3
from strokebook.model.checkpoints.checkpoint import load_model
from strokebook.model.training.validation import score


def nats(folder: Path, drawings: Sequence[Stroke3], scale: float | None = None) -> float:
    """Of the best model in ``folder``; whole coordinates get uniform noise of one unit's width.

    Args:
        folder: A model's.
        drawings: Stroke-3 in the data's units.
        scale: The offsets are divided by it in the number given back (the model reads them
            divided by its own); default: the model's.
    """
    model, rng = load_model(folder), np.random.default_rng(1)
    noisy = []
    for rows in drawings:
        points = np.cumsum(rows[:, :2], axis=0) + rng.uniform(-0.5, 0.5, (len(rows), 2))
        out = np.array(rows, np.float32)
        out[1:, :2] = np.diff(points, axis=0) / model.scale
        out[0, :2] = 0.0
        noisy.append(out)
    scores = score(model.net, noisy, model.statistics.n_max, 50, 0)
    return scores.per_point + 2 * float(np.log(model.scale / (scale or model.scale)))
