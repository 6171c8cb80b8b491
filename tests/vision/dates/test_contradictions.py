from __future__ import annotations

from datetime import date

from strokebook.vision.dates.contradictions import Dated, find_contradictions
from strokebook.vision.dates.intervals import DateInterval


def page(place: int, year: int, source: str = "hand", book: str = "sb1") -> Dated:
    days = (date(year, 1, 1), date(year, 12, 31))
    return Dated(f"p{place}", place, place, DateInterval(*days, source), book)


def told(*dated: Dated) -> tuple[list[tuple[str, str]], set[str]]:
    contradictions, doubtful = find_contradictions(dated)
    return [(c.earlier.name, c.later.name) for c in contradictions], set(doubtful)


def test_dates_in_order_contradict_nothing():
    assert told(page(1, 2018), page(2, 2019), page(3, 2019)) == ([], set())


def test_the_one_that_many_contradict_is_in_doubt():
    years = (2018, 2019, 2025, 2019, 2020)
    pairs, doubtful = told(*(page(i, year) for i, year in enumerate(years)))
    assert pairs == [("p2", "p3")]
    assert doubtful == {"p2"}


def test_of_two_that_nothing_speaks_for_both_are_in_doubt():
    assert told(page(1, 2020), page(2, 2019)) == ([("p1", "p2")], {"p1", "p2"})


def test_the_weaker_source_is_in_doubt_however_many_there_are():
    pairs, doubtful = told(page(1, 2021), page(2, 2019, "file"), page(3, 2019, "file"))
    assert doubtful == {"p2", "p3"}
    assert pairs == [("p1", "p2"), ("p1", "p3")]


def test_a_page_outside_of_its_sketchbook_and_sketchbooks_out_of_order():
    book = Dated("sb1", 0, 9, page(0, 2019).interval)
    contradictions, doubtful = find_contradictions([book, page(4, 2020, "read")])
    assert [(c.earlier.name, c.later.name, c.inside) for c in contradictions] == [
        ("sb1", "p4", True)
    ]
    assert doubtful == {"p4"}
    later = Dated("sb2", 10, 19, page(0, 2018).interval)
    assert told(book, later) == ([("sb1", "sb2")], {"sb1", "sb2"})


def test_sketchbooks_kept_side_by_side_are_no_contradiction():
    one = Dated("sb1", 0, 9, DateInterval(date(2019, 1, 1), date(2019, 9, 1), "hand"))
    two = Dated("sb2", 10, 19, DateInterval(date(2019, 3, 1), date(2019, 12, 1), "hand"))
    assert told(one, two) == ([], set())
