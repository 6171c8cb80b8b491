"""``date`` and ``dates`` as an artist meets them; what reads is a stand-in with known lines."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import Result

from strokebook.pipeline.dating import page_reading
from strokebook.pipeline.dating.page_dates import date_pages
from strokebook.pipeline.editing import curate
from strokebook.pipeline.project import open_project
from strokebook.pipeline.removal.purge import purge
from strokebook.pipeline.stages.scan import scan_library
from strokebook.vision.reading.ocr import TextLine

from place import Place, Run, commands_on, make_place

COVER, LAST = "sb48p001", 6


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = make_place(tmp_path)
    for number in range(1, LAST + 1):
        folder = {1: "cover", 6: "priv"}.get(number, "art")
        path = place.library / "sb48" / folder / f"00{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        page = np.full((140, 100, 3), 255, np.uint8)
        # Pages so different that none is taken for the private one in another file.
        blocks = np.random.default_rng(number).integers(0, 2, (7, 10, 1), np.uint8) * 255
        page[20:118] = np.kron(blocks, np.ones((14, 10, 3), np.uint8))
        page[130:134, 10 : 10 + number] = 0  # something to be read in the lower border
        Image.fromarray(page).save(path)
    with open_project(place.project) as project:
        scan_library(project)
    return place


@pytest.fixture
def run(place: Place) -> Run:
    return commands_on(place)


class Stand:
    """Reads on the cover its dates, on page n the number n + 10; counts what it was shown."""

    name = "stand-in"
    seen = 0

    def read(self, pixels: np.ndarray) -> list[TextLine]:
        type(self).seen += 1
        if len(pixels) > 300:  # a whole page, 140 px enlarged three times
            return [
                TextLine("2019-05-01", 0.9, (0, 0, 90, 20)),
                TextLine("2019-07-30", 0.95, (0, 30, 90, 50)),
            ]
        width = int((pixels[..., 0] < 99).any(0).sum() / 3 + 0.5)
        return [
            TextLine(str(width + 10), 0.99, (10, 5, 40, 25)),
            TextLine("2019-06", 0.9, (60, 5, 90, 25)),
        ]


@pytest.fixture
def read(run: Run, monkeypatch: pytest.MonkeyPatch) -> Result:
    Stand.seen = 0
    monkeypatch.setattr(page_reading, "RapidReader", Stand)
    return run("dates", "--read")


def facts(run: Run) -> dict:
    return json.loads(run("dates", "--json").stdout)


def test_a_sketchbook_is_dated_and_its_pages_share_its_days(run: Run, place: Place):
    assert "No date is known yet" in run("dates").stdout
    assert "sb48: 2019-05..2019-07, by hand" in run("date", "sb48", "2019-05..2019-07").stdout
    run("date", "sb48p003", "2019-06-12")
    with open_project(place.project) as project:
        dates = date_pages(project)
    assert [str(d.first) for d in dates.values()] == [
        "2019-05-01", "2019-05-22", "2019-06-12", "2019-06-12", "2019-07-06",
    ]  # fmt: skip
    assert [d.source for d in dates.values()] == ["between"] * 2 + ["hand"] + ["between"] * 2
    shown = run("dates", "sb48").stdout
    assert "2019-06-12" in shown
    assert "estimated" in shown
    assert "sb48p006" not in shown  # private


def test_undo_redo_log_and_a_lost_database(run: Run, place: Place):
    run("date", "sb48", "2019")
    run("date", "sb48", "sb48p002", "2020-01")
    log = run("log").stdout
    assert "dated sb48 2019" in log
    assert "dated sb48 2020-01; dated sb48p002 2020-01" in log
    undone = run("undo").stdout
    assert "Now sb48 is dated 2019; sb48p002 is without a date of its own." in undone
    run("redo")
    for file in place.project.glob("strokebook.db*"):
        file.unlink()
    with open_project(place.project) as project:
        scan_library(project)
    assert facts(run)["books"]["sb48"] == {
        "first": "2020-01-01",
        "last": "2020-01-31",
        "source": "hand",
    }
    assert "Everything is in order" in run("check").stdout


def test_forgetting(run: Run):
    run("date", "sb48", "2019")
    assert "date taken back" in run("date", "sb48", "--forget").stdout
    assert "had no date" in run("date", "sb48", "--forget").stdout
    assert facts(run)["books"] == {}
    assert "took back the date of sb48" in run("log").stdout


def test_contradictions_are_told_and_nothing_is_mended(run: Run):
    run("date", "sb48p002", "2020")
    said = run("date", "sb48p004", "2019").stdout
    assert "Contradiction: sb48p004 is dated 2019 (by hand), before sb48p002" in said
    assert {p: d["first"] for p, d in facts(run)["pages"].items()} == {
        "sb48p002": "2020-01-01",
        "sb48p004": "2019-01-01",
    }
    assert "Contradictions:" in run("dates").stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("sb48",), "needs a sketchbook or a page"),
        (("sb48", "soon"), "no date"),
        (("sb47", "2019"), "no page 'sb47'"),
        (("sb48p006", "2019"), "is private"),
    ],
)
def test_what_cannot_be_dated_is_refused(run: Run, words: tuple[str, ...], says: str):
    result = run("date", *words)
    assert result.exit_code
    assert says in str(result.exception)
    assert "Nothing was said" in run("log").stdout


def test_readings_are_suggestions_until_they_are_accepted(run: Run, read: Result, place: Place):
    assert "5 pages read" in read.stdout
    known = facts(run)
    assert known["books"] == known["pages"] == {}
    assert [s["for"] for s in known["suggestions"]] == ["sb48"] + [
        f"sb48p00{n}" for n in range(2, 6)
    ]
    assert "2019-05-01..2019-07-30" in read.stdout
    sheet = Image.open(place.project / "pictures" / "dates-read-1.jpg")
    assert sheet.width > 300
    assert "sb48: 2019-05-01..2019-07-30, as it was read" in run("dates", "sb48", "--accept").stdout
    assert facts(run)["books"]["sb48"]["source"] == "read"
    run("date", "sb48", "2018")  # hand over read
    assert facts(run)["books"]["sb48"]["source"] == "hand"
    assert "not 2019-06" in run("dates", "sb48p002", "--dismiss").stdout
    run("dates", "--accept")
    assert facts(run)["suggestions"] == []
    assert "sb48p002" not in [p for p, d in facts(run)["pages"].items() if d["source"] == "read"]
    assert "as it was read" in run("log").stdout
    run("undo", "2")
    assert [s["for"] for s in facts(run)["suggestions"]] == [f"sb48p00{n}" for n in range(2, 6)]
    assert "Everything is in order" in run("check").stdout


def test_numbers_are_compared_with_file_names(run: Run, read: Result, place: Place):
    numbers = facts(run)["numbers"]
    assert numbers["offsets"] == {"sb48": 10}
    assert "sb48: the numbers on its pages are 10 higher than those of its files." in read.stdout
    assert numbers["misfiled"] == []
    (place.library / "sb48" / "art" / "004.png").rename(place.library / "sb48" / "art" / "009.png")
    with open_project(place.project) as project:
        scan_library(project)
    shown = run("dates").stdout
    assert "sb48p009 is filed under 009, reads 14" in shown
    assert "sb48 has no 004, 007, 008" in shown


def test_only_new_pages_are_read_and_private_ones_never(run: Run, read: Result, place: Place):
    seen = Stand.seen
    assert seen == 5
    assert "0 pages read, 5 were read before" in run("dates", "--read").stdout
    assert Stand.seen == seen


def test_a_page_that_becomes_private_leaves_nothing(run: Run, read: Result, place: Place):
    run("dates", "--accept")
    with open_project(place.project) as project:
        image = project.catalogue.page(COVER).image
        curate.tag(project, [COVER], "private")
        project.catalogue.confirm_purges()
        purge(project)
        assert image not in project.catalogue.readings()
        assert image not in project.catalogue.file_days()
        assert project.catalogue.said_book_dates() == {}
        assert not list(project.pictures.glob("dates-read*"))
        assert not any(image == item for item in project.catalogue.results("read"))
    assert "2019-07-30" not in (place.project / "hand.json").read_text()
    assert "Everything is in order" in run("check").stdout


def test_without_the_extra_it_is_named(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(__import__("sys").modules, "rapidocr", None)
    result = run("dates", "--read")
    assert result.exit_code
    assert "strokebook[read]" in str(getattr(result.exception, "remedy", result.output))


def test_a_scan_that_is_damaged_is_named_and_the_others_are_read(
    run: Run, place: Place, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(page_reading, "RapidReader", Stand)
    (place.library / "sb48" / "art" / "003.png").write_bytes(b"\x89PNG\r\n\x1a\n torn")
    result = run("dates", "--read")
    assert result.exit_code == 1
    assert "4 pages read" in result.stdout
    assert "sb48p003" in result.stderr
