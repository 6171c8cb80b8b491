"""Files that are not what they should be: one clear sentence each from the model's commands."""

from __future__ import annotations

import json
import pickle
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

from strokebook.dataset.npz import write_npz
from strokebook.dataset.splits import SplitArrays
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.svg.io import write_svg
from strokebook.model.config import ModelOptions, TrainOptions
from strokebook.model.training.train import train

from command_line import Run

SIZES = ModelOptions(conditional=True, encoder=4, decoder=8, z=2, mixtures=2)
OPTIONS = TrainOptions(steps=2, batch=10, validate_every=2, threads=1)


def line(points: int, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).integers(1, 9, (points, 3)).astype(np.float32)
    rows[:, 2] = 0
    rows[-1, 2] = 1
    return rows


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model") / "lines"
    train([line(9, k) for k in range(12)], [line(9, 99)], SIZES, OPTIONS, folder)
    return folder


@pytest.fixture
def copied(model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(model, tmp_path / "copied"))


def data(path: Path, *drawings: np.ndarray) -> Path:
    write_npz(SplitArrays(tuple(drawings), (line(9, 7),), ()), path)
    return path


def trained_on(run: Run, file: Path, *more: object) -> tuple[int, str]:
    folder = file.parent / "made"
    code, _, said = run("train", "--data", file, "--model", folder, "--steps", 1, *more)
    return code, said


def one_sentence(said: str, *words: str) -> None:
    lines = [text for text in said.strip().splitlines() if text.startswith("strokebook:")]
    assert len(lines) == 1, said
    for word in words:
        assert word in lines[0], lines[0]


def test_a_data_set_with_nan(run: Run, tmp_path: Path) -> None:
    bad = line(9)
    bad[3, 0] = np.nan
    code, said = trained_on(run, data(tmp_path / "nan.npz", bad, *(line(9, k) for k in range(4))))
    assert "finite" in said and "nan.npz" in said
    assert code == 1  # that drawing is refused, the others are trained on
    assert (tmp_path / "made" / "best.json").exists()


def test_a_data_set_of_nothing_but_nan(run: Run, tmp_path: Path) -> None:
    code, said = trained_on(run, data(tmp_path / "nan.npz", np.full((9, 3), np.nan, np.float32)))
    assert code == 2
    one_sentence(said, "nan.npz", "no drawing")


def test_a_data_set_with_one_drawing_is_enough(run: Run, tmp_path: Path) -> None:
    code, said = trained_on(run, data(tmp_path / "one.npz", line(9)))
    assert code == 0, said
    out = tmp_path / "drawn"
    assert run("sample", "-m", tmp_path / "made", "-n", 1, "-o", out)[0] == 0
    assert (out / "sample-001.png").exists()


def test_drawings_of_one_point_are_left_out_with_a_warning(run: Run, tmp_path: Path) -> None:
    code, said = trained_on(run, data(tmp_path / "dots.npz", line(1), line(9)))
    assert code == 0
    assert "1 drawing of the training set: has a single point" in said


def test_nothing_but_drawings_of_one_point(run: Run, tmp_path: Path) -> None:
    code, said = trained_on(run, data(tmp_path / "dots.npz", line(1), line(1)))
    assert code == 2
    one_sentence(said, "There is no drawing to train on", "2 to 500 points")


def test_drawings_of_5000_points_are_left_out_with_a_warning(run: Run, tmp_path: Path) -> None:
    code, said = trained_on(run, data(tmp_path / "long.npz", line(5000), line(9)))
    assert code == 0
    assert "1 drawing of the training set: has more than 500 points" in said
    assert "max_points" in said


class Planted:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return open, (str(self.path), "w")  # type: ignore[return-value]

    def __init__(self, path: Path) -> None:
        self.path = path


def test_a_planted_pickle_is_refused_and_does_nothing(run: Run, tmp_path: Path) -> None:
    file, trace = tmp_path / "planted.npz", tmp_path / "was-here"
    member = np.lib.format.magic(1, 0)
    header = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
    header += b" " * (-(len(member) + 3 + len(header)) % 64) + b"\n"
    body = member + len(header).to_bytes(2, "little") + header + pickle.dumps(Planted(trace))
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("train.npy", body)
    code, said = trained_on(run, file)
    assert code == 2
    one_sentence(said, "planted.npz")
    assert not trace.exists()


def weights(folder: Path) -> Path:
    return folder / str(json.loads((folder / "best.json").read_text())["weights"])


@pytest.mark.parametrize("command", ["sample", "complete", "vary"])
def test_a_checkpoint_cut_short(run: Run, copied: Path, tmp_path: Path, command: str) -> None:
    file = weights(copied)
    file.write_bytes(file.read_bytes()[:1000])
    given = tmp_path / "a.svg"
    write_svg(Drawing.of([[(0, 0), (60, 10), (90, 80)]]), given)
    code, _, said = run(command, *([] if command == "sample" else [given]), "-m", copied)
    assert code == 2
    one_sentence(said, file.name, "cut short")


def test_a_card_cut_short(run: Run, copied: Path) -> None:
    card = copied / "best.json"
    card.write_text(card.read_text()[:200])
    code, _, said = run("sample", "-m", copied)
    assert code == 2
    one_sentence(said, "best.json", "cannot be read")


def test_a_checkpoint_of_another_size(run: Run, copied: Path) -> None:
    card = copied / "best.json"
    value = json.loads(card.read_text())
    value["model"]["decoder"] = 16
    card.write_text(json.dumps(value))
    code, _, said = run("sample", "-m", copied)
    assert code == 2
    one_sentence(said, "another kind or size")


def test_training_does_not_go_on_from_another_size(run: Run, copied: Path, tmp_path: Path) -> None:
    file = data(tmp_path / "lines.npz", *(line(9, k) for k in range(12)))
    code, _, said = run("train", "--data", file, "--model", copied, "--preset", "quick")
    assert code == 2
    one_sentence(said, "trained otherwise", "[model]")


def test_weights_that_are_not_numbers(run: Run, copied: Path) -> None:
    from strokebook.model.checkpoints import checkpoint

    found = checkpoint.load_model(copied)
    found.net.decoder.output.bias.fill_(float("nan"))
    checkpoint.save(copied, "best", found.net, found.statistics, info={}, loop={})
    code, _, said = run("sample", "-m", copied)
    assert code == 2
    one_sentence(said, "not finite")


@pytest.mark.parametrize(
    ("strokes", "word"),
    [([[(5, 5)]], "no extent"), ([[(5, 5), (5, 5), (5, 5)]], "no extent")],
)
def test_a_start_of_one_spot(
    run: Run, model: Path, tmp_path: Path, strokes: list[list[tuple[int, int]]], word: str
) -> None:
    start = tmp_path / "dot.svg"
    write_svg(Drawing.of(strokes), start)
    code, _, said = run("complete", start, "-m", model)
    assert code == 2
    one_sentence(said, word)


def test_a_start_of_5000_points_is_thinned_and_completed(
    run: Run, model: Path, tmp_path: Path
) -> None:
    start, out = tmp_path / "long.svg", tmp_path / "drawn"
    angle = np.linspace(0, 30, 5000)
    write_svg(Drawing.of([np.stack([angle * np.cos(angle), angle * np.sin(angle)], 1)]), start)
    code, _, said = run("complete", start, "-m", model, "-n", 2, "-o", out)
    assert code == 0, said
    assert (out / "complete-001.png").exists()
