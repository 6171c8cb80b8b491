from __future__ import annotations

import datetime

import numpy as np

from strokebook.vision.trends.periods import (
    choose_cut,
    cut_by_book,
    cut_by_calendar,
    join_scant,
    period_of_rows,
)


def days(*texts: str) -> np.ndarray:
    return np.array([float(datetime.date.fromisoformat(t).toordinal()) for t in texts])


def test_each_of_many_sketchbooks_is_a_period() -> None:
    books = [f"sb{n}" for n in range(7) for _ in range(10)]
    periods = cut_by_book(books, np.arange(70.0))
    assert [p.name for p in periods] == [f"sb{n}" for n in range(7)]
    assert periods[1].rows.tolist() == list(range(10, 20))
    assert periods[1].centre == 14.5


def test_a_single_long_sketchbook_is_cut_into_equal_parts() -> None:
    periods = cut_by_book(["sb1"] * 120, np.arange(120.0))
    assert len(periods) == 12
    assert periods[0].name == "sb1 1/12"
    assert {len(p.rows) for p in periods} == {10}


def test_a_long_sketchbook_among_many_is_cut_the_others_are_not() -> None:
    books = ["sb0"] * 240 + [f"sb{n}" for n in range(1, 7) for _ in range(20)]
    names = [p.name for p in cut_by_book(books, np.arange(360.0))]
    assert names == [*(f"sb0 {n}/4" for n in range(1, 5)), *(f"sb{n}" for n in range(1, 7))]


def test_two_pages_are_one_period() -> None:
    (period,) = cut_by_book(["sb1", "sb1"], np.array([0.5, 1.5]))
    assert period.rows.tolist() == [0, 1]


def test_calendar_periods_are_named_and_in_order() -> None:
    places = days("2019-12-31", "2018-02-01", "2019-01-01")
    years = cut_by_calendar(places, "year")
    assert [(p.name, p.rows.tolist()) for p in years] == [("2018", [1]), ("2019", [0, 2])]
    assert [p.name for p in cut_by_calendar(places, "quarter")] == ["2018 Q1", "2019 Q1", "2019 Q4"]
    assert [p.name for p in cut_by_calendar(places, "month")] == ["2018-02", "2019-01", "2019-12"]


def test_a_page_alone_joins_its_nearer_neighbour() -> None:
    places = np.concatenate([days("2019-01-05") + np.arange(8), days("2019-04-28")])
    places = np.concatenate([places, days("2019-05-05") + np.arange(8), days("2019-06-09")])
    periods = join_scant(cut_by_calendar(places, "month"), places)
    assert [p.name for p in periods] == ["2019-01", "2019-04 to 2019-06"]
    assert np.concatenate([p.rows for p in periods]).tolist() == list(range(18))
    assert periods[1].centre == places[8:].mean()


def test_periods_are_as_fine_as_pages_allow() -> None:
    full = np.concatenate([days(f"2019-{m:02d}-05") + np.arange(8) for m in range(1, 13)])
    assert choose_cut(full) == "month"
    assert choose_cut(full[::3]) == "quarter"
    assert choose_cut(full[::12]) == "year"


def test_every_row_has_its_period() -> None:
    periods = cut_by_book(["a", "a", "b"], np.arange(3.0))
    assert period_of_rows(periods, 3).tolist() == [0, 0, 1]
