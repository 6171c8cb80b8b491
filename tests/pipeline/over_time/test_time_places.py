from __future__ import annotations

import datetime

import pytest

from strokebook.base.errors import UsageError
from strokebook.library.catalogue.records import Page
from strokebook.pipeline.over_time.time_places import bounds_of, place_in_time, ticks_of
from strokebook.pipeline.seeing.page_order import order_pages
from strokebook.vision.dates.intervals import DateInterval


def page(book: str, number: int | None, name: str = "") -> Page:
    page_id = name or f"{book}p{number:03d}"
    return Page(
        id=page_id, book=book, number=number, title=None, path=f"{page_id}.jpg", folder="art",
        image=page_id, width=10, height=10, format="JPEG", tags=frozenset(), private=False,
    )  # fmt: skip


def between(first: str, last: str) -> DateInterval:
    date = datetime.date.fromisoformat
    return DateInterval(date(first), date(last), "hand")


def test_pages_come_by_sketchbook_then_number_then_id() -> None:
    pages = [
        page("sb10", 1),
        page("sb9", None, "sb9-loose"),
        page("sb9", 10),
        page("sb9", 2, "sb9p002v2"),
        page("sb9", 2),
    ]
    ids = [p.id for p in order_pages(pages)]
    assert ids == ["sb9p002", "sb9p002v2", "sb9p010", "sb9-loose", "sb10p001"]


def test_without_dates_places_count_pages() -> None:
    axis = place_in_time([page("sb2", 1), page("sb1", 1), page("sb1", 2)], {})
    assert [p.id for p in axis.pages] == ["sb1p001", "sb1p002", "sb2p001"]
    assert axis.places.tolist() == [0.5, 1.5, 2.5]
    assert (axis.first, axis.last, axis.dated) == (0.0, 3.0, False)
    assert bounds_of(axis) == (2.0,)
    assert [t.text for t in ticks_of(axis)] == ["sb1", "sb2"]


def test_a_single_sketchbook_is_marked_by_page_numbers() -> None:
    axis = place_in_time([page("sb1", n) for n in range(1, 25)], {})
    assert [t.text for t in ticks_of(axis)] == ["p. 1–6", "p. 7–12", "p. 13–18", "p. 19–24"]


def test_dates_order_pages_and_spread_those_of_one_interval() -> None:
    pages = [page("sb1", n) for n in (1, 2)] + [page("sb2", 1)]
    later, earlier = between("2019-05-01", "2019-05-04"), between("2018-01-01", "2018-01-01")
    dates = {"sb1p001": later, "sb1p002": later, "sb2p001": earlier}
    axis = place_in_time(pages, dates)
    assert [p.id for p in axis.pages] == ["sb2p001", "sb1p001", "sb1p002"]
    day = datetime.date(2019, 5, 1).toordinal()
    assert axis.places.tolist()[1:] == [day + 1.0, day + 3.0]
    assert [p.name for p in axis.periods] == ["2018", "2019"]
    assert bounds_of(axis) == (float(datetime.date(2019, 1, 1).toordinal()),)


def test_pages_without_a_date_are_left_out_only_where_most_have_one() -> None:
    pages = [page("sb1", n) for n in range(1, 5)]
    one = between("2019-05-01", "2019-05-04")
    some = place_in_time(pages, {p.id: one for p in pages[:3]})
    assert (len(some.pages), some.undated, some.dated) == (3, 1, True)
    few = place_in_time(pages, {pages[0].id: one})
    assert (len(few.pages), few.dated) == (4, False)


def test_periods_of_the_calendar_need_dates() -> None:
    with pytest.raises(UsageError, match="0 of 1 pages have a date"):
        place_in_time([page("sb1", 1)], {}, "year")


def test_sketchbooks_used_side_by_side_are_still_one_period_each() -> None:
    pages = [page(book, n) for book in ("sb1", "sb2") for n in (1, 2)]
    dates = {p.id: between(f"2019-0{p.number}-0{p.book[2]}", "2019-03-01") for p in pages}
    axis = place_in_time(pages, dates, "book")
    books = [{axis.pages[r].book for r in period.rows} for period in axis.periods]
    assert books == [{"sb1"}, {"sb2"}]
