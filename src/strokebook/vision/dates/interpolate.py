"""Dates for pages without one: an even pace between the dated pages before and after.

Strategy: every date is narrowed by those around it. Every undated page then looks back and ahead
for a stop: a dated page, or a dated sketchbook; inside one its own first and last day are stops.
Pages between the same two stops share the days between them evenly, so that no two cross; where the
stops overlap, each has the days that both have. Where one side has no stop nothing is known, except
how late a page can be (``latest``: the day on which it was scanned).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby

from strokebook.vision.dates.intervals import DateInterval, Days

Stops = tuple[Days | None, Days | None]


def interpolate(
    pages: Sequence[str],
    books: Mapping[str, str],
    dates: Mapping[str, DateInterval],
    book_dates: Mapping[str, DateInterval],
    doubtful: frozenset[str] = frozenset(),
    latest: Mapping[str, date] | None = None,
) -> dict[str, DateInterval]:
    """When each page was drawn, in order, where anything is known of it.

    Args:
        pages: Their ids in the order in which they were drawn: by sketchbook, then by number.
        books: The sketchbook of each.
        dates: Of pages.
        book_dates: Of sketchbooks.
        doubtful: Pages and sketchbooks whose date contradicts others: it holds for themselves, and
            places no other page (but a sketchbook's places its own pages).
        latest: The last day on which a page can have been drawn, where that is known.
    """
    sure = {p: d.days for p, d in dates.items() if p not in doubtful}
    spans = {b: d.days for b, d in book_dates.items() if b not in doubtful}
    sure, spans = _tighten(pages, books, sure, spans)
    own = {b: d.days for b, d in book_dates.items()} | spans
    before = _stops(pages, books, sure, spans, own, ahead=False)
    after = _stops(pages[::-1], books, sure, spans, own, ahead=True)[::-1]
    out = {page: dates[page] for page in pages if page in dates}
    stops = list(zip(before, after, strict=True))
    # Two dated sketchbooks may have the same days; a page in doubt stands in nobody's way.
    within = [books[page] if books[page] in book_dates else "" for page in pages]
    undated = [i for i, page in enumerate(pages) if page not in dates]
    for (_, between), run in groupby(undated, key=lambda i: (within[i], stops[i])):
        out |= _fill([pages[i] for i in run], between, latest or {})
    return {page: out[page] for page in pages if page in out}


def _tighten(
    pages: Sequence[str],
    books: Mapping[str, str],
    sure: Mapping[str, Days],
    spans: Mapping[str, Days],
) -> tuple[dict[str, Days], dict[str, Days]]:
    """What dates say of each other: no page is older than one before it, none younger than later.

    Wide dates would else let the pages beside them cross those a little further on.
    """
    low = _bounds(pages, books, sure, spans, ahead=False)
    high = _bounds(pages[::-1], books, sure, spans, ahead=True)
    ends: dict[str, Days] = {}
    for page in pages:
        book = books[page]
        if book in spans:
            ends[book] = (ends[book][0] if book in ends else low[page], high[page])
    return {page: (low[page], high[page]) for page in sure if page in low}, ends


def _bounds(
    order: Sequence[str],
    books: Mapping[str, str],
    sure: Mapping[str, Days],
    spans: Mapping[str, Days],
    *,
    ahead: bool,
) -> dict[str, date]:
    """For every page the latest first day so far; ``ahead``: the earliest last day from the end."""
    side, nearer = (1, min) if ahead else (0, max)
    bound = date.max if ahead else date.min
    bounds = {}
    for page in order:
        for days in (sure.get(page), spans.get(books[page])):
            bound = nearer(bound, days[side]) if days is not None else bound
        bounds[page] = bound
    return bounds


def _stops(
    order: Sequence[str],
    books: Mapping[str, str],
    sure: Mapping[str, Days],
    spans: Mapping[str, Days],
    own: Mapping[str, Days],
    *,
    ahead: bool,
) -> list[Days | None]:
    """For every page the nearest stop among those that come before it in ``order``."""
    stops: list[Days | None] = []
    last: Days | None = None  # the stop behind us, as pages of undated sketchbooks see it
    within: Days | None = None  # likewise, as pages of the present dated sketchbook see it
    book = ""
    for page in order:
        if books[page] != book:
            book = books[page]
            if book in own:
                first_day, last_day = own[book]
                within = (last_day, last_day) if ahead else (first_day, first_day)
            else:
                within = None
        stops.append(within if book in own else last)
        if page in sure:
            within = sure[page] if book in own else None
            last = sure[page] if book not in spans else last
        if book in spans:
            last = spans[book]
    return stops


def _fill(
    pages: Sequence[str], stops: Stops, latest: Mapping[str, date]
) -> dict[str, DateInterval]:
    before, after = stops
    if before is None:
        return {}
    if after is None:
        # How far they reach is not known: no pace is made up, only what is certain is said.
        return {
            page: DateInterval(before[1], latest[page], "between")
            for page in pages
            if latest.get(page, date.min) >= before[1]
        }
    if before[1] > after[0]:
        low, high = max(before[0], after[0]), min(before[1], after[1])
        both = DateInterval(min(low, high), max(low, high), "between")
        return dict.fromkeys(pages, both)
    low, high = before[1], after[0]
    days, n = (high - low).days, len(pages)
    out = {}
    for k, page in enumerate(pages):
        first = low + timedelta(days=days * k // n)
        last = low + timedelta(days=days * (k + 1) // n)
        if first <= latest.get(page, date.max) < last:
            last = latest[page]
        out[page] = DateInterval(first, last, "between")
    return out
