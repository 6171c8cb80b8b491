from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from strokebook.geometry.drawing import Drawing
from strokebook.geometry.svg.io import read_svg, write_drawing

from command_line import Run

LINES = [[(0, 0), (60, 0), (60, 90)], [(5, 5), (50, 60)]]


@pytest.fixture
def drawing(tmp_path: Path) -> Path:
    path = tmp_path / "a.svg"
    meta = {"start_points": 2, "model": "starter", "seed": 7, "temperature": 0.25, "dpi": 254.0}
    write_drawing(Drawing.of(LINES, size=(100, 100), meta=meta), path)
    return path


def test_one_drawing_on_one_sheet(run: Run, drawing: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "plot.svg"
    code, said, _ = run(
        "plot", drawing, "-o", out, "--paper", "a5", "--landscape", "--margin", "1cm",
        "--speed", 40, "--model-speed", 20, "--pen-height", 60, "--pen-width", "0.5mm",
    )  # fmt: skip
    assert code == 0 and "85.3 × 128.0 mm on 210 × 148 mm, 0.31 m, 3 lifts, about" in said
    text = out.read_text("utf-8")
    assert 'label="1+S40+H60 person"' in text and 'label="!2+S20+H60 model"' in text
    assert "model starter · seed 7 · temperature 0.25" in text
    plotted = read_svg(out)
    assert plotted.unit == "mm" and plotted.size == (210, 148) and plotted.pen_width == 0.5
    assert np.ptp(plotted.points, axis=0) == pytest.approx((85.333, 128), abs=0.002)


def test_no_pause_between_the_pens(run: Run, drawing: Path, tmp_path: Path) -> None:
    assert run("plot", drawing, "-o", tmp_path / "p.svg", "--no-pause")[0] == 0
    assert 'label="2 model"' in (tmp_path / "p.svg").read_text("utf-8")


def test_sizes(run: Run, drawing: Path, tmp_path: Path) -> None:
    out = tmp_path / "p.svg"
    run("plot", drawing, "-o", out, "--width", "30mm")
    assert np.ptp(read_svg(out).points, axis=0) == pytest.approx((30, 45), abs=0.002)
    run("plot", drawing, "-o", out, "--true-size")  # 254 dpi: a tenth of a mm a pixel
    assert np.ptp(read_svg(out).points, axis=0) == pytest.approx((6, 9), abs=0.002)
    code, _, said = run("plot", drawing, "-o", out, "--true-size", "--width", "3")
    assert code == 2 and "Give one of them" in said


def test_several_on_one_sheet_or_each_on_its_own(run: Run, drawing: Path, tmp_path: Path) -> None:
    other = tmp_path / "b.json"
    write_drawing(Drawing.of(LINES[1:]), other)
    code, said, _ = run("plot", drawing, other, "-o", tmp_path / "all.svg", "--json")
    (facts,) = json.loads(said)
    assert code == 0 and facts["file"].endswith("all.svg") and facts["lifts"] == 4
    assert facts["layers"] == ["1 person", "!2 model"]
    assert len(read_svg(tmp_path / "all.svg")) == 4
    code, said, _ = run("plot", drawing, other, "-o", tmp_path / "each")
    assert code == 0 and len(said.splitlines()) == 2
    assert sorted(p.name for p in (tmp_path / "each").iterdir()) == ["a.svg", "b.svg"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--paper", "a9"], "Use a6, a5, a4"),
        (["--margin", "20 px"], "such as 10mm"),
        (["--width", "300mm"], "at most 184.6 mm"),
        (["--split-points", "1"], "from 2 on"),
        (["--speed", "500"], "--speed"),
    ],
)
def test_wrong_words(run: Run, drawing: Path, tmp_path: Path, words: list[str], told: str) -> None:
    code, _, said = run("plot", drawing, "-o", tmp_path / "p.svg", *words)
    assert code == 2 and told in said
    assert not (tmp_path / "p.svg").exists()


def test_files_that_would_be_lost(run: Run, drawing: Path, tmp_path: Path) -> None:
    before = drawing.read_bytes()
    for output in (drawing, tmp_path):  # itself; a folder in which it would be replaced
        code, _, said = run("plot", drawing, "-o", output)
        assert code == 2 and "Give another output" in said
    code, _, said = run("plot", drawing, "-o", tmp_path / "p.png")
    assert code == 2 and "vpype" in said
    twin = tmp_path / "twin" / "a.json"
    write_drawing(Drawing.of(LINES), twin)
    code, _, said = run("plot", drawing, twin, "-o", tmp_path / "out")
    assert code == 2 and "would both be written" in said
    assert drawing.read_bytes() == before and not (tmp_path / "out").exists()


def test_inputs_that_cannot_be_plotted(run: Run, drawing: Path, tmp_path: Path) -> None:
    empty, photo = tmp_path / "empty.json", tmp_path / "photo.jpg"
    write_drawing(Drawing.of([]), empty)
    photo.write_bytes(b"x")
    for path, told in (
        (empty, "no line to plot"),
        (photo, "strokebook trace"),
        (tmp_path / "none.svg", "none.svg"),
    ):
        code, _, said = run("plot", drawing, path, "-o", tmp_path / "out")
        assert code == 2 and told in said, said
    assert not (tmp_path / "out").exists()
