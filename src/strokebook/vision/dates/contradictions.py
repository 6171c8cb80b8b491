"""Dates that cannot all be true: a page dated before an earlier one, or outside its sketchbook.

They are told, never mended; pages without a date are not placed by dates that are in doubt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from strokebook.base.array_types import Bools, Ints64
from strokebook.vision.dates.intervals import DateInterval

_WEIGHT = {"hand": 3, "read": 2, "file": 1, "between": 0}
_MOST = 4000  # conflicting dates that are weighed against each other; beyond, all are in doubt


@dataclass(frozen=True)
class Dated:
    """A page or a sketchbook with a date.

    Attributes:
        name: Its id.
        first_place: Of it in the order of all pages; of a sketchbook its first page's.
        last_place: Of a sketchbook its last page's.
        interval: When it was.
        book: The sketchbook that a page is in; "" for a sketchbook.
    """

    name: str
    first_place: int
    last_place: int
    interval: DateInterval
    book: str = ""


@dataclass(frozen=True)
class Contradiction:
    """Two dates of which one must be wrong: ``later`` comes later in the sketchbooks.

    ``inside`` says that ``later`` is a page of the sketchbook ``earlier``, outside of its dates.
    """

    earlier: Dated
    later: Dated
    inside: bool = False


def find_contradictions(dated: Sequence[Dated]) -> tuple[list[Contradiction], frozenset[str]]:
    """What contradicts what, and the dates that are in doubt by it.

    A date that contradicts one from a stronger source is in doubt; among those of one source, those
    that contradict most others are; where nothing speaks for either of two, both are.

    Returns:
        Each date in doubt with the nearest one that it contradicts, in order; the names in doubt.
    """
    order = sorted(dated, key=lambda one: (one.first_place, one.book != ""))
    suspects = [order[i] for i in np.flatnonzero(_in_conflict(order))]
    if not suspects:
        return [], frozenset()
    conflicts = _conflicts(suspects)
    doubted = _doubt(suspects, conflicts)
    found: dict[tuple[str, str], Contradiction] = {}
    for i in sorted(doubted):
        others = np.flatnonzero(conflicts[i])
        sure = [j for j in others if j not in doubted] or list(others)
        j = min(sure, key=lambda j: abs(suspects[j].first_place - suspects[i].first_place))
        a, b = sorted((i, int(j)))
        inside = suspects[b].book == suspects[a].name
        one = Contradiction(suspects[a], suspects[b], inside)
        found.setdefault((one.earlier.name, one.later.name), one)
    return list(found.values()), frozenset(suspects[i].name for i in doubted)


def _in_conflict(order: Sequence[Dated]) -> Bools:
    """Those dated before something earlier, or after something later; or outside their book."""
    first, last = _days(order)
    earlier = np.maximum.accumulate(first)
    later = np.minimum.accumulate(last[::-1])[::-1]
    conflict = np.zeros(len(order), bool)
    conflict[1:] |= last[1:] < earlier[:-1]
    conflict[:-1] |= first[:-1] > later[1:]
    books = {one.name: i for i, one in enumerate(order) if not one.book}
    for i, one in enumerate(order):
        b = books.get(one.book) if one.book else None
        if b is not None and (last[i] < first[b] or first[i] > last[b]):
            conflict[[i, b]] = True
    return conflict


def _conflicts(suspects: Sequence[Dated]) -> Bools:
    """``(S, S)``: whether two of them cannot both be true."""
    if len(suspects) > _MOST:
        return np.ones((len(suspects), len(suspects)), bool) ^ np.eye(len(suspects), dtype=bool)
    first, last = _days(suspects)
    begins = np.array([one.first_place for one in suspects])
    ends = np.array([one.last_place for one in suspects])
    conflict: Bools = (ends[:, None] < begins[None, :]) & (last[None, :] < first[:, None])
    books = {one.name: i for i, one in enumerate(suspects) if not one.book}
    for i, one in enumerate(suspects):
        b = books.get(one.book) if one.book else None
        if b is not None and (last[i] < first[b] or first[i] > last[b]):
            conflict[b, i] = True
    return conflict | conflict.T


def _doubt(suspects: Sequence[Dated], conflicts: Bools) -> set[int]:
    """Those that have to go: what contradicts a stronger source; of one source the most at odds."""
    weights = np.array([_WEIGHT[one.interval.source] for one in suspects])
    gone = np.zeros(len(suspects), bool)
    for weight in sorted(set(weights.tolist()), reverse=True):
        stronger = (weights > weight) & ~gone
        own = weights == weight
        gone |= own & conflicts[:, stronger].any(1)
        while (counts := np.where(own & ~gone, conflicts[:, own & ~gone].sum(1), 0)).any():
            gone |= counts == counts.max()
    return {int(i) for i in np.flatnonzero(gone)}


def _days(dated: Sequence[Dated]) -> tuple[Ints64, Ints64]:
    first = np.array([one.interval.first.toordinal() for one in dated], np.int64)
    return first, np.array([one.interval.last.toordinal() for one in dated], np.int64)
