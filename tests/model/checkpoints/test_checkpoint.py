import dataclasses
import json
import os
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import save

from strokebook.base.errors import StrokebookError
from strokebook.base.files import digest
from strokebook.model.checkpoints import checkpoint
from strokebook.model.checkpoints.checkpoint import load_model, read
from strokebook.model.data.statistics import DataStatistics


@pytest.fixture
def copy(conditional: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(conditional, tmp_path / "copy"))


def weights(folder: Path) -> Path:
    return next(folder.glob("best-*.safetensors"))


def test_loads_what_was_saved(conditional: Path) -> None:
    model = load_model(conditional)
    assert model.options.z == 3
    assert model.scale == model.statistics.scale > 0
    assert model.info["scores"]["position"]
    assert not any(p.requires_grad for p in model.net.parameters())


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(StrokebookError, match="There is no model in"):
        load_model(tmp_path)


@pytest.mark.parametrize("size", [0, 100, -1])
def test_cut_short(copy: Path, size: int) -> None:
    data = weights(copy).read_bytes()
    weights(copy).write_bytes(data[:size])
    with pytest.raises(StrokebookError, match="missing or cut short"):
        load_model(copy)


def test_weights_missing(copy: Path) -> None:
    weights(copy).unlink()
    with pytest.raises(StrokebookError, match="missing or cut short"):
        load_model(copy)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("{", "cannot be read"),
        ("[]", "not a model of strokebook"),
        ('{"format": "pytorch"}', "not a model of strokebook"),
        ('{"format": "strokebook-model", "version": 99}', "version 99"),
        ('{"format": "strokebook-model", "version": 1}', "not complete"),
    ],
)
def test_foreign_json(copy: Path, text: str, word: str) -> None:
    (copy / "best.json").write_text(text)
    with pytest.raises(StrokebookError, match=word):
        load_model(copy)


def edited(folder: Path, part: str, **values: object) -> None:
    path = folder / "best.json"
    whole = json.loads(path.read_text())
    whole[part] = whole[part] | values
    path.write_text(json.dumps(whole))


EMPTY = [None, "", [], {}, 0, False]


@pytest.mark.parametrize("part", ["weights", "digest", "model", "facts", "info", "loop"])
@pytest.mark.parametrize("value", EMPTY, ids=repr)
def test_empty_fields(copy: Path, part: str, value: object) -> None:
    path = copy / "best.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {part: value}))
    if value == {} and part in ("info", "loop"):  # nothing that drawing needs
        load_model(copy)
        return
    with pytest.raises(StrokebookError):
        load_model(copy)


@pytest.mark.parametrize("name", [f.name for f in dataclasses.fields(DataStatistics)])
@pytest.mark.parametrize("value", [None, "", [], -1, 1e300, True], ids=repr)
def test_empty_facts(copy: Path, name: str, value: object) -> None:
    edited(copy, "facts", **{name: value})
    with pytest.raises(StrokebookError, match="cannot be understood"):
        load_model(copy)


def test_sizes_beyond_the_weights_are_refused_before_a_net_is_made(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited(copy, "model", decoder=8192, decoder_cell="hyper")

    def build(_: object) -> None:
        raise AssertionError("a net of gigabytes was made")

    monkeypatch.setattr(checkpoint, "SketchNet", build)
    with pytest.raises(StrokebookError, match="another kind or size"):
        load_model(copy)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
@pytest.mark.parametrize("card", [True, False])
def test_pipes_are_not_waited_for(copy: Path, card: bool) -> None:
    path = copy / "best.json" if card else weights(copy)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(StrokebookError, match="no plain file"):
        read(copy, "best")


def test_another_size(copy: Path) -> None:
    edited(copy, "model", decoder=16)
    with pytest.raises(StrokebookError, match="another kind or size"):
        load_model(copy)


@pytest.mark.parametrize(("part", "name"), [("model", "colour"), ("facts", "colour")])
def test_unknown_settings(copy: Path, part: str, name: str) -> None:
    edited(copy, part, **{name: 1})
    with pytest.raises(StrokebookError, match="cannot be understood"):
        load_model(copy)


def test_foreign_tensors(copy: Path) -> None:
    data = save({"net.other": torch.zeros(2)})
    weights(copy).write_bytes(data)
    path = copy / "best.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"digest": digest(data)}))
    with pytest.raises(StrokebookError, match="another kind or size"):
        load_model(copy)


def test_a_weights_name_cannot_leave_the_folder(copy: Path) -> None:
    path = copy / "best.json"
    name = f"../copy/../{weights(copy).name}"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"weights": name}))
    with pytest.raises(StrokebookError, match="outside"):
        read(copy, "best")
