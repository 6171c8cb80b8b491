"""Command ``python -m benchmarks.hand.long``: drawings of 300 to 500 points, and what they cost.

The made hand's figures with more points of the same lines (a finer step and tolerance), whole
pages in the parts that they are in by default. The default model learns them for some minutes;
what it draws with a thousand points at most is judged against the test drawings, raw and chosen,
by strokes and by pictures. A drawing ends well if the model ends it itself. A model that learnt
points of the default rule for as many minutes is the comparison (``--default``).
"""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.hand import judges
from benchmarks.hand.drawn import OVERDRAWN, rows_of
from benchmarks.hand.hands import Hand
from benchmarks.hand.learn import learn
from strokebook.base.errors import InputRefused
from strokebook.base.files import write_json
from strokebook.dataset.build import line_rows
from strokebook.dataset.options import DatasetOptions
from strokebook.geometry.drawing import Drawing, Stroke3
from strokebook.geometry.render import sheet
from strokebook.geometry.stroke3 import from_stroke3
from strokebook.model.checkpoints.checkpoint import SketchModel, load_model
from strokebook.model.evaluation.evaluate import evaluate
from strokebook.model.evaluation.options import EvaluateOptions
from strokebook.model.sampling import sample, shown

FINE = DatasetOptions(step=3.0, epsilon=0.15, point_budget=500)
MOST_POINTS = 1000  # of what is drawn
TEMPERATURE = 0.8  # of what is not chosen
SHOWN = 12  # of each side in the picture


def long_hand(project: Path, rule: DatasetOptions) -> Hand:
    """The drawings of a project by another rule, in the parts that they are in."""
    from strokebook.pipeline.line_rule import lines_by_rule
    from strokebook.pipeline.project import open_project
    from strokebook.pipeline.stages.dataset_figures import figure_names, framed_figures

    parts: list[list[Stroke3]] = []
    kept: list[Drawing | None] = []
    with open_project(project) as opened:
        for part in ("train", "valid", "test"):
            found = framed_figures(opened, figure_names(opened, part))  # type: ignore[arg-type]
            rows, lines = _by_rule([f.drawing for f in found if f is not None], rule)
            parts.append(rows)
            if part == "train":
                kept.extend(lines)
    varied = lines_by_rule(kept, len(kept), rule)
    return Hand("long", parts[0], parts[1], parts[2], train_lines=varied)


def _by_rule(
    figures: Sequence[Drawing], rule: DatasetOptions
) -> tuple[list[Stroke3], list[Drawing]]:
    rows, lines = [], []
    for figure in figures:
        try:
            rows.append(np.asarray(line_rows(figure, rule), np.float32))
        except InputRefused:
            continue
        lines.append(figure)
    return rows, lines


def measure(hand: Hand, model: SketchModel, seed: int) -> tuple[dict[str, Any], list[Drawing]]:
    """Nats, judges and endings; and the chosen drawings."""
    options = EvaluateOptions(samples=20, seed=0, max_points=500)
    nats = evaluate(model, hand.test, hand.train, options).likelihood.held_out
    value: dict[str, Any] = {
        "points": _spread([len(rows) for rows in hand.test]),
        "nats": dataclasses.asdict(nats),
        "control": _judged(hand.train, hand, seed),
    }
    count, drawn = len(hand.test), []
    for choose in ("raw", "rejection"):
        if choose == "rejection" and model.chooser is None:
            continue
        of, temperature = (None, TEMPERATURE) if choose == "raw" else (OVERDRAWN * count, None)
        drawn = sample(model, count, temperature, seed, MOST_POINTS, choose=choose, of=of)
        points = np.array([d.n_points for d in drawn])
        value[choose] = {
            "ends_itself": float((points < MOST_POINTS).mean()),
            "points": _spread(points.tolist()),
            "judges": _judged(rows_of([d for d in drawn if d.n_points > 1]), hand, seed),
        }
    return value, drawn


def _judged(rows: Sequence[Stroke3], hand: Hand, seed: int) -> dict[str, Any]:
    return judges.numbers(judges.judge(rows, hand.test, seed))


def _spread(points: Sequence[int]) -> dict[str, float]:
    low, middle, high = np.quantile(points, (0.05, 0.5, 0.95))
    within = np.mean([300 <= n <= 500 for n in points])
    return {"low": low, "median": middle, "high": high, "from_300_to_500": float(within)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--project", type=Path, required=True, help="of the hand made")
    parser.add_argument("--model", type=Path, required=True, help="folder that the model goes to")
    parser.add_argument("--default", action="store_true", help="points of the default rule")
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="JSON file")
    parser.add_argument("--picture", type=Path, help="PNG: some of the model's, some of the test's")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    rule = DatasetOptions() if arguments.default else FINE
    hand = long_hand(arguments.project, rule)
    value: dict[str, Any] = {"rule": {"step": rule.step, "epsilon": rule.epsilon}}
    result = learn(
        hand,
        arguments.model,
        minutes=arguments.minutes,
        seed=arguments.seed,
        threads=arguments.threads,
        samples_every=0,
    )
    value |= {
        "minutes": round(result.seconds / 60, 1),
        "steps": result.steps,
        "best_step": result.best_step,
        "seconds_a_step": result.seconds / max(result.steps, 1),
    }
    model = load_model(arguments.model)
    found, drawn = measure(hand, model, arguments.seed)
    value |= found
    print(value)
    if arguments.out:
        write_json(arguments.out, value)
    if arguments.picture:
        real = shown(model, [from_stroke3(rows) for rows in hand.test[:SHOWN]])
        both = [*real, *shown(model, drawn[:SHOWN])]
        titles = ["test"] * len(real) + [f"drawn, {d.n_points}" for d in drawn[:SHOWN]]
        sheet(both, 8, 200, titles).save(arguments.picture)


if __name__ == "__main__":
    main()
