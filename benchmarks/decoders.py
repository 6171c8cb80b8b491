"""The local-frame decoder against SketchRNN's: same drawings, same training time.

    python -m benchmarks.decoders FILE.npz [...] [--minutes 6] [--rates 3e-3 6e-3]
    python -m benchmarks.decoders look --rates 4e-3 --rotate 10 --mirror 0.5 --warp 0.03

``look`` is the artist's drawings of the shared data, joined and spliced (:mod:`line_sets`).

Both are decoder-only with layer norm and have as many parameters within a fifth. They are trained
in turns, a few steps each, until each has had ``minutes`` of CPU time for every learning rate
tried; so both had the same machine. The rate with the better validation counts. Both read the
drawings as they are; noise of one unit's width is added to the offsets that they have to predict,
anew in every epoch. With ``--lines`` the artist's lines are varied and simplified anew instead of
points, with ``--ema`` both are judged by averages of their weights. Then both are judged on the
test split (validation where there is none): nats per real point with noise of one unit's width on
what is predicted, in units of the data's scale, also with noise on what is read; and how well a
classifier tells their drawings from the test's.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks import line_sets
from strokebook.base.files import write_json
from strokebook.base.progress import SILENT
from strokebook.base.random_streams import RandomStream
from strokebook.dataset.load import read_npz
from strokebook.geometry.drawing import Stroke3
from strokebook.model.cells.noise import Noise
from strokebook.model.checkpoints import checkpoint
from strokebook.model.config import ModelOptions, TrainOptions
from strokebook.model.data.target_noise import with_noise
from strokebook.model.data.training_data import TrainingData, prepare
from strokebook.model.data.training_lines import training_epochs
from strokebook.model.evaluation import likelihood
from strokebook.model.evaluation.comparison import make, tell_apart
from strokebook.model.evaluation.eval_data import gather
from strokebook.model.evaluation.options import EvaluateOptions
from strokebook.model.kernels.precision import computing
from strokebook.model.networks.sketch_rnn import SketchNet
from strokebook.model.training.averaging import AveragedNet
from strokebook.model.training.step import Stepper

TURN = 10  # steps that one trains before the other goes on
CHECKS = 12  # validations in a training
WARM = 30  # steps over which the learning rate rises
PLAIN = {256: 300, 176: 224, 96: 148}  # units of a plain decoder with about as many parameters


class Runner:
    """One model on its way: a clock of its own, and the best of its validations."""

    def __init__(
        self, name: str, model: ModelOptions, rate: float, data: Any, arguments: Any
    ) -> None:
        self.name, self.rate, self.data = name, rate, data
        self.seconds, self.limit = 0.0, float(60.0 * arguments.minutes)
        options = TrainOptions(
            batch=arguments.batch, learning_rate=rate, learning_rate_decay=1.0, max_points=250
        )
        net = SketchNet(model, torch.Generator().manual_seed(arguments.seed))
        self.stepper = Stepper(net, options, data.statistics.n_max)
        options = replace(
            options,
            seed=arguments.seed,
            point_drop=0.0,
            rotate_augment=arguments.rotate,
            mirror_augment=arguments.mirror,
            warp_augment=arguments.warp,
            line_augment=arguments.lines,
        )
        lines = line_sets.look_lines() if arguments.lines else None
        self.epochs = training_epochs(data, options, lines)
        self.averaged = AveragedNet(net, arguments.ema) if arguments.ema else None
        self.seed, self.width = arguments.seed, 1.0 / data.statistics.scale
        self.step = self.checks = 0
        self.best, self.weights = math.inf, copy.deepcopy(net.state_dict())
        self.parameters = sum(p.numel() for p in net.parameters())
        self.noisy = with_noise(data.valid, 1.0 / data.statistics.scale, 1)

    def go(self) -> bool:
        """A turn; whether there is time left."""
        begun = time.process_time()
        for _ in range(TURN):
            share = min(1.0, (self.seconds + time.process_time() - begun) / self.limit)
            factor = min(1.0, (self.step + 1) / WARM) * (
                0.02 + 0.49 * (1 + math.cos(math.pi * share))
            )
            self.learn(factor)
            if self.averaged:
                self.averaged.update(self.stepper.net, self.step)
            self.step += 1
        self.seconds += time.process_time() - begun
        if self.seconds / self.limit * CHECKS >= self.checks + 1:
            self.check()
        return self.seconds < self.limit

    def learn(self, factor: float) -> None:
        """One step, the gradient clipped by its norm.

        Both learn faster so than with the reference's clipping by value, SketchRNN's more.
        """
        stepper, batch = self.stepper, self.epochs[self.step]
        stepper.adam.zero_grad()
        targets = batch.targets.clone()
        level = np.random.default_rng([self.seed, 2, self.step]).random(targets[..., :2].shape)
        targets[..., :2] += self.width * (torch.from_numpy(level).float() - 0.5)
        noise = Noise(self.seed, RandomStream.TRAINING, self.step)
        with computing("auto"):
            nats = stepper.net.decoder.nats(batch.inputs, targets, batch.lengths, None, noise)
        loss: Any = (nats[0] + nats[1]) / batch.lengths.sum()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(stepper.named.values(), 1.0, error_if_nonfinite=True)
        for group in stepper.adam.param_groups:
            group["lr"] = self.rate * factor
        stepper.adam.step()

    def check(self) -> None:
        """Validate; keep the weights that are best."""
        self.checks = int(self.seconds / self.limit * CHECKS)
        net = self.averaged.net if self.averaged else self.stepper.net
        nats = costs(net, self.data.valid, self.noisy).per_point(1.0)
        if nats.together < self.best:
            self.best = nats.together
            self.weights = copy.deepcopy(net.state_dict())
        print(
            f"  {self.name} {self.rate:g}: {self.seconds / self.limit:4.0%} step {self.step}"
            f" validation {nats.together:.4f} ({nats.position:.4f} + {nats.pen:.4f})",
            flush=True,
        )


def costs(net: SketchNet, shown: list[Stroke3], noisy: list[Stroke3]) -> likelihood.Costs:
    return likelihood.costs(net, shown, noisy, 1.0)


def judge(
    run: Runner, test: list[Stroke3], training: list[Stroke3], samples: int
) -> tuple[dict[str, Any], likelihood.Costs]:
    net = run.stepper.net
    net.load_state_dict(run.weights)
    facts = run.data.statistics
    scaled = [d * np.array((1 / facts.scale, 1 / facts.scale, 1.0), np.float32) for d in test]
    noisy = with_noise(scaled, 1.0 / facts.scale, 0)
    whole = costs(net, scaled, noisy)
    nats = whole.per_point(1.0)
    row: dict[str, Any] = {
        "model": run.name, "parameters": run.parameters, "rate": run.rate, "steps": run.step,
        "cpu_seconds": round(run.seconds, 1), "validation": run.best, "position": nats.position,
        "pen": nats.pen, "nats": nats.together, "error": nats.error,
        "nats_noise_read": costs(net, noisy, noisy).per_point(1.0).together,
    }  # fmt: skip
    if samples:
        model = checkpoint.SketchModel(net, net.options, facts, {})
        options = EvaluateOptions(samples=samples)
        data = gather(model, test, training, options)
        judged = tell_apart(make(model, data, options).drawings, data, 0, SILENT)
        if judged is not None:
            row |= {f"told_{name}": value.accuracy for name, value in judged.model.items()}
            row |= {f"control_{name}": value.accuracy for name, value in judged.control.items()}
    return row, whole


def compare(path: Path, arguments: Any) -> list[dict[str, Any]]:
    sets = line_sets.look() if str(path) == "look" else read_npz(path)
    test = list(sets.test) or list(sets.valid)
    valid = list(sets.valid) if len(sets.test) else list(sets.train)[::12]
    train = list(sets.train) if len(sets.test) else [d for n, d in enumerate(sets.train) if n % 12]
    data: TrainingData = prepare(train, valid, 250)
    ours = ModelOptions(
        conditional=False, decoder=arguments.units, decoder_cell="layer_norm", local_frame=True
    )
    plain = replace(ours, local_frame=False, decoder=PLAIN[arguments.units])
    runs = [
        Runner(name, model, rate, data, arguments)
        for rate in arguments.rates
        for name, model in (("sketch-rnn", plain), ("local-frame", ours))
    ]
    live = runs
    while live:
        live = [run for run in live if run.go()]
    held = _checked(test)
    rows, wholes = [], []
    for name in ("sketch-rnn", "local-frame"):
        best = min((r for r in runs if r.name == name), key=lambda r: r.best)
        row, whole = judge(best, held, _checked(train), arguments.samples)
        rows.append(row)
        wholes.append(whole)
        if arguments.out:
            folder = arguments.out / f"{path.stem}-{name}"
            folder.mkdir(parents=True, exist_ok=True)
            checkpoint.save(
                folder,
                "best",
                best.stepper.net,
                data.statistics,
                info=rows[-1],
                loop={"step": best.step},
            )
    less = wholes[0].position + wholes[0].pen - wholes[1].position - wholes[1].pen
    rows[1]["better"] = float(less.sum() / wholes[0].points.sum())
    rows[1]["better_error"] = likelihood.ratio_error(less, wholes[0].points)
    return rows


def _checked(drawings: list[Any]) -> list[Stroke3]:
    from strokebook.model.data.batches import check

    return check(drawings, 250, "test")[0]


def table(path: Path, rows: list[dict[str, Any]]) -> str:
    lines = [
        f"\n{path.stem}",
        "| model | parameters | steps | position | pen | nats a point"
        " | told: strokes | thinned | pictures |",
        "| --- " * 9 + "|",
    ]
    for r in rows:
        accuracies = " | ".join(
            f"{r[k]:.3f}" if k in r else ""
            for k in ("told_strokes", "told_thinned", "told_pictures")
        )
        lines.append(
            f"| {r['model']} | {r['parameters']} | {r['steps']} | {r['position']:.3f}"
            f" | {r['pen']:.3f} | {r['nats']:.3f} ± {r['error']:.3f} | {accuracies} |"
        )
    better, error = rows[1]["better"], rows[1]["better_error"]
    lines.append(
        f"local-frame is {better:.3f} ± {error:.3f} nats a point better (paired by drawing)"
    )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--minutes", type=float, default=6.0, help="of CPU time for each training")
    parser.add_argument("--rates", type=float, nargs="+", default=[6e-3])
    parser.add_argument("--units", type=int, default=176, choices=sorted(PLAIN))
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--samples", type=int, default=300, help="for the two-sample test; 0: none")
    parser.add_argument("--seed", type=int, default=0)
    for name, meaning in (("rotate", "degrees"), ("mirror", "probability"), ("warp", "share")):
        parser.add_argument(f"--{name}", type=float, default=0.0, help=f"{meaning}, for both")
    parser.add_argument("--lines", action="store_true", help="vary lines, not points (look)")
    parser.add_argument("--ema", type=float, default=0.0, help="decay of averaged weights; 0: none")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, default=None, help="folder for models and numbers")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    for path in arguments.files:
        rows = compare(path, arguments)
        print(table(path, rows), flush=True)
        if arguments.out:
            write_json(arguments.out / f"{path.stem}.json", rows)
        else:
            print(json.dumps(rows))


if __name__ == "__main__":
    main()
