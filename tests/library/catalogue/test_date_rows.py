"""Dates in the catalogue: edits of the log like any other, gone with a private page."""

from __future__ import annotations

from datetime import date

import pytest

from strokebook.library.catalogue.date_rows import NewDate, ReadLine
from strokebook.library.catalogue.purge_rows import hide_image

MAY = (date(2019, 5, 1), date(2019, 5, 31))
JUNE = (date(2019, 6, 1), date(2019, 6, 30))
LINE = ReadLine("2019-05", 0.9, (0.1, 0.9, 0.2, 0.95))


@pytest.fixture
def filled(work, make):
    for number in range(1, 4):
        make(f"sb48/art/00{number}.jpg", seed=number)
    work.scan()
    return work


def image(work, page: str = "sb48p001") -> str:
    return work.catalogue.page(page).image


def say(work, *dates: NewDate) -> None:
    work.catalogue.say_dates(dates)


def test_a_page_and_a_sketchbook_are_dated_and_one_undo_takes_both_back(filled):
    say(filled, NewDate(MAY, "hand", image(filled)), NewDate(JUNE, "hand", book="sb48"))
    assert filled.catalogue.said_dates() == {image(filled): {"hand": MAY}}
    assert filled.catalogue.said_book_dates() == {"sb48": {"hand": JUNE}}
    filled.catalogue.undo(filled.catalogue.next_undo(1))
    assert filled.catalogue.said_dates() == filled.catalogue.said_book_dates() == {}
    filled.catalogue.redo(filled.catalogue.next_redo(1))
    assert filled.catalogue.said_dates() == {image(filled): {"hand": MAY}}


def test_an_undo_brings_the_date_before_and_leaves_the_other_source(filled):
    say(filled, NewDate(MAY, "read", image(filled)))
    say(filled, NewDate(MAY, "hand", image(filled)))
    say(filled, NewDate(JUNE, "hand", image(filled)))
    filled.catalogue.undo(filled.catalogue.next_undo(1))
    assert filled.catalogue.said_dates() == {image(filled): {"hand": MAY, "read": MAY}}
    say(filled, NewDate(None, "hand", image(filled)))
    assert filled.catalogue.said_dates() == {image(filled): {"read": MAY}}


def test_what_was_misread_is_remembered(filled):
    say(filled, NewDate(None, "read", book="sb48", image=image(filled)))
    assert filled.catalogue.said_book_dates() == {"sb48": {"read": None}}


def test_dates_outlive_the_database_and_a_new_file(filled, make):
    say(filled, NewDate(MAY, "hand", image(filled)), NewDate(None, "read", book="sb48"))
    filled.reopen(without_database=True)
    filled.scan()
    assert filled.catalogue.said_dates() == {image(filled): {"hand": MAY}}
    assert filled.catalogue.said_book_dates() == {"sb48": {"read": None}}
    before = image(filled)
    (filled.root / "sb48" / "art" / "001.jpg").unlink()
    make("sb48/art/001.png", seed=1, fmt="PNG")  # the same picture in another file
    filled.scan()
    assert image(filled) != before
    assert filled.catalogue.said_dates() == {image(filled): {"hand": MAY}}


def test_nothing_of_a_private_page_stays(filled):
    own = image(filled)
    filled.catalogue.put_readings(own, [LINE])
    filled.catalogue.put_file_days({own: (MAY[0], True)})
    say(filled, NewDate(MAY, "hand", own), NewDate(JUNE, "read", own, "sb48"))
    say(filled, NewDate(JUNE, "hand", book="sb48"))
    assert own not in filled.catalogue.exposed_private_images()
    filled.catalogue.tag("sb48p001", "private")
    assert own in filled.catalogue.exposed_private_images()
    hide_image(filled.catalogue, filled.project, own)
    filled.catalogue.forget_edits_of(own)
    assert own not in filled.catalogue.exposed_private_images()
    assert filled.catalogue.readings() == filled.catalogue.file_days() == {}
    assert filled.catalogue.said_dates() == {}
    assert filled.catalogue.said_book_dates() == {"sb48": {"hand": JUNE}}
    bodies = [row["body"] for row in filled.catalogue.db.rows("SELECT body FROM edit")]
    assert not any("2019-05" in body for body in bodies)


def test_the_header_of_a_page_that_is_private_by_now_is_not_kept(filled):
    filled.catalogue.tag("sb48p001", "private")
    filled.catalogue.put_file_days({image(filled): (MAY[0], True)})
    assert filled.catalogue.file_days() == {}


def test_readings_come_back_as_they_were_and_are_replaced(filled):
    filled.catalogue.put_readings(image(filled), [LINE, LINE])
    filled.catalogue.put_readings(image(filled), [LINE])
    assert filled.catalogue.readings() == {image(filled): [LINE]}
