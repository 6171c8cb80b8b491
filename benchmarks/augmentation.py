"""Augmentations compared on held-out drawings, one at a time.

    python -m benchmarks.augmentation WORK [--drawings 150] [--steps 300] [--only mirror warp]

The shorter drawings of look_i16 (strokes joined and spliced), a small decoder-only model, the
same seed, sizes and steps for all; only the augmentation differs. Validation decides which step's
model is kept. The test drawings are others than those; the number is nats per point with uniform
noise of one unit's width, offsets divided by their standard deviation.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from benchmarks import line_sets
from benchmarks.held_out import nats
from strokebook.geometry.drawing import Stroke3
from strokebook.model.config import ModelOptions, TrainOptions
from strokebook.model.training import metrics
from strokebook.model.training.train import train

SIZES = ModelOptions(conditional=False, decoder=128, decoder_cell="layer_norm")
PLAIN = TrainOptions(
    batch=25,
    learning_rate=3e-3,
    learning_rate_decay=0.996,
    scale_augment=0.0,
    point_drop=0.0,
    validate_every=50,
    report_every=50,
    samples_every=0,
    patience=0,
    threads=1,
)
LONGEST = 120  # points
WAYS: dict[str, dict[str, Any]] = {
    "none": {},
    "scale": {"scale_augment": 0.15},
    "drop": {"point_drop": 0.10},
    "rotate": {"rotate_augment": 15.0},
    "mirror": {"mirror_augment": 0.5},
    "reverse": {"reverse_augment": 0.5},
    "warp": {"warp_augment": 0.04},
    "best": {
        "scale_augment": 0.15,
        "rotate_augment": 15.0,
        "mirror_augment": 0.5,
        "warp_augment": 0.04,
    },
}


def short(drawings: Sequence[Stroke3]) -> list[Stroke3]:
    """Those of few points: what is learnt by heart is learnt sooner."""
    return [rows for rows in drawings if len(rows) <= LONGEST]


def measure(work: Path, way: str, count: int, steps: int) -> None:
    data = line_sets.look()
    learnt, valid, test = (short(part) for part in (data.train, data.valid, data.test))
    folder = work / f"augment-{count}-{way}"
    options = replace(PLAIN, steps=steps, **WAYS[way])
    before = time.process_time()
    result = train(learnt[:count], valid[:40], SIZES, options, folder)
    lines = metrics.lines(folder)
    best = min((r["per_point"], r["step"]) for r in lines if r["kind"] == "valid")
    last = [r["per_point"] for r in lines if r["kind"] == "valid"][-1]
    fitted = [r["reconstruction"] for r in lines if r["kind"] == "train"][-1]
    print(
        f"| {way} | {nats(folder, test[:100]):.3f} | {best[0]:.3f} ({best[1]}) | {last:.3f} |"
        f" {fitted:.3f} | {result.overfits or '-'} | {time.process_time() - before:.0f} |",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--drawings", type=int, default=150)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--only", nargs="+", choices=tuple(WAYS), default=tuple(WAYS))
    args = parser.parse_args()
    torch.set_num_threads(1)
    print("| augmentation | test | best valid (step) | last | training loss | overfits | CPU s |")
    print("| --- | --- | --- | --- | --- | --- | --- |", flush=True)
    for way in args.only:
        measure(args.work, way, args.drawings, args.steps)


if __name__ == "__main__":
    main()
