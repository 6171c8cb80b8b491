"""``export`` and ``import`` as a user calls them."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch

from strokebook.cli.main import main
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.svg.io import write_svg
from strokebook.model.checkpoints import checkpoint
from strokebook.model.config import ModelOptions
from strokebook.model.data.statistics import DataStatistics
from strokebook.model.interchange import sketchrnn_js
from strokebook.model.networks.sketch_rnn import SketchNet

FACTS = DataStatistics(8.5, 300, 30, 20, 100.0, 70.0, 6.0, 15.0)


class Done(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str


def strokebook(*words: str | Path) -> Done:
    """The command in this process: a new one would load PyTorch each time."""
    out, err, argv, code = io.StringIO(), io.StringIO(), sys.argv, 0
    sys.argv = ["strokebook", *map(str, words)]
    try:
        with redirect_stdout(out), redirect_stderr(err):
            main()
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.argv = argv
    return Done(code, " ".join(out.getvalue().split()), " ".join(err.getvalue().split()))


def said(done: Done) -> str:
    """One sentence on stderr."""
    assert done.code == 2, done
    assert done.err.startswith("strokebook: ")
    return done.err


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of untrained models: conditional, decoder-only, and one of few mixtures."""
    folder = tmp_path_factory.mktemp("models")
    kinds = {"both": (True, 20), "alone": (False, 20), "few": (True, 4)}
    for name, (conditional, mixtures) in kinds.items():
        options = ModelOptions(
            conditional=conditional, encoder=4, decoder=8, z=3, mixtures=mixtures
        )
        net = SketchNet(options, torch.Generator().manual_seed(1))
        if net.decoder.initial is not None:
            with torch.no_grad():
                net.decoder.initial.weight.mul_(300)
        checkpoint.save(folder / name, "best", net, FACTS, info={"scores": None}, loop={})
    return folder


@pytest.fixture
def drawing(tmp_path: Path) -> Path:
    write_svg(Drawing.of([[(0, 0), (60, 10), (90, 80), (20, 120)]]), tmp_path / "a.svg")
    return tmp_path / "a.svg"


@pytest.fixture
def npz(tmp_path: Path) -> Path:
    rows = np.array([[0, 0, 0], [30, 5, 0], [10, 40, 1], [5, 5, 1]], np.int16)
    sets = {"train": [rows, rows], "valid": [rows], "test": [rows[::-1], rows]}
    arrays = {}
    for part, drawings in sets.items():
        arrays[part] = np.empty(len(drawings), object)
        arrays[part][:] = drawings
    np.savez(tmp_path / "set.npz", **arrays)
    return tmp_path / "set.npz"


def test_there_and_back(models: Path, tmp_path: Path) -> None:
    file, folder = tmp_path / "wave.gen.json", tmp_path / "back"
    done = strokebook("export", models / "alone", "-o", file, "--name", "wave")
    assert done.code == 0, done.err
    assert "differ from this model's by at most" in done.out
    assert sketchrnn_js.read(file).name == "wave"
    done = strokebook("import", file, "-o", folder, "--source", "me")
    assert done.code == 0, done.err
    assert "unknown" in done.out
    done = strokebook("sample", "-m", folder, "-n", "2", "-o", tmp_path / "drawn")
    assert done.code == 0, done.err
    assert len(list((tmp_path / "drawn").glob("sample-001-*.svg"))) == 2


def test_the_z_that_is_asked_for_is_kept(
    models: Path, drawing: Path, npz: Path, tmp_path: Path
) -> None:
    file = tmp_path / "out.gen.json"

    def state(*words: str | Path) -> list[float]:
        done = strokebook("export", models / "both", "-o", file, *words)
        assert done.code == 0, done.err
        first = json.loads(file.read_text())[0]["strokebook"]["first"]
        return list(first["c"])

    choices: Sequence[tuple[str | Path, ...]] = (
        (),
        ("--seed", "0"),
        ("--seed", "1"),
        ("--z-from", drawing),
        ("--z-from", f"{npz}:test:1"),
        ("--z-from", f"{npz}:1"),
    )
    found = [state(*words) for words in choices]
    assert found[0] == found[1]
    assert found[4] == found[5]  # the same drawing in two parts
    assert len({tuple(c) for c in found}) == 4


def test_fine_tuning_an_imported_model_takes_its_sizes(
    models: Path, npz: Path, tmp_path: Path
) -> None:
    file, folder = tmp_path / "wave.gen.json", tmp_path / "wave"
    strokebook("export", models / "alone", "-o", file, "--plain")
    strokebook("import", file, "-o", folder)
    done = strokebook(
        "train", "--data", npz, "-m", tmp_path / "mine", "--steps", "2", "--start-from", folder
    )
    assert done.code == 0, done.err
    card = json.loads((tmp_path / "mine" / "card.json").read_text())
    assert card["started_from"] == "wave" and card["steps"] == 2
    assert card["model"]["decoder"] > 8 and not card["model"]["conditional"]


@pytest.mark.parametrize(
    ("model", "words", "message"),
    [
        ("few", [], "it has 4 mixtures"),
        ("alone", ["--seed", "1"], "decoder-only"),
        ("both", ["--format", "onx"], "Did you mean 'onnx'?"),
        ("both", ["--format", "onnx", "--seed", "1"], "for the browser's format"),
        ("both", ["--seed", "1", "--z-from", "a.svg"], "Give one of them"),
        ("both", ["--z-from", "set.npz"], "set.npz:test:0"),
        ("both", ["--z-from", "nowhere.svg"], "nowhere.svg"),
        ("both", ["--z-from", "nowhere.npz:3"], "nowhere.npz"),
        ("none", [], "There is no model in"),
    ],
)
def test_export_says_what_is_wrong(
    models: Path, tmp_path: Path, model: str, words: list[str], message: str
) -> None:
    done = strokebook("export", models / model, "-o", tmp_path / "x", *words)
    assert message in said(done)
    assert not (tmp_path / "x").exists()


def test_a_row_that_is_not_there(models: Path, npz: Path, tmp_path: Path) -> None:
    done = strokebook("export", models / "both", "-o", tmp_path / "x", "--z-from", f"{npz}:test:2")
    assert "has 2 drawings in its test part" in said(done)


@pytest.mark.parametrize("text", ["", "[1, 2]", '[{"scale_factor": NaN}, [1], ["A"]]', "\0" * 99])
def test_import_says_what_is_wrong(tmp_path: Path, text: str) -> None:
    file = tmp_path / "bad.gen.json"
    file.write_text(text)
    assert "bad.gen.json" in said(strokebook("import", file, "-o", tmp_path / "m"))
    assert not (tmp_path / "m").exists()


def test_import_replaces_no_model(models: Path, tmp_path: Path) -> None:
    file = tmp_path / "wave.gen.json"
    strokebook("export", models / "alone", "-o", file)
    assert "holds a model already" in said(strokebook("import", file, "-o", models / "both"))
