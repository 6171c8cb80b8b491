from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from strokebook.base import owned, trees
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.stroke3 import to_stroke3
from strokebook.geometry.svg.io import read_drawing, write_svg
from strokebook.model.checkpoints.checkpoint import load_model
from strokebook.model.choosing import chooser, chooser_file
from strokebook.model.config import ModelOptions, TrainOptions
from strokebook.model.sampling import sample
from strokebook.model.training import calibration
from strokebook.model.training.train import train
from strokebook.pipeline.output.contact_sheet import save_drawings, write_contact

from command_line import Run

SIZES = ModelOptions(conditional=True, encoder=4, decoder=8, z=2, mixtures=2)
OPTIONS = TrainOptions(steps=2, batch=10, validate_every=2, threads=1)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model") / "lines"
    rng = np.random.default_rng(0)
    rows = [
        np.pad(rng.normal(0, 5, (12, 2)), ((0, 0), (0, 1))).astype(np.float32) for _ in range(12)
    ]
    train(rows, rows[:2], SIZES, OPTIONS, folder)
    return folder


@pytest.fixture
def drawing(tmp_path: Path) -> Path:
    path = tmp_path / "a.svg"
    write_svg(Drawing.of([[(0, 0), (60, 10), (90, 80), (20, 120)], [(5, 5), (50, 60)]]), path)
    return path


def test_all_leave_sheets_films_and_drawings(
    run: Run, model: Path, drawing: Path, tmp_path: Path
) -> None:
    commands: dict[str, list[object]] = {
        "sample": ["--choose", "different", "--pen-temperature", "0.2"],
        "complete": [drawing, "--choose", "likely", "--of", "5"],
        "vary": [drawing, "--strength", "0.3"],
        "interpolate": [drawing, drawing],
    }
    for name, words in commands.items():
        out = tmp_path / name
        code, _, said = run(name, *words, "-n", 2, "-m", model, "-o", out)
        assert code == 0, said
        found = sorted(p.name for p in out.iterdir())
        call = f"{name}-001"
        expected = [f"{call}-01.svg", f"{call}-02.svg"]
        assert found == sorted([*expected, *(call + s for s in (".gif", ".png", ".svg"))])
        assert np.asarray(Image.open(out / f"{call}.png")).std() > 1
        layers = re.findall(r'inkscape:label="(\w+ \w+)"', (out / f"{call}.svg").read_text())
        assert layers == (["1 drawn"] if name == "sample" else ["1 given", "2 drawn"])


def test_the_share_accepted_is_printed(run: Run, model: Path, tmp_path: Path) -> None:
    loaded = load_model(model)
    rows = [np.asarray(to_stroke3(d)) for d in sample(loaded, 60, 1.0, 4)]
    values = chooser.features(rows)
    made = calibration.learn(values[:30], values[30:], 0, checkpoint=loaded.key)
    try:
        chooser_file.save(model, made)
        words = ("sample", "-n", 2, "-m", model, "-o", tmp_path / "drawn", "--of", 64)
        code, _, said = run(*words)
        assert code == 0 and re.search(r"\d+ of \d+ drawings were accepted \(\d+%\)", said), said
        assert "accepted" not in run(*words, "--choose", "raw")[2]
    finally:
        (model / chooser_file.NAME).unlink()
    assert run(*words, "--choose", "rejection")[0] == 2


def test_the_artists_line_runs_between_the_points_unless_they_are_wanted_plain(
    run: Run, model: Path, drawing: Path, tmp_path: Path
) -> None:
    for name, words in {
        "sample": ["-n", 1],
        "complete": [drawing, "-n", 1],
        "reconstruct": [drawing],
    }.items():
        for kind, plain in (("line", []), ("plain", ["--plain"])):
            code, _, said = run(name, *words, *plain, "-m", model, "-o", tmp_path / kind / name)
            assert code == 0, said
        line, bare = (
            read_drawing(next((tmp_path / kind / name).glob("*-01.svg")))
            for kind in ("line", "plain")
        )
        assert line.n_points > bare.n_points
        off = np.linalg.norm(bare.points[:, None] - line.points, axis=2).min(1)
        assert off.max() < 0.05 * max(bare.size)  # fairing leaves the points a little
    given = read_drawing(drawing).n_points
    start = read_drawing(next((tmp_path / "line" / "complete").glob("*-01.svg"))).points[:given]
    assert np.array_equal(start, read_drawing(drawing).points)


def test_a_second_call_overwrites_nothing(
    run: Run, model: Path, drawing: Path, tmp_path: Path
) -> None:
    out = tmp_path / "drawn"
    out.mkdir()
    (out / "completions.png").write_bytes(b"what a run drew")
    (out / "complete-007-notes.txt").write_text("mine")
    (out / "Complete-004.png").write_bytes(b"mine")
    words = ("complete", drawing, "-n", 1, "-m", model, "-o", out)
    assert run(*words, "--seed", 1)[0] == 0
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    assert {"complete-005.png", "complete-005-01.svg"} <= set(before)
    assert run(*words, "--seed", 2)[0] == 0
    after = {path.name: path.read_bytes() for path in out.iterdir()}
    assert {name: after[name] for name in before} == before
    assert {"complete-006.png", "complete-006-01.svg"} <= set(after)


def test_in_a_folder_of_ours_calls_are_listed_for_no_stage(
    run: Run, model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "drawn"
    out.mkdir()
    owned.mark(out)
    for _ in range(2):
        assert run("sample", "-n", 1, "-m", model, "-o", out)[0] == 0
    entries = {path.name: entry for path, entry in owned.listed(out)}
    assert {"sample-001.png", "sample-002.png", "sample-002-01.svg"} <= set(entries)
    assert {entry.stage for entry in entries.values()} == {""}
    assert not trees.leftovers(out)


def test_a_call_that_fails_leaves_no_empty_sheet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("full")

    monkeypatch.setattr("strokebook.pipeline.output.contact_sheet.write_svg", fail)
    with pytest.raises(OSError, match="full"):
        save_drawings([Drawing.of([[(0, 0), (9, 9)]])], tmp_path, "sample")
    assert not list(tmp_path.iterdir())


def test_continuing_from_a_point_keeps_what_is_before(
    run: Run, model: Path, drawing: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert run("complete", drawing, "--from", 3, "-n", 1, "-m", model, "-o", out)[0] == 0
    made = read_drawing(out / "complete-001-01.svg")
    np.testing.assert_allclose(made.points[:3], [(0, 0), (60, 10), (90, 80)], atol=0.01)
    code, _, said = run("complete", drawing, "--from", 30, "-m", model, "-o", out)
    assert code == 2 and "Use 2 to 6" in said


def test_the_sheet_parts_what_was_given_from_what_was_drawn(tmp_path: Path) -> None:
    ending = Drawing.of([[(0, 0), (9, 0), (9, 9)], [(1, 1), (2, 8)]], meta={"start_points": 2})
    path = tmp_path / "sheet.svg"
    write_contact([ending], path, before=[ending.with_strokes(ending.strokes[:1])])
    given, drawn = path.read_text().split("2 drawn")
    assert given.count("<path") == 2 and drawn.count("<path") == 2


def test_an_output_named_like_a_file_is_not_made_a_folder(
    run: Run, model: Path, tmp_path: Path
) -> None:
    code, _, said = run("sample", "-m", model, "-o", tmp_path / "drawn.png")
    assert code == 2
    assert "Name a folder" in said
    assert not (tmp_path / "drawn.png").exists()
