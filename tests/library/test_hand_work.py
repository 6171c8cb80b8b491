"""``hand.json``: deleting the database loses no hand work, and nothing in the file is ever lost."""

from __future__ import annotations

import json

import pytest

from strokebook.base.errors import StrokebookError
from strokebook.library.records import NewDrawing

FIGURE = NewDrawing((10, 10, 50, 90), 3, 120, "drawings/a.svg")


@pytest.fixture
def filled(work, make):
    for number in range(1, 5):
        make(f"sb48/art/00{number}.jpg", seed=number)
    work.scan()
    return work


def hand(work) -> dict:
    return json.loads(work.hand_file.read_text())


def images(work) -> list[str]:
    return [page.image for page in work.catalogue.pages()]


def test_no_hand_work_makes_no_file(filled):
    assert not filled.hand_file.exists()


def test_every_edit_is_in_the_file_at_once(filled):
    filled.catalogue.set_hand_label("sb48p002", "drawings")
    image = filled.catalogue.page("sb48p002").image
    entry = hand(filled)["labels"][image]
    assert (entry["page"], entry["label"]) == ("sb48p002", "drawings")
    assert entry["at"].startswith("20")
    filled.catalogue.set_hand_label("sb48p001", "notes")
    assert [e["page"] for e in hand(filled)["labels"].values()] == ["sb48p001", "sb48p002"]
    filled.catalogue.clear_hand_label("sb48p002")
    assert [e["page"] for e in hand(filled)["labels"].values()] == ["sb48p001"]
    filled.catalogue.tag("sb48p003", "green")
    assert hand(filled)["tags"][images(filled)[2]]["favourite"]["on"] is True


def test_all_hand_work_comes_back_after_the_database_was_deleted(filled):
    catalogue = filled.catalogue
    a, b, c, d = images(filled)
    catalogue.set_hand_label("sb48p001", "drawings")
    catalogue.tag("sb48p002", "private")
    catalogue.tag("sb48p003", "green")
    catalogue.untag("sb48p003", "green")
    catalogue.new_clustering("pages", 2, [[0.0], [1.0]], {a: 0, b: 0, c: 1, d: 1}, "one")
    catalogue.name_cluster("pages", [1], "watercolours", "hand")
    catalogue.replace_drawings(d, [FIGURE])
    catalogue.decide(["sb48p004d01"], kept=False, reason="blot")
    before = hand(filled)

    catalogue = filled.reopen(without_database=True)
    filled.scan()
    assert catalogue.page("sb48p001").label == "drawings"
    assert catalogue.page("sb48p002").private
    assert catalogue.page("sb48p003").tags == frozenset()
    catalogue.new_clustering("pages", 2, [[0.0], [1.0]], {a: 1, b: 1, c: 0, d: 0}, "two")
    assert catalogue.page("sb48p004").label == "watercolours"
    catalogue.replace_drawings(d, [FIGURE])
    assert catalogue.drawing("sb48p004d01").reason == "blot"
    assert hand(filled) == before


def test_private_pages_stay_private_without_the_database(filled):
    filled.catalogue.tag("sb48p002", "private")
    image = filled.catalogue.page("sb48p002").image
    filled.reopen(without_database=True)
    for file in (filled.project / "cache/previews").iterdir():
        file.unlink()
    filled.scan()
    assert image not in filled.previews
    assert len(filled.previews) == 3


def test_entries_of_unknown_images_stay(filled):
    filled.catalogue.set_hand_label("sb48p001", "drawings")
    filled.reopen(without_database=True)
    filled.root.joinpath("sb48/art/001.jpg").unlink()
    filled.scan()
    filled.catalogue.set_hand_label("sb48p002", "notes")
    assert [e["page"] for e in hand(filled)["labels"].values()] == ["sb48p001", "sb48p002"]


def test_an_edited_file_is_taken_in_also_while_the_catalogue_is_open(filled):
    filled.catalogue.set_hand_label("sb48p001", "drawings")
    edited = hand(filled)
    entry = dict(next(iter(edited["labels"].values())), at="2999-01-01T00:00:00")
    edited["labels"][images(filled)[0]] = {**entry, "label": "notes"}
    edited["labels"]["f" * 32] = {**entry, "page": "sb99p001"}
    filled.hand_file.write_text(json.dumps(edited))
    filled.catalogue.set_hand_label("sb48p002", "covers")
    assert filled.catalogue.page("sb48p001").label == "notes"
    assert "f" * 32 in hand(filled)["labels"]
    assert len(hand(filled)["labels"]) == 3


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
    before = hand(filled)
    filled.catalogue.close()
    filled.hand_file.unlink()
    filled.catalogue = filled.open()
    assert hand(filled) == before


GOOD = {"format": "strokebook hand work", "version": 1}


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        '{"labels": ',
        "[]",
        "[" * 100_000,
        json.dumps({"labels": {}}),
        json.dumps({**GOOD, "labels": []}),
        json.dumps({**GOOD, "labels": {"h": {"page": "x", "label": 3, "at": ""}}}),
        json.dumps({**GOOD, "tags": {"h": {"private": {"page": "", "on": 1, "by": "", "at": ""}}}}),
        json.dumps({**GOOD, "clusters": {"pages": [{"name": "x", "at": "", "members": [1]}]}}),
        json.dumps(
            {
                **GOOD,
                "drawings": [{"image": "h", "page": "", "at": "", "kept": True, "box": [1, 2]}],
            }
        ),
        json.dumps({**GOOD, "surprise": 1}),
    ],
)
def test_a_malformed_file_is_told_and_kept(filled, text):
    filled.catalogue.set_hand_label("sb48p001", "drawings")
    filled.catalogue.close()
    filled.hand_file.write_text(text)
    filled.hand_file.with_name("hand.json.bad-1").write_text("an earlier one")
    with pytest.raises(StrokebookError, match="bad-2"):
        filled.open()
    assert filled.hand_file.with_name("hand.json.bad-1").read_text() == "an earlier one"
    assert filled.hand_file.with_name("hand.json.bad-2").read_text() == text
    filled.catalogue = filled.open()
    assert filled.catalogue.page("sb48p001").label == "drawings"
    assert len(hand(filled)["labels"]) == 1


def test_a_newer_file_is_left_alone(filled):
    filled.catalogue.close()
    text = json.dumps({**GOOD, "version": 2, "new": {}})
    filled.hand_file.write_text(text)
    with pytest.raises(StrokebookError, match="newer strokebook"):
        filled.open()
    assert filled.hand_file.read_text() == text


def test_an_edit_outlives_a_file_that_could_not_be_written(filled, monkeypatch):
    def full(path, value):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("strokebook.library.hand.write_json", full)
    with pytest.raises(StrokebookError, match="in the catalogue only"):
        filled.catalogue.set_hand_label("sb48p001", "drawings")
    monkeypatch.undo()
    assert filled.catalogue.page("sb48p001").label == "drawings"
    filled.reopen()
    assert len(hand(filled)["labels"]) == 1


def test_several_edits_in_one_cost_one_write(filled, monkeypatch):
    from strokebook.library import hand as room

    written = []
    real = room.write_json
    monkeypatch.setattr(room, "write_json", lambda p, v: (written.append(1), real(p, v)))
    with filled.catalogue.hand_edit():
        filled.catalogue.set_hand_label("sb48p001", "drawings")
        filled.catalogue.tag("sb48p002", "green")
    assert len(written) == 1
    assert len(hand(filled)["labels"]) == 1
