"""Command ``python -m benchmarks.hand``: measures one model against one hand."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.hand import hands, judges
from benchmarks.hand.hands import Hand
from strokebook.base.files import write_json
from strokebook.geometry.drawing import Stroke3
from strokebook.geometry.stroke3 import from_stroke3, to_stroke3
from strokebook.model.checkpoints.checkpoint import SketchModel, load_model
from strokebook.model.evaluation.evaluate import evaluate
from strokebook.model.evaluation.options import EvaluateOptions
from strokebook.model.sampling import sample, shown

MOST = 300  # drawings of each side
TEMPERATURES = (0.5, 0.65, 0.8, 1.0)


def load(name: str, project: Path | None) -> Hand:
    """The hand of that name."""
    if name == "made":
        if project is None:
            raise SystemExit("made needs --project: 1,000 pages of make-sample --seed 777.")
        return hands.sample_library(project)
    return hands.artist() if name == "artist" else hands.sheep()


def drawn(model: SketchModel, count: int, temperature: float, seed: int) -> list[Stroke3]:
    """Drawings of the model's, as stroke-3."""
    return [
        np.asarray(to_stroke3(d), np.float32)
        for d in sample(model, count, temperature, seed, 500)
        if d.n_points > 1
    ]


def choose_temperature(model: SketchModel, hand: Hand, seed: int) -> float:
    """The temperature at which the judges' mean accuracy on validation drawings is lowest."""
    count = min(MOST, len(hand.valid))

    def mean_accuracy(temperature: float) -> float:
        verdicts = judges.judge(
            drawn(model, count, temperature, seed + 1), hand.valid[:count], seed
        )
        return sum(j.accuracy for j in verdicts.values())

    return min(TEMPERATURES, key=mean_accuracy)


def measure(hand: Hand, model: SketchModel, seed: int) -> dict[str, Any]:
    """All numbers of one model for one hand."""
    hands.check_frozen(hand)
    nats = evaluate(model, hand.test, hand.train, EvaluateOptions(samples=20, seed=0)).likelihood
    temperature = choose_temperature(model, hand, seed)
    count = min(MOST, len(hand.test))
    rows = drawn(model, count, temperature, seed)
    others = hand.train[:count]
    value: dict[str, Any] = {
        "hand": hand.name,
        "test": hand.digest,
        "seed": seed,
        "drawings": [len(hand.train), len(hand.valid), len(hand.test)],
        "temperature": temperature,
        "nats": dataclasses.asdict(nats)["targets_noisy"],
        "judges": judges.judge(rows, hand.test, seed),
        "control": judges.judge(others, hand.test, seed),
        "novelty": judges.copies(rows, hand.train),
        "novelty_held": judges.copies(hand.test[:count], hand.train),
        "diversity": judges.spread(rows) / judges.spread(hand.test[:count]),
    }
    if hand.lines:
        inked = shown(model, [from_stroke3(r) for r in rows])
        half = len(hand.lines) // 2
        value["judges"]["ink"] = judges.judge_ink(inked, hand.lines, seed)
        value["control"]["ink"] = judges.judge_ink(hand.lines[:half], hand.lines[half:], seed)
    for part in ("judges", "control"):
        value[part] = {n: dataclasses.asdict(j) for n, j in value[part].items()}
    return value


def main() -> None:
    parser = argparse.ArgumentParser(
        description=hands.__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("hand", choices=sorted(hands.FROZEN))
    parser.add_argument("--model", type=Path, required=True, help="folder of a trained model")
    parser.add_argument("--project", type=Path, help="of the hand made")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, help="JSON file")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    hand = load(arguments.hand, arguments.project)
    value = measure(hand, load_model(arguments.model), arguments.seed)
    print(value)
    if arguments.out:
        write_json(arguments.out, value)


if __name__ == "__main__":
    main()
