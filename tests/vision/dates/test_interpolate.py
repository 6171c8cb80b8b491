from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from strokebook.vision.dates.contradictions import Dated, find_contradictions
from strokebook.vision.dates.interpolate import interpolate
from strokebook.vision.dates.intervals import DateInterval

START = date(2019, 1, 1)


def day(n: int) -> date:
    return START + timedelta(days=n)


def on(first: int, last: int | None = None, source: str = "hand") -> DateInterval:
    return DateInterval(day(first), day(first if last is None else last), source)


def place(books: str, dates=(), of_books=(), doubtful=(), latest=()) -> dict[str, tuple]:
    """Pages p0, p1, … in books of one letter each; days as numbers from START."""
    pages = [f"p{i}" for i in range(len(books))]
    out = interpolate(
        pages,
        dict(zip(pages, books, strict=True)),
        dict(dates),
        dict(of_books),
        frozenset(doubtful),
        {page: day(n) for page, n in dict(latest).items()},
    )
    return {
        page: ((i.first - START).days, (i.last - START).days, i.source) for page, i in out.items()
    }


def test_pages_between_two_dates_share_the_days_evenly():
    assert place("aaaa", {"p0": on(0), "p3": on(30)}) == {
        "p0": (0, 0, "hand"),
        "p1": (0, 15, "between"),
        "p2": (15, 30, "between"),
        "p3": (30, 30, "hand"),
    }


def test_a_sketchbooks_date_places_its_pages_and_what_lies_between_sketchbooks():
    placed = place("aabbcc", of_books={"a": on(0, 10), "c": on(30, 40)})
    assert placed["p0"] == (0, 5, "between")
    assert placed["p1"] == (5, 10, "between")
    assert placed["p2"] == (10, 20, "between")
    assert placed["p3"] == (20, 30, "between")
    assert placed["p5"] == (35, 40, "between")


def test_a_dated_page_inside_a_dated_sketchbook_is_a_stop():
    placed = place("aaa", {"p1": on(8)}, {"a": on(0, 10)})
    assert placed == {"p0": (0, 8, "between"), "p1": (8, 8, "hand"), "p2": (8, 10, "between")}


def test_where_one_side_is_open_nothing_is_made_up():
    assert place("aaa", {"p1": on(8)}) == {"p1": (8, 8, "hand")}
    placed = place("aaa", {"p1": on(8)}, latest={"p0": 5, "p2": 20})
    assert placed == {"p1": (8, 8, "hand"), "p2": (8, 20, "between")}
    assert place("ab") == {}


def test_a_page_is_not_younger_than_its_scan():
    placed = place("aaa", {"p0": on(0), "p2": on(30)}, latest={"p1": 12})
    assert placed["p1"] == (0, 12, "between")


def test_a_date_in_doubt_holds_for_itself_alone():
    dates = {"p0": on(0), "p2": on(500), "p4": on(30)}
    placed = place("aaaaa", dates, doubtful={"p2"})
    assert placed["p2"] == (500, 500, "hand")
    assert placed["p1"] == (0, 15, "between")
    assert placed["p3"] == (15, 30, "between")


def test_overlapping_stops_give_the_days_they_share():
    assert place("aaa", {"p0": on(0, 20), "p2": on(10, 40)})["p1"] == (10, 20, "between")


def test_sketchbooks_of_the_same_days_are_not_run_together():
    placed = place("aabb", of_books={"a": on(0, 10), "b": on(0, 10)})
    assert placed["p0"] == placed["p2"] == (0, 5, "between")


DATES = st.lists(
    st.none() | st.tuples(st.integers(0, 300), st.integers(0, 60)), min_size=1, max_size=25
)


@settings(max_examples=60)
@given(DATES, st.text("abcd", min_size=25, max_size=25))
def test_what_is_interpolated_never_crosses_its_neighbours(dates, letters):
    letters = "".join(sorted(letters[: len(dates)]))
    own = {f"p{i}": on(d[0], sum(d)) for i, d in enumerate(dates) if d is not None}
    dated = [Dated(p, int(p[1:]), int(p[1:]), i, letters[int(p[1:])]) for p, i in own.items()]
    _, doubtful = find_contradictions(dated)
    placed = place(letters, own, doubtful=doubtful)
    sure = [
        placed[f"p{i}"] for i in range(len(dates)) if f"p{i}" in placed and f"p{i}" not in doubtful
    ]
    assert all(first <= last for first, last, _ in placed.values())
    for at, (first, _, _) in enumerate(sure):
        assert all(last >= first for _, last, _ in sure[at:])
    between = [one for one in sure if one[2] == "between"]
    for one, other in pairwise(between):
        assert one[0] <= other[0]
        assert one[1] <= other[1]
