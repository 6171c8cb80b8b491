"""``hand.json``: deleting the database loses no edit, and nothing in the file is ever lost."""

from __future__ import annotations

import json
import sqlite3

import pytest

from strokebook.base.errors import StrokebookError
from strokebook.library.catalogue.records import NewDrawing
from strokebook.library.edits import log
from strokebook.library.edits.twin import HEAD

FIGURE = NewDrawing((10, 10, 40, 50), 3, 120, "drawings/a.svg")


def lines(work, kind: str = "") -> list[dict]:
    found = [json.loads(line) for line in work.hand_file.read_text().splitlines()[1:]]
    return [one for one in found if not kind or one["kind"] == kind]


def images(work) -> list[str]:
    return [page.image for page in work.catalogue.pages()]


def test_no_hand_work_makes_no_file(filled):
    assert not filled.hand_file.exists()


def test_every_edit_is_a_line_at_once_under_a_head_that_explains(filled):
    filled.catalogue.set_hand_label("sb48p002", "drawings")
    head = json.loads(filled.hand_file.read_text().splitlines()[0])
    assert head == HEAD and "by hand" in head["about"]
    page, label = lines(filled)
    assert (page["kind"], page["id"], page["image"]) == ("page", "sb48p002", images(filled)[1])
    assert (label["kind"], label["page"], label["label"]) == ("label", page["page"], "drawings")
    assert label["command"] == page["command"] == 1
    filled.catalogue.tag("sb48p002", "green")
    assert [one["kind"] for one in lines(filled)] == ["page", "label", "tag"]
    assert lines(filled, "tag")[0] | {"at": ""} == {
        **{"seq": 3, "command": 3, "at": "", "by": "hand", "kind": "tag"},
        **{"page": page["page"], "tag": "favourite", "on": True},
    }


def do_everything(filled) -> None:
    catalogue = filled.catalogue
    a, b, c, d = images(filled)
    catalogue.set_hand_label("sb48p001", "faces")
    catalogue.set_label_kind("faces", "drawing")
    catalogue.tag("sb48p002", "private")
    catalogue.tag("sb48p003", "green")
    catalogue.untag("sb48p003", "green")
    catalogue.new_clustering("pages", 2, [[0.0], [1.0]], {a: 0, b: 0, c: 1, d: 1}, "one")
    catalogue.name_cluster("pages", [1], "watercolours", "hand")
    catalogue.replace_drawings(d, [FIGURE])
    catalogue.decide(["sb48p004d01"], kept=False, reason="blot")


def test_all_hand_work_comes_back_after_the_database_was_deleted(filled):
    do_everything(filled)
    a, b, c, d = images(filled)
    before = filled.hand_file.read_text()
    catalogue = filled.reopen(without_database=True)
    filled.scan()
    page = catalogue.page("sb48p001")
    assert (page.label, page.kind) == ("faces", "drawing")
    assert catalogue.page("sb48p002").private
    assert catalogue.page("sb48p003").tags == frozenset()
    catalogue.new_clustering("pages", 2, [[0.0], [1.0]], {a: 1, b: 1, c: 0, d: 0}, "two")
    assert catalogue.page("sb48p004").label == "watercolours"
    catalogue.replace_drawings(d, [FIGURE])
    assert catalogue.drawing("sb48p004d01").reason == "blot"
    assert filled.hand_file.read_text() == before


def test_clusters_of_drawings_dropped_stay_so_without_database_and_with_other_boxes(filled):
    catalogue = filled.catalogue
    image = images(filled)[0]
    (made,) = catalogue.replace_drawings(image, [FIGURE])
    catalogue.new_clustering("drawings", 1, [[0.0]], {made.key: 0}, "one")
    catalogue.name_cluster("drawings", [0], "drop", "hand")
    catalogue = filled.reopen(without_database=True)
    filled.scan()
    moved = NewDrawing((11, 9, 41, 52), 4, 99, "drawings/a.svg")  # another setting of tracing
    (made,) = catalogue.replace_drawings(image, [moved])
    assert catalogue.names_of("drawings") == {made.key: "drop"}
    catalogue.new_clustering("drawings", 1, [[0.0]], {made.key: 0}, "two")
    assert [c.name for c in catalogue.clusters("drawings")] == ["drop"]


def test_private_pages_stay_private_without_the_database(filled):
    filled.catalogue.tag("sb48p002", "private")
    image = filled.catalogue.page("sb48p002").image
    filled.reopen(without_database=True)
    for file in (filled.project / "cache/previews").iterdir():
        file.unlink()
    filled.scan()
    assert image not in filled.previews
    assert len(filled.previews) == 3


def test_edits_of_pages_that_are_gone_wait(filled):
    filled.catalogue.set_hand_label("sb48p001", "drawings")
    file = filled.root / "sb48/art/001.jpg"
    data = file.read_bytes()
    filled.reopen(without_database=True)
    file.unlink()
    filled.scan()
    filled.catalogue.set_hand_label("sb48p002", "notes")
    (filled.root / "sb48/art/009.jpg").write_bytes(data)
    filled.scan()
    assert filled.catalogue.page("sb48p009").label == "drawings"


def test_a_line_edited_by_hand_holds_whatever_its_date(filled):
    filled.catalogue.set_hand_label("sb48p001", "drawings")
    text = filled.hand_file.read_text()
    assert '"label": "drawings"' in text
    filled.hand_file.write_text(text.replace('"label": "drawings"', '"label": "notes"'))
    filled.catalogue.set_hand_label("sb48p002", "covers")
    assert filled.catalogue.page("sb48p001").label == "notes"
    # The old line is kept as it was, what was edited is a new one.
    assert [e["label"] for e in lines(filled, "label")] == ["drawings", "covers", "notes"]
    assert [e["by"] for e in lines(filled, "label")] == ["hand", "hand", "twin"]


def test_a_line_added_by_hand_is_an_edit(filled):
    filled.catalogue.set_hand_label("sb48p001", "drawings")
    number = lines(filled, "page")[0]["page"]
    with filled.hand_file.open("a") as file:
        file.write(json.dumps({"kind": "tag", "page": number, "tag": "favourite", "on": True}))
    filled.reopen()
    assert filled.catalogue.page("sb48p001").tags == {"favourite"}
    assert [e["seq"] for e in lines(filled)] == [1, 2, 3]


def test_a_line_taken_out_comes_back(filled):
    filled.catalogue.set_hand_label("sb48p001", "drawings")
    filled.catalogue.set_hand_label("sb48p002", "notes")
    before = filled.hand_file.read_text()
    filled.hand_file.write_text("".join(before.splitlines(keepends=True)[:3]))
    filled.reopen()
    assert filled.hand_file.read_text() == before
    assert filled.catalogue.page("sb48p002").label == "notes"


def test_an_older_file_does_not_undo_what_was_done_since(filled):
    filled.catalogue.set_hand_label("sb48p001", "drawings")
    older = filled.hand_file.read_text()
    filled.catalogue.clear_hand_label("sb48p001")
    filled.catalogue.set_hand_label("sb48p002", "notes")
    filled.hand_file.write_text(older)
    filled.reopen()
    assert filled.catalogue.page("sb48p001").label is None
    assert filled.catalogue.page("sb48p002").label == "notes"


def test_a_deleted_file_is_written_again(filled):
    filled.catalogue.set_hand_label("sb48p001", "drawings")
    before = filled.hand_file.read_text()
    filled.catalogue.close()
    filled.hand_file.unlink()
    filled.catalogue = filled.open()
    assert filled.hand_file.read_text() == before


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_the_torn_end_of_a_killed_write_is_mended(filled, cut):
    filled.catalogue.set_hand_label("sb48p001", "drawings")
    filled.catalogue.set_hand_label("sb48p002", "notes")
    before = filled.hand_file.read_bytes()
    filled.hand_file.write_bytes(before[:-cut])
    filled.reopen()
    assert filled.hand_file.read_bytes() == before
    assert filled.catalogue.page("sb48p002").label == "notes"
    assert not list(filled.project.glob("hand.json.*"))


LABEL = '{"seq": 9, "command": 9, "at": "", "by": "hand", "kind": "label", "page": 1, "label": %s}'


@pytest.mark.parametrize(
    "bad",
    [
        "not json",
        "[]",
        "[" * 100_000,
        '{"kind": 3}',
        LABEL % '"../../x"',
        LABEL % '"a\\u001bb"',
        LABEL % "3",
        '{"seq": -1, "kind": "label", "page": 1, "label": "x"}',
        '{"seq": 1e400, "kind": "label", "page": 1, "label": "x"}',
        '{"kind": "label", "page": 1e30, "label": "x"}',
        '{"kind": "decision", "page": 1, "box": [1, 2], "kept": true}',
        '{"kind": "decision", "page": 1, "box": [1, 2, 3, NaN], "kept": true}',
        '{"kind": "tag", "page": 1, "tag": "private", "on": 1}',
        '{"kind": "cluster", "space": "pages", "name": "x", "members": [1.5]}',
    ],
)
def test_a_line_that_cannot_be_understood_is_named_and_kept_and_the_rest_counts(filled, bad):
    filled.catalogue.set_hand_label("sb48p001", "drawings")
    filled.catalogue.set_hand_label("sb48p002", "notes")
    filled.catalogue.close()
    text = filled.hand_file.read_text().splitlines(keepends=True)
    filled.hand_file.write_text("".join([*text[:3], bad + "\n", *text[3:]]))
    (filled.project / "strokebook.db").unlink()
    filled.hand_file.with_name("hand.json.bad-1").write_text("an earlier one")
    with pytest.raises(StrokebookError, match=r"line 4 cannot be understood.*bad-2"):
        filled.open()
    assert filled.hand_file.with_name("hand.json.bad-1").read_text() == "an earlier one"
    assert filled.hand_file.with_name("hand.json.bad-2").read_text() == bad + "\n"
    filled.catalogue = filled.open()
    filled.scan()
    assert filled.catalogue.page("sb48p001").label == "drawings"
    assert filled.catalogue.page("sb48p002").label == "notes"


def test_a_newer_file_is_left_alone(filled):
    filled.catalogue.close()
    text = json.dumps({**HEAD, "version": 3}) + "\n"
    filled.hand_file.write_text(text)
    with pytest.raises(StrokebookError, match="newer strokebook"):
        filled.open()
    assert filled.hand_file.read_text() == text


def test_a_foreign_file_is_set_aside_only_where_the_catalogue_has_the_edits(filled):
    filled.catalogue.set_hand_label("sb48p001", "drawings")
    filled.catalogue.close()
    filled.hand_file.write_text("hello")
    with pytest.raises(StrokebookError, match=r"kept as hand\.json\.bad-1"):
        filled.open()
    filled.catalogue = filled.open()
    assert filled.catalogue.page("sb48p001").label == "drawings"
    filled.catalogue.close()
    (filled.project / "strokebook.db").unlink()
    filled.hand_file.write_text("hello")
    for _ in range(2):
        with pytest.raises(StrokebookError, match="no edits of its own"):
            filled.open()
    assert filled.hand_file.read_text() == "hello"


def test_an_edit_outlives_a_file_that_could_not_be_written(filled, monkeypatch):
    filled.catalogue.set_hand_label("sb48p001", "drawings")
    before = filled.hand_file.read_text()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StrokebookError, match="in the catalogue only"):
        filled.catalogue.set_hand_label("sb48p002", "notes")
    monkeypatch.undo()
    assert filled.hand_file.read_text() == before
    assert filled.catalogue.page("sb48p002").label == "notes"
    filled.reopen()
    assert len(lines(filled, "label")) == 2


def test_several_edits_in_one_are_one_command(filled):
    with filled.catalogue.hand_edit():
        filled.catalogue.set_hand_label("sb48p001", "drawings")
        filled.catalogue.tag("sb48p002", "green")
    assert {one["command"] for one in lines(filled)} == {1}
    assert len(filled.catalogue.commands()) == 1


def test_rows_of_the_log_cannot_be_changed_or_deleted(filled):
    filled.catalogue.set_hand_label("sb48p001", "drawings")
    for statement in ("UPDATE edit SET body = '{}'", "DELETE FROM edit"):
        with pytest.raises(sqlite3.IntegrityError, match="never"):
            filled.catalogue.db.run(statement)


def test_redaction_leaves_the_private_mark_and_nothing_else_of_a_page(filled):
    do_everything(filled)
    catalogue = filled.catalogue
    catalogue.set_hand_label("sb48p002", "portraits")
    catalogue.name_cluster("pages", [0], "people", "hand")
    number = catalogue.page_number(catalogue.page("sb48p002").image)
    assert log.redact(catalogue.db, number) > 0
    left = [e for e in log.read(catalogue.db) if e.body.get("page") == number]
    assert {(e.kind, e.body.get("tag")) for e in left} == {("page", None), ("tag", "private")}
    (people,) = [e for e in log.read(catalogue.db) if e.body.get("name") == "people"]
    assert number not in people.body["members"] and people.body["members"]


FIRST = {"format": "strokebook hand work", "version": 1}


def test_a_first_format_file_is_taken_over_and_kept(filled):
    a, b, _, _ = images(filled)
    filled.catalogue.close()
    (filled.project / "strokebook.db").unlink()
    old = {
        **FIRST,
        "labels": {a: {"page": "sb48p001", "label": "drawings", "at": "2026-01-01T00:00:00"}},
        "tags": {b: {"private": {"page": "x", "on": True, "by": "hand", "at": "2026-01-02"}}},
        "clusters": {"pages": [{"name": "people", "at": "2026-01-03", "members": [a, b]}]},
        "drawings": [
            {"page": "x", "image": a, "box": [4, 5, 40, 50], "kept": False, "reason": "blot",
             "at": "2026-01-04"}
        ],
    }  # fmt: skip
    filled.hand_file.write_text(json.dumps(old))
    filled.catalogue = filled.open()
    filled.scan()
    catalogue = filled.catalogue
    assert catalogue.page("sb48p001").label == "drawings"
    assert catalogue.page("sb48p002").private
    (made,) = catalogue.replace_drawings(a, [NewDrawing((4, 5, 40, 52), 1, 9, "a.svg")])
    assert (made.kept, made.reason) == (False, "blot")
    kept = filled.project / "backups" / "hand.json.first-format-1"
    assert json.loads(kept.read_text()) == old
    filled.reopen(without_database=True)
    filled.scan()
    assert filled.catalogue.page("sb48p001").label == "drawings"


@pytest.mark.parametrize(
    "value",
    [
        "[]",
        "[" * 100_000,
        json.dumps({"labels": {}}),
        json.dumps({**FIRST, "labels": []}),
        json.dumps({**FIRST, "labels": {"h": {"page": "x", "label": 3, "at": ""}}}),
        json.dumps({**FIRST, "drawings": [{"image": "h", "page": "", "at": "", "box": [1, 2]}]}),
        json.dumps({**FIRST, "surprise": 1}),
    ],
)
def test_a_malformed_first_format_file_is_refused(filled, value):
    filled.catalogue.close()
    filled.hand_file.write_text(value)
    with pytest.raises(StrokebookError, match="cannot be understood"):
        filled.open()
    assert filled.hand_file.read_text() == value


def test_an_older_file_does_not_bring_back_what_privacy_emptied(filled):
    do_everything(filled)
    catalogue = filled.catalogue
    catalogue.set_hand_label("sb48p002", "portraits")
    catalogue.name_cluster("pages", [0], "people", "hand")
    number = catalogue.page_number(catalogue.page("sb48p002").image)
    older = filled.hand_file.read_text()
    log.redact(catalogue.db, number)
    filled.hand_file.write_text(older)  # as after a kill, or from the artist's own backup
    filled.reopen()
    after = filled.hand_file.read_text()
    assert "portraits" not in after
    people = [one for one in lines(filled, "cluster") if one["name"] == "people"]
    assert len(people) == 1 and number not in people[0]["members"]


def test_what_a_killed_rewriting_left_is_removed_by_the_next(filled):
    filled.catalogue.set_hand_label("sb48p001", "drawings")
    left = filled.project / ".hand.json.abc123.part"
    left.write_text("half of it")
    with filled.hand_file.open("a") as file:
        file.write(json.dumps({"kind": "tag", "page": 1, "tag": "favourite", "on": True}) + "\n")
    filled.reopen()
    assert not left.exists()


def test_a_line_with_a_number_far_ahead_is_a_new_edit_and_leaves_no_gap(filled):
    filled.catalogue.set_hand_label("sb48p001", "drawings")
    number = lines(filled, "page")[0]["page"]
    for _ in range(2):
        with filled.hand_file.open("a") as file:
            line = {"seq": 99, "kind": "tag", "page": number, "tag": "favourite", "on": True}
            file.write(json.dumps(line) + "\n")
    filled.reopen()
    assert [e["seq"] for e in lines(filled)] == [1, 2, 3, 4]
    assert filled.catalogue.page("sb48p001").tags == {"favourite"}
