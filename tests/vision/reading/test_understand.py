from __future__ import annotations

from datetime import date

import pytest

from strokebook.vision.dates.spelling import spell_days
from strokebook.vision.reading.places import Written
from strokebook.vision.reading.understand import cover_dates, date_of, number_of, page_date

TODAY = date(2026, 1, 1)


def line(text: str, certainty: float = 0.99) -> Written:
    return Written(text, certainty, (0.1, 0.9, 0.2, 0.95))


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("2021-10.", "2021-10"),
        ("2019-05-26", "2019-05-26"),
        ("2019.5.26", "2019-05-26"),
        ("26.5.2019", "2019-05-26"),
        ("05/2021", "2021-05"),
        ("25/6/2021", "2021-06-25"),
        ("6/25/2021", "2021-06-25"),
        ("6/6/2021", "2021-06-06"),
    ],
)
def test_dates_that_can_mean_but_one_day(text, means):
    days = date_of(text, TODAY)
    assert days is not None
    assert spell_days(days) == means


@pytest.mark.parametrize(
    "text",
    ["5/6/2021", "2021", "SB48", "1017-0", "2031-01", "1902-01", "2021-13", "2021-02-30", ""],
)
def test_what_is_not_surely_a_date_is_none(text):
    assert date_of(text, TODAY) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("79", 79),
        ("- 12 -", 12),
        ("p. 7", 7),
        ("012", 12),
        ("0", None),
        ("1234", None),
        ("V1", None),
    ],
)
def test_page_numbers(text, number):
    assert number_of(text) == number


def test_a_page_with_two_dates_has_none():
    assert page_date([line("2019-05"), line("2019-06")], TODAY) is None
    assert page_date([line("2019-05", 0.5)], TODAY) is None
    found = page_date([line("2019-05"), line("2019-05-01", 0.1), line("79")], TODAY)
    assert found is not None
    assert found[0] == (date(2019, 5, 1), date(2019, 5, 31))


def test_a_cover_has_the_days_from_its_first_date_to_its_last():
    found = cover_dates([line("SB48"), line("2019-05-12"), line("2019-07-30")], TODAY)
    assert found is not None
    assert spell_days(found[0]) == "2019-05-12..2019-07-30"


@pytest.mark.parametrize(
    "lines",
    [
        [line("2019-05-12")],  # a sketchbook takes longer than a day
        [line("2019-05"), line("2019-0l")],  # another date that could not be read
        [line("2019-05"), line("2019-07", 0.3)],
        [line("SB48")],
    ],
)
def test_a_cover_of_which_a_date_may_be_missing_has_none(lines):
    assert cover_dates(lines, TODAY) is None
