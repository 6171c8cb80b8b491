"""Where each page lies in time: by its date where that is known, else by its place in the order."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from strokebook.base.array_types import Floats
from strokebook.base.errors import UsageError
from strokebook.library.catalogue.records import Page
from strokebook.pipeline.seeing.page_order import order_pages
from strokebook.vision.dates.intervals import DateInterval
from strokebook.vision.trends.periods import (
    Period,
    choose_cut,
    cut_by_book,
    cut_by_calendar,
    join_scant,
)
from strokebook.vision.trends.story import Tick

CUTS = ("auto", "book", "year", "quarter", "month")
ENOUGH = 0.5  # share of pages with a date from which on dates are the axis
YEAR = 365.25  # days
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, eq=False)
class TimeAxis:
    """Pages along time.

    Attributes:
        pages: In order of time, those that have a place.
        places: ``(N,)``: days (proleptic Gregorian ordinals) where ``dated``, else places in the
            order, from ½.
        dated: Whether dates are the axis.
        undated: How many pages have no date, where dates are the axis; they are left out.
        periods: By their centres.
        first: Where the axis begins.
        last: Where it ends.
    """

    pages: tuple[Page, ...]
    places: Floats
    dated: bool
    undated: int
    periods: tuple[Period, ...]
    first: float
    last: float


def place_in_time(
    pages: Sequence[Page], dates: Mapping[str, DateInterval], cut: str = "auto"
) -> TimeAxis:
    """Give each page a place in time, and cut time into periods.

    Args:
        pages: At least one.
        dates: By page id, where known.
        cut: One of :data:`CUTS`; ``auto``: by the calendar where dates are known, else by
            sketchbook.

    Raises:
        UsageError: A period of the calendar is asked for, and too few dates are known.
    """
    ordered = order_pages(pages)
    known = [page for page in ordered if page.id in dates]
    dated = len(known) >= ENOUGH * len(ordered)
    if cut in ("year", "quarter", "month") and not dated:
        raise UsageError(
            f"Only {len(known)} of {len(ordered)} pages have a date, too few for periods by {cut}.",
            "Say when sketchbooks were drawn: strokebook date sb48 2019-05..2019-07; or use"
            " --by book.",
        )
    if not dated:
        places = np.arange(len(ordered), dtype=np.float64) + 0.5
        periods = cut_by_book([page.book for page in ordered], places)
        return TimeAxis(tuple(ordered), places, False, 0, tuple(periods), 0.0, float(len(ordered)))
    days = _spread_days([dates[page.id] for page in known])
    order = np.argsort(days, kind="stable")
    chosen, places = [known[i] for i in order], days[order]
    periods = _dated_periods([page.book for page in chosen], places, cut)
    first, last = _ends(places)
    return TimeAxis(
        tuple(chosen), places, True, len(ordered) - len(known), tuple(periods), first, last
    )


def _dated_periods(books: Sequence[str], places: Floats, cut: str) -> list[Period]:
    if cut == "book":
        # Sketchbooks may be used side by side: each one's pages are taken together first.
        by_book = np.argsort(np.array(books, dtype=object), kind="stable")
        periods = cut_by_book([books[i] for i in by_book], places[by_book])
        return [Period(p.name, p.centre, by_book[p.rows]) for p in periods]
    if cut == "auto":
        return join_scant(cut_by_calendar(places, choose_cut(places)), places)
    return cut_by_calendar(places, cut)  # type: ignore[arg-type]


def _spread_days(intervals: Sequence[DateInterval]) -> Floats:
    """A day for each page; pages of one and the same interval lie evenly within it, in order."""
    rows: dict[tuple[datetime.date, datetime.date], list[int]] = {}
    for row, interval in enumerate(intervals):
        rows.setdefault((interval.first, interval.last), []).append(row)
    days = np.zeros(len(intervals))
    for (first, last), own in rows.items():
        span = last.toordinal() - first.toordinal() + 1
        days[own] = first.toordinal() + span * (np.arange(len(own)) + 0.5) / len(own)
    return days


def _ends(places: Floats) -> tuple[float, float]:
    low, high = float(places.min()), float(places.max())
    margin = max((high - low) * 0.01, 0.5)
    return low - margin, high + margin


def ticks_of(axis: TimeAxis) -> tuple[Tick, ...]:
    """What is written under the axis: years or months, sketchbooks, or the pages of only one."""
    if axis.dated:
        return tuple(_calendar_ticks(axis))
    books = list(dict.fromkeys(page.book for page in axis.pages))
    if len(books) > 1:
        rows: dict[str, list[float]] = {}
        for page, place in zip(axis.pages, axis.places, strict=True):
            rows.setdefault(page.book, []).append(float(place))
        return tuple(Tick(float(np.mean(rows[book])), book) for book in books)
    return tuple(Tick(period.centre, _page_range(axis, period)) for period in axis.periods)


def bounds_of(axis: TimeAxis) -> tuple[float, ...]:
    """Where a sketchbook, or a year, ends and the next one begins."""
    if axis.dated:
        first, last = _shown_dates(axis)
        years = range(first.year + 1, last.year + 1)
        return tuple(float(datetime.date(year, 1, 1).toordinal()) for year in years)
    books = [page.book for page in axis.pages]
    return tuple(float(n) for n in range(1, len(books)) if books[n] != books[n - 1])


def _page_range(axis: TimeAxis, period: Period) -> str:
    numbers = [n for row in period.rows if (n := axis.pages[int(row)].number) is not None]
    if not numbers:
        return period.name
    low, high = min(numbers), max(numbers)
    return f"p. {low}" if low == high else f"p. {low}–{high}"


def _calendar_ticks(axis: TimeAxis) -> list[Tick]:
    first, last = _shown_dates(axis)
    if axis.last - axis.first > 2 * YEAR:
        ticks = []
        for year in range(first.year, last.year + 1):  # in the middle of what is shown of it
            begin = max(axis.first, datetime.date(year, 1, 1).toordinal())
            end = min(axis.last, datetime.date(year + 1, 1, 1).toordinal())
            ticks.append(Tick((begin + end) / 2, str(year)))
        return ticks
    months = [
        datetime.date(year, month, 1)
        for year in range(first.year, last.year + 1)
        for month in range(1, 13)
    ]
    shown = [m for m in months if axis.first <= m.toordinal() + 15 <= axis.last]
    words = [f"{MONTHS[m.month - 1]} {m.year}" for m in shown]
    return [Tick(m.toordinal() + 15.0, text) for m, text in zip(shown, words, strict=True)]


def _shown_dates(axis: TimeAxis) -> tuple[datetime.date, datetime.date]:
    """The days of the first page and the last: the axis has a margin around them."""
    return _date(float(axis.places.min())), _date(float(axis.places.max()))


def _date(place: float) -> datetime.date:
    return datetime.date.fromordinal(max(1, int(place)))
