"""Nats per point of held-out drawings, as ``strokebook evaluate`` defines them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from strokebook.geometry.drawing import Stroke3
from strokebook.model.checkpoints.checkpoint import load_model
from strokebook.model.data.target_noise import with_noise
from strokebook.model.evaluation import likelihood

DRAWS = 20  # z of each drawing, for a model that needs z


def nats(folder: Path, drawings: Sequence[Stroke3], scale: float | None = None) -> float:
    """Of the best model in ``folder``.

    Args:
        folder: A model's.
        drawings: Stroke-3 in the data's units.
        scale: The offsets are divided by it in the number given back (the model reads them
            divided by its own); default: the model's.
    """
    model = load_model(folder)
    noisy = with_noise(drawings, 1.0, 0)
    stretch = (scale or model.scale) / model.scale
    given = model.net, drawings, noisy, 1 / model.scale, stretch, DRAWS, 0
    return likelihood.held_out_nats(*given).together
