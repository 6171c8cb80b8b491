"""``duplicates``: a page scanned twice is told with its reason; what is only alike is not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from benchmarks.seeing.second_scans import scan_again
from strokebook.base.imaging.images import open_image
from strokebook.cli.main import app
from strokebook.geometry.svg.io import read_drawing, write_svg
from strokebook.library.catalogue.records import NewDrawing
from strokebook.pipeline.project import open_project
from strokebook.pipeline.removal.purge import COMPARED

from place import Place

PAGE, AGAIN, COPY = "sb48p004", "sb49p001", "sb49p002"


def ask(place: Place, *words: str) -> str:
    result = CliRunner().invoke(app, ["duplicates", *words, "-p", str(place.project)])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def twice(copy: Place) -> Place:
    """The project after a second book came, with another scan of a page and a copy of its file."""
    source, book = copy.library / "sb48" / "art" / "004.jpg", copy.library / "sb49" / "art"
    book.mkdir(parents=True)
    again = scan_again(open_image(source), np.random.default_rng(2))
    again.resize((700, 990)).save(book / "001.jpg", quality=60)
    shutil.copy(source, book / "002.jpg")
    copy.run("scan")
    return copy


def test_a_library_without_duplicates_has_none(copy: Place) -> None:
    assert "No page is there twice." in ask(copy)
    assert json.loads(ask(copy, "--json")) == {"groups": [], "picture": None}
    assert "No drawing is there twice." in ask(copy, "--drawings")
    assert not list((copy.project / "pictures").glob("duplicates*"))


def test_the_larger_scan_is_kept_and_each_pair_says_why(twice: Place) -> None:
    before = sorted(p for p in twice.library.rglob("*") if p.is_file())
    (group,) = json.loads(ask(twice, "--json"))["groups"]
    assert group["keep"] == PAGE and group["others"] == [AGAIN, COPY]
    why = {pair["second"]: pair["why"] for pair in group["pairs"]}
    assert why[COPY] == "the very same file"
    assert why[AGAIN].startswith("same page, turned ")
    text = " ".join(ask(twice).split())
    assert "Nothing was changed" in text and f"strokebook drop {AGAIN} {COPY}" in text
    assert sorted(p for p in twice.library.rglob("*") if p.is_file()) == before
    sheet = Image.open(twice.project / "pictures" / "duplicates.jpg")
    assert sheet.width > 900 and sheet.height > 600


def test_what_was_compared_is_not_compared_again(
    twice: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ask(twice, "--json")
    monkeypatch.setattr(
        "strokebook.pipeline.seeing.duplicates.register", lambda *_: pytest.fail("again")
    )
    assert ask(twice, "--json") == first


def test_nothing_is_left_of_a_pair_of_which_one_became_private(twice: Place) -> None:
    ask(twice)
    with open_project(twice.project) as project:
        image = project.catalogue.page(AGAIN).image
        assert any(image in str(r.summary) for r in project.catalogue.results(COMPARED).values())
    result = CliRunner().invoke(app, ["tag", AGAIN, "private", "--yes", "-p", str(twice.project)])
    assert result.exit_code == 0, result.output
    assert not (twice.project / "pictures" / "duplicates.jpg").exists()
    with open_project(twice.project) as project:
        assert project.catalogue.results(COMPARED) == {}
    assert AGAIN not in ask(twice, "--json")


def test_a_line_traced_twice_is_one_drawing(copy: Place) -> None:
    with open_project(copy.project) as project:
        one = next(d for d in project.catalogue.drawings() if d.page != "sb48p005")
        page = next(p for p in project.catalogue.pages(kind="drawing") if p.id != one.page)
        drawing = read_drawing(project.folder / one.svg)
        askew = drawing.with_strokes(
            np.asarray(s) @ np.array([[0.9994, 0.0349], [-0.0349, 0.9994]]) for s in drawing.strokes
        )
        svg = f"drawings/{page.id}d01.svg"
        Path(project.folder / svg).unlink(missing_ok=True)
        write_svg(askew, project.folder / svg)
        new = NewDrawing((0, 0, 9, 9), len(askew), askew.n_points, svg)
        project.catalogue.replace_drawings(page.image, [new])
    (group,) = json.loads(ask(copy, "--drawings", "--json"))["groups"]
    assert {group["keep"], *group["others"]} == {one.id, f"{page.id}d01"}
    assert group["pairs"][0]["why"].startswith("same line, turned 2.0°")
    assert (copy.project / "pictures" / "duplicates-drawings.jpg").exists()
