"""The nets of the engine's fixtures, and the drawings that they learn, read and go on from."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from strokebook.geometry.drawing import Drawing, Stroke3
from strokebook.geometry.stroke3 import to_stroke3
from strokebook.model.checkpoints.checkpoint import SketchModel
from strokebook.model.config import ModelOptions, TrainOptions
from strokebook.model.data.batches import Epochs
from strokebook.model.data.statistics import measure
from strokebook.model.networks.sketch_rnn import SketchNet
from strokebook.model.sampling import (
    sample,
)
from strokebook.model.training import calibration
from strokebook.model.training.step import Stepper

CELLS = ("lstm", "layer_norm", "hyper")
CHOOSER = "local-layer_norm-alone"  # the net that has a chooser
MANY, FEW = (24, 24), (6, 6)  # steps and drawings in a batch; a hyper cell is ten times as slow
SHAKEN = 0.03  # standard deviation of what is added to each weight
OTHER_HALF = {"lstm": "layer_norm", "layer_norm": "lstm", "hyper": "hyper"}  # of the encoder


def nets() -> dict[str, ModelOptions]:
    """The architectures by name."""
    found = {}
    for cell in CELLS:
        common: dict[str, Any] = {
            "decoder": {"lstm": 36, "layer_norm": 32, "hyper": 24}[cell],
            "decoder_cell": cell,
            "encoder": 16,
            "encoder_cell": OTHER_HALF[cell],
            "z": 6,
        }
        for name, conditional in (("alone", False), ("both", True)):
            found[f"plain-{cell}-{name}"] = ModelOptions(
                conditional=conditional, mixtures=5, **common
            )
            found[f"local-{cell}-{name}"] = ModelOptions(
                conditional=conditional, local_frame=True, mixtures=7, **common
            )
        found[f"local-{cell}-dropout"] = ModelOptions(
            local_frame=True, mixtures=6, z_dropout=0.5, **common
        )
    return found


def blobs(count: int, seed: int = 0) -> list[Stroke3]:
    """Made drawings: a wobbly ring with two or three short strokes in it, on whole coordinates."""
    rng, out = np.random.default_rng(seed), []
    for _ in range(count):
        points = int(rng.integers(12, 22))
        turn = np.linspace(0, 2 * np.pi, points) + rng.uniform(0, 2)
        radius = rng.uniform(30, 50) * (1 + 0.12 * rng.normal(size=points))
        ring = np.stack((radius * np.cos(turn), 1.3 * radius * np.sin(turn)), 1)
        strokes = [ring]
        strokes += [
            place + np.cumsum(rng.normal(0, 6, (int(rng.integers(2, 5)), 2)), 0)
            for place in rng.uniform(-20, 20, (int(rng.integers(2, 4)), 2))
        ]
        whole = Drawing.of([np.round(s) for s in strokes])
        out.append(np.asarray(to_stroke3(whole), np.float32))
    return out


def trained(options: ModelOptions) -> SketchModel:
    """A net of these sizes after a few steps on made drawings, then shaken a little.

    What begins as zeros and hardly moved in so few steps would be tested by nothing.
    """
    drawings = blobs(96)
    # With rounding and without: models of before do not say how their data were rounded.
    rounding = float(options.local_frame)
    statistics = dataclasses.replace(measure(drawings), rounding=rounding)
    units = np.array((statistics.scale, statistics.scale, 1.0), np.float32)
    steps, batch = FEW if options.decoder_cell == "hyper" else MANY
    settings = TrainOptions(batch=batch, learning_rate=0.01, clip_norm=1.0, kl_weight=0.02)
    seed = torch.Generator().manual_seed(1)
    net = SketchNet(options, seed)
    stepper = Stepper(net, settings, statistics.n_max)
    epochs = Epochs([d / units for d in drawings], settings.batch, 0, 0.1, 0.0, None)
    for step in range(steps):
        stepper.step(step, epochs[step], 1.0)
    with torch.no_grad():
        for weight in net.parameters():
            weight.add_(SHAKEN * torch.randn(weight.shape, generator=seed))
    return SketchModel(net.eval().requires_grad_(False), options, statistics, {"name": "blobs"})


def with_chooser(model: SketchModel) -> SketchModel:
    """The same with a chooser learnt from few drawings, by few trees."""
    before = calibration.TREES
    calibration.TREES = 20
    try:
        drawn = sample(model, 60, 0.65, seed=9, choose="raw")
        real, own = (
            model_features([np.asarray(r, np.float32) for r in rows])
            for rows in (blobs(80, 3), map(to_stroke3, drawn))
        )
        chooser = calibration.learn(real, own, 0, temperature=0.65)
    finally:
        calibration.TREES = before
    return dataclasses.replace(model, chooser=chooser)


def model_features(drawings: Sequence[Stroke3]) -> Any:
    """The chooser's features of drawings in units of the data."""
    from strokebook.model.choosing.chooser import features

    return features(drawings)


def starts(model: SketchModel) -> list[dict[str, Any]]:
    """Starts as people draw them: few points, many, two strokes, lifted, another unit."""
    turn = np.linspace(0, 4, 90)
    bow = np.stack((300 + 80 * np.cos(turn), 200 + 60 * np.sin(turn)), 1)
    nose = np.stack((np.linspace(300, 320, 30), np.linspace(180, 230, 30)), 1)
    few = [[(0, 0), (30, 10), (40, 40)]]
    return [
        {"strokes": few, "lifted": False, "zoom": None},
        {"strokes": [bow], "lifted": False, "zoom": None},
        {"strokes": [bow, nose], "lifted": True, "zoom": model.statistics.extent / 160},
    ]


def sheep() -> list[Stroke3]:
    """A few drawings of others, where there are; for reading only."""
    root = Path(__file__).resolve().parents[2]
    path = (
        Path(os.environ.get("STROKEBOOK_SHARED", root.parent / "shared")) / "data/aaron_sheep.npz"
    )
    if not path.is_file():
        return []
    with np.load(path, allow_pickle=True, encoding="latin1") as data:
        return [np.asarray(d[:48], np.float32) for d in data["test"][:1]]
