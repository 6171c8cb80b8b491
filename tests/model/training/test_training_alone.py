"""Training that can be left alone: pictures, TensorBoard, overfitting, augmenting."""

import sys
import types
from pathlib import Path

import pytest
import torch
from test_training import Hears, Stops, losses, tell

from strokebook.base.errors import StrokebookError
from strokebook.model.checkpoints.checkpoint import load_model, read, save
from strokebook.model.training import metrics, samples
from strokebook.model.training.state import TrainState
from strokebook.model.training.train import train

from tiny import TINY, tiny_training, waves

VARIED = {
    "rotate_augment": 20.0,
    "mirror_augment": 0.5,
    "reverse_augment": 0.5,
    "warp_augment": 0.05,
}


def test_an_augmented_training_resumes_to_the_very_step(tmp_path: Path) -> None:
    arguments = (waves(20), waves(6, 1), TINY[False], tiny_training(samples_every=2, **VARIED))
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    train(*arguments, whole)
    assert train(*arguments, parts, progress=Stops(5)).ended == "interrupted"
    train(*arguments, parts)
    assert tell(parts) == losses(whole)
    plain = tmp_path / "plain"
    train(*arguments[:3], tiny_training(), plain)
    assert tell(plain) != losses(whole)
    for step in (2, 4, 6, 8, 10, 12):
        a, b = (samples.picture_of(f, step).read_bytes() for f in (whole, parts))
        assert a == b


def test_pictures_of_samples_do_not_touch_the_training(tmp_path: Path) -> None:
    arguments = (waves(20), waves(6, 1), TINY[True])
    train(*arguments, tiny_training(samples_every=0), tmp_path / "a")
    train(*arguments, tiny_training(samples_every=5), tmp_path / "b")
    assert tell(tmp_path / "a") == losses(tmp_path / "b")
    assert not (tmp_path / "a" / samples.FOLDER).exists()
    assert sorted(p.name for p in (tmp_path / "b" / samples.FOLDER).iterdir()) == [
        "0000005.png",
        "0000010.png",
    ]


def test_a_new_training_takes_the_old_pictures_away(tmp_path: Path) -> None:
    arguments = (waves(9), waves(4, 1), TINY[False])
    train(*arguments, tiny_training(samples_every=4), tmp_path)
    train(*arguments, tiny_training(steps=4, samples_every=4), tmp_path, resume=False)
    assert [p.name for p in (tmp_path / samples.FOLDER).iterdir()] == ["0000004.png"]


def test_learning_by_heart_is_told_once(tmp_path: Path) -> None:
    hears = Hears()
    options = tiny_training(
        steps=260, batch=4, patience=0, validate_every=10, report_every=10, learning_rate=0.02,
        point_drop=0.0, scale_augment=0.0,
    )  # fmt: skip
    wild = waves(30, 9, 20, 30)
    for rows in wild:
        rows[1:, :2] *= 3.0  # drawings of another kind: what is learnt does not help there
    result = train(waves(4), wild, TINY[False], options, tmp_path, progress=hears)
    warnings = [s for s in hears.messages if "by heart" in s]
    assert len(warnings) == 1
    assert result.overfits > result.best_step > 0
    assert f"the model of step {result.best_step} is kept" in warnings[0]
    assert "by heart" in (tmp_path / "card.md").read_text()
    assert train(waves(4), wild, TINY[False], options, tmp_path) == result


def test_overfitting_is_a_rise_while_training_falls() -> None:
    def run(train_losses: list[float], better: list[bool]) -> list[str]:
        loop, messages = TrainState(), []
        for n, (loss, good) in enumerate(zip(train_losses, better, strict=True)):
            loop.step = n + 1
            loop.record_step(loss, 0.0)
            messages.append(loop.record_validation(good, {}))
        return messages

    falls = run([5, 4, 3, 2, 1, 0.5], [True, True, False, False, False, False])
    assert [bool(s) for s in falls] == [False] * 4 + [True, False]
    assert "since step 2 the training loss fell from 4.000 to 1.000" in falls[4]
    assert not any(run([5, 4, 5, 6, 7], [True, True, False, False, False]))  # training rises too
    assert not any(run([5, 4, 3, 2], [True, True, False, False]))  # too early to say
    assert not any(run([5, 4, 3, 2, 1], [True, False, False, True, False]))


def test_tensorboard_that_is_missing_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(StrokebookError, match=r"TensorBoard is not installed\..*pip install"):
        train(waves(9), [], TINY[False], tiny_training(tensorboard=True), tmp_path)


def test_asking_for_a_missing_tensorboard_costs_no_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = (waves(9), waves(4, 1), TINY[False])
    train(*arguments, tiny_training(), tmp_path)
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(StrokebookError, match="TensorBoard"):
        train(*arguments, tiny_training(tensorboard=True), tmp_path, resume=False)
    assert load_model(tmp_path).info["step"] > 0


def test_tensorboard_gets_the_lines_of_the_metrics(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[str, float, int]] = []

    class Writer:
        def __init__(self, folder: str, purge_step: int | None) -> None:
            assert folder == str(tmp_path / metrics.BOARD)
            calls.append(("purge", purge_step or 0, 0))

        def add_scalar(self, name: str, value: float, step: int) -> None:
            calls.append((name, value, step))

        def close(self) -> None:
            calls.append(("closed", 0, 0))

    module = types.ModuleType("torch.utils.tensorboard")
    module.SummaryWriter = Writer  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", module)
    arguments = (waves(9), waves(4, 1), TINY[False], tiny_training(tensorboard=True), tmp_path)
    train(*arguments, progress=Stops(5))
    train(*arguments)
    lines = metrics.lines(tmp_path)
    for line in lines:
        scalar = (f"{line['kind']}/reconstruction", line["reconstruction"], line["step"])
        assert scalar in calls
    assert [t for t in calls if t[0] == "purge"] == [("purge", 0, 0), ("purge", 6, 0)]
    assert calls[-1][0] == "closed"


def test_a_checkpoint_from_before_a_setting_existed_resumes(tmp_path: Path) -> None:
    arguments = (waves(9), waves(4, 1), TINY[False])
    train(*arguments, tiny_training(steps=4), tmp_path)
    last = read(tmp_path, "last")
    info = last.info | {
        "train": {n: v for n, v in last.info["train"].items() if not n.endswith("_augment")}
    }
    net = load_model(tmp_path).net
    tensors = {n: t for n, t in last.tensors.items() if not n.startswith("net.")}
    loop = {n: v for n, v in last.loop.items() if n not in {"between", "at_best", "overfits"}}
    save(tmp_path, "last", net, last.statistics, info=info, loop=loop, more=tensors)
    with pytest.raises(StrokebookError, match="mirror_augment changed"):
        train(*arguments, tiny_training(mirror_augment=0.5, scale_augment=0.15), tmp_path)
    whole = tmp_path / "whole"
    train(*arguments, tiny_training(), whole)
    assert train(*arguments, tiny_training(), tmp_path).steps == 12
    assert tell(tmp_path) == losses(whole)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)
