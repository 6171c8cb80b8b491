"""The picture over time of a finished project, of two pages, and when a page becomes private."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from PIL import Image

from strokebook.base import owned
from strokebook.base.errors import UsageError
from strokebook.pipeline.check.check_project import check_project
from strokebook.pipeline.editing import curate
from strokebook.pipeline.over_time import over_time, time_story
from strokebook.pipeline.over_time.measured_drawings import STAGE, measure_drawings
from strokebook.pipeline.over_time.over_time import show_over_time
from strokebook.pipeline.over_time.time_page import time_page
from strokebook.pipeline.over_time.time_story import tell_story
from strokebook.pipeline.over_time.time_tables import (
    DRAWING_COLUMNS,
    PAGE_COLUMNS,
    csv_text,
    drawings_csv,
    pages_csv,
)
from strokebook.pipeline.project import Project, open_project
from strokebook.pipeline.removal.purge import purge
from strokebook.vision.trends import poster

from place import Place

PAGE = "sb48p005"


@pytest.fixture(autouse=True)
def small_poster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poster, "DPI", 30)  # what is on it is the same; it takes a fifth


def data_of(page: str) -> dict:
    found = re.search(r'<script id="data" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_all_that_is_written_of_a_finished_project(copy: Place) -> None:
    with open_project(copy.project) as project:
        made = show_over_time(project, title="Faces & <figures>")
        public = {p.id for p in project.catalogue.pages(include_private=False)}
        private = {p.id for p in project.catalogue.pages() if p.private}
        drawings = {d.id: d for d in project.catalogue.drawings()}
        assert all(owned.is_ours(file) for file in made.files)
        assert not check_project(project.folder)
    picture, paper, page, pages, measures = made.files
    with Image.open(picture) as image:
        assert image.width / image.height == pytest.approx(made.size[0] / made.size[1], rel=0.01)
        assert len(image.convert("RGB").resize((90, 120)).getcolors(20_000) or ()) > 100
    assert paper.read_bytes().startswith(b"%PDF")
    data = data_of(page.read_text())
    assert data["title"] == "Faces & <figures>"
    assert {p["id"] for p in data["pages"]} == public
    assert [s["title"].partition(":")[0] for s in data["streams"]] == [
        "What the pages are", "What the pages look like", "What is drawn",
    ]  # fmt: skip
    assert all(p["t"].startswith("data:image/webp;base64,") for p in data["pages"])
    assert [t["name"] for t in data["trends"]] == [m[0] for m in time_story.MEASURES]
    assert data["centres"] and all(c["id"] in drawings for c in data["centres"])
    rows = rows_of(pages.read_text())
    assert {r["page"] for r in rows} == public
    assert sum(int(r["drawings"]) for r in rows) == len(drawings)
    measured = rows_of(measures.read_text())
    assert {r["drawing"] for r in measured} == set(drawings)
    assert all(int(r["lifts"]) == drawings[r["drawing"]].strokes - 1 for r in measured)
    assert all(0 < float(r["size"]) <= 1 for r in measured)
    # No page that is private, no address that something could be loaded from.
    assert private
    words = page.read_text() + pages.read_text() + measures.read_text()
    assert not any(name in words for name in private)
    assert not re.search(r'(?:src|href)="?https?:|url\(|@import|fetch\(', page.read_text())


def test_measures_are_taken_once(copy: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    real = measure_drawings.__globals__["measure_page"]

    def count(job):
        taken.append(job.image)
        return real(job)

    monkeypatch.setitem(measure_drawings.__globals__, "measure_page", count)
    with open_project(copy.project) as project:
        pages, drawings = project.catalogue.pages(), project.catalogue.drawings()
        first = measure_drawings(project, pages, drawings)
        assert len(taken) == len({d.image for d in drawings})
        assert measure_drawings(project, pages, drawings) == first
        assert len(taken) == len({d.image for d in drawings})
        # A drawing whose file is gone is named, and tried again next time.
        lost = drawings[0]
        (project.folder / lost.svg).unlink()
        project.catalogue.forget_results(STAGE, [lost.image])
        again = measure_drawings(project, pages, drawings)
        assert again.unread == (lost.id,)
        assert set(again.measures) == set(first.measures) - {lost.key}
        taken.clear()
        measure_drawings(project, pages, drawings)
        assert taken == [lost.image]


def test_worker_processes_measure_the_same(copy: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_project(copy.project) as project:
        pages, drawings = project.catalogue.pages(), project.catalogue.drawings()[:2]
        alone = measure_drawings(project, pages, drawings)
        project.catalogue.forget_results(STAGE)
        monkeypatch.setitem(measure_drawings.__globals__, "MANY", 1)
        assert measure_drawings(project, pages, drawings) == alone


def test_nothing_is_left_of_a_page_that_becomes_private(copy: Place) -> None:
    with open_project(copy.project) as project:
        made = show_over_time(project)
        image = project.catalogue.page(PAGE).image
        assert project.catalogue.result(STAGE, image) is not None
        assert PAGE in made.files[3].read_text()
        curate.tag(project, [PAGE], "private")
        project.catalogue.confirm_purges()
        purge(project)
        assert not any(file.exists() for file in made.files)
        assert project.catalogue.result(STAGE, image) is None
        again = show_over_time(project)
    assert not any(PAGE.encode() in file.read_bytes() for file in again.files)


def test_a_page_that_becomes_private_meanwhile_is_in_no_file(
    copy: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []

    def tell(project: Project, cut: str, title: str) -> time_story.Told:
        story = tell_story(project, cut, title)
        told.append(len(story.axis.pages))
        if len(told) == 1:
            curate.tag(project, [PAGE], "private")
        return story

    monkeypatch.setattr(over_time, "tell_story", tell)
    with open_project(copy.project) as project:
        made = show_over_time(project)
        assert project.catalogue.result(STAGE, project.catalogue.page(PAGE).image) is None
    assert told == [told[0], told[0] - 1]
    assert not any(PAGE.encode() in file.read_bytes() for file in made.files)


def test_two_pages_that_were_only_scanned(tmp_path: Path, finished: Place) -> None:
    place = Place(tmp_path / "small")
    place.project.mkdir(parents=True)
    (place.project / "strokebook.toml").write_text('[project]\nlibrary = "../library"\n')
    for name in sorted((finished.library / "sb48" / "art").iterdir())[:2]:
        target = place.library / "sb48" / "art" / name.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(name.read_bytes())
    with open_project(place.project) as project, pytest.raises(UsageError, match="no page"):
        show_over_time(project)
    place.run("scan")
    with open_project(place.project) as project:
        made = show_over_time(project)
    assert len(rows_of(made.files[3].read_text())) == 2
    assert rows_of(made.files[4].read_text()) == []
    assert [note.partition(":")[0] for note in made.notes] == [
        "No drawings were separated yet", "The pages were not looked at yet",
    ]  # fmt: skip


def test_every_column_is_documented_and_formulas_stay_text(copy: Place) -> None:
    with open_project(copy.project) as project:
        told = tell_story(project)
        page = time_page(project, told)
    assert next(csv.reader(io.StringIO(pages_csv(told)))) == list(PAGE_COLUMNS)
    assert next(csv.reader(io.StringIO(drawings_csv(told)))) == list(DRAWING_COLUMNS)
    assert csv_text(("a", "b"), [("=1+1", -2)]) == "a,b\r\n'=1+1,-2\r\n"
    assert (
        "</script><" not in page.partition('type="application/json">')[2].partition("\n")[0][:-10]
    )
