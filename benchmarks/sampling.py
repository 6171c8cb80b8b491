"""Sampling speed: the time to the first point, and points a second, in one run.

    python -m benchmarks.sampling                    # `standard` sizes, all cells, about a minute
    python -m benchmarks.sampling --model FOLDER     # a trained model instead

A start of ``--points`` points is read anew for every repetition, as when a pen has just lifted;
"first" is the time from that call to the first point of all endings, "step" that of each further
point of all of them. Weights are random, which changes no time; no drawing ends early.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from strokebook.geometry.drawing import Drawing
from strokebook.model.checkpoints.checkpoint import SketchModel, load_model
from strokebook.model.config import PRESETS
from strokebook.model.data.statistics import DataStatistics
from strokebook.model.networks.local_frame_decoder import LocalFrameDecoder
from strokebook.model.networks.sketch_rnn import SketchNet
from strokebook.model.sampling import read_start, stream, warm_up

FACTS = DataStatistics(10.0, 1000, 200, 130, 200.0, 100.0, 8.0, 26.0)
GOAL_FIRST, GOAL_RATE = 50.0, 60.0  # ms; points a second of each ending


def main() -> None:
    """Print a table, and JSON if asked."""
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--model", type=Path, help="a trained model's folder")
    ask.add_argument("--endings", type=int, default=9)
    ask.add_argument("--points", type=int, default=50, help="points of the start")
    ask.add_argument("--length", type=int, default=100, help="points that are drawn")
    ask.add_argument("--repeat", type=int, default=9)
    ask.add_argument("--threads", type=int, default=2)
    ask.add_argument("--json", type=Path)
    asked = ask.parse_args()
    torch.set_num_threads(asked.threads)
    print(
        f"{asked.endings} endings of a start of {asked.points} points, {asked.threads} threads,"
        f" load {os.getloadavg()[0]:.1f}; medians of {asked.repeat}\n"
        "model                          first ms (least, cpu)   step ms (cpu)  points/s each"
    )
    timings: list[dict[str, object]] = []
    for name, model in _models(asked.model):
        line = _time(model, asked)
        timings.append({"model": name, **line})
        print(
            f"{name:30} {line['first']:7.1f} ({line['first_least']:.1f}, {line['first_cpu']:.1f})"
            f"{line['step']:12.2f} ({line['step_cpu']:.2f}) {1000 / line['step']:10.0f}",
            flush=True,
        )
    print(f"wanted: first under {GOAL_FIRST:.0f} ms, at least {GOAL_RATE:.0f} points/s each")
    if asked.json:
        asked.json.write_text(json.dumps(timings, indent=1))


def _models(folder: Path | None) -> Iterator[tuple[str, SketchModel]]:
    if folder is not None:
        yield folder.name, load_model(folder)
        return
    for cell in ("lstm", "layer_norm", "hyper"):
        for conditional in (False, True):
            for local_frame in (False, True):
                options = dataclasses.replace(
                    PRESETS["standard"].model,
                    decoder_cell=cell,
                    conditional=conditional,
                    local_frame=local_frame,
                )
                net = SketchNet(options, torch.Generator().manual_seed(0))
                net.eval().requires_grad_(False)
                decoder = net.decoder
                pen = decoder.pen if isinstance(decoder, LocalFrameDecoder) else decoder.output
                pen.bias[2] = -30.0  # never the end
                frame, z = " local frame" * local_frame, " with z" * conditional
                name = f"{cell}{frame}{z}"
                yield name, SketchModel(net, options, FACTS, {})


def _time(model: SketchModel, asked: argparse.Namespace) -> dict[str, float]:
    index = np.arange(asked.points)
    places = np.stack([8.0 * index, 12.0 * (index % 2) + index % 3], 1)
    start = Drawing.of([places * model.statistics.offset / 14.0])
    warm_up(model)
    firsts, steps = [], []
    for seed in range(asked.repeat):
        before = time.perf_counter(), time.process_time()
        coming = stream(
            model, read_start(model, start, seed, zoom=1.0), asked.endings, 0.4, seed, asked.length
        )
        moments = iter(coming)
        next(moments)
        middle = time.perf_counter(), time.process_time()
        count = sum(1 for _ in moments)
        after = time.perf_counter(), time.process_time()
        firsts.append([1000 * (b - a) for a, b in zip(before, middle, strict=True)])
        steps.append([1000 * (b - a) / max(count, 1) for a, b in zip(middle, after, strict=True)])
    wall, cpu = zip(*firsts, strict=True)
    step, step_cpu = zip(*steps, strict=True)
    return {
        "first": statistics.median(wall),
        "first_least": min(wall),
        "first_cpu": statistics.median(cpu),
        "step": statistics.median(step),
        "step_cpu": statistics.median(step_cpu),
    }


if __name__ == "__main__":
    main()
