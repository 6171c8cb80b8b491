import dataclasses
import itertools
from pathlib import Path

import numpy as np
import pytest

from strokebook.model.checkpoints import checkpoint
from strokebook.model.checkpoints.checkpoint import load_model
from strokebook.model.sampling import reconstruct, sample
from strokebook.model.training import metrics
from strokebook.model.training.cooldown import LEAST_RATE, Cooldown, begin, is_late
from strokebook.model.training.train import train

from tiny import TINY, tiny_training, waves


def test_the_rate_falls_to_almost_nothing_by_steps_or_by_time() -> None:
    by_steps = begin(100, 9.0, 10_000, 0.0)
    assert by_steps == Cooldown(100, 9.0, 140, 0.0)
    factors = [by_steps.factor(step, 9.0 + step) for step in range(100, 141)]
    assert factors[0] == 1.0 and factors[-1] == LEAST_RATE
    assert all(a >= b for a, b in itertools.pairwise(factors))
    by_time = begin(100, 70.0, 10_000, 100.0)
    assert by_time.progress(101, 85.0) == pytest.approx(0.5)
    assert by_time.progress(101, 200.0) == 1.0


def test_it_begins_at_the_latest_after_seven_tenths_of_the_limits() -> None:
    assert not is_late(69, 1.0, 100, 0.0)
    assert is_late(70, 1.0, 100, 0.0)
    assert is_late(1, 70.0, 100, 100.0)
    assert not is_late(1, 1e9, 100, 0.0)


def test_a_training_cools_down_and_resumes_to_the_very_step(tmp_path: Path) -> None:
    options = tiny_training(
        steps=60, schedule="cooldown", patience=2, validate_every=3, learning_rate=0.05
    )
    sets = waves(8), waves(6, 1)
    once = train(*sets, TINY[False], options, tmp_path / "once")
    assert once.ended in {"cooldown", "steps"}
    rates = [r["learning_rate"] for r in metrics.lines(tmp_path / "once") if r["kind"] == "train"]
    assert rates[-1] < 0.5 * max(rates)
    state = checkpoint.read(tmp_path / "once", "last").loop["cooldown"]
    assert state["step"] < once.steps <= state["last_step"]
    short = dataclasses.replace(options, steps=state["step"] + 1)
    assert train(*sets, TINY[False], short, tmp_path / "cut").steps == state["step"] + 1


@pytest.mark.parametrize("local_frame", [False, True])
def test_with_z_dropout_it_draws_without_z_and_reconstructs_with(
    tmp_path: Path, local_frame: bool
) -> None:
    model = dataclasses.replace(TINY[True], z_dropout=0.5, local_frame=local_frame)
    options = tiny_training(steps=20, target_noise=True)
    whole = [np.round(d) for d in waves(20)]
    train(whole, whole[:4], model, options, tmp_path)
    loaded = load_model(tmp_path)
    assert loaded.net.draws_without_z
    scores = checkpoint.read(tmp_path, "best").info["scores"]
    assert scores["kl"] == scores["divergence"] == 0.0
    drawn = sample(loaded, 2, 0.5, max_points=12)
    assert all(d.n_points > 1 for d in drawn)
    assert reconstruct(loaded, drawn[0], max_points=12).n_points > 1
