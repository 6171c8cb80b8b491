from __future__ import annotations

import json
from pathlib import Path

import pytest

from strokebook.base.errors import UsageError
from strokebook.cli.drawing.publish import hex_colour
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.svg.io import write_svg
from strokebook.pipeline.demo import publish_demo

from command_line import Run
from pipeline.published import config
from place import Place


def test_publish_writes_one_file_and_says_so(run: Run, tmp_path: Path) -> None:
    output, start = tmp_path / "hand.html", tmp_path / "start.svg"
    write_svg(Drawing.of([[(0, 0), (60, 10), (90, 80)]]), start)
    words = ["--artist", "Ada\n </script> Line\x1b", "--credit", "Bob", "--credit", "Eve"]
    words += ["--title", "My hand", "--licence", "CC0", "--colour", "navy"]
    code, out, err = run(
        "publish", "starter", "-o", output, *words, "--start", start, "--start", start
    )
    assert (code, err) == (0, "") and str(output) in out.replace("\n", "") and "MB" in out
    value = config(output)
    assert value["artist"] == "Ada </script> Line" and value["colour"] == "#000080"
    assert value["credits"][:2] == ["Bob", "Eve"] and value["title"] == "My hand"
    assert [s["name"] for s in value["starts"]] == ["start 1", "start 2"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["hand.html", "start.svg"]


def test_embed_adds_the_element_and_says_how_it_is_used(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("publish", "starter", "-o", tmp_path / "hand.html", "--embed")
    assert code == 0 and '<script src="hand.js"></script>' in out
    assert (tmp_path / "hand.js").exists() and config(tmp_path / "hand.html")["embed"] is True


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("starter", "-o", "hand.txt"), "should end in .html"),
        (("nowhere", "-o", "hand.html"), "no model"),
        (("starter", "-o", "hand.html", "--colour", "bluish"), "is no colour"),
        (("starter", "-o", "hand.html", "--start", "sb1p001d01"), "no project"),
        (("starter", "-o", "hand.html", "--start", "no.svg"), "no.svg"),
        (("-o", "hand.html"), "strokebook publish starter"),
    ],
)
def test_wrong_use_is_one_sentence_and_leaves_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = run("publish", *words)
    assert code == 2 and message in err and len(err.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_colours() -> None:
    assert [hex_colour(t) for t in ("", "#1A6", "#1166cc", "red")] == [
        *("", "#11aa66", "#1166cc", "#ff0000")
    ]
    with pytest.raises(UsageError):
        hex_colour('#fff" onload="')


def test_canvas_opens_the_file(run: Run, copy: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def browse(address: str) -> bool:
        opened.append(address)
        return True

    monkeypatch.setattr("webbrowser.open", browse)
    page = copy.project / "drawn" / "canvas.html"
    code, out, _ = run("canvas", "-p", copy.project, "--no-open")
    assert code == 0 and opened == [] and str(page) in out.replace("\n", "")
    assert "Open it in a browser" in out
    code, out, _ = run("canvas", "-p", copy.project)
    assert code == 0 and opened == [page.resolve().as_uri()] and "Open it" not in out
    assert len(config(page)["models"]) == 2


def test_status_names_the_canvas(run: Run, copy: Place) -> None:
    clusters = json.loads(run("clusters", "--json", "-p", copy.project)[1])
    for cluster in clusters:
        run("label", f"{cluster['number']}=drawings", "-p", copy.project)
    assert "Next: strokebook canvas --project" in run("status", "-p", copy.project)[1]


def test_the_demo_ends_with_its_page(copy: Place) -> None:
    done = publish_demo(copy.folder)  # a library and a project side by side, as a demo has them
    assert done is not None and done.page == copy.folder / "hand.html"
    value = config(done.page)
    assert value["title"] and len(value["models"]) == 1
    (copy.project / "models" / "drawings" / "best.json").unlink()
    done.page.unlink()
    assert publish_demo(copy.folder) is None and not done.page.exists()
