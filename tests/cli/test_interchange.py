"""``export`` and ``import`` as a user calls them."""

from __future__ import annotations

import importlib.util
import io
import json
import re
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
from strokebook.model.interchange import sketchrnn_js, web_file
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
    kinds = {
        "both": (True, 20, False),
        "alone": (False, 20, False),
        "few": (True, 4, False),
        "framed": (False, 4, True),
    }
    for name, (conditional, mixtures, local_frame) in kinds.items():
        options = ModelOptions(
            conditional=conditional,
            encoder=4,
            decoder=8,
            z=3,
            mixtures=mixtures,
            local_frame=local_frame,
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
        ("few", ["--format", "magenta"], "it has 4 mixtures"),
        ("framed", ["--format", "magenta"], "reads more than the last row"),
        ("framed", ["--format", "onnx"], "reads more than the last row"),
        ("alone", ["--format", "magenta", "--seed", "1"], "decoder-only"),
        ("both", ["--format", "onx"], "Did you mean 'onnx'?"),
        ("both", ["--format", "onnx", "--seed", "1"], "--seed is for --format magenta"),
        ("both", ["--format", "web", "--plain", "--seed", "1"], "--seed and --plain are for"),
        ("both", ["--format", "magenta", "--artist", "Ann"], "--artist is for --format web"),
        ("both", ["--format", "magenta", "--seed", "1", "--z-from", "a.svg"], "Give one of them"),
        ("both", ["--format", "magenta", "--z-from", "set.npz"], "set.npz:test:0"),
        ("both", ["--format", "magenta", "--z-from", "nowhere.svg"], "nowhere.svg"),
        ("both", ["--format", "magenta", "--z-from", "nowhere.npz:3"], "nowhere.npz"),
        ("none", ["--format", "magenta"], "There is no model in"),
        ("both", [], "should end in .strokebook.safetensors"),
        ("both", ["-o", "x.safetensors", "--artist", " "], "--artist is empty"),
    ],
)
def test_export_says_what_is_wrong(
    models: Path, tmp_path: Path, model: str, words: list[str], message: str
) -> None:
    done = strokebook("export", models / model, "-o", tmp_path / "x", *words)
    assert message in said(done)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("model", "refused", "others"), [("few", "magenta", "web onnx"), ("framed", "onnx", "web")]
)
def test_what_a_refusal_names_works(
    models: Path, tmp_path: Path, model: str, refused: str, others: str
) -> None:
    done = strokebook("export", models / model, "-o", tmp_path / "x", "--format", refused)
    named = re.findall(r"--format (\w+)", said(done))
    assert named == others.split()
    if "onnx" in named and importlib.util.find_spec("onnxscript") is None:
        named.remove("onnx")
    for form in named:
        file = tmp_path / f"{form}.safetensors"
        assert strokebook("export", models / model, "-o", file, "--format", form).code == 0
        assert file.stat().st_size > 1000


@pytest.mark.parametrize(
    ("name", "begins"), [("a.gen.json", b"[{"), ("a.strokebook.safetensors", None)]
)
def test_a_files_ending_says_the_format(
    models: Path, tmp_path: Path, name: str, begins: bytes | None
) -> None:
    done = strokebook("export", models / "alone", "-o", tmp_path / name)
    assert done.code == 0, done.err
    data = (tmp_path / name).read_bytes()
    assert begins is None or data.startswith(begins)
    assert begins is not None or b"strokebook-web" in data[:20_000]


def test_a_web_file_draws_and_carries_its_card(models: Path, tmp_path: Path) -> None:
    file = tmp_path / "hand.strokebook.safetensors"
    done = strokebook(
        *("export", models / "framed", "-o", file, "--name", "Hands", "--artist", "Ann"),
        *("--licence", "CC BY 4.0", "--credit", "the cat", "--credit", "the dog"),
    )
    assert done.code == 0, done.err
    assert "Hands" in done.out and "no licence" not in done.out
    card = web_file.read(file).info["card"]
    assert (card["name"], card["artist"], card["licence"]) == ("Hands", "Ann", "CC BY 4.0")
    assert card["credits"] == ("the cat", "the dog") and "the dog" in card["text"]
    done = strokebook("sample", "-m", file, "-n", "2", "-o", tmp_path / "drawn")
    assert done.code == 0, done.err
    assert len(list((tmp_path / "drawn").glob("sample-001-*.svg"))) == 2
    again = tmp_path / "again.strokebook.safetensors"
    assert strokebook("export", file, "-o", again, "--artist", "Bea").code == 0
    card = web_file.read(again).info["card"]
    assert (card["name"], card["artist"], card["licence"]) == ("Hands", "Bea", "CC BY 4.0")


def test_a_file_that_is_no_model_is_refused_in_a_sentence(models: Path, tmp_path: Path) -> None:
    weights = next((models / "alone").glob("best-*.safetensors"))
    done = strokebook("sample", "-m", weights, "-o", tmp_path / "drawn")
    assert "Name a model's folder" in said(done)
    done = strokebook("sample", "-m", tmp_path / "none.safetensors", "-o", tmp_path / "drawn")
    assert "no such file" in said(done)


def test_an_imported_file_goes_back_as_it_came(models: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "wave.gen.json", tmp_path / "again.gen.json"
    strokebook("export", models / "alone", "-o", first, "--name", "wave")
    strokebook("import", first, "-o", tmp_path / "model")
    done = strokebook("export", tmp_path / "model", "-o", second)
    assert "the numbers of the file that the model was imported from" in done.out
    assert json.loads(first.read_text()) == json.loads(second.read_text())
    strokebook("export", tmp_path / "model", "-o", second, "--name", "tide")
    assert json.loads(second.read_text())[0]["name"] == "tide"


def test_a_row_that_is_not_there(models: Path, npz: Path, tmp_path: Path) -> None:
    done = strokebook(
        "export", models / "both", "-o", tmp_path / "x.gen.json", "--z-from", f"{npz}:test:2"
    )
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
