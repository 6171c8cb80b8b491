"""A first training from nothing and from other models: validation after the same steps.

    python -m benchmarks.demo_start WORK DATA.npz [--steps 200] [--start NAME=FOLDER ...]
    python -m benchmarks.demo_start WORK ../shared/data/aaron_sheep.npz --take 300 --steps 300

DATA.npz is any data set: that of a demo project (``demo/project/datasets/drawings.npz``), or
another hand's, of which ``--take`` drawings are learnt from, 60 validate and 150 test. ``nothing``
and ``starter`` are always there, both the small preset; ``layer norm`` is its twin with layer norm.
A step costs about the same in all.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import torch

from benchmarks.held_out import nats
from strokebook.dataset.load import read_npz
from strokebook.model.checkpoints import starter
from strokebook.model.checkpoints.checkpoint import load_model
from strokebook.model.config import PRESETS, ModelOptions
from strokebook.model.training import metrics
from strokebook.model.training.train import train


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--take", type=int, default=0, help="training drawings; 0: all")
    parser.add_argument("--start", nargs="*", default=())
    args = parser.parse_args()
    torch.set_num_threads(1)
    arrays, small = read_npz(args.data), PRESETS["small"]
    options = replace(
        small.train,
        steps=args.steps, minutes=0, patience=0, samples_every=0, start_from="nothing",
    )  # fmt: skip
    normed = replace(small.model, encoder_cell="layer_norm", decoder_cell="layer_norm")
    like = load_model(starter.FOLDER).options
    ways: dict[str, tuple[ModelOptions, Path | None]] = {
        "nothing": (small.model, None),
        "layer norm": (normed, None),
        "starter": (like, starter.FOLDER),
    }
    for name, _, folder in (text.partition("=") for text in args.start):
        ways[name] = load_model(Path(folder)).options, Path(folder)
    learnt, valid, test = (list(p) for p in (arrays.train, arrays.valid, arrays.test))
    if args.take:
        learnt, valid, test = (
            [d for d in part if len(d) <= options.max_points][:count]
            for part, count in ((learnt, args.take), (valid, 60), (test, 150))
        )
    print(f"{len(learnt)} drawings, {len(valid)} validation, {len(test)} test")
    for name, (sizes, start) in ways.items():
        folder, before = args.work / f"demo-{name.replace(' ', '-')}", time.process_time()
        train(learnt, valid, sizes, options, folder, start_from=start)
        curve = [(r["step"], r["per_point"]) for r in metrics.lines(folder) if r["kind"] == "valid"]
        text = ", ".join(f"{value:.3f} ({step})" for step, value in curve)
        spent = time.process_time() - before
        test_nats = nats(folder, test)
        print(f"{name}: validation {text}; test {test_nats:.3f}; {spent:.0f} s of CPU", flush=True)


if __name__ == "__main__":
    main()
