"""Command ``python -m benchmarks.hand``: measures one model against one hand."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.hand import hands, judges
from benchmarks.hand.drawn import MOST_POINTS, draw, rows_of
from benchmarks.hand.hands import Hand
from strokebook.base.files import write_json
from strokebook.geometry.drawing import Drawing, Stroke3
from strokebook.geometry.render import sheet
from strokebook.geometry.stroke3 import from_stroke3, to_stroke3
from strokebook.model.checkpoints.checkpoint import SketchModel, load_model
from strokebook.model.evaluation.evaluate import evaluate
from strokebook.model.evaluation.options import EvaluateOptions
from strokebook.model.sampling import complete, shown

MOST = 300  # drawings of each side
TEMPERATURES = (0.5, 0.65, 0.8, 1.0)
START_SHARE = 0.4  # of a test drawing's points, from which completions go on
SHOWN = 32  # of each side in the picture
CHOICES = ("raw", "rejection")


def choose_temperature(model: SketchModel, hand: Hand, seed: int) -> float:
    """The temperature at which the judges' mean accuracy on validation drawings is lowest."""
    count = min(MOST, len(hand.valid))

    def mean_accuracy(temperature: float) -> float:
        drawn = rows_of(draw(model, count, temperature, seed + 1, "raw"))
        verdicts = judges.judge(drawn, hand.valid[:count], seed)
        return sum(j.accuracy for j in verdicts.values())

    return min(TEMPERATURES, key=mean_accuracy)


def measure(hand: Hand, model: SketchModel, arguments: argparse.Namespace) -> dict[str, Any]:
    """All numbers of one model for one hand."""
    seed, picture = arguments.seed, arguments.picture
    hands.check_frozen(hand)
    options = EvaluateOptions(samples=20, seed=0, max_points=MOST_POINTS)
    nats = evaluate(model, hand.test, hand.train, options).likelihood.held_out
    count = min(MOST, len(hand.test))
    value: dict[str, Any] = {
        "hand": hand.name,
        "test": hand.digest,
        "seed": seed,
        "drawings": [len(hand.train), len(hand.valid), len(hand.test)],
        "parameters": sum(p.numel() for p in model.net.parameters()),
        "nats": dataclasses.asdict(nats),
        "control": _judged(hand.train[:count], None, hand, seed),
        "novelty_held": judges.copies(hand.test[:count], hand.test, hand.train),
    }
    for choose in arguments.choose:
        if choose == "rejection" and model.chooser is None:
            continue
        temperature = choose_temperature(model, hand, seed) if choose == "raw" else None
        drawn = draw(model, count, temperature, seed, choose)
        rows, lines = rows_of(drawn), shown(model, drawn)
        value[choose] = {
            "temperature": temperature or (model.chooser and model.chooser.temperature),
            "judges": _judged(rows, lines, hand, seed),
            "novelty": judges.copies(rows, hand.test, hand.train),
            "diversity": judges.spread(rows) / judges.spread(hand.test[:count]),
            "completions": _completions(
                model, hand, temperature, seed, choose, arguments.completions
            ),
        }
        if picture:
            real = hand.lines or [from_stroke3(r) for r in hand.test]
            _mix(lines, real, seed, picture.with_stem(f"{picture.stem}-{choose}"))
    if hand.lines:
        half = len(hand.lines) // 2
        ink = judges.judge_ink(hand.lines[:half], hand.lines[half:], seed)
        value["control"]["ink"] = dataclasses.asdict(ink)
    return value


def _judged(
    rows: Sequence[Stroke3], lines: Sequence[Drawing] | None, hand: Hand, seed: int
) -> dict[str, Any]:
    found = judges.judge(rows, hand.test, seed)
    if lines is not None and hand.lines:
        found["ink"] = judges.judge_ink(lines, hand.lines, seed)
    return judges.numbers(found)


def _completions(
    model: SketchModel,
    hand: Hand,
    temperature: float | None,
    seed: int,
    choose: str,
    count: int,
) -> dict[str, Any]:
    """Test drawings' starts with the model's endings, against the artist's own endings."""
    whole = []
    for n, rows in enumerate(hand.test[:count]):
        start = from_stroke3(rows[: max(3, round(START_SHARE * len(rows)))])
        of = 6 if choose != "raw" else None
        ending = complete(
            model, start, 1, temperature, seed + n, MOST_POINTS, zoom=1.0, choose=choose, of=of
        )
        whole.append(np.asarray(to_stroke3(ending[0]), np.float32))
    found = judges.judge(whole, hand.test, seed)
    return judges.numbers(found)


def _mix(drawn: Sequence[Drawing], real: Sequence[Drawing], seed: int, path: Path) -> None:
    """32 of the model's and 32 of the artist's, mixed; the key is a second picture."""
    few = min(SHOWN, len(drawn), len(real))
    both = [*drawn[:few], *real[:few]]
    order = np.random.default_rng(seed).permutation(len(both))
    key = ["model" if k < few else "artist" for k in order]
    mixed = [both[k] for k in order]
    numbers = [str(n) for n in range(1, len(mixed) + 1)]
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet(mixed, 8, 180, numbers).save(path)
    titles = [f"{n} {who}" for n, who in zip(numbers, key, strict=True)]
    sheet(mixed, 8, 180, titles).save(path.with_stem(f"{path.stem}-key"))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=hands.__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("hand", choices=sorted(hands.FROZEN))
    parser.add_argument("--model", type=Path, required=True, help="folder of a trained model")
    parser.add_argument("--project", type=Path, help="of the hand made")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--choose", nargs="+", choices=CHOICES, default=CHOICES)
    parser.add_argument("--completions", type=int, default=MOST, help="starts that are completed")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, help="JSON file")
    parser.add_argument("--picture", type=Path, help="PNG: 32 of theirs and 32 drawn, mixed")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    hand = hands.load(arguments.hand, arguments.project)
    value = measure(hand, load_model(arguments.model), arguments)
    print(value)
    if arguments.out:
        write_json(arguments.out, value)


if __name__ == "__main__":
    main()
