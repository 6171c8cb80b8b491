"""Periods: time cut into pieces that have enough pages each to be compared.

Shape letters: N pages in order, K periods. A page's place in time is a number: its day (proleptic
Gregorian ordinal, ``datetime.date.toordinal``) where dates are known, else its place in the order.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import numpy as np

from strokebook.base.array_types import Floats, Ints

Cut = Literal["book", "year", "quarter", "month"]
LONG_BOOK = 60  # pages; a longer sketchbook is cut into equal parts
FEW_BOOKS = 6  # of fewer, each is cut, so that there is something to compare
LEAST = 6  # pages a part has on average, at least
SCANT = 3  # pages; of fewer, shares are noise and would end a picture in a knot
MOST_PARTS = 12
MOST_PERIODS = 30  # more are narrower than what is drawn in them


@dataclass(frozen=True)
class Period:
    """A piece of time.

    Attributes:
        name: ``sb48``, ``sb48 2/4`` (the second of four equal parts), ``2019``, ``2019-05``.
        centre: The mean of its pages' places in time.
        rows: ``(n,)`` numbers of its pages, in order; at least one.
    """

    name: str
    centre: float
    rows: Ints


def cut_by_book(books: Sequence[str], places: Floats) -> list[Period]:
    """A period for each sketchbook; long ones, or all of a few, in equal parts.

    Args:
        books: The sketchbook of each page, in order, ``(N,)``.
        places: ``(N,)`` places in time.

    Returns:
        Periods by their centre.
    """
    groups = [list(rows) for _, rows in groupby(range(len(books)), key=books.__getitem__)]
    few = len(groups) < FEW_BOOKS
    size = max(len(books) / MOST_PARTS, LEAST) if few else float(LONG_BOOK)
    periods: list[Period] = []
    for rows in groups:
        count = int(np.clip(round(len(rows) / size), 1, MOST_PARTS))
        for n, part in enumerate(np.array_split(np.array(rows, np.intp), count), start=1):
            name = books[rows[0]] + (f" {n}/{count}" if count > 1 else "")
            periods.append(_period(name, part, places))
    return sorted(periods, key=lambda period: period.centre)


def cut_by_calendar(places: Floats, cut: Cut) -> list[Period]:
    """A period for each year, quarter or month that has pages; ``places`` are days ``(N,)``."""
    names = [calendar_name(day, cut) for day in places]
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(names):
        rows.setdefault(name, []).append(row)
    return [_period(name, np.array(rows[name], np.intp), places) for name in sorted(rows)]


def join_scant(periods: Sequence[Period], places: Floats) -> list[Period]:
    """Periods of fewer than :data:`SCANT` pages joined to the nearer of their neighbours in time.

    Args:
        periods: In the order of their centres.
        places: ``(N,)`` places in time of all pages.

    Returns:
        Periods in the same order; joined ones are named ``first to last``. Where all would
        become one, they stay as they are.
    """
    joined = list(periods)
    while len(joined) > 1:
        scant = min(range(len(joined)), key=lambda n: len(joined[n].rows))
        if len(joined[scant].rows) >= SCANT:
            break
        near = [n for n in (scant - 1, scant + 1) if 0 <= n < len(joined)]
        other = min(near, key=lambda n: abs(joined[n].centre - joined[scant].centre))
        first, last = sorted((scant, other))
        start, end = joined[first].name.split(" to ")[0], joined[last].name.split(" to ")[-1]
        rows = np.concatenate([joined[first].rows, joined[last].rows])
        joined[first : last + 1] = [_period(f"{start} to {end}", rows, places)]
    return joined if len(joined) > 1 else list(periods)


def choose_cut(places: Floats) -> Cut:
    """The finest calendar period of which there are few enough to be seen, most of them full.

    A share of three pages is noise: four of five periods have at least :data:`LEAST`.
    """
    cuts: tuple[Cut, ...] = ("month", "quarter")
    for cut in cuts:
        sizes = list(Counter(calendar_name(day, cut) for day in places).values())
        if len(sizes) <= MOST_PERIODS and np.quantile(sizes, 0.2) >= LEAST:
            return cut
    return "year"


def calendar_name(day: float, cut: Cut) -> str:
    """``2019``, ``2019 Q2`` or ``2019-05``, which sort as they follow each other."""
    date = datetime.date.fromordinal(int(day))
    if cut == "year":
        return f"{date.year:04d}"
    if cut == "quarter":
        return f"{date.year:04d} Q{(date.month + 2) // 3}"
    return f"{date.year:04d}-{date.month:02d}"


def period_of_rows(periods: Sequence[Period], count: int) -> Ints:
    """The number of each page's period, ``(N,)``."""
    numbers = np.full(count, -1, np.intp)
    for number, period in enumerate(periods):
        numbers[period.rows] = number
    return numbers


def _period(name: str, rows: Ints, places: Floats) -> Period:
    return Period(name, float(places[rows].mean()), rows)
