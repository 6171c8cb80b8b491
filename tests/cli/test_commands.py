from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main
from PIL import Image
from typer.testing import CliRunner

from strokebook.cli.main import app
from strokebook.cli.reference import commands_markdown
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.svg.io import write_svg

from place import Place

COMMANDS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
ROOT = Path(__file__).resolve().parent.parent.parent


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "strokebook", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_an_example(name: str) -> None:
    shown = CliRunner().invoke(app, [name, "--help"], terminal_width=200).output
    assert "Example:" in shown and f"strokebook {name}" in shown


def test_the_reference_is_what_the_program_says() -> None:
    assert (ROOT / "docs" / "commands.md").read_text() == commands_markdown()


def test_pages_as_json(finished: Place) -> None:
    pages = json.loads(run("pages", "--json", "-p", finished.project).stdout)
    keys = {"id", "path", "kind", "label", "label_source", "tags", "private"}
    assert pages and all(keys <= set(page) for page in pages)
    private = [page for page in pages if page["private"]]
    assert [page["label"] for page in private] == [None]


def test_drawings_as_json(finished: Place) -> None:
    drawings = json.loads(run("drawings", "--json", "-p", finished.project).stdout)
    for drawing in drawings:
        x0, y0, x1, y1 = drawing["box"]
        assert x0 < x1 and y0 < y1 and drawing["strokes"] > 0 < drawing["points"]
        assert drawing["kept"] or drawing["reason"]
        assert (finished.project / drawing["svg"]).exists()


def test_status_as_json_counts_every_page_once(finished: Place) -> None:
    status = json.loads(run("status", "--json", "-p", finished.project).stdout)
    pages = json.loads(run("pages", "--json", "-p", finished.project).stdout)
    assert sum(status["pages"].values()) == len(pages)
    assert status["model"]["scores"]["position"] > -100
    assert status["dataset"]["parts"]["train"]["drawings"] > 0


def test_label_correct_and_sync_change_labels(copy: Place) -> None:
    cluster = json.loads(run("clusters", "--json", "-p", copy.project).stdout)[0]["number"]
    assert run("label", f"{cluster}=1_watercolors", "-p", copy.project).returncode == 0
    pages = json.loads(run("pages", "--json", "-p", copy.project).stdout)
    named = [page for page in pages if page["cluster"] == cluster]
    assert named and {(p["label"], p["kind"]) for p in named} == {("1_watercolors", "watercolour")}
    page = named[0]["id"]
    assert run("correct", page, "drawings", "-p", copy.project).returncode == 0
    other = next(p["id"] for p in pages if not p["private"] and p["id"] != page)
    file = next((copy.project / "filed").rglob(f"{other}.jpg"))
    (copy.project / "filed" / "mine").mkdir()
    file.rename(copy.project / "filed" / "mine" / file.name)
    said = run("sync", "-p", copy.project)
    assert other in said.stdout
    labels = {p["id"]: p for p in json.loads(run("pages", "--json", "-p", copy.project).stdout)}
    assert (labels[page]["label"], labels[page]["label_source"]) == ("drawings", "hand")
    assert (labels[other]["label"], labels[other]["label_source"]) == ("mine", "hand")


def test_drop_and_keep_by_drawing_and_cluster(copy: Place) -> None:
    drawing = json.loads(run("drawings", "--json", "--kept", "-p", copy.project).stdout)[0]
    run("drop", drawing["id"], "-p", copy.project)
    found = {d["id"]: d for d in json.loads(run("drawings", "--json", "-p", copy.project).stdout)}
    assert not found[drawing["id"]]["kept"]
    assert found[drawing["id"]]["reason_source"] == "hand"
    run("drop", f"cluster:{drawing['cluster']}", "-p", copy.project)
    found = {d["id"]: d for d in json.loads(run("drawings", "--json", "-p", copy.project).stdout)}
    assert not any(d["kept"] for d in found.values() if d["cluster"] == drawing["cluster"])


def test_drawing_commands_write_pictures_and_the_same_seed_the_same(
    finished: Place, tmp_path: Path
) -> None:
    a, b = tmp_path / "a.svg", tmp_path / "b.svg"
    write_svg(Drawing.of([[(0, 0), (60, 10), (90, 80), (20, 120)]]), a)
    write_svg(Drawing.of([[(0, 0), (10, 90), (90, 80)], [(5, 5), (50, 60)]]), b)
    model = finished.project / "models" / "drawings"
    for words in (
        ("sample", "-n", "3"),
        ("complete", a, "-n", "3"),
        ("reconstruct", a),
        ("interpolate", a, b, "-n", "3"),
    ):
        first, second = tmp_path / f"{words[0]}1", tmp_path / f"{words[0]}2"
        for folder in (first, second):
            done = run(*words, "-m", model, "-o", folder, "--seed", "5")
            assert done.returncode == 0, done.stderr
        suffixes = {path.suffix for path in first.iterdir()}
        assert suffixes == {".png", ".gif", ".svg"}
        for path in first.glob("*.svg"):
            assert path.read_bytes() == (second / path.name).read_bytes()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["pages"], "no strokebook project"),
        (["run", "nowhere"], "is no folder"),
        (["complete", "missing.svg", "-m", "."], "missing.svg"),
        (["sample", "-m", "."], "no model"),
        (["trace", "missing.jpg", "-o", "a.svg"], "no such file"),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_2(
    words: list[str], message: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "strokebook", *words],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 2
    assert message in done.stderr and "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_refused_inputs_give_exit_1(copy: Place) -> None:
    (copy.library / "sb48" / "art" / "090.jpg").write_bytes(b"")
    done = run("run", "-p", copy.project)
    assert done.returncode == 1 and "090.jpg" in done.stderr and "empty" in done.stderr


def test_trace_writes_svg_and_stages(finished: Place, tmp_path: Path) -> None:
    page = next(iter(sorted((finished.library / "sb48" / "art").glob("*.jpg"))))
    out = tmp_path / "t.svg"
    done = run(
        "trace", page, "-o", out, "--stages", tmp_path / "s", "--animate", tmp_path / "t.gif"
    )
    assert done.returncode == 0, done.stderr
    assert (
        out.exists() and (tmp_path / "t.gif").exists() and len(list((tmp_path / "s").iterdir())) > 2
    )


def test_a_blank_page_gives_a_file_and_a_sentence(tmp_path: Path) -> None:
    Image.new("L", (120, 90), 250).save(tmp_path / "blank.png")
    done = run("trace", tmp_path / "blank.png", "-o", tmp_path / "o.json")
    assert done.returncode == 0
    said = [line for line in done.stderr.splitlines() if "being compiled" not in line]
    assert len(said) == 1 and "the page is blank" in said[0]
    assert "0 strokes, 0 points" in done.stdout
    assert json.loads((tmp_path / "o.json").read_text())["strokes"] == []


def test_train_on_a_file_of_ones_own(finished: Place, tmp_path: Path) -> None:
    data = finished.project / "datasets" / "drawings.npz"
    done = run("train", "--data", data, "-m", tmp_path / "m", "--steps", "2")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "m" / "best.json").exists() or (tmp_path / "m" / "last.json").exists()


def test_export_leaves_private_pages_out(copy: Place, tmp_path: Path) -> None:
    assert run("export-pages", tmp_path / "flat", "-p", copy.project).returncode == 0
    folders = {path.name for path in (tmp_path / "flat").iterdir() if path.is_dir()}
    assert "art" in folders and "priv" not in folders
    assert list((tmp_path / "flat" / "art").glob("sb48p*.jpg"))


def test_trace_names_the_pages_of_a_tiff_that_it_does_not_read(tmp_path: Path) -> None:
    pages = [Image.new("L", (120, 90), 250) for _ in range(3)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    done = run("trace", tmp_path / "a.tif", "-o", tmp_path / "o.svg")
    assert done.returncode == 0
    assert "3 pages, of which only the first" in done.stderr
