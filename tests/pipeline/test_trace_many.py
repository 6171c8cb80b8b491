"""Many scans to strokes: side by side, once, and whatever is wrong with one of them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from strokebook.base.errors import UsageError
from strokebook.cli.main import app
from strokebook.geometry.svg.io import read_drawing
from strokebook.pipeline.trace_many import trace_many

from place import Place


@pytest.fixture
def scans(finished: Place, tmp_path: Path) -> Path:
    """A folder with two pages, another in a folder of it, and one that is no picture."""
    pages = sorted((finished.library / "sb48" / "art").glob("*.jpg"))
    (tmp_path / "sb48" / "more").mkdir(parents=True)
    for page, name in zip(pages, ("a.jpg", "b.JPG", "more/a.jpg"), strict=False):
        shutil.copy(page, tmp_path / "sb48" / name)
    (tmp_path / "sb48" / "bad.png").write_text("no picture")
    (tmp_path / "sb48" / "notes.txt").write_text("no scan")
    return tmp_path / "sb48"


def names(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_a_folder_becomes_a_folder_and_a_bad_scan_costs_itself(scans: Path, tmp_path: Path) -> None:
    out = tmp_path / "traced"
    report = trace_many([scans], out, workers=2)
    assert names(out) == ["a.svg", "b.svg", "more/a.svg"]
    assert (report.traced, report.ready) == (3, 0)
    assert [Path(r.subject).name for r in report.refused] == ["bad.png"]
    assert report.strokes == sum(len(read_drawing(out / name)) for name in names(out)) > 0


def test_what_is_ready_stays_unless_its_scan_is_newer(scans: Path, tmp_path: Path) -> None:
    (scans / "bad.png").unlink()
    out = tmp_path / "traced"
    trace_many([scans], out, suffix=".json", workers=2)
    (out / "b.json").write_text("mine")
    newer = (out / "a.json").stat().st_mtime + 9
    os.utime(scans / "a.jpg", (newer, newer))
    report = trace_many([scans], out, suffix=".json", workers=1)
    assert (report.traced, report.ready) == (1, 2)
    assert (out / "b.json").read_text() == "mine"
    assert trace_many([scans / "b.JPG"], out, suffix=".json", workers=1, again=True).traced == 1
    assert len(read_drawing(out / "b.json"))


@pytest.mark.parametrize(
    ("inputs", "word"),
    [(["missing.jpg"], "no such file"), (["empty"], "no scan"), (["a.jpg", "more/a.jpg"], "both")],
)
def test_wrong_inputs_are_told_before_anything_is_traced(
    scans: Path, tmp_path: Path, inputs: list[str], word: str
) -> None:
    (scans / "empty").mkdir()
    with pytest.raises(UsageError, match=word):
        trace_many([scans / name for name in inputs], tmp_path / "traced")
    assert not (tmp_path / "traced").exists()


def test_the_command_names_the_bad_scan_and_exits_1(scans: Path, tmp_path: Path) -> None:
    words = ["trace", str(scans), "-o", str(tmp_path / "out"), "--workers", "2"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 1
    assert "bad.png" in result.stderr
    assert "3 pages traced" in result.stdout and "1 refused" in result.stdout
    result = CliRunner().invoke(app, [*words[:-2], "--stages", "x"])
    assert isinstance(result.exception, UsageError)


def test_pages_are_as_wide_as_is_said(scans: Path, tmp_path: Path) -> None:
    out = tmp_path / "traced"
    trace_many([scans / "a.jpg"], out, workers=1)
    assert read_drawing(out / "a.svg").meta == {"dpi": 171}
    words = ["trace", str(scans / "a.jpg"), str(scans / "b.JPG"), "-o", str(out), "--again"]
    result = CliRunner().invoke(app, [*words, "--width", "15cm", "--workers", "1"])
    assert result.exit_code == 0, result.output
    for name in ("a.svg", "b.svg"):
        drawing = read_drawing(out / name)
        assert drawing.size[0] * (drawing.mm_per_unit or 0) == pytest.approx(150, abs=0.001)
    one = tmp_path / "one.json"
    CliRunner().invoke(app, ["trace", str(scans / "a.jpg"), "-o", str(one), "--width", "6in"])
    assert read_drawing(one).meta["dpi"] == pytest.approx(read_drawing(one).size[0] / 6)
