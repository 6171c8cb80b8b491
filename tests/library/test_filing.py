from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from strokebook.library.filing import file_pages, sync

MODES = ["copy", "link"]


@pytest.fixture
def filed(work, make):
    for number in range(1, 5):
        make(f"sb48/art/00{number}.jpg", seed=number)
    make("sb48/priv/009.jpg", seed=9)
    work.scan()
    a, b, c, _ = (p.image for p in work.catalogue.pages(include_private=False))
    members = {a: 0, b: 0, c: 1}
    work.catalogue.new_clustering("pages", 2, [[0.0], [1.0]], members, "one")
    work.catalogue.name_cluster("pages", [0], "drawings", "rule")
    work.catalogue.name_cluster("pages", [1], "notes", "rule")
    return work


def put(work, mode: str = "copy"):
    return file_pages(work.catalogue, work.root, work.project, mode)


def told(work):
    report = sync(work.catalogue, work.root, work.project)
    return [(c.page, c.old, c.new) for c in report.corrections], report.warnings


def tree(work) -> set[str]:
    top = work.project / "filed"
    return {
        (Path(folder) / name).relative_to(top).as_posix()
        for folder, _, names in os.walk(top)
        for name in names
        if not name.startswith(".")
    }


def label(work, page: str):
    found = work.catalogue.page(page)
    return found.label, found.label_source


@pytest.mark.parametrize("mode", MODES)
def test_pages_are_filed_by_label_and_private_ones_are_not(filed, mode):
    report = put(filed, mode)
    assert tree(filed) == {
        "drawings/sb48p001.jpg",
        "drawings/sb48p002.jpg",
        "notes/sb48p003.jpg",
        "unlabelled/sb48p004.jpg",
    }
    file = filed.project / "filed/drawings/sb48p001.jpg"
    assert file.is_symlink() == (mode == "link")
    assert file.read_bytes() == (filed.root / "sb48/art/001.jpg").read_bytes()
    assert (report.placed, report.removed, report.warnings) == (4, 0, ())
    again = put(filed, mode)
    assert (again.placed, again.removed, again.unchanged) == (0, 0, 4)
    assert told(filed) == ([], ())


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", ["sb48p003.jpg", "renamed by me.jpg"])
def test_a_moved_file_is_a_hand_label(filed, mode, name):
    put(filed, mode)
    top = filed.project / "filed"
    (top / "notes/sb48p003.jpg").rename(top / "drawings" / name)
    assert told(filed) == ([("sb48p003", "notes", "drawings")], ())
    assert label(filed, "sb48p003") == ("drawings", "hand")
    assert told(filed) == ([], ())
    put(filed, mode)
    assert "drawings/sb48p003.jpg" in tree(filed)
    assert len(tree(filed)) == 4


@pytest.mark.parametrize("mode", MODES)
def test_filing_takes_moves_in_before_it_files(filed, mode):
    put(filed, mode)
    top = filed.project / "filed"
    (top / "faces").mkdir()
    (top / "unlabelled/sb48p004.jpg").rename(top / "faces/sb48p004.jpg")
    report = put(filed, mode)
    assert [(c.page, c.old, c.new) for c in report.corrections] == [("sb48p004", None, "faces")]
    assert label(filed, "sb48p004") == ("faces", "hand")
    assert (report.placed, report.removed) == (0, 0)


def test_labels_that_change_move_only_our_own_files(filed):
    put(filed)
    top = filed.project / "filed"
    (top / "drawings/mine.txt").write_text("a note of mine")
    filed.catalogue.set_hand_label("sb48p001", "notes")
    filed.catalogue.set_hand_label("sb48p002", "notes")
    report = put(filed)
    assert (report.placed, report.removed) == (2, 2)
    assert tree(filed) == {
        "drawings/mine.txt",
        "notes/sb48p001.jpg",
        "notes/sb48p002.jpg",
        "notes/sb48p003.jpg",
        "unlabelled/sb48p004.jpg",
    }
    assert [r.subject for r in report.warnings] == ["filed/drawings/mine.txt"]


def test_a_deleted_file_says_nothing_and_comes_back(filed):
    put(filed)
    file = filed.project / "filed/notes/sb48p003.jpg"
    file.unlink()
    assert told(filed) == ([], ())
    assert label(filed, "sb48p003") == ("notes", "cluster")
    put(filed)
    assert file.exists()


def test_a_copy_says_nothing_while_the_file_stands_where_it_was_filed(filed):
    put(filed)
    top = filed.project / "filed"
    (top / "favourites").mkdir()
    shutil.copy(top / "notes/sb48p003.jpg", top / "favourites/sb48p003.jpg")
    corrections, warnings = told(filed)
    assert corrections == []
    assert "still lies in filed/notes/sb48p003.jpg" in warnings[0].reason
    assert label(filed, "sb48p003") == ("notes", "cluster")
    put(filed)
    assert {"favourites/sb48p003.jpg", "notes/sb48p003.jpg"} <= tree(filed)
    assert told(filed) == ([], ())


def test_a_file_moved_to_two_folders_is_a_question(filed):
    put(filed)
    top = filed.project / "filed"
    for folder in "xy":
        (top / folder).mkdir()
        shutil.copy(top / "drawings/sb48p001.jpg", top / folder / "sb48p001.jpg")
    (top / "drawings/sb48p001.jpg").unlink()
    corrections, warnings = told(filed)
    assert corrections == []
    assert "several folders (x, y)" in warnings[0].reason


def test_a_new_folder_is_a_label_of_the_kind_that_its_pages_had(filed):
    put(filed)
    top = filed.project / "filed"
    (top / "My Faces").mkdir()
    for page in ("sb48p001", "sb48p002"):
        (top / f"drawings/{page}.jpg").rename(top / f"My Faces/{page}.jpg")
    assert len(told(filed)[0]) == 2
    assert filed.catalogue.page("sb48p001").kind == "drawing"
    assert len(filed.catalogue.commands()) == 1


def test_a_new_folder_for_pages_of_several_kinds_is_a_question(filed):
    put(filed)
    top = filed.project / "filed"
    (top / "My Faces").mkdir()
    (top / "drawings/sb48p001.jpg").rename(top / "My Faces/sb48p001.jpg")
    (top / "notes/sb48p003.jpg").rename(top / "My Faces/sb48p003.jpg")
    corrections, warnings = told(filed)
    assert len(corrections) == 2
    assert "what kind of page" in warnings[0].reason


def test_a_file_edited_and_moved_is_known_by_its_name(filed, make):
    put(filed)
    top = filed.project / "filed"
    (top / "notes/sb48p003.jpg").unlink()
    shutil.copy(make("other.jpg", seed=77), top / "drawings/sb48p003.jpg")
    (filed.root / "other.jpg").unlink()
    assert told(filed)[0] == [("sb48p003", "notes", "drawings")]


def test_strange_files_and_folders_are_warned_of(filed):
    put(filed)
    top = filed.project / "filed"
    (top / "drawings/cat.jpg").write_bytes(b"meow")
    (top / "notes/sb48p003.jpg").rename(top / "sb48p003.jpg")
    corrections, warnings = told(filed)
    assert corrections == []
    assert sorted(r.subject for r in warnings) == ["filed/drawings/cat.jpg", "filed/sb48p003.jpg"]
    assert (top / "drawings/cat.jpg").exists()


def test_a_deleted_database_makes_no_hand_labels_of_filed_pages(filed):
    put(filed)
    filed.reopen(without_database=True)
    filed.scan()
    assert told(filed) == ([], ())
    assert {p.label for p in filed.catalogue.pages()} == {None}
    put(filed)
    assert {Path(path).parent.name for path in tree(filed)} == {"unlabelled"}


def test_a_project_copied_to_another_disk_makes_no_hand_labels(filed):
    put(filed)
    for path in tree(filed):
        file = filed.project / "filed" / path
        data = file.read_bytes()
        file.unlink()
        file.write_bytes(data)
    filed.catalogue.name_cluster("pages", [0], "scribbles", "rule")
    assert told(filed) == ([], ())
    put(filed)
    assert "scribbles/sb48p001.jpg" in tree(filed)
    assert len(tree(filed)) == 4


@pytest.mark.parametrize("mode", MODES)
def test_a_page_that_becomes_private_leaves_the_folders_even_when_moved(filed, mode):
    put(filed, mode)
    top = filed.project / "filed"
    (top / "notes/sb48p003.jpg").rename(top / "drawings/mine.jpg")
    filed.catalogue.tag("sb48p003", "private")
    filed.catalogue.tag("sb48p001", "private")
    filed.catalogue.confirm_purges()
    filed.scan()
    assert tree(filed) == {"drawings/sb48p002.jpg", "unlabelled/sb48p004.jpg"}
    assert put(filed, mode).placed == 0


def test_a_copy_of_a_private_page_by_the_artist_is_warned_of_not_removed(filed):
    put(filed)
    shutil.copy(filed.root / "sb48/priv/009.jpg", filed.project / "filed/drawings/x.jpg")
    corrections, warnings = told(filed)
    assert corrections == []
    assert "private" in warnings[0].reason
    put(filed)
    assert "drawings/x.jpg" in tree(filed)


def test_a_foreign_file_in_the_way_is_left(filed):
    top = filed.project / "filed/drawings"
    top.mkdir(parents=True)
    (top / "sb48p001.jpg").write_bytes(b"mine")
    report = put(filed)
    assert (top / "sb48p001.jpg").read_bytes() == b"mine"
    assert report.placed == 3
    assert any("sb48p001" in r.subject for r in report.warnings)


def test_changing_the_mode_replaces_copies_by_links(filed):
    put(filed, "copy")
    report = put(filed, "link")
    assert (report.removed, report.placed) == (4, 4)
    assert all((filed.project / "filed" / path).is_symlink() for path in tree(filed))


def test_a_scan_that_vanished_is_a_warning_and_the_rest_is_filed(filed):
    (filed.root / "sb48/art/001.jpg").unlink()
    report = put(filed)
    assert report.placed == 3
    assert "cannot be filed" in report.warnings[0].reason
