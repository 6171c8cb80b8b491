"""Too few drawings: what is said, and what draws instead."""

import dataclasses
from pathlib import Path

from strokebook.model.config import PRESETS
from strokebook.model.training.against_starter import judge_model, starter_scores
from strokebook.model.training.result import TrainResult

from tiny import waves

QUICK = PRESETS["quick"].train
TRAIN, VALID = waves(47), waves(6, 1)


def result(folder: Path, more: float, best: int = 50, steps: int = 350) -> TrainResult:
    """A training whose best model has the starter's loss and so much more."""
    untouched = starter_scores(QUICK, TRAIN, VALID)
    assert untouched is not None
    scores = dataclasses.replace(untouched, position=untouched.position + more)
    return TrainResult(folder, "patience", steps, 9.0, best, scores, 0, 0, ())


def test_a_model_worse_than_the_starter_leaves_the_drawing_to_it(tmp_path: Path) -> None:
    verdict = judge_model(result(tmp_path, 0.1), QUICK, TRAIN, VALID)
    assert verdict.drawn_with == "starter"
    assert verdict.remark.startswith(
        "47 drawings are too few to learn from: the best model came at step 50 of 350"
    )
    assert "on the 6 drawings kept aside" in verdict.remark
    assert verdict.remark.endswith("more pages help most, to about 300 drawings.")
    assert verdict.remark.count(". ") == 0  # one sentence


def test_a_model_better_than_the_starter_draws(tmp_path: Path) -> None:
    early = judge_model(result(tmp_path, -0.1), QUICK, TRAIN, VALID)
    assert early.drawn_with == "model"
    assert "learnt its drawings by heart" in early.remark and "starter" not in early.remark
    late = result(tmp_path, -0.1, best=340)
    assert judge_model(late, QUICK, TRAIN, VALID).remark == ""


def test_without_drawings_kept_aside_nothing_is_compared(tmp_path: Path) -> None:
    bare = TrainResult(tmp_path, "steps", 9, 1.0, 9, None, 0, 0, ())
    assert judge_model(bare, QUICK, TRAIN, []).drawn_with == "model"
