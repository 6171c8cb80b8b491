from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strokebook.base.errors import UsageError
from strokebook.vision.dates.spelling import parse_days, spell_days

TODAY = date(2026, 1, 1)
DAY = st.dates(date(1900, 1, 1), TODAY)


@pytest.mark.parametrize(
    ("text", "first", "last", "spelt"),
    [
        ("2019", "2019-01-01", "2019-12-31", "2019"),
        ("2020-2", "2020-02-01", "2020-02-29", "2020-02"),
        (" 2019-06-12 ", "2019-06-12", "2019-06-12", "2019-06-12"),
        ("2019-05..2019-07", "2019-05-01", "2019-07-31", "2019-05..2019-07"),
        ("2018 .. 2019-06-12", "2018-01-01", "2019-06-12", "2018-01-01..2019-06-12"),
        ("2019..2019", "2019-01-01", "2019-12-31", "2019"),
    ],
)
def test_what_is_typed_means_days_and_is_shown_as_short_as_it_can(text, first, last, spelt):
    days = parse_days(text, TODAY)
    assert days == (date.fromisoformat(first), date.fromisoformat(last))
    assert spell_days(days) == spelt


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("summer", "no date"),
        ("2019-13", "no date '2019-13'"),
        ("2019-02-30", "no date '2019-02-30'"),
        ("2020..2019", "before it begins"),
        ("2019-06..2019-05-31", "before it begins"),
        ("2019-05..", "open end"),
        ("..2019", "open end"),
        ("2018..2019..2020", "no date"),
        ("2091-05", "future"),
        ("0219", "no date '0219'"),
        ("", "no date"),
    ],
)
def test_what_is_no_date_is_refused_with_a_remedy(text, says):
    with pytest.raises(UsageError, match=says) as error:
        parse_days(text, TODAY)
    assert error.value.remedy


@given(DAY, DAY)
def test_what_is_shown_can_be_typed_again(one, other):
    days = (min(one, other), max(one, other))
    assert parse_days(spell_days(days), TODAY) == days
