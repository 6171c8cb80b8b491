"""Command ``python -m benchmarks.hand.amounts``: how good a model is by the number of drawings.

The default model learns from ever more of the made hand's training drawings, each set part of the
next, until its validation stops improving or its minutes are over. All are judged by the same test
drawings: nats a point, and how well the judges tell what is drawn without choosing from the test's.
What is known is kept in a JSON, so that a command that was stopped goes on; the picture is drawn
from it.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.hand import hands, judges
from benchmarks.hand.drawn import MOST_POINTS, draw, rows_of
from benchmarks.hand.hands import Hand
from benchmarks.hand.learn import learn
from strokebook.base.files import atomic_open, write_json
from strokebook.model.checkpoints.checkpoint import load_model
from strokebook.model.evaluation.evaluate import evaluate
from strokebook.model.evaluation.options import EvaluateOptions

TEMPERATURE = 0.8  # of what is judged


def measure(hand: Hand, count: int, folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Numbers of one model that learns from ``count`` drawings."""
    order = np.random.default_rng(arguments.seed).permutation(len(hand.train))[:count].tolist()
    chosen = [hand.train[k] for k in order]
    lines = hand.train_lines.at(order) if hand.train_lines else None
    some = dataclasses.replace(hand, train=chosen, train_lines=lines)
    result = learn(
        some,
        folder,
        minutes=arguments.minutes,
        seed=arguments.seed,
        threads=arguments.threads,
        samples_every=0,
    )
    model = load_model(folder)
    asked = EvaluateOptions(samples=20, seed=0, max_points=MOST_POINTS)
    nats = evaluate(model, hand.test, chosen, asked).likelihood.held_out
    drawn = rows_of(draw(model, len(hand.test), TEMPERATURE, arguments.seed, "raw"))
    found = judges.judge(drawn, hand.test, arguments.seed)
    return {
        "drawings": count,
        "seed": arguments.seed,
        "minutes": round(result.seconds / 60, 1),
        "steps": result.steps,
        "best_step": result.best_step,
        "nats": dataclasses.asdict(nats),
        "judges": judges.numbers(found),
    }


def picture(rows: list[dict[str, Any]], path: Path) -> None:
    """Nats, and how well drawings are told, over the number of drawings (logarithmic)."""
    from matplotlib.figure import Figure

    rows = sorted(rows, key=lambda r: r["drawings"])
    counts = [r["drawings"] for r in rows]
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    nats, told = figure.subplots(1, 2)
    values, errors = ([r["nats"][k] for r in rows] for k in ("together", "error"))
    nats.errorbar(counts, values, yerr=errors, marker="o", capsize=3, color="black")
    nats.set(title="Surprise at held-out drawings", ylabel="nats a point (less is better)")
    for name, style in (("strokes", "o-"), ("pictures", "s--")):
        accuracy = [r["judges"][name] for r in rows]
        far = [[j["accuracy"] - j["low"], j["high"] - j["accuracy"]] for j in accuracy]
        shares = [j["accuracy"] for j in accuracy]
        told.errorbar(counts, shares, np.array(far).T, fmt=style, capsize=3, label=f"by {name}")
    told.axhline(0.5, color="0.6", lw=0.8, ls=":", label="cannot be told")
    told.set(title="Told from the artist's, without choosing", ylabel="share told rightly")
    told.legend(frameon=False)
    for axes in (nats, told):
        axes.set_xscale("log")
        axes.set_xticks(counts, [f"{n:,}" for n in counts])
        axes.minorticks_off()
        axes.set_xlabel("drawings learnt from")
    with atomic_open(path) as file:
        figure.savefig(file, format="png", dpi=110)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="folder for the models, numbers and picture")
    parser.add_argument("--project", type=Path, required=True, help="of the hand made")
    parser.add_argument("--counts", type=int, nargs="+", default=[100, 300, 1000])
    parser.add_argument("--minutes", type=float, default=30.0, help="at most, of each training")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    hand = hands.sample_library(arguments.project)
    hands.check_frozen(hand)
    arguments.out.mkdir(parents=True, exist_ok=True)
    numbers = arguments.out / "amounts.json"
    rows = json.loads(numbers.read_text()) if numbers.exists() else []
    for count in arguments.counts:
        if count not in {r["drawings"] for r in rows}:
            rows.append(measure(hand, count, arguments.out / str(count), arguments))
            write_json(numbers, rows)
    picture(rows, arguments.out / "amounts.png")
    print(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
