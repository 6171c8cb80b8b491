"""The figures of ``strokebook evaluate`` for models that others can check.

    python -m benchmarks.reference_models [--samples 200] [--seed 0]

- ``bear``: the published Magenta model (``magenta/bear.gen.json`` of the shared data), imported; on
  the few bears of the Quick, Draw! file, simplified as its training data were, and on the artist's
  joined drawings, which it has never seen the like of.
- ``starter``: the model in the package; on drawings that it has not learnt from: the artist's
  upright figures, people of the sample program, and the bears again.

All with ``--match-scale`` where the model is of other data. Nats per real point, noise of one
unit's width on every offset, offsets in units of the data set's own scale: rows of one data set
can be compared, others cannot.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from benchmarks import line_sets, make_starter
from strokebook.dataset.quickdraw import read_quickdraw
from strokebook.dataset.rows import to_rows
from strokebook.geometry.drawing import Drawing, Stroke3
from strokebook.geometry.resample import to_frame
from strokebook.geometry.simplify import simplify
from strokebook.model.checkpoints import starter
from strokebook.model.checkpoints.checkpoint import SketchModel, load_model
from strokebook.model.evaluation.evaluate import Evaluation, evaluate
from strokebook.model.evaluation.options import EvaluateOptions
from strokebook.model.interchange.import_model import import_model

MAGENTA_FRAME, MAGENTA_EPSILON = 255.0, 2.0  # of the simplified Quick, Draw! drawings


class Data(NamedTuple):
    """Held-out drawings, and the training drawings that copies are looked for among."""

    name: str
    held: list[Stroke3]
    training: list[Stroke3]


def bears() -> Data:
    bear_rows = [
        np.asarray(to_rows(simplify(to_frame(d, MAGENTA_FRAME)[0], MAGENTA_EPSILON), "int16"))
        for d in read_quickdraw(line_sets.SHARED / "quickdraw_raw.ndjson.gz", lambda _: None)
        if d.meta["word"] == "bear"
    ]
    return Data("bears", [np.asarray(rows, np.float32) for rows in bear_rows], [])


def artist() -> Data:
    sets = line_sets.look()
    return Data("artist, joined", sets.test, sets.train)


def figures() -> Data:
    test, train = (_rows(make_starter.upright(part)) for part in ("test", "train"))
    return Data("artist, upright figures", test, train)


def people() -> Data:
    seed, drawn = make_starter.DRAWN_SEED, make_starter.DRAWN
    held = _rows(make_starter.people(200, seed + drawn))
    return Data("people of the program", held, _rows(make_starter.people(600, seed + 100)))


def _rows(lines: Sequence[Drawing]) -> list[Stroke3]:
    return [line_sets.simplified_rows(line) for line in lines]


def row(name: str, data: Data, evaluation: Evaluation) -> str:
    nats, given_z = evaluation.likelihood.held_out, evaluation.likelihood.reconstruction
    unseen = f"{'≤ ' if nats.draws else ''}{nats.together:.3f} ± {nats.error:.3f}"
    described = f"{given_z.together:.3f}" if given_z else ""
    tests = evaluation.tests
    parts = ("strokes", "thinned", "pictures")
    accuracies = (
        ["too few"] * 3 if tests is None else [f"{tests.model[p].accuracy:.0%}" for p in parts]
    )
    novelty = "none"
    if evaluation.novelty is not None:
        ours, theirs = (
            evaluation.novelty.samples_spread.median,
            evaluation.novelty.held_spread.median,
        )
        novelty = f"{ours:.1f} ({theirs:.1f})"
    cells = [name, data.name, str(len(evaluation.data.held)), unseen, described, *accuracies]
    return "| " + " | ".join([*cells, novelty]) + " |"


def compare(
    models: Sequence[tuple[str, SketchModel, Sequence[Data]]], options: EvaluateOptions
) -> None:
    head = ("model", "judged by", "drawings", "nats a point", "given z")
    print("| " + " | ".join([*head, "strokes", "thinned", "pictures", "novelty (held-out)"]) + " |")
    print("| --- " * 9 + "|", flush=True)
    for name, model, sets in models:
        for data in sets:
            evaluation = evaluate(model, data.held, data.training, options)
            print(row(name, data, evaluation), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    options = EvaluateOptions(samples=args.samples, seed=args.seed, match_scale=True)
    with tempfile.TemporaryDirectory() as folder:
        bear = import_model(line_sets.SHARED / "magenta" / "bear.gen.json", Path(folder) / "bear")
        models = (
            ("bear (Magenta)", bear, (bears(), artist())),
            ("starter", load_model(starter.FOLDER), (figures(), people(), bears())),
        )
        compare(models, options)


if __name__ == "__main__":
    main()
