"""The demo's training from nothing and from other models: validation after the same steps.

    python -m benchmarks.demo_start WORK DATA.npz [--steps 200] [--start NAME=FOLDER ...]

DATA.npz is the data set of a demo project (``demo/project/datasets/drawings.npz``). Three ways are
always there: ``lstm``, the small preset from nothing; ``nothing``, the starter's sizes (layer norm)
from nothing; ``starter``. Settings are the demo's, and a step costs about the same in all.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import torch

from benchmarks.held_out import nats
from strokebook.dataset.load import read_npz
from strokebook.model import metrics, starter
from strokebook.model.checkpoint import load_model
from strokebook.model.config import PRESETS
from strokebook.model.training import train


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--start", nargs="*", default=())
    args = parser.parse_args()
    torch.set_num_threads(1)
    arrays, small = read_npz(args.data), PRESETS["small"]
    like = load_model(starter.FOLDER).options
    options = replace(small.train, steps=args.steps, minutes=0, patience=0, samples_every=0)
    ways = {"lstm": (small.model, None), "nothing": (like, None), "starter": (like, starter.FOLDER)}
    ways |= {n: (like, Path(f)) for n, _, f in (text.partition("=") for text in args.start)}
    print(f"{len(arrays.train)} drawings, {len(arrays.valid)} validation, {len(arrays.test)} test")
    for name, (sizes, start) in ways.items():
        folder, before = args.work / f"demo-{name}", time.process_time()
        train(arrays.train, arrays.valid, sizes, options, folder, start_from=start)
        curve = [(r["step"], r["per_point"]) for r in metrics.lines(folder) if r["kind"] == "valid"]
        text = ", ".join(f"{value:.3f} ({step})" for step, value in curve)
        spent = time.process_time() - before
        test = nats(folder, arrays.test)
        print(f"{name}: validation {text}; test {test:.3f}; {spent:.0f} s of CPU", flush=True)


if __name__ == "__main__":
    main()
