"""``log``, ``undo``, ``redo``, ``check`` as an artist meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from strokebook.base.errors import StrokebookError
from strokebook.cli import edits
from strokebook.cli.main import app
from strokebook.library.catalogue.catalogue import Catalogue
from strokebook.library.catalogue.records import NewDrawing
from strokebook.library.edits import log
from strokebook.pipeline.project import open_project
from strokebook.pipeline.stages.scan import scan_library

from place import Place, Run, commands_on, make_scanned_place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = make_scanned_place(tmp_path, 7)
    with open_project(place.project) as project:
        image = project.catalogue.page("sb48p001").image
        boxes = [(5, 5, 20, 20), (25, 25, 40, 50)]
        figures = [NewDrawing(box, 2, 9, f"drawings/{n}.svg") for n, box in enumerate(boxes)]
        project.catalogue.replace_drawings(image, figures)
        keys = [d.key for d in project.catalogue.drawings()]
        project.catalogue.new_clustering("drawings", 1, [[0.0]], dict.fromkeys(keys, 0), "k")
    return place


@pytest.fixture
def run(place: Place) -> Run:
    return commands_on(place)


def test_nothing_said_yet(run: Run):
    assert run("log").stdout == "Nothing was said by hand yet.\n"


def test_every_kind_of_edit_is_put_into_words_with_ids(run: Run, place: Place):
    pages = [f"sb48p00{n}" for n in range(1, 7)]
    run("correct", *pages, "drawings")
    run("uncorrect", "sb48p006")
    run("tag", "sb48p002", "sb48p003", "green")
    run("tag", "sb48p002", "green", "--remove")
    run("drop", "sb48p001d01")
    run("keep", "cluster:0")
    run("correct", "sb48p004", "faces", "--as", "drawing")
    lines = [line.split("  ", 2)[-1] for line in run("log").stdout.splitlines()]
    assert lines == [
        "labelled sb48p001, sb48p002, sb48p003 and 3 others as drawings",
        "took the label by hand from sb48p006",
        "tagged sb48p002 and sb48p003 favourite",
        "took favourite from sb48p002",
        "dropped sb48p001d01",
        "kept a cluster of 2 drawings (on sb48p001)",
        "said that faces means pages of the kind drawing; labelled sb48p004 as faces",
        "7 commands.",
    ]


def test_a_kind_of_a_later_version_and_other_origins(run: Run, place: Place):
    with open_project(place.project) as project, project.catalogue.hand_edit():
        db = project.catalogue.db
        number = project.catalogue.page_number(project.catalogue.page("sb48p001").image)
        for kind, body, by in (
            ("dating", {"page": number, "year": 1999}, "hand"),
            ("label", {"page": number, "label": "notes"}, "twin"),
            ("label", {"page": number, "label": "notes"}, "filed"),
            ("tag", {"page": number, "tag": "notes", "on": True}, "file"),
        ):
            log.append(db, kind, body, command=None, by=by, at="2030-01-01T12:00:00.000+00:00")
    shown = run("log").stdout
    assert "1 'dating', which a later version of strokebook knows" in shown
    assert "labelled sb48p001 as notes, in hand.json" in shown
    assert "labelled sb48p001 as notes, by moving files in filed/" in shown
    assert "tagged" not in shown
    assert "tagged sb48p001 notes, as the files are tagged" in run("log", "--all").stdout


def test_the_last_ones_their_number_and_json(run: Run):
    for label in ("drawings", "notes", "covers"):
        run("correct", "sb48p001", label)
    run("undo")
    shown = run("log", "-n", "2").stdout.splitlines()
    assert shown[0].endswith("labelled sb48p001 as notes")
    assert shown[1].endswith("labelled sb48p001 as covers  (taken back)")
    assert shown[2] == "These are the last 2 of 3; -n 3 lists all."
    entries = json.loads(run("log", "--json").stdout)
    assert [e["undone"] for e in entries] == [False, False, True]
    assert entries[0]["edits"][0]["label"] == "drawings" and entries[0]["at"].endswith("+00:00")
    assert "took back" in run("log", "--all").stdout


def test_undo_says_what_it_took_back_how_it_stands_and_what_follows(run: Run, place: Place):
    run("correct", "sb48p001", "notes")
    run("correct", "sb48p001", "sb48p002", "drawings")
    shown = run("undo").stdout.splitlines()
    assert shown[0].endswith("labelled sb48p001 and sb48p002 as drawings.")
    assert shown[1] == "  Now sb48p001 is notes, by hand; sb48p002 is without a label."
    assert shown[2] == "  2 pages will no longer be traced."
    shown = run("redo").stdout.splitlines()
    assert shown[0].startswith("Brought back") and "  2 pages more will be traced." in shown


def test_undoing_a_dropped_cluster_lets_its_drawings_back_in(run: Run, place: Place):
    run("correct", "sb48p001", "drawings")
    run("drop", "cluster:0")
    assert kept(place) == [False, False]
    assert "come in" in run("undo").stdout
    assert kept(place) == [True, True]
    run("redo")
    assert kept(place) == [False, False]


def kept(place: Place) -> list[bool]:
    with open_project(place.project) as project:
        return [d.kept for d in project.catalogue.drawings()]


def test_several_are_taken_back_the_latest_first_or_none_of_them(run: Run, place: Place):
    for label in ("drawings", "notes", "covers"):
        run("correct", "sb48p001", label)
    refused = run("undo", "4")
    assert isinstance(refused.exception, StrokebookError)
    assert "only 3 commands" in str(refused.exception)
    plan = run("undo", "2", "--dry-run").stdout
    assert plan.count("Would take back") == 2
    assert label_of(place) == "covers"
    shown = run("undo", "2").stdout
    assert shown.index("covers") < shown.index("as notes")
    assert label_of(place) == "drawings"
    assert run("redo", "2", "--dry-run").stdout.count("Would bring back") == 2
    run("redo", "2")
    assert label_of(place) == "covers"


def label_of(place: Place) -> str | None:
    with open_project(place.project) as project:
        return project.catalogue.page("sb48p001").label


def private(place: Place) -> bool:
    with open_project(place.project) as project:
        return project.catalogue.page("sb48p001").private


def test_a_private_mark_is_not_taken_back_unasked(run: Run, place: Place):
    run("tag", "sb48p001", "private", "--yes")
    refused = run("undo")
    assert isinstance(refused.exception, StrokebookError)
    assert "--yes" in str(refused.exception) and private(place)
    run("undo", "--dry-run")
    assert private(place)
    run("undo", "--yes")
    assert not private(place)


def test_what_privacy_emptied_is_listed_and_not_taken_back(run: Run, place: Place):
    run("correct", "sb48p001", "notes")
    run("correct", "sb48p002", "notes")
    run("tag", "sb48p001", "private", "--yes")
    assert "what was said here is removed" in run("log").stdout
    shown = run("undo", "--yes").stdout
    assert "Now sb48p001 is private no longer, without tags" in shown
    assert "sb48p002 as notes" in run("undo").stdout
    assert "nothing to undo" in str(run("undo").exception)


@pytest.mark.parametrize("answer", [True, False])
def test_a_private_mark_is_asked_about_in_a_terminal(
    run: Run, place: Place, monkeypatch: pytest.MonkeyPatch, answer: bool
):
    run("tag", "sb48p001", "private", "--yes")
    asked: list[str] = []
    monkeypatch.setattr(edits, "confirm", lambda question: asked.append(question) or answer)
    shown = run("undo").stdout
    assert "sb48p001 would no longer be private" in asked[0]
    assert private(place) is not answer
    assert ("Nothing was taken back." in shown) is not answer


def test_redoing_a_private_mark_removes_what_was_made_meanwhile(run: Run, place: Place):
    run("tag", "sb48p001", "private", "--yes")
    run("undo", "--yes")
    with open_project(place.project) as project:
        scan_library(project)
        image = project.catalogue.page("sb48p001").image
        preview = place.project / "cache" / "previews" / f"{image}.jpg"
        assert preview.exists()
    assert run("redo", "--yes").exit_code == 0
    assert private(place) and not preview.exists()


def test_check_is_clean_then_names_a_fault_then_mends_it(run: Run, place: Place):
    run("correct", "sb48p001", "notes")
    (place.project / "hand.json").unlink()
    result = run("check")
    assert result.exit_code == 1
    assert result.stdout.startswith("hand.json: is missing")
    assert not (place.project / "hand.json").exists()
    result = run("check", "--repair", "--json")
    # The drawings that the fixture speaks of have no files; a run makes them.
    findings = json.loads(result.stdout)["findings"]
    assert not any(finding["subject"] == "hand.json" for finding in findings)
    assert (place.project / "hand.json").exists()


def test_check_of_a_new_project_is_in_order(tmp_path: Path, run: Run, place: Place):
    with Catalogue.open(place.project / "strokebook.db") as catalogue:
        catalogue.replace_drawings(catalogue.page("sb48p001").image, [])
    result = run("check", "--deep")
    assert (result.stdout, result.exit_code) == ("Everything is in order.\n", 0)


def test_no_traceback_for_a_folder_that_is_no_project(tmp_path: Path):
    result = CliRunner().invoke(app, ["check", "-p", str(tmp_path)])
    assert "no strokebook project" in str(result.exception)
