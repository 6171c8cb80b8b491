"""What a line of text says: a page number, a date, or nothing that we would rely on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from strokebook.vision.dates.intervals import Days
from strokebook.vision.dates.spelling import days_of
from strokebook.vision.reading.places import Written

DATE_SURE = 0.85  # least certainty of a date (chosen on seed 1, EXPERIMENTS.md)
YEARS = (1950, 2100)  # other years were misread
_NUMBER = re.compile(r"[-–—#]?\s*(?:[pP]\.?\s*)?([0-9]{1,3})\s*[-–—.]?")
_YEAR, _SHORT = r"((?:19|20)[0-9]{2})", r"([0-9]{1,2})"
_BY = r"\s*[-–—./]\s*"
_FORMS = (
    # the form, and which of its groups are year, month, day
    (re.compile(rf"{_YEAR}{_BY}{_SHORT}{_BY}{_SHORT}"), (1, 2, 3)),
    (re.compile(rf"{_YEAR}{_BY}{_SHORT}"), (1, 2, 0)),
    (re.compile(rf"{_SHORT}\s*\.\s*{_SHORT}\s*\.\s*{_YEAR}"), (3, 2, 1)),  # with dots: day first
    (re.compile(rf"{_SHORT}\s*[/-]\s*{_YEAR}"), (2, 1, 0)),
)
#: Enough of a date to say that there is one.
_LIKE_DATE = re.compile(r"(?:19|20)[0-9]{2}|[0-9]{1,4}\s*[-–—./]\s*[0-9]{1,2}")
_SLASHED = re.compile(rf"{_SHORT}\s*[/-]\s*{_SHORT}\s*[/-]\s*{_YEAR}")


def number_of(text: str) -> int | None:
    """The page number that a line is, by itself: ``79``, ``p. 79``, ``- 79 -``."""
    match = _NUMBER.fullmatch(text.strip())
    return int(match[1]) if match is not None and int(match[1]) > 0 else None


def date_of(text: str, today: date) -> Days | None:
    """The days that a line is the date of, where it can be but one.

    A day and a month with slashes (5/6/2021) are told apart only where one is over 12. A year by
    itself is no date: it may be any number. What lies in the future was misread.
    """
    line = text.strip().rstrip(".,;:").strip()
    days = _spelt(line)
    if days is None or not YEARS[0] <= days[0].year < YEARS[1] or days[0] > today:
        return None
    return days


def _spelt(line: str) -> Days | None:
    for form, (year, month, day) in _FORMS:
        if match := form.fullmatch(line):
            return days_of(int(match[year]), int(match[month]), int(match[day]) if day else None)
    if match := _SLASHED.fullmatch(line):
        first, second, year = (int(n) for n in match.groups())
        if first > 12 >= second:
            return days_of(year, second, first)
        if second > 12 >= first or first == second:
            return days_of(year, first, second)
    return None


def page_date(written: Sequence[Written], today: date) -> tuple[Days, list[Written]] | None:
    """The date in a page's border, with where it stands; None where there are several, or none."""
    dated = _dated(written, today)
    return (dated[0][0], [w for _, w in dated]) if len({d for d, _ in dated}) == 1 else None


def cover_dates(written: Sequence[Written], today: date) -> tuple[Days, list[Written]] | None:
    """The days of a sketchbook: from the first date on its cover to the last.

    None where there is none, where another line looks like a date that could not be read, and where
    there is but one day: a sketchbook takes longer, so the other date was not read.
    """
    dated = _dated(written, today)
    lines = {id(one) for _, one in dated}
    if not dated or any(_LIKE_DATE.search(o.text) for o in written if id(o) not in lines):
        return None
    first, last = min(d[0] for d, _ in dated), max(d[1] for d, _ in dated)
    if first == last:
        return None
    return (first, last), [w for _, w in dated]


def _dated(written: Sequence[Written], today: date) -> list[tuple[Days, Written]]:
    return [
        (days, one)
        for one in written
        if one.certainty >= DATE_SURE and (days := date_of(one.text, today)) is not None
    ]
