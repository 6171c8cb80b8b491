"""A handful of drawings and the settings of a tiny model of them."""

import numpy as np

from strokebook.geometry.drawing import Stroke3
from strokebook.model.config import ModelOptions, TrainOptions


def waves(count: int, seed: int = 0, least: int = 6, most: int = 12) -> list[Stroke3]:
    """Zigzag lines of two strokes, stroke-3."""
    rng = np.random.default_rng(seed)
    out = []
    for _ in range(count):
        n = int(rng.integers(least, most + 1))
        rows = np.zeros((n, 3), np.float32)
        rows[1:, 0] = 4 + rng.normal(0, 0.5, n - 1)
        rows[1:, 1] = 3 * (-1) ** np.arange(n - 1) + rng.normal(0, 0.5, n - 1)
        rows[[n // 2, n - 1], 2] = 1
        out.append(rows)
    return out


TINY = {
    True: ModelOptions(conditional=True, encoder=8, decoder=12, z=3, mixtures=2),
    False: ModelOptions(conditional=False, encoder=8, decoder=12, z=3, mixtures=2),
}


def tiny_training(**more: object) -> TrainOptions:
    values: dict[str, object] = {
        "steps": 12,
        "batch": 4,
        "validate_every": 4,
        "report_every": 1,
        "threads": 1,
        "learning_rate": 0.01,
    }
    return TrainOptions(**(values | more))  # type: ignore[arg-type]
