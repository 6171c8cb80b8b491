"""Open data: what Datasette itself makes of it, and that nothing private is in it."""

from __future__ import annotations

import asyncio
import csv
import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from strokebook.base.errors import UsageError
from strokebook.pipeline.editing import curate
from strokebook.pipeline.open_data.open_data import write_open_data
from strokebook.pipeline.open_data.open_datasette import OpenDataFacts
from strokebook.pipeline.open_data.open_schema import TABLES, VIEWS
from strokebook.pipeline.project import open_project
from strokebook.pipeline.removal.purge import plan_purge, purge

from place import Place

PAGE, OTHER = "sb48p005", "sb48p002"
WORD = "zaubergarten"  # a label that nothing else has
FACTS = OpenDataFacts(artist="Ann Line", licence="CC BY 4.0", licence_url="https://example.org/by")


def export(place: Place, folder: Path, *, images: bool = False):
    with open_project(place.project) as project:
        return write_open_data(project, folder, FACTS, images=images)


def edit(place: Place) -> None:
    with open_project(place.project) as project:
        curate.correct(project, [PAGE], WORD, kind="drawing")
        curate.tag(project, [OTHER], "favourite")
        curate.decide(project, [project.catalogue.drawings()[0].id], False)


def everything(folder: Path) -> bytes:
    return b"\n".join(
        str(f.relative_to(folder)).encode() + b"\n" + f.read_bytes()
        for f in sorted(folder.rglob("*"))
        if f.is_file()
    )


def asked_of_datasette(folder: Path, *addresses: str) -> list[Any]:
    """What Datasette answers for the folder as it lies there."""
    from datasette.app import Datasette

    async def ask() -> list[Any]:
        shown = Datasette(config_dir=folder)
        await shown.invoke_startup()
        return [await shown.client.get(address) for address in addresses]

    with ThreadPoolExecutor(1) as pool:  # a browser's test may have a loop running in this thread
        answers = pool.submit(asyncio.run, ask()).result()
    assert [a.status_code for a in answers] == [200] * len(addresses)
    return answers


def test_datasette_lists_plain_tables_and_links_them(copy: Place, tmp_path: Path) -> None:
    edit(copy)
    made = export(copy, tmp_path / "open", images=True)
    with open_project(copy.project) as project:
        page = project.catalogue.page(OTHER)
        public = {p.id for p in project.catalogue.pages(include_private=False)}
        private = {p.id for p in project.catalogue.pages() if p.private}
        drawing = project.catalogue.drawings()[0]
    home, table, drawings, edits, picture, shares = asked_of_datasette(
        made.folder,
        "/sketchbooks.json",
        "/sketchbooks/pages",
        f"/sketchbooks/drawings.json?drawing={drawing.id}&_labels=on&_shape=objects",
        "/sketchbooks/edits.json?_shape=objects&_labels=on",
        f"/static/by-label/{page.label}/{OTHER}.jpg",
        "/sketchbooks/label_shares.json?_shape=objects",
    )
    assert {t["name"] for t in home.json()["tables"]} - {"sqlite_stat1"} == {t.name for t in TABLES}
    assert {v["name"] for v in home.json()["views"]} == set(VIEWS)
    # Each key is a link, and each column says what it holds.
    assert f'href="/sketchbooks/labels/{page.label}"' in table.text
    assert 'href="/sketchbooks/sketchbooks/sb48"' in table.text
    assert "width of the scan, upright, in pixels" in table.text
    assert f'src="/static/by-label/{page.label}/{OTHER}.jpg"' in table.text
    (row,) = drawings.json()["rows"]
    assert row["page"] == {"value": drawing.page, "label": drawing.page}
    assert row["kept"] == 0 and row["decided_by"] == "hand"
    words = [r["words"] for r in edits.json()["rows"]]
    assert {
        f"said that {WORD} means pages of the kind drawing",
        f"labelled {PAGE} as {WORD}",
        f"tagged {OTHER} favourite",
        f"dropped {drawing.id}",
    } <= set(words)
    assert (
        picture.content == (made.folder / f"static/by-label/{page.label}/{OTHER}.jpg").read_bytes()
    )
    assert sum(r["pages"] for r in shares.json()["rows"]) == len(public)
    assert sum(r["share"] for r in shares.json()["rows"]) == pytest.approx(1, abs=0.001)
    # None of the private pages, in no file, by no name.
    assert private
    assert not any(name.encode() in everything(made.folder) for name in private)


def test_links_hold_and_csv_says_the_same(copy: Place, tmp_path: Path) -> None:
    made = export(copy, tmp_path / "open")
    with sqlite3.connect(made.folder / "sketchbooks.db") as db:
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        for table in TABLES:
            rows = db.execute(f"SELECT * FROM {table.name}").fetchall()
            with (made.folder / "csv" / f"{table.name}.csv").open(newline="") as file:
                head, *written = csv.reader(file)
            assert head == list(table.names)
            assert len(written) == len(rows) == made.counts[table.name]
        linked = {r[2] for t in TABLES for r in db.execute(f"PRAGMA foreign_key_list({t.name})")}
    db.close()
    assert linked >= {"pages", "labels", "sketchbooks", "page_clusters", "drawing_clusters"}
    about = json.loads((made.folder / "metadata.json").read_text())
    assert (about["license"], about["description"]) == (
        "CC BY 4.0", "Pages and drawings by Ann Line.",
    )  # fmt: skip
    readme = (made.folder / "README.md").read_text()
    assert all(f"`{c.name}`" in readme for t in TABLES for c in t.columns)


def test_a_page_that_becomes_private_is_named_and_gone_from_the_next(
    copy: Place, tmp_path: Path
) -> None:
    folder = tmp_path / "open"
    edit(copy)
    export(copy, folder, images=True)
    assert WORD.encode() in everything(folder)
    with open_project(copy.project) as project:
        image = project.catalogue.page(PAGE).image
        curate.tag(project, [PAGE], "private")
        assert (str(folder), "open data of pages and drawings") in plan_purge(project).outside
    # Not even between the mark and the word that what was made of it may go.
    export(copy, folder, images=True)
    assert [w for w in (PAGE, WORD, image) if w.encode() in everything(folder)] == []
    assert not (folder / "static" / "by-label" / WORD).exists()
    with open_project(copy.project) as project:
        assert str(folder) not in dict(plan_purge(project).outside)
        project.catalogue.confirm_purges()
        purge(project)
    export(copy, folder, images=True)
    assert [w for w in (PAGE, WORD, image) if w.encode() in everything(folder)] == []


def test_only_what_is_ours_is_overwritten(copy: Place, tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    (folder / "README.md").write_text("mine")
    with pytest.raises(UsageError, match="holds something else"):
        export(copy, folder)
    for inside in (copy.project / "open", copy.library / "open", copy.project, copy.folder):
        with pytest.raises(UsageError, match="lie in each other"):
            export(copy, inside)
    assert [f.name for f in folder.iterdir()] == ["README.md"]
    made = export(copy, tmp_path / "open", images=True)
    assert made.images > 0
    picture = next((made.folder / "static" / "by-label").rglob("*.jpg"))
    picture.write_bytes(b"painted over")
    (made.folder / "note.txt").write_text("mine")
    again = export(copy, tmp_path / "open")
    assert picture.read_bytes() == b"painted over"
    assert (made.folder / "note.txt").read_text() == "mine"
    assert [str(picture)] == [d.subject for d in again.diagnostics]
    assert list(made.folder.rglob("*.jpg")) == [picture]
