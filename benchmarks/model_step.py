"""Training step: its time in each precision, beside two peers, in one run.

    python -m benchmarks.model_step [--data FILE.npz] [--cell layer_norm] [--steps 11] [--threads 2]
    python -m benchmarks.model_step --losses 240 --encoder 128 --decoder 256 --batch 50

All do the same work on the same drawings (those of ``--data`` of up to ``--points`` points; without
it random walks of like lengths). They take turns, a few steps each as in a training, so that other
load falls on all alike. See :mod:`benchmarks.step_peers` for the peers. The first step of each is
not timed. Wall time is what counts on a quiet machine; processor time (``cpu``, per thread) is what
remains of it under other load. Ratios are what to quote.

With ``--losses N`` every precision trains N steps from the same seed instead; what is printed is
the loss on the validation drawings, evaluated in 32 bits.
"""

from __future__ import annotations

import argparse
import dataclasses
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from benchmarks.step_peers import FusedLstm, Peer, PythonCells, padded
from strokebook.dataset.load import read_npz
from strokebook.geometry.drawing import Stroke3
from strokebook.model.cells.factory import KINDS
from strokebook.model.config import PRESETS, ModelOptions, TrainOptions
from strokebook.model.data.batches import Batch, Epochs
from strokebook.model.data.training_data import TrainingData, prepare
from strokebook.model.networks.sketch_rnn import SketchNet
from strokebook.model.training.step import Stepper
from strokebook.model.training.validation import score

PRECISIONS = ("bf16", "int8", "fp32")


class Time(NamedTuple):
    """Seconds of one step."""

    wall: float
    cpu: float  # of all threads together


def drawings(path: Path | None, most: int) -> TrainingData:
    if path is not None:
        arrays = read_npz(path)
        return prepare(arrays.train, arrays.valid, most)
    rng = np.random.default_rng(0)
    walks: list[Stroke3] = []
    for _ in range(1000):
        rows = rng.normal(size=(int(rng.integers(90, most + 1)), 3)).astype(np.float32)
        rows[:, 2] = rng.random(len(rows)) < 0.25
        walks.append(rows)
    return prepare(walks[:800], walks[800:], most)


def ours(
    model: ModelOptions, train: TrainOptions, n_max: int, precision: str
) -> Callable[[int, Batch], object]:
    net = SketchNet(model, torch.Generator().manual_seed(train.seed))
    stepper = Stepper(net, dataclasses.replace(train, precision=precision), n_max)
    return lambda number, batch: stepper.step(number, batch, 1.0)


def peer(net: Peer, train: TrainOptions, n_max: int) -> Callable[[int, Batch], object]:
    adam = torch.optim.Adam(net.parameters(), lr=train.learning_rate)

    def step(number: int, batch: Batch) -> float:
        del number
        adam.zero_grad()
        loss = net.loss(padded(batch.rows, n_max + 1), batch.lengths)
        loss.backward()
        torch.nn.utils.clip_grad_value_(net.parameters(), train.clip)
        adam.step()
        return loss.item()

    return step


def timed(step: Callable[[int, Batch], object], number: int, batch: Batch) -> Time:
    wall, cpu = time.perf_counter(), time.process_time()
    step(number, batch)
    return Time(time.perf_counter() - wall, time.process_time() - cpu)


def compare(args: argparse.Namespace, model: ModelOptions, train: TrainOptions) -> None:
    data = drawings(args.data, args.points)
    n_max = data.statistics.n_max
    epochs = Epochs(data.train, train.batch, 0, train.scale_augment, train.point_drop)
    batches = [epochs[k] for k in range(args.steps + 1)]
    points = np.mean([float(b.lengths.sum()) for b in batches[1:]])
    print(
        f"{args.cell}: encoder {model.encoder}, decoder {model.decoder}, z {model.z}, batch"
        f" {train.batch}, {points:.0f} points a step of at most {n_max} rows,"
        f" {torch.get_num_threads()} threads"
    )
    steps = {f"ours {p}": ours(model, train, n_max, p) for p in PRECISIONS}
    steps["nn.LSTM, padded"] = peer(FusedLstm(model), train, n_max)
    if args.cell == "layer_norm":
        steps["Python cells"] = peer(PythonCells(model), train, n_max)
    times_of: dict[str, list[Time]] = {name: [] for name in steps}
    for begin in range(0, len(batches), args.turn):
        for name, step in steps.items():
            for number in range(begin, min(begin + args.turn, len(batches))):
                times_of[name].append(timed(step, number, batches[number]))
    base = np.mean(times_of["ours bf16"][1:], axis=0)
    for name, times in times_of.items():
        wall, cpu = mean = np.mean(times[1:], axis=0)
        least = min(t.wall for t in times[1:])
        print(
            f"  {name:16} {wall:7.3f} s a step (least {least:.3f}, cpu"
            f" {cpu / torch.get_num_threads():.3f})  {len(batches[1].lengths) / wall:6.0f}"
            f" drawings/s  {mean[0] / base[0]:6.2f} × ours bf16 (cpu {mean[1] / base[1]:.2f})"
        )


def losses(args: argparse.Namespace, model: ModelOptions, train: TrainOptions) -> None:
    data = drawings(args.data, args.points)
    n_max = data.statistics.n_max
    for precision in PRECISIONS:
        options = dataclasses.replace(train, precision=precision, seed=args.seed)
        net = SketchNet(model, torch.Generator().manual_seed(options.seed))
        stepper = Stepper(net, options, n_max)
        epochs = Epochs(
            data.train, options.batch, options.seed, options.scale_augment, options.point_drop
        )
        for number in range(args.losses):
            stepper.step(number, epochs[number], 1.0)
        scores = score(net, data.valid, n_max, options.batch, 0)
        print(
            f"  {precision}: {scores.per_point:.4f} nats per point (position {scores.position:.4f},"
            f" pen {scores.pen:.4f}), KL {scores.kl:.4f} after {args.losses} steps",
            flush=True,
        )


def main() -> None:
    model = PRESETS["standard"].model
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="drawings, npz; default: random walks")
    parser.add_argument("--points", type=int, default=200, help="most points of a drawing")
    parser.add_argument("--cell", choices=KINDS, default="layer_norm")
    parser.add_argument("--encoder", type=int, default=model.encoder)
    parser.add_argument("--decoder", type=int, default=model.decoder)
    parser.add_argument("--z", type=int, default=model.z)
    parser.add_argument("--batch", type=int, default=PRESETS["standard"].train.batch)
    parser.add_argument("--steps", type=int, default=11)
    parser.add_argument("--turn", type=int, default=4, help="steps before the next one's turn")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--losses", type=int, default=0, help="train so many steps instead")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    model = dataclasses.replace(
        model,
        encoder=args.encoder,
        decoder=args.decoder,
        z=args.z,
        encoder_cell=args.cell,
        decoder_cell=args.cell,
    )
    train = dataclasses.replace(PRESETS["standard"].train, batch=args.batch)
    (losses if args.losses else compare)(args, model, train)


if __name__ == "__main__":
    main()
