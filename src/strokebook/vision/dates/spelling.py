"""Dates as they are typed (2019, 2019-05, 2019-05-12, 2019-05..2019-07) and as they are shown."""

from __future__ import annotations

import calendar
import re
from datetime import date

from strokebook.base.errors import UsageError
from strokebook.vision.dates.intervals import Days

EARLIEST = 1800  # a year before it is a slip of the pen
HOW = "Write a year, a month or a day, or two with .. between: 2019, 2019-05, 2019-05-12..2019-07."
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")


def days_of(year: int, month: int | None = None, day: int | None = None) -> Days | None:
    """The days of a year, a month or a day; None where the calendar has none such."""
    try:
        if month is None:
            return date(year, 1, 1), date(year, 12, 31)
        if day is None:
            return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
        return date(year, month, day), date(year, month, day)
    except (ValueError, IndexError):  # calendar's own error for month 13 is both, by version
        return None


def parse_days(text: str, today: date | None = None) -> Days:
    """The days that a date or a range means.

    Args:
        text: As typed.
        today: What begins later is refused as a slip; None: the day it is.

    Raises:
        UsageError: Not of that form, not in the calendar, the wrong way round, open at an end, or
            in the future.
    """
    parts = [part.strip() for part in re.split(r"\.\.+|…", text.strip())]
    if len(parts) > 2 or not any(parts):
        raise UsageError(f"{text!r} is no date.", HOW)
    if not all(parts):
        raise UsageError(
            f"{text!r} has an open end.",
            f"Write the year that it can't have been {'after' if parts[0] else 'before'}, as in "
            "2018..2020: a range as wide as you like is fine.",
        )
    stretches = [_one(part, text) for part in parts]
    first, last = stretches[0][0], stretches[-1][1]
    if last < first or stretches[-1][0] < first:
        raise UsageError(f"{text!r} ends before it begins.", "Write the earlier date first.")
    if first > (today or date.today()):
        raise UsageError(f"{text!r} is in the future.", "Check the year.")
    return first, last


def _one(part: str, text: str) -> Days:
    match = _DATE.fullmatch(part)
    if match is None:
        raise UsageError(f"{text!r} is no date.", HOW)
    year, month, day = (int(n) if n else None for n in match.groups())
    days = days_of(year or 0, month, day)
    if days is None or days[0].year < EARLIEST:
        raise UsageError(f"There is no date {part!r}.", HOW)
    return days


def spell_days(days: Days) -> str:
    """As short as it can be said: ``2019``, ``2019-05``, ``2019-05-12``, ``2019-05..2019-07``."""
    first, last = days
    for same in ((first.year,), (first.year, first.month), (first.year, first.month, first.day)):
        if days_of(*same) == days:
            return _spell(same)
    begins = next(s for s in _spans(first) if (d := days_of(*s)) and d[0] == first)
    ends = next(s for s in _spans(last) if (d := days_of(*s)) and d[1] == last)
    longest = max(len(begins), len(ends))
    begins, ends = (tuple(_parts(day))[:longest] for day in (first, last))
    return f"{_spell(begins)}..{_spell(ends)}"


def _parts(day: date) -> tuple[int, int, int]:
    return day.year, day.month, day.day


def _spans(day: date) -> list[tuple[int, ...]]:
    return [_parts(day)[:length] for length in (1, 2, 3)]


def _spell(parts: tuple[int, ...]) -> str:
    return "-".join(f"{part:0{4 if n == 0 else 2}d}" for n, part in enumerate(parts))
