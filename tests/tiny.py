"""A handful of drawings and the settings of a tiny model of them."""

import dataclasses

import numpy as np
import torch

from strokebook.geometry.drawing import Drawing, Stroke3
from strokebook.model.checkpoints.checkpoint import SketchModel
from strokebook.model.config import ModelOptions, TrainOptions
from strokebook.model.data.statistics import DataStatistics
from strokebook.model.networks.sketch_rnn import SketchNet

START = Drawing.of(
    [[[100, 100], [140, 130], [180, 100]], [[190, 100], [230, 130], [260, 100]]],
    size=(800, 600),
    source="start",
)


def same(a: Drawing, b: Drawing) -> bool:
    """Whether two drawings have the same points."""
    return len(a) == len(b) and all(map(np.array_equal, a.strokes, b.strokes))


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


def untrained(options: ModelOptions, statistics: DataStatistics, **more: object) -> SketchModel:
    """A net of some options, as it begins, with facts of a model that is not its own."""
    options = dataclasses.replace(options, **more)  # type: ignore[arg-type]
    net = SketchNet(options, torch.Generator().manual_seed(0)).eval().requires_grad_(False)
    return SketchModel(net, options, statistics, {})
