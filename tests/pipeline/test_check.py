"""A project damaged in one way at a time: what a check finds, and what repairing mends."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from strokebook.base import owned
from strokebook.base.files import write_text
from strokebook.base.progress import SILENT
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.svg.io import write_drawing, write_svg
from strokebook.library.backup import back_up_daily
from strokebook.library.catalogue.records import NewDrawing
from strokebook.library.check.finding import Finding
from strokebook.library.edits import trash
from strokebook.pipeline.check.check_project import check_project
from strokebook.pipeline.check.repair import repair_project
from strokebook.pipeline.editing.curate import apply_cluster_decisions
from strokebook.pipeline.project import Project, open_project
from strokebook.pipeline.stages.scan import scan_library

from place import Place, make_scanned_place

LINE = Drawing.of([[(5, 5), (20, 9), (30, 30)], [(8, 30), (30, 40)]])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Five scanned pages, two of them traced with a drawing each, and edits of every kind."""
    place = make_scanned_place(tmp_path_factory.mktemp("made"), 5)
    with open_project(place.project) as project:
        _fill(project)
    assert check_project(place.project) == []
    return place


def _fill(project: Project) -> None:
    catalogue = project.catalogue
    catalogue.set_hand_labels(dict.fromkeys(["sb48p001", "sb48p002"], "drawings"))
    for page in catalogue.pages(kind="drawing"):
        with owned.owning("trace", page.image):
            write_drawing(LINE, project.at("cache", "traces", f"{page.image}.json"))
            write_svg(LINE, project.at("traces", f"{page.id}.svg"), layer="1")
            write_svg(LINE, project.at("drawings", f"{page.id}d01.svg"), layer="1")
        catalogue.put_result("trace", page.image, "k", 0.1, {})
        catalogue.put_result("figures", page.image, "k", 0.1, {})
        figure = NewDrawing((5, 5, 30, 40), 2, 5, f"drawings/{page.id}d01.svg")
        catalogue.replace_drawings(page.image, [figure])
    catalogue.decide(["sb48p001d01"], kept=False)
    keys = [d.key for d in catalogue.drawings()]
    catalogue.new_clustering("drawings", 1, [[0.0]], dict.fromkeys(keys, 0), "k")
    catalogue.name_cluster("drawings", [0], "keep", "hand")
    images = [page.image for page in catalogue.pages()]
    catalogue.new_clustering("pages", 1, [[0.0]], dict.fromkeys(images, 0), "k")
    catalogue.name_cluster("pages", [0], "faces", "hand")
    catalogue.tag("sb48p003", "green")
    catalogue.set_label_kind("faces", "drawing")
    catalogue.undo(catalogue.next_undo(1))
    apply_cluster_decisions(project)
    for page in catalogue.pages():
        catalogue.put_result("judge", page.image, "k", 0.1, {"label": "drawings"})
    for page in catalogue.pages(kind="drawing"):
        assert page.label == "drawings"


@pytest.fixture
def place(made: Place, tmp_path: Path) -> Place:
    shutil.copytree(made.folder, tmp_path / "copy", symlinks=True)
    return Place(tmp_path / "copy")


def change(place: Place, *statements: str) -> None:
    """Change the database past all guards."""
    with sqlite3.connect(place.project / "strokebook.db") as db:
        db.execute("PRAGMA foreign_keys = OFF")
        for sql in statements:
            db.execute(sql)
    db.close()


def only(found: list[Finding]) -> Finding:
    assert len(found) == 1, [str(f) for f in found]
    return found[0]


def labels(place: Place) -> dict[str, str | None]:
    with open_project(place.project) as project:
        return {page.id: page.label for page in project.catalogue.pages()}


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def image_of(place: Place, page: str) -> str:
    with open_project(place.project) as project:
        return project.catalogue.page(page).image


# Each: what is done to the project, what the finding says.
Damage = tuple[Callable[[Place], object], str]
NO_TRIGGERS = "DROP TRIGGER edit_stays", "DROP TRIGGER edit_is_kept"
MENDED: dict[str, Damage] = {
    "a label that the log does not say": (
        lambda p: change(p, "UPDATE hand_label SET label = 'notes'"),
        "other hand labels",
    ),
    "a tag that is lost": (lambda p: change(p, "DELETE FROM image_tag"), "other tags"),
    "a decision that is lost": (
        lambda p: change(p, "DELETE FROM decision"),
        "other decisions about drawings",
    ),
    "the name of a cluster that is lost": (
        lambda p: change(p, "DELETE FROM named_before WHERE space = 'pages'"),
        "names of pages' clusters",
    ),
    "the name of a place that is lost": (
        lambda p: change(p, "DELETE FROM place_name"),
        "names of drawings' clusters",
    ),
    "a date of a page out of nowhere": (
        lambda p: change(
            p, "INSERT INTO page_date SELECT hash, 'hand', '2019', '2019', '1', '' FROM image"
        ),
        "dates of pages",
    ),
    "a date of a sketchbook out of nowhere": (
        lambda p: change(
            p, "INSERT INTO book_date VALUES ('sb48', 'hand', '2019', '2019', '', '')"
        ),
        "dates of sketchbooks",
    ),
    "a kind of a label out of nowhere": (
        lambda p: change(p, "INSERT INTO label_kind VALUES ('faces', 'notes')"),
        "kinds of labels",
    ),
    "an undo that is forgotten": (lambda p: change(p, "DELETE FROM undone"), "taken back"),
    "an edit that is lost": (
        lambda p: change(p, *NO_TRIGGERS, "DELETE FROM edit WHERE seq = 4"),
        "lacks edit 4",
    ),
    "a migration without its record": (
        lambda p: change(p, "DELETE FROM migration WHERE name = 'log of edits'"),
        "brought up to date by log of edits",
    ),
    "rows that refer to nothing": (
        lambda p: change(p, "INSERT INTO verdict VALUES ('nobody', 'measure', 1, '')"),
        "1 verdict without their drawing",
    ),
    "an image with two numbers": (
        lambda p: change(
            p, "INSERT INTO former_image SELECT image, 2 FROM identity WHERE number = 1"
        ),
        "also a former one of page 2",
    ),
    "no hand.json": (lambda p: (p.project / "hand.json").unlink(), "is missing"),
    "a torn hand.json": (
        lambda p: (p.project / "hand.json").write_bytes(
            (p.project / "hand.json").read_bytes() + b'{"seq": 99, "comm'
        ),
        "ends in the middle of a line",
    ),
    "a hand.json without one of its lines": (
        lambda p: _edit_lines(p, lambda lines: lines[:3] + lines[4:]),
        "lacks edit 3",
    ),
    "an edit by hand in hand.json": (
        lambda p: _edit_lines(p, lambda ls: [x.replace('"drawings"}', '"notes"}') for x in ls]),
        "says something else of edit",
    ),
    "a trace that is gone": (
        lambda p: [f.unlink() for f in (p.project / "cache" / "traces").glob("*.json")],
        "traces: 2 are missing",
    ),
    "a drawing that is empty": (
        lambda p: (p.project / "drawings" / "sb48p001d01.svg").write_text(""),
        "drawings: 1 is missing or empty (drawings/sb48p001d01.svg)",
    ),
    "results of a private page": (
        lambda p: change(
            p,
            "INSERT INTO image_tag SELECT image, 'private', 1, 'hand', '1', '' FROM identity "
            "WHERE number = 1",
            _log_row("tag", '{"page":1,"tag":"private","on":true}', "1 private"),
        ),
        "is private, and the catalogue still has results of it",
    ),
    "a file that was left over": (lambda p: _leave_over(p), "left over"),
}


def _log_row(kind: str, body: str, target: str) -> str:
    return (
        "INSERT INTO edit SELECT max(seq) + 1, max(seq) + 1, '2030-01-01', 'hand', "
        f"'{kind}', '{target}', '{body}' FROM edit"
    )


def _edit_lines(place: Place, act: Callable[[list[str]], list[str]]) -> None:
    path = place.project / "hand.json"
    path.write_text("".join(act(path.read_text().splitlines(keepends=True))))


def _leave_over(place: Place) -> None:
    with owned.owning("figures", "x"):
        write_text(place.project / "drawings" / "sb48p001d07.svg", "<svg/>")


@pytest.mark.parametrize("name", MENDED)
def test_what_is_damaged_is_found_without_a_change_and_mended(place: Place, name: str):
    before_damage = labels(place)
    damage, says = MENDED[name]
    damage(place)
    before = snapshot(place.project)
    found = check_project(place.project)
    assert any(says in str(finding) for finding in found), [str(f) for f in found]
    assert all(finding.repairable for finding in found), [str(f) for f in found]
    assert snapshot(place.project) == before
    done = repair_project(place.project, SILENT)
    left = check_project(place.project)
    # What a run has to make again is all that may be left.
    assert [f for f in left if f.subject not in ("previews", "traces as SVG")] == [], done
    if "hand in hand.json" not in name and "private" not in name:
        assert labels(place) == before_damage


def test_a_check_of_a_project_that_cannot_be_written(place: Place):
    folder, before = place.project, snapshot(place.project)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        assert check_project(folder) == []
        assert check_project(folder, deep=True) == []
        assert snapshot(folder) == before
    finally:
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)


def test_a_check_beside_a_writer_sees_what_is_committed(place: Place):
    with open_project(place.project) as project:
        project.catalogue.set_hand_label("sb48p004", "notes")
        before = snapshot(place.project)
        assert check_project(place.project) == []
        assert snapshot(place.project) == before


def test_a_body_that_says_nothing_stays_and_is_named(place: Place):
    change(place, *NO_TRIGGERS, "UPDATE edit SET body = '{\"page\":' WHERE seq = 2")
    finding = only(check_project(place.project))
    assert finding.subject == "edit 2" and not finding.repairable


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("UPDATE edit SET command = 77 WHERE seq = 2", "belongs to command 77"),
        (
            "UPDATE edit SET body = '{\"of\":999}', target = '999' WHERE kind = 'undo'",
            "command 999",
        ),
        ("UPDATE edit SET target = '5' WHERE seq = 2", "is about '5'"),
    ],
)
def test_rows_of_the_log_that_do_not_hang_together(place: Place, sql: str, says: str):
    change(place, *NO_TRIGGERS, sql)
    assert says in str(only(check_project(place.project)))


def test_an_edit_that_is_nowhere_is_said_to_be_lost(place: Place):
    change(place, *NO_TRIGGERS, "DELETE FROM edit WHERE seq = 4")
    _edit_lines(place, lambda lines: lines[:4] + lines[5:])
    said = " ".join(repair_project(place.project, SILENT))
    assert "Nothing is left of edit 4" in said
    assert check_project(place.project) == []


@pytest.mark.parametrize("backup", [True, False])
@pytest.mark.parametrize("how", ["no database at all", "damaged inside"])
def test_a_damaged_catalogue_is_put_aside_and_every_edit_is_there(
    place: Place, backup: bool, how: str
):
    with open_project(place.project) as project:
        if backup:
            assert back_up_daily(project.catalogue.db) is None
        project.catalogue.set_hand_label("sb48p004", "notes")
    path, before = place.project / "strokebook.db", labels(place)
    data = bytearray(path.read_bytes())
    if how == "damaged inside":
        data[4096:] = b"\x7f" * (len(data) - 4096)
    else:
        data[:] = b"no database"
    path.write_bytes(bytes(data))
    finding = only(check_project(place.project))
    assert "damaged" in finding.fault and finding.repairable
    done = repair_project(place.project, SILENT)
    assert (place.project / "strokebook.db.damaged-1").read_bytes() == bytes(data)
    assert any(("backups/" if backup else "no backup") in sentence for sentence in done)
    if backup:
        assert labels(place) == before
        assert check_project(place.project) == []
    with open_project(place.project) as project:
        scan_library(project)
        said = {p.id: p.label for p in project.catalogue.pages() if p.label_source == "hand"}
    assert said == {"sb48p001": "drawings", "sb48p002": "drawings", "sb48p004": "notes"}


def test_what_a_restored_catalogue_does_not_know_yet_stays(place: Place):
    path = place.library / "sb48" / "art" / "008.jpg"
    with open_project(place.project) as project:
        assert back_up_daily(project.catalogue.db) is None
        Image.effect_noise((48, 56), 90).save(path)
        scan_library(project)
        image = project.catalogue.page("sb48p008").image
    (place.project / "strokebook.db").write_bytes(b"no database")
    repair_project(place.project, SILENT)
    assert (place.project / "cache" / "previews" / f"{image}.jpg").exists()
    assert "left over" in str(only(check_project(place.project)))
    with open_project(place.project) as project:
        scan_library(project)
    assert check_project(place.project) == []


def test_what_is_left_over_can_be_brought_back(place: Place):
    _leave_over(place)
    repair_project(place.project, SILENT)
    left = place.project / "drawings" / "sb48p001d07.svg"
    assert not left.exists()
    with open_project(place.project) as project:
        (entry,) = trash.entries(project.folder)
        trash.restore(project.folder, entry.number)
    assert left.read_text() == "<svg/>"


def test_edits_that_only_the_damaged_file_has_are_read_from_it(place: Place):
    with open_project(place.project) as project:
        assert back_up_daily(project.catalogue.db) is None
    old = (place.project / "hand.json").read_bytes()
    with open_project(place.project) as project:
        project.catalogue.set_hand_label("sb48p004", "notes")
        for number in range(2000):
            project.catalogue.put_result("trace", f"x{number}", "k", 0.1, {"y": "z" * 90})
    (place.project / "hand.json").write_bytes(old)  # a kill came before it was written
    path = place.project / "strokebook.db"
    data = bytearray(path.read_bytes())
    data[-4096 * 20 :] = b"\x7f" * 4096 * 20
    path.write_bytes(bytes(data))
    done = repair_project(place.project, SILENT)
    assert any("read from the damaged file" in sentence for sentence in done), done
    assert labels(place)["sb48p004"] == "notes"


def test_a_damaged_index_is_made_anew_without_a_backup(place: Place):
    change(
        place,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = replace(sql, '(book)', '(title)') WHERE name = 'page_book'",
    )
    assert "damaged" in str(only(check_project(place.project)))
    assert repair_project(place.project, SILENT) == ["Made the indexes of the catalogue anew."]
    assert check_project(place.project) == []
    assert not list(place.project.glob("*.damaged-*"))


def test_a_damaged_backup_is_passed_over(place: Place):
    with open_project(place.project) as project:
        assert back_up_daily(project.catalogue.db) is None
    (taken,) = (place.project / "backups").glob("*.db")
    worse = taken.with_name("strokebook-2031-01-01.db")
    data = bytearray(taken.read_bytes())
    data[4096:] = b"\x7f" * (len(data) - 4096)
    worse.write_bytes(bytes(data))
    (place.project / "strokebook.db").write_bytes(b"no database")
    done = repair_project(place.project, SILENT)
    assert any(taken.name in sentence for sentence in done), done


def test_a_missing_catalogue_is_named(place: Place):
    (place.project / "strokebook.db").unlink()
    finding = only(check_project(place.project))
    assert finding.subject == "strokebook.db" and "hand.json" in finding.remedy


def test_what_is_not_ours_is_named_and_left(place: Place):
    theirs = place.project / "traces" / "wedding.svg"
    theirs.write_text("<svg/>")
    svg = place.project / "traces" / "sb48p001.svg"
    svg.write_text("<svg>mine</svg>")
    found = [str(finding) for finding in check_project(place.project)]
    assert any("wedding.svg" in f and "not made by strokebook" in f for f in found)
    assert any("sb48p001.svg" in f and "was changed" in f for f in found)
    repair_project(place.project, SILENT)
    assert theirs.exists() and svg.read_text() == "<svg>mine</svg>"


def test_deep_reads_what_the_catalogue_names(place: Place):
    image = image_of(place, "sb48p003")
    preview = place.project / "cache" / "previews" / f"{image}.jpg"
    data = preview.read_bytes()
    preview.write_bytes(data[: len(data) // 2] + b"\0" * 9)
    assert not any(f.subject == "previews" for f in check_project(place.project))
    assert any(f.subject == "previews" for f in check_project(place.project, deep=True))


def test_a_page_whose_removal_waits_for_an_answer_is_not_removed(place: Place):
    with open_project(place.project) as project:
        project.catalogue.tag("sb48p001", "private")
    finding = only(check_project(place.project))
    assert finding.subject == "sb48p001" and "waits for your word" in finding.fault
    repair_project(place.project, SILENT)
    assert (place.project / "drawings" / "sb48p001d01.svg").exists()


def test_a_number_that_a_scan_moved_is_where_it_was_after_a_rebuild(place: Place):
    path = place.library / "sb48" / "art" / "001.jpg"
    path.write_bytes(path.read_bytes() + b"\0more")
    with open_project(place.project) as project:
        scan_library(project)
    assert labels(place)["sb48p001"] == "drawings"
    change(place, "DELETE FROM image_tag")
    repair_project(place.project, SILENT)
    assert labels(place)["sb48p001"] == "drawings"
    found = check_project(place.project)
    assert not any("log of edits" in f.subject for f in found), [str(f) for f in found]


def test_from_inside_the_projects_folder(place: Place, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(place.project)
    assert check_project(Path()) == []
    svg = place.project / "drawings" / "sb48p001d01.svg"
    svg.write_text("")
    assert "(drawings/sb48p001d01.svg)" in only(check_project(Path())).fault
    repair_project(Path(), SILENT)
    assert check_project(Path()) == [] and not svg.exists()


def test_findings_can_be_written_as_json(place: Place):
    (place.project / "hand.json").unlink()
    from dataclasses import asdict

    assert json.loads(json.dumps(asdict(only(check_project(place.project)))))["repairable"]
