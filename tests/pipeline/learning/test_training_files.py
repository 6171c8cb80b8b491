"""What a file of drawings tells a training beside its points: their rule, and the lines."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from strokebook.dataset.build import Source, build
from strokebook.dataset.card import make_card, write_card
from strokebook.dataset.npz import write_flat, write_npz
from strokebook.dataset.options import DatasetOptions
from strokebook.geometry.drawing import Drawing
from strokebook.model.checkpoints.checkpoint import read
from strokebook.pipeline.line_rule import lines_of
from strokebook.pipeline.standalone import read_training_file, train_on_file

RULE = DatasetOptions(step=5.0, epsilon=0.75)


def wave(number: int) -> Drawing:
    across = np.arange(0.0, 100.0)
    return Drawing.of([np.c_[across, 30 * np.sin(across / (5 + number))]])


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    """An npz of ours with its card."""
    data = build([Source(f"d{n}", f"p{n}", wave(n)) for n in range(12)], RULE)
    npz, flat = tmp_path / "mine.npz", tmp_path / "mine.flat.npz"
    write_npz(data, npz)
    write_flat(data, flat)
    write_card(make_card(data, [npz, flat]), npz)
    return npz


def test_the_card_tells_the_rule_and_the_model_keeps_it(ours: Path, tmp_path: Path) -> None:
    assert read_training_file(ours)[0].rule == RULE
    assert read_training_file(ours.with_name("mine.flat.npz"))[0].rule == RULE
    train_on_file(ours, tmp_path / "model", preset="quick", steps=1)
    facts = read(tmp_path / "model", "last").statistics
    assert (facts.step, facts.tolerance) == (RULE.step, RULE.epsilon)


def test_no_card_or_one_of_another_file_tells_nothing(ours: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone" / ours.name
    alone.parent.mkdir()
    shutil.copy(ours, alone)
    data = read_training_file(alone)[0]
    assert data.rule is None and lines_of(data) is None
    shutil.copy(ours.with_suffix(".card.json"), alone.with_suffix(".card.json"))
    assert read_training_file(alone)[0].rule == RULE
    alone.write_bytes(alone.read_bytes() + b"\0")  # a zip may end in anything
    assert read_training_file(alone)[0].rule is None


@pytest.mark.parametrize("text", ["", "[]", "{", '{"files": 3}'])
def test_a_card_that_cannot_be_read_tells_nothing(ours: Path, text: str) -> None:
    ours.with_suffix(".card.json").write_text(text)
    data = read_training_file(ours)[0]
    assert data.rule is None and len(data.train) > 0


def test_a_card_of_before_there_was_a_step_means_rdp_alone(ours: Path) -> None:
    path = ours.with_suffix(".card.json")
    card = json.loads(path.read_text())
    del card["settings"]["step"]
    path.write_text(json.dumps(card))
    rule = read_training_file(ours)[0].rule
    assert rule is not None and (rule.step, rule.epsilon) == (0.0, RULE.epsilon)


def test_a_quickdraw_file_has_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "waves.ndjson"
    strokes = [[np.round(axis).tolist() for axis in wave(n).strokes[0].T] for n in range(12)]
    path.write_text("\n".join(json.dumps({"word": "wave", "drawing": [s]}) for s in strokes))
    data, refused = read_training_file(path)
    assert refused == []
    lines = lines_of(data)
    assert lines is not None and len(lines.lines) == len(data.train) > 0
    assert lines.step == DatasetOptions().step
    for line, rows in zip(lines.lines, data.train, strict=True):
        assert line is not None and np.array_equal(lines.simplify(line), rows)
