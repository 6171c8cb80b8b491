"""Few drawings: starting from a model of other drawings, against starting from nothing.

    python -m benchmarks.few_drawings WORK [--drawings 100 1179] [--steps 200 200]

The artist's drawings (look_i16, strokes joined and spliced), from nothing and from a model of
Quick, Draw! drawings (WORK/quickdraw, made first where it is missing): same sizes, settings, seed
and steps, so a step of both costs the same. Numbers are nats per point of drawings that neither
has seen, offsets divided by their standard deviation, with uniform noise of one unit's width.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import torch

from benchmarks import line_sets, make_starter
from benchmarks.held_out import nats
from strokebook.model.training import metrics
from strokebook.model.training.train import train

SETTINGS = replace(
    make_starter.FIRST,
    batch=32,
    learning_rate=2e-3,
    learning_rate_decay=0.997,
    kl_rate=0.99,
    validate_every=50,
    samples_every=0,
)


def measure(work: Path, count: int, steps: int) -> None:
    data, test = line_sets.look(), {}
    curves: dict[str, dict[int, float]] = {}
    for way, start in (("nothing", None), ("quickdraw", work / "quickdraw")):
        folder, options = work / f"few-{count}-{way}", replace(SETTINGS, steps=steps)
        before = time.process_time()
        train(data.train[:count], data.valid[:60], make_starter.SIZES, options, folder,
              start_from=start)  # fmt: skip
        lines = [r for r in metrics.lines(folder) if r["kind"] == "valid"]
        curves[way] = {r["step"]: r["per_point"] for r in lines}
        test[way] = nats(folder, data.test[:150])
        print(
            f"{count} drawings from {way}: best validation {min(curves[way].values()):.3f}, test"
            f" {test[way]:.3f} nats a point; {time.process_time() - before:.0f} s of CPU",
            flush=True,
        )
    cold, warm = curves["nothing"], curves["quickdraw"]
    marks = [s for s in cold if s in {50, 100, steps}]
    for step in marks:
        print(f"  step {step}: {cold[step]:.3f} from nothing, {warm[step]:.3f} from quickdraw")
    reached = [s for s, value in warm.items() if value <= min(cold.values())]
    when = f"{reached[0]} of its {steps} steps" if reached else f"more than {steps} steps"
    print(f"  the best that starting from nothing reaches needs {when}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--drawings", type=int, nargs="+", default=(100, 1179))
    parser.add_argument("--steps", type=int, nargs="+", default=(200, 200))
    parser.add_argument("--minutes", type=float, default=7.0, help="of the first training")
    args = parser.parse_args()
    torch.set_num_threads(1)
    make_starter.pretrain(args.work, args.minutes)
    for count, steps in zip(args.drawings, args.steps, strict=True):
        measure(args.work, count, steps)


if __name__ == "__main__":
    main()
