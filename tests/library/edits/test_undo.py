"""Undo and redo: across restarts, re-clustering, re-tracing and a deleted database."""

from __future__ import annotations

import pytest

from strokebook.base.errors import UsageError
from strokebook.library.catalogue.records import NewDrawing

FIGURE = NewDrawing((10, 10, 40, 50), 3, 120, "drawings/a.svg")
AGAIN = NewDrawing((11, 10, 40, 51), 5, 99, "drawings/a.svg")


def undo(work, count: int = 1) -> list[int]:
    return [c.number for c in work.catalogue.undo(work.catalogue.next_undo(count))]


def redo(work, count: int = 1) -> list[int]:
    return [c.number for c in work.catalogue.redo(work.catalogue.next_redo(count))]


def label(work, page: str):
    found = work.catalogue.page(page)
    return found.label, found.label_source


def test_a_label_goes_back_to_what_stood_before_and_comes_again(filled):
    filled.catalogue.set_hand_label("sb48p001", "drawings")
    filled.catalogue.set_hand_label("sb48p001", "notes")
    undo(filled)
    assert label(filled, "sb48p001") == ("drawings", "hand")
    undo(filled)
    assert label(filled, "sb48p001") == (None, None)
    with pytest.raises(UsageError, match="nothing to undo"):
        undo(filled)
    redo(filled, 2)
    assert label(filled, "sb48p001") == ("notes", "hand")
    with pytest.raises(UsageError, match="nothing to redo"):
        redo(filled)


def test_one_command_is_one_undo_and_several_are_taken_by_number(filled):
    filled.catalogue.set_hand_labels(dict.fromkeys(["sb48p001", "sb48p002"], "drawings"))
    filled.catalogue.tag_pages(["sb48p001", "sb48p003"], "green")
    assert len(undo(filled)) == 1
    assert all(not page.tags for page in filled.catalogue.pages())
    redo(filled)
    assert len(undo(filled, 2)) == 2
    assert all(page.label is None and not page.tags for page in filled.catalogue.pages())
    with pytest.raises(UsageError, match="only 2 commands to redo, not 3"):
        redo(filled, 3)


def test_a_new_command_ends_what_can_be_brought_again(filled):
    filled.catalogue.set_hand_label("sb48p001", "drawings")
    undo(filled)
    filled.catalogue.set_hand_label("sb48p002", "notes")
    with pytest.raises(UsageError, match="nothing to redo"):
        redo(filled)
    undo(filled)
    redo(filled)
    assert label(filled, "sb48p002") == ("notes", "hand")


def test_undo_works_after_a_restart_and_a_deleted_database(filled):
    filled.catalogue.set_hand_label("sb48p001", "drawings")
    filled.catalogue.set_hand_label("sb48p001", "notes")
    undo(filled)
    filled.reopen()
    assert label(filled, "sb48p001") == ("drawings", "hand")
    filled.reopen(without_database=True)
    filled.scan()
    assert label(filled, "sb48p001") == ("drawings", "hand")
    redo(filled)
    assert label(filled, "sb48p001") == ("notes", "hand")
    undo(filled, 2)
    assert label(filled, "sb48p001") == (None, None)


def test_a_cluster_name_is_taken_back_after_clustering_anew_and_the_rules_name_returns(filled):
    catalogue = filled.catalogue
    a, b, c, d = (page.image for page in catalogue.pages())
    catalogue.new_clustering("pages", 2, [[0.0], [1.0]], {a: 0, b: 0, c: 1, d: 1}, "one")
    catalogue.name_cluster("pages", [0], "drawings", "rule")
    catalogue.name_cluster("pages", [0], "faces", "hand")
    catalogue.name_cluster("pages", [0], "people", "hand")
    undo(filled)
    assert label(filled, "sb48p001") == ("faces", "cluster")
    redo(filled)
    catalogue.new_clustering("pages", 2, [[0.0], [1.0]], {a: 1, b: 1, c: 0, d: 1}, "two")
    assert label(filled, "sb48p004") == ("people", "cluster")
    undo(filled)  # the naming, and that the fourth page followed it
    assert label(filled, "sb48p001") == ("faces", "cluster")
    catalogue.name_cluster("pages", [1], "drawings", "rule")
    undo(filled)
    assert label(filled, "sb48p001") == ("drawings", "cluster")


def test_a_decision_is_taken_back_after_tracing_anew(filled):
    catalogue = filled.catalogue
    image = catalogue.pages()[0].image
    catalogue.replace_drawings(image, [FIGURE])
    catalogue.decide(["sb48p001d01"], kept=True)
    catalogue.decide(["sb48p001d01"], kept=False)
    catalogue.replace_drawings(image, [AGAIN])
    assert not catalogue.drawing("sb48p001d01").kept
    undo(filled)
    record = catalogue.drawing("sb48p001d01")
    assert (record.kept, record.reason_source) == (True, "hand")
    undo(filled)
    assert catalogue.drawing("sb48p001d01").reason_source is None


def test_a_private_mark_is_taken_back_only_where_it_was_not_there_before(filled):
    filled.catalogue.tag_pages(["sb48p001", "sb48p002"], "private")
    (command,) = filled.catalogue.next_undo(1)
    assert command.marks_private
    filled.catalogue.undo([command])
    assert not filled.catalogue.private_hashes()
    assert filled.catalogue.db.rows("SELECT * FROM purge") == []
    redo(filled)
    assert len(filled.catalogue.private_hashes()) == 2
    assert len(filled.catalogue.db.rows("SELECT * FROM purge")) == 2


def test_tags_that_files_wear_are_no_command_of_the_artists(filled, wear):
    filled.catalogue.set_hand_label("sb48p001", "drawings")
    wear(filled.root / "sb48/art/002.jpg", "user.xdg.tags", b"green")
    filled.scan()
    assert filled.catalogue.page("sb48p002").tags == {"favourite"}
    undo(filled)
    assert label(filled, "sb48p001") == (None, None)
    assert filled.catalogue.page("sb48p002").tags == {"favourite"}


def test_order_is_by_number_not_by_clock(filled, monkeypatch):
    times = iter(["2030-01-01", "2020-01-01", "2010-01-01", "2000-01-01"] * 9)
    monkeypatch.setattr("strokebook.library.edits.store.now", lambda: next(times))
    filled.catalogue.set_hand_label("sb48p001", "drawings")
    filled.catalogue.set_hand_label("sb48p001", "notes")
    filled.reopen(without_database=True)
    filled.scan()
    assert label(filled, "sb48p001") == ("notes", "hand")
    undo(filled)
    assert label(filled, "sb48p001") == ("drawings", "hand")
