from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from strokebook.model.checkpoints.checkpoint import load_model
from strokebook.model.choosing import chooser_file
from strokebook.model.training import calibration
from strokebook.model.training.result import TrainResult
from strokebook.model.training.train import train

from tiny import TINY, tiny_training, waves


class StopsAtChoosing:
    """A progress that raises Ctrl-C when the chooser's drawings begin."""

    def track(self, items: Iterable[int], what: str, total: int | None = None) -> Iterator[int]:
        yield from items

    def say(self, text: str) -> None:
        if text.startswith("choosing: drawing"):
            raise KeyboardInterrupt


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, number in (("TREES", 5), ("GENERATED", 64), ("LEAST", 20)):
        monkeypatch.setattr(calibration, name, number)


def go(folder: Path, **more: object) -> TrainResult:
    return train(waves(40), waves(6, 1), TINY[False], tiny_training(), folder, **more)  # type: ignore[arg-type]


def test_training_ends_with_a_chooser_of_the_best_weights(tmp_path: Path) -> None:
    go(tmp_path)
    model, path = load_model(tmp_path), tmp_path / chooser_file.NAME
    assert model.chooser is not None and model.chooser.checkpoint == model.key
    before = path.stat().st_mtime_ns
    go(tmp_path)
    assert path.stat().st_mtime_ns == before, "it is there, so nothing is to be done"
    go(tmp_path, resume=False)
    assert load_model(tmp_path).chooser is not None


def test_a_run_stopped_while_choosing_makes_the_chooser_when_it_is_resumed(tmp_path: Path) -> None:
    assert go(tmp_path, progress=StopsAtChoosing()).ended == "interrupted"
    assert load_model(tmp_path).chooser is None
    assert go(tmp_path).ended == "steps"
    assert load_model(tmp_path).chooser is not None
