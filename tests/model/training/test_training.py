import dataclasses
import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from strokebook.base.errors import StrokebookError
from strokebook.model.checkpoints.checkpoint import load_model, read
from strokebook.model.config import TrainOptions
from strokebook.model.data.batches import Epochs
from strokebook.model.data.training_data import drawing_digest, prepare
from strokebook.model.networks.sketch_rnn import SketchNet
from strokebook.model.training import metrics
from strokebook.model.training.step import Stepper
from strokebook.model.training.train import train

from tiny import TINY, tiny_training, waves


class Stops:
    """A progress that raises Ctrl-C before step ``at``."""

    def __init__(self, at: int) -> None:
        self.at = at

    def track(self, items: Iterable[int], what: str, total: int | None = None) -> Iterator[int]:
        for item in items:
            if item == self.at:
                raise KeyboardInterrupt
            yield item

    def say(self, text: str) -> None:
        pass


class Hears(Stops):
    def __init__(self) -> None:
        super().__init__(-1)
        self.messages: list[str] = []

    def say(self, text: str) -> None:
        self.messages.append(text)


def losses(folder: Path) -> list[tuple[object, ...]]:
    return [
        (r["kind"], r["step"], pytest.approx(r["reconstruction"], abs=1e-6), pytest.approx(r["kl"]))
        for r in metrics.lines(folder)
    ]


def tell(folder: Path) -> list[tuple[object, ...]]:
    return [(r["kind"], r["step"], r["reconstruction"], r["kl"]) for r in metrics.lines(folder)]


@pytest.mark.parametrize("conditional", [True, False])
@pytest.mark.parametrize("ema_decay", [0.0, 0.9])
def test_resumes_to_the_very_step(tmp_path: Path, conditional: bool, ema_decay: float) -> None:
    options = dataclasses.replace(tiny_training(), ema_decay=ema_decay)
    arguments = (waves(20), waves(6, 1), TINY[conditional], options)
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    train(*arguments, whole)
    assert train(*arguments, parts, progress=Stops(3)).ended == "interrupted"
    assert train(*arguments, parts, progress=Stops(7)).steps == 7
    assert train(*arguments, parts).ended == "steps"
    assert tell(parts) == losses(whole)
    for which in ("best", "last"):
        a, b = read(whole, which).tensors, read(parts, which).tensors
        assert a.keys() == b.keys()
        for name, value in a.items():
            torch.testing.assert_close(value, b[name], atol=1e-6, rtol=0)


def test_the_average_of_the_weights_is_what_is_judged_and_kept(tmp_path: Path) -> None:
    options = dataclasses.replace(tiny_training(steps=3), ema_decay=0.5)
    train(waves(20), [], TINY[False], options, tmp_path)
    averaged, plain = read(tmp_path, "best").tensors, read(tmp_path, "last").tensors
    first = SketchNet(TINY[False], torch.Generator().manual_seed(options.seed)).state_dict()
    same = dataclasses.replace(options, ema_decay=0.0)
    wanted = {n: w.clone() for n, w in first.items()}
    for step in range(3):  # the weights after each step, from trainings that end there
        folder = tmp_path / str(step)
        train(waves(20), [], TINY[False], dataclasses.replace(same, steps=step + 1), folder)
        decay = min(0.5, (1 + step) / (10 + step))
        for name, weight in read(folder, "last").tensors.items():
            if name.startswith("net."):
                average = wanted[name[4:]]
                average += (1 - decay) * (weight - average)
    for name, average in wanted.items():
        torch.testing.assert_close(averaged[f"net.{name}"], average, atol=1e-6, rtol=0)
        torch.testing.assert_close(plain[f"average.{name}"], average, atol=1e-6, rtol=0)
    assert any((averaged[n] - plain[n]).abs().max() > 1e-4 for n in averaged)


def test_a_kill_between_two_saves_loses_only_steps(tmp_path: Path) -> None:
    """Metrics after the last checkpoint are forgotten and written again."""
    arguments = (waves(20), waves(6, 1), TINY[False])
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    train(*arguments, tiny_training(), whole)
    train(*arguments, tiny_training(steps=6), parts)
    with (parts / metrics.FILE).open("a") as file:
        file.write('{"kind": "train", "step": 7, "reconstruction": 9, "kl": 9}\n{"kind": "tr')
    train(*arguments, tiny_training(), parts)
    whole_train = [line for line in losses(whole) if line[0] == "train"]
    assert [line for line in tell(parts) if line[0] == "train"] == whole_train


def test_a_finished_training_is_not_done_again(tmp_path: Path) -> None:
    arguments = (waves(20), waves(6, 1), TINY[False], tiny_training(), tmp_path)
    first = train(*arguments)
    before = {p.name: p.stat().st_mtime_ns for p in tmp_path.iterdir() if "last" in p.name}
    assert train(*arguments) == first
    assert {p.name: p.stat().st_mtime_ns for p in tmp_path.iterdir() if "last" in p.name} == before


def test_it_learns(tmp_path: Path) -> None:
    options = tiny_training(steps=150, validate_every=50, batch=10, report_every=50)
    result = train(waves(60), waves(12, 1), TINY[False], options, tmp_path)
    valid = [r["per_point"] for r in metrics.lines(tmp_path) if r["kind"] == "valid"]
    assert result.best is not None
    assert valid[-1] < valid[0] - 0.3


def test_stops_early_and_keeps_the_best(tmp_path: Path) -> None:
    options = tiny_training(steps=400, patience=2, validate_every=3, learning_rate=0.3)
    result = train(waves(8), waves(6, 1), TINY[False], options, tmp_path)
    assert result.ended == "patience"
    costs = {r["step"]: r["per_point"] for r in metrics.lines(tmp_path) if r["kind"] == "valid"}
    assert result.best_step == min(costs, key=lambda s: costs[s])
    assert result.steps == result.best_step + 2 * 3
    assert load_model(tmp_path).info["step"] == result.best_step


def test_minutes_end_it(tmp_path: Path) -> None:
    options = tiny_training(steps=10_000_000, minutes=0.005)
    result = train(waves(8), waves(2, 1), TINY[False], options, tmp_path)
    assert result.ended == "minutes"
    assert result.seconds < 20


def test_nan_steps_are_skipped_told_and_lower_the_rate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Stepper.losses

    def sick(self: Stepper, step: int, *which: Any) -> tuple[Tensor, Tensor]:
        reconstruction, kl = real(self, step, *which)
        return (reconstruction * float("nan") if step in {2, 3} else reconstruction), kl

    monkeypatch.setattr(Stepper, "losses", sick)
    hears = Hears()
    result = train(waves(20), waves(4, 1), TINY[True], tiny_training(), tmp_path, progress=hears)
    assert (result.skipped, result.steps) == (2, 12)
    assert read(tmp_path, "last").loop["factor"] == 0.25
    assert sum("not finite" in s for s in hears.messages) == 2
    assert all(t.isfinite().all() for t in read(tmp_path, "last").tensors.values())


def test_too_many_nan_steps_end_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Stepper.losses
    monkeypatch.setattr(
        Stepper,
        "losses",
        lambda self, step, *which: (
            real(self, step, *which)[0] * (float("inf") if step > 3 else 1),
            torch.zeros(()),
        ),
    )
    with pytest.raises(StrokebookError, match="not finite 5 times in a row"):
        train(waves(20), waves(4, 1), TINY[False], tiny_training(), tmp_path)
    assert load_model(tmp_path).info["step"] == 4


def test_metrics_say_both_losses_and_the_time_left(tmp_path: Path) -> None:
    hears = Hears()
    train(waves(20), waves(4, 1), TINY[True], tiny_training(), tmp_path, progress=hears)
    assert any("reconstruction" in s and "KL" in s and "left" in s for s in hears.messages)
    assert any("nats a point" in s for s in hears.messages)
    lines = [json.loads(t) for t in (tmp_path / metrics.FILE).read_text().splitlines()]
    assert [r["step"] for r in lines if r["kind"] == "train"] == list(range(1, 13))
    assert [r["step"] for r in lines if r["kind"] == "valid"] == [4, 8, 12]


def test_leaves_a_card_and_a_picture(trained: Path) -> None:
    from PIL import Image

    card = json.loads((trained / "card.json").read_text())
    assert card["steps"] == 12
    assert card["facts"]["drawings"] == 20
    assert "Trained on 20 drawings" in (trained / "card.md").read_text()
    with Image.open(trained / "curve.png") as picture:
        assert min(picture.size) > 200


@pytest.mark.parametrize(
    ("drawings", "word"),
    [
        ([], "no drawing to train on"),
        ([np.zeros((1, 3))], "no drawing to train on"),
        ([np.array([[0, np.nan, 0], [1, 1, 1]])], "not finite"),
        ([np.zeros((9, 3))], "one spot"),
        ([np.ones((5000, 3))], "no drawing to train on"),
    ],
)
def test_refuses_bad_data(tmp_path: Path, drawings: list[np.ndarray], word: str) -> None:
    with pytest.raises(StrokebookError, match=word):
        train(drawings, [], TINY[False], tiny_training(), tmp_path)


def test_one_drawing_and_no_validation_is_enough(tmp_path: Path) -> None:
    result = train(waves(1), [], TINY[True], tiny_training(), tmp_path)
    assert result.best is None
    assert result.best_step == 12
    assert any("validation" in r.subject for r in result.warnings)
    assert load_model(tmp_path).statistics.drawings == 1


def test_another_training_in_the_folder_is_refused_unless_replaced(tmp_path: Path) -> None:
    train(waves(9), waves(4, 1), TINY[False], tiny_training(), tmp_path)
    for drawings, options in ((waves(10), tiny_training()), (waves(9), tiny_training(batch=3))):
        with pytest.raises(StrokebookError, match=r"trained otherwise: (the drawings|batch)"):
            train(drawings, waves(4, 1), TINY[False], options, tmp_path)
    longer = dataclasses.replace(tiny_training(), steps=14)
    assert train(waves(9), waves(4, 1), TINY[False], longer, tmp_path).steps == 14
    train(waves(10), waves(4, 1), TINY[True], tiny_training(), tmp_path, resume=False)
    assert load_model(tmp_path).options.conditional
    assert len(list(tmp_path.glob("*.safetensors"))) == 2


def test_starts_from_another_model(tmp_path: Path) -> None:
    options = tiny_training(steps=60, batch=10, validate_every=60)
    base = train(waves(60), waves(12, 1), TINY[False], options, tmp_path / "base")
    brief = tiny_training(steps=1, learning_rate=1e-6, validate_every=1)
    cold = train(waves(30, 5), waves(12, 1), TINY[False], brief, tmp_path / "cold")
    warm = train(
        waves(30, 5), waves(12, 1), TINY[False], brief, tmp_path / "warm", start_from=base.folder
    )
    assert cold.best and warm.best and base.best
    assert warm.best.per_point < cold.best.per_point - 0.2
    assert read(tmp_path / "warm", "last").info["started_from"] == "base"
    with pytest.raises(StrokebookError, match="another kind or size"):
        train(waves(9), [], TINY[True], brief, tmp_path / "x", start_from=base.folder)


def test_schedules() -> None:
    options = TrainOptions(warmup=3)
    stepper = Stepper.__new__(Stepper)
    stepper.options = options
    assert stepper.kl_weight(0) == pytest.approx(0.01)
    assert stepper.kl_weight(10**6) == pytest.approx(0.5)
    assert stepper.learning_rate(0) == pytest.approx(1e-3 / 4)
    assert stepper.learning_rate(10_000) == pytest.approx(0.00099 * 0.9999**10_000 + 1e-5)
    assert stepper.learning_rate(10**6) == pytest.approx(1e-5)


SCRIPT = """
import sys
sys.path.insert(0, {tests!r})
from pathlib import Path
from tiny import TINY, tiny_training, waves
from strokebook.model.training.train import train
r = train(waves(20), waves(6, 1), TINY[False],
          tiny_training(steps=10**6, validate_every=2, patience=0), Path({folder!r}))
print(r.ended, r.steps)
"""


def begin(folder: Path) -> subprocess.Popen[str]:
    script = SCRIPT.format(tests=str(Path(__file__).parents[2]), folder=str(folder))
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not (folder / "best.json").exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return process


def test_sigint_saves_and_ends_cleanly(tmp_path: Path) -> None:
    process = begin(tmp_path)
    os.kill(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    ended, steps = out.split()
    assert ended == "interrupted"
    assert read(tmp_path, "last").loop["step"] == int(steps)


def test_sigkill_at_any_moment_leaves_whole_checkpoints(tmp_path: Path) -> None:
    process = begin(tmp_path)
    for _ in range(40):  # while it writes, several times a second
        read(tmp_path, "best")
        time.sleep(0.005)
    process.kill()
    process.wait()
    assert read(tmp_path, "last").tensors
    assert load_model(tmp_path).statistics.drawings == 20


@pytest.mark.parametrize(("norm", "longest"), [(0.01, 0.01), (0.0, math.inf)])
def test_the_gradient_as_a_whole_is_kept_short_where_that_is_asked(
    norm: float, longest: float
) -> None:
    net = SketchNet(TINY[True], torch.Generator().manual_seed(0))
    data = prepare(waves(12), waves(3, 1), 250)
    stepper = Stepper(net, tiny_training(clip_norm=norm, clip=1e-3), data.statistics.n_max)
    assert stepper.step(0, Epochs(data.train, 12, 0)[0], 1.0) is not None
    grads = torch.cat([p.grad.flatten() for p in net.parameters() if p.grad is not None])
    assert 0.5 * min(longest, 1e-3) < float(grads.norm()) <= longest * 1.0001
    assert (float(grads.abs().max()) > 1.0001e-3) == (norm > 0)  # else each number is clipped


def test_it_says_what_it_expects_and_what_each_validation_gained(tmp_path: Path) -> None:
    hears = Hears()
    options = tiny_training(patience=2, minutes="auto")
    train(waves(20), waves(6, 1), TINY[False], options, tmp_path, progress=hears)
    points = sum(map(len, waves(20)))
    assert hears.messages[0] == (
        f"training: 20 drawings with {points} points to learn from, 6 more judge it; at most 12"
        " steps or 40 minutes in all, sooner once 8 steps bring no better validation"
    )
    assert any("a step takes" in m and "at most" in m for m in hears.messages)
    valid = [r for r in metrics.lines(tmp_path) if r["kind"] == "valid"]
    gained = valid[0]["per_point"] - valid[1]["per_point"]
    word = "better" if gained >= 0 else "worse"
    told = [m for m in hears.messages if "validation" in m and m.startswith("step")]
    assert "than before" not in told[0]
    assert f"{abs(gained):.3f} {word} than before" in told[1]


def test_auto_ends_when_validation_no_longer_improves(tmp_path: Path) -> None:
    options = tiny_training(
        steps=400, patience=0, minutes="auto", validate_every=1, learning_rate=0.3
    )
    assert train(waves(8), waves(6, 1), TINY[False], options, tmp_path).ended == "patience"


def test_the_card_has_the_name_that_was_given_and_else_the_folders(tmp_path: Path) -> None:
    arguments = (waves(20), waves(6, 1), TINY[False], tiny_training())
    train(*arguments, tmp_path / ".training-abc", name="My sketchbooks")
    page = (tmp_path / ".training-abc" / "card.md").read_text()
    assert page.startswith("# My sketchbooks\n") and ".training" not in page
    assert json.loads((tmp_path / ".training-abc" / "card.json").read_text())["name"] == (
        "My sketchbooks"
    )
    train(*arguments, tmp_path / "mine")
    assert (tmp_path / "mine" / "card.md").read_text().startswith("# mine\n")


def test_a_model_records_the_drawings_it_learnt_and_not_those_kept_aside(tmp_path: Path) -> None:
    learnt, held = waves(20), waves(6, 1)
    train(learnt, held, TINY[False], tiny_training(), tmp_path)
    for which in ("best", "last"):
        found = read(tmp_path, which).info["learnt"]  # type: ignore[arg-type]
        assert set(found) == {drawing_digest(d) for d in learnt}
        assert not set(found) & {drawing_digest(d) for d in held}
    whole = [np.rint(d).astype(np.int16) for d in learnt]
    assert [drawing_digest(d) for d in whole] == [
        drawing_digest(d.astype(np.float32)) for d in whole
    ]
