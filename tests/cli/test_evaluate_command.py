from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from strokebook.dataset.npz import write_npz
from strokebook.dataset.splits import SplitArrays
from strokebook.model.config import ModelOptions, TrainOptions
from strokebook.model.evaluation import two_sample
from strokebook.model.training.train import train

from command_line import Run

SIZES = ModelOptions(conditional=False, encoder=4, decoder=8, z=2, mixtures=2)
OPTIONS = TrainOptions(steps=2, batch=10, validate_every=2, threads=1)


@pytest.fixture(autouse=True, scope="module")
def few_trees() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(two_sample, "TREES", 15)
        yield


def zigzags(count: int, seed: int) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    out = []
    for _ in range(count):
        rows = rng.integers(-9, 10, (int(rng.integers(8, 14)), 3)).astype(np.int16)
        rows[:, 2] = 0
        rows[-1, 2] = 1
        out.append(rows)
    return tuple(out)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "zigzags.npz"
    write_npz(SplitArrays(zigzags(30, 0), zigzags(5, 1), zigzags(22, 2)), path)
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model") / "zigzags"
    rows = [r.astype(np.float32) for r in zigzags(30, 0)]
    train(rows, [r.astype(np.float32) for r in zigzags(5, 1)], SIZES, OPTIONS, folder)
    return folder


@pytest.fixture(name="run")
def evaluate(run: Run) -> Run:
    return partial(run, "evaluate")


def test_json_picture_and_table(run: Run, model: Path, data: Path, tmp_path: Path) -> None:
    files = [tmp_path / "a.json", tmp_path / "b.json"]
    picture = tmp_path / "a.png"
    code, out, err = run(model, data, "-o", files[0], "--picture", picture)
    assert code == 0, err
    assert "Nats per point" in out and "held-out" in out and "Told from" in out
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert run(model, data, "-o", files[1])[0] == 0
    assert files[0].read_bytes() == files[1].read_bytes()
    value = json.loads(files[0].read_text())
    assert value["data"]["file"] == "zigzags.npz" and value["data"]["split"] == "test"
    assert value["data"]["drawings"] == 22 and value["data"]["training_drawings"] == 30
    assert value["model"]["name"] == "zigzags"


def test_json_on_standard_output_is_clean(run: Run, model: Path, data: Path) -> None:
    code, out, _ = run(model, data, "--split", "valid", "--samples", "3", "--json")
    value = json.loads(out)
    assert code == 0
    assert value["data"]["drawings"] == 5 and value["made"]["drawings"] == 3
    assert value["two_sample"] is None


def test_drawings_with_nan_are_left_out_and_named(run: Run, model: Path, tmp_path: Path) -> None:
    bad = zigzags(1, 9)[0].astype(np.float32)
    bad[3, 1] = np.nan
    path = tmp_path / "nan.npz"
    write_npz(SplitArrays(zigzags(4, 0), (), (*zigzags(3, 1), bad)), path)
    code, out, err = run(model, path, "--samples", "2")
    assert code == 1 and "3 drawings" in out
    assert "row 3: it has numbers that are not finite" in err and "Traceback" not in err


def planted(folder: Path) -> Path:
    path = folder / "planted.npz"
    header = "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }".ljust(117) + "\n"
    pickle = b"cos\nsystem\n(S'echo planted'\ntR."
    body = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + pickle
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("test.npy", body)
    return path


def test_a_planted_pickle_is_refused(run: Run, model: Path, tmp_path: Path) -> None:
    refused(run(model, planted(tmp_path)), "planted.npz test: cannot be read safely")


def test_a_part_that_is_empty_names_another(run: Run, model: Path, tmp_path: Path) -> None:
    path = tmp_path / "part.npz"
    write_npz(SplitArrays(zigzags(4, 0), zigzags(2, 1), ()), path)
    refused(run(model, path), "has no drawings in 'test'. Use --split valid.")


def changed(model: Path, folder: Path, change: Callable[[Path], None]) -> Path:
    folder.mkdir()
    for path in (p for p in model.iterdir() if p.is_file()):
        (folder / path.name).write_bytes(path.read_bytes())
    change(folder)
    return folder


def cut_weights(folder: Path) -> None:
    for path in folder.glob("*.safetensors"):
        path.write_bytes(path.read_bytes()[:-40])


def cut_description(folder: Path) -> None:
    for path in folder.glob("*.json"):
        path.write_text(path.read_text()[: path.stat().st_size // 2])


def other_size(folder: Path) -> None:
    for name in ("best.json", "last.json"):
        value = json.loads((folder / name).read_text())
        value["model"]["decoder"] = 9
        (folder / name).write_text(json.dumps(value))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (cut_weights, "missing or cut short"),
        (cut_description, "cannot be read"),
        (other_size, "of another kind or size"),
    ],
)
def test_a_broken_model_is_one_sentence(
    run: Run, model: Path, data: Path, tmp_path: Path, change: Callable[[Path], None], reason: str
) -> None:
    refused(run(changed(model, tmp_path / "m", change), data), reason)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--split", "tests"), "There is no split 'tests'. Did you mean 'test'?"),
        (("-o", "numbers.txt"), "numbers.txt should end in .json"),
        (("--picture", "near.jpg"), "near.jpg should end in .png"),
    ],
)
def test_wrong_use(run: Run, model: Path, data: Path, words: tuple[str, ...], reason: str) -> None:
    refused(run(model, data, *words), reason)


def test_no_such_files(run: Run, model: Path, data: Path, tmp_path: Path) -> None:
    refused(run(tmp_path / "none", data), "There is no model in")
    refused(run(model, tmp_path / "none.npz"), "there is no such file")


def test_a_model_that_was_never_validated_says_so(run: Run, data: Path, tmp_path: Path) -> None:
    rows = [r.astype(np.float32) for r in zigzags(6, 0)]
    train(rows, [], SIZES, replace(OPTIONS, steps=1), tmp_path / "m")
    code, _, err = run(tmp_path / "m", data, "--samples", "2")
    assert code == 0 and "was never validated" in err


def refused(ended: tuple[int, str, str], reason: str) -> None:
    code, _, err = ended
    assert code == 2 and reason in err
    assert len(err.strip().splitlines()) == 1 and "Traceback" not in err
