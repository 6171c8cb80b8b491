"""Page numbers read in corners, believed where their neighbours bear them out, against file names.

A drawing's strokes are easily read as a digit. So a number that fits the sequence of its sketchbook
is believed at a middling certainty; one that does not fit has to be quite certain, and either be
missing among the files, or have two digits and not be the number expected with a digit lost or
mistaken.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from strokebook.vision.reading.places import Written

FITTING, ALONE = (
    0.5,
    0.97,
)  # least certainty of a number that fits its neighbours, and that does not
NEAR = 12  # pages to either side that bear a number out
COMMON = 3  # readings that make an offset the sketchbook's own


@dataclass(frozen=True)
class NumberRead:
    """A page's number as it was read.

    Attributes:
        page: The page's id.
        book: Its sketchbook.
        filed: The number in its file's name; None: there is none.
        read: The number on the page.
        written: The line that was read.
        fits: Neighbours in its sketchbook bear it out.
    """

    page: str
    book: str
    filed: int | None
    read: int
    written: Written
    fits: bool = False


def believe(
    readings: Sequence[NumberRead], filed: Mapping[str, Sequence[int]] | None = None
) -> list[NumberRead]:
    """The readings to believe, at most one a page, in the order given.

    Args:
        readings: All of a library; several of a page are weighed against each other.
        filed: The numbers in the names of all files, by sketchbook.
    """
    missing = {book: _gaps(numbers) for book, numbers in (filed or {}).items()}
    offsets: dict[str, list[tuple[int, int]]] = defaultdict(list)  # by book: filed, offset
    for one in readings:
        if one.filed is not None and one.written.certainty >= FITTING:
            offsets[one.book].append((one.filed, one.read - one.filed))
    by_page: dict[str, list[NumberRead]] = defaultdict(list)
    for one in readings:
        by_page[one.page].append(replace(one, fits=_fits(one, offsets[one.book])))
    chosen = (
        _choose(ones, offsets[ones[0].book], missing.get(ones[0].book, ()))
        for ones in by_page.values()
    )
    return [one for one in chosen if one is not None]


def _fits(one: NumberRead, offsets: Sequence[tuple[int, int]]) -> bool:
    """Whether another page near it is as far from its file's number."""
    filed = one.filed
    return filed is not None and any(
        offset == one.read - filed and 0 < abs(other - filed) <= NEAR for other, offset in offsets
    )


def _choose(
    of_page: Sequence[NumberRead], offsets: Sequence[tuple[int, int]], missing: Sequence[int]
) -> NumberRead | None:
    fitting = [o for o in of_page if o.fits and o.written.certainty >= FITTING]
    # A number in its place, where no neighbour's was read: the file's name bears it out.
    fitting = fitting or [
        o for o in of_page if o.read == o.filed and o.written.certainty >= FITTING
    ]
    if fitting:
        return max(fitting, key=lambda o: o.written.certainty)
    offset = common_offset(offsets)
    alone = [
        o
        for o in of_page
        if o.written.certainty >= ALONE and (o.read - offset in missing or _is_clear(o, offset))
    ]
    return alone[0] if len({o.read for o in alone}) == 1 else None


def _is_clear(one: NumberRead, offset: int) -> bool:
    """Whether a number that stands alone has two digits, and is no slip of the expected one."""
    read = str(one.read)
    if len(read) < 2:
        return False
    if one.filed is None:
        return True
    expected = str(one.filed + offset)
    if len(read) < len(expected):
        return read not in expected
    differing = sum(a != b for a, b in zip(read, expected, strict=False))
    return len(read) > len(expected) or differing > 1 or abs(one.read - int(expected)) == 1


def common_offset(offsets: Sequence[tuple[int, int]]) -> int:
    """How far most numbers of a sketchbook are from their files' (0: unknown)."""
    counted = Counter(offset for _, offset in offsets).most_common(1)
    if not counted or counted[0][1] < COMMON or 2 * counted[0][1] <= len(offsets):
        return 0
    return counted[0][0]


@dataclass(frozen=True)
class NumberCheck:
    """Page numbers against file names.

    Attributes:
        misfiled: Pages filed under another number than the one on them.
        offsets: Sketchbooks whose numbers all differ from their files' by as much.
        missing: Numbers under which no page is filed, by sketchbook.
        twice: Pages of one sketchbook that bear the same number.
    """

    misfiled: tuple[NumberRead, ...]
    offsets: dict[str, int]
    missing: dict[str, tuple[int, ...]]
    twice: tuple[tuple[NumberRead, ...], ...]


def check_numbers(
    believed: Sequence[NumberRead], filed: Mapping[str, Sequence[int]]
) -> NumberCheck:
    """Compare what is written on pages with what their files are called.

    Args:
        believed: From :func:`believe`.
        filed: The numbers in the names of all files, by sketchbook.
    """
    by_book: dict[str, list[NumberRead]] = defaultdict(list)
    for one in believed:
        by_book[one.book].append(one)
    offsets = {
        book: common_offset([(o.filed, o.read - o.filed) for o in ones if o.filed is not None])
        for book, ones in by_book.items()
    }
    same: dict[tuple[str, int], list[NumberRead]] = defaultdict(list)
    for one in believed:
        same[one.book, one.read].append(one)
    return NumberCheck(
        misfiled=tuple(
            o for o in believed if o.filed is not None and o.read != o.filed + offsets[o.book]
        ),
        offsets={book: offset for book, offset in offsets.items() if offset},
        missing={book: gaps for book, ns in filed.items() if (gaps := _gaps(ns))},
        twice=tuple(tuple(ones) for ones in same.values() if len(ones) > 1),
    )


def _gaps(numbers: Sequence[int]) -> tuple[int, ...]:
    known = set(numbers)
    # A sketchbook filed by date or by ten thousands has no sequence to have gaps in.
    if not known or max(known) - min(known) > 3 * len(known):
        return ()
    return tuple(n for n in range(min(known), max(known)) if n not in known)
