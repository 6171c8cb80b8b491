"""Too few drawings: what is said, and what draws instead."""

import dataclasses
from pathlib import Path

import pytest

from strokebook.model.config import PRESETS
from strokebook.model.training.against_starter import judge_model, starter_scores
from strokebook.model.training.result import TrainResult
from strokebook.model.training.validation import Scores

from tiny import TINY, waves

SMALL = PRESETS["small"]
TRAIN, VALID = waves(47), waves(6, 1)


def result(folder: Path, more: float, best: int = 50, steps: int = 350) -> TrainResult:
    """A training whose best model has the starter's loss and so much more."""
    untouched = starter_scores(SMALL.model, SMALL.train, TRAIN, VALID)
    assert untouched is not None
    scores = dataclasses.replace(untouched, reconstruction=untouched.reconstruction + more)
    return TrainResult(folder, "patience", steps, 9.0, best, scores, 0, 0, ())


def test_a_model_worse_than_the_starter_leaves_the_drawing_to_it(tmp_path: Path) -> None:
    verdict = judge_model(result(tmp_path, 0.1), SMALL.model, SMALL.train, TRAIN, VALID)
    assert verdict.drawn_with == "starter"
    assert verdict.remark.startswith(
        "47 drawings are too few to learn from: the best model came at step 50 of 350"
    )
    assert "on the 6 drawings kept aside" in verdict.remark
    assert verdict.remark.endswith("more pages help most, to about 300 drawings.")
    assert verdict.remark.count(". ") == 0  # one sentence


def test_a_model_better_than_the_starter_draws(tmp_path: Path) -> None:
    early = judge_model(result(tmp_path, -0.1), SMALL.model, SMALL.train, TRAIN, VALID)
    assert early.drawn_with == "model"
    assert "learnt its drawings by heart" in early.remark and "starter" not in early.remark
    late = result(tmp_path, -0.1, best=340)
    assert judge_model(late, SMALL.model, SMALL.train, TRAIN, VALID).remark == ""


@pytest.mark.parametrize("conditional", [True, False])
def test_nets_of_another_kind_are_not_compared(tmp_path: Path, conditional: bool) -> None:
    assert starter_scores(TINY[conditional], SMALL.train, TRAIN, VALID) is None
    bad = TrainResult(tmp_path, "steps", 9, 1.0, 9, Scores(9.0, 0.0, 9.0, 9.0, 9.0), 0, 0, ())
    verdict = judge_model(bad, TINY[conditional], SMALL.train, TRAIN, VALID)
    assert (verdict.drawn_with, verdict.starter_per_point) == ("model", None)


def test_without_drawings_kept_aside_nothing_is_compared(tmp_path: Path) -> None:
    bare = TrainResult(tmp_path, "steps", 9, 1.0, 9, None, 0, 0, ())
    assert judge_model(bare, SMALL.model, SMALL.train, TRAIN, []).drawn_with == "model"
