"""Which pages and drawings a listing means, however they are called, and why it is empty."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from strokebook.base.errors import UsageError
from strokebook.base.options import nearest
from strokebook.library.catalogue.records import DrawingRecord, Page
from strokebook.library.kinds import DEFAULT_LABELS, OTHER, kind_of

PRIVATE, UNLABELLED = "private", "unlabelled"
KINDS = (*DEFAULT_LABELS, OTHER)


@dataclass(frozen=True)
class Listing:
    """The pages that were asked for; ``why`` is a sentence where there are none."""

    pages: Sequence[Page]
    why: str = ""


def list_pages(pages: Sequence[Page], book: str = "", kind: str = "") -> Listing:
    """The pages of a sketchbook, of a kind or label, or of both.

    Args:
        pages: All.
        book: ``sb48``; empty: any.
        kind: A kind in any spelling (``Drawings``, ``water colour``), a label, ``private``,
            ``unlabelled``; empty: any.

    Raises:
        UsageError: There is no such sketchbook, kind or label; the nearest is named.
    """
    if not pages:
        return Listing((), "There are no pages yet. 'strokebook run LIBRARY' finds them.")
    in_book = _of_book(pages, book) if book else pages
    if not kind:
        return Listing(in_book)
    what, chosen = _of_kind(pages, in_book, kind)
    if chosen:
        return Listing(chosen)
    where = f" in {book}" if book else ""
    return Listing((), f"No pages{where} {what}; kinds here: {_kinds_here(in_book)}.")


def _of_book(pages: Sequence[Page], book: str) -> list[Page]:
    wanted = book.strip().casefold()
    chosen = [page for page in pages if page.book.casefold() == wanted]
    if not chosen:
        books = sorted({page.book for page in pages})
        raise UsageError(
            f"There is no sketchbook {book!r}.", nearest(wanted, books) or f"There are {books}."
        )
    return chosen


def _of_kind(
    pages: Sequence[Page], among: Sequence[Page], written: str
) -> tuple[str, Sequence[Page]]:
    """What was asked for, as the end of a sentence, and the pages ``among`` that are so."""
    wanted = written.strip().casefold()
    labels = {page.label.casefold(): page.label for page in pages if page.label}
    if wanted in labels and kind_of(written) == OTHER != wanted:
        name = labels[wanted]
        same = [page for page in among if (page.label or "").casefold() == wanted]
        return f"have the label {name!r}", same
    if wanted == PRIVATE:
        return "are private", [page for page in among if page.private]
    if wanted == UNLABELLED:
        return "are without a label", [p for p in among if p.label is None and not p.private]
    kind = kind_of(written)
    if kind == OTHER and wanted.removesuffix("s") != OTHER:
        names = dict.fromkeys((*KINDS, PRIVATE, UNLABELLED, *labels.values()))
        raise UsageError(f"There is no kind or label {written!r}.", nearest(wanted, names))
    return f"are of the kind {kind}", [page for page in among if page.kind == kind]


def _kinds_here(pages: Sequence[Page]) -> str:
    counts = Counter(PRIVATE if page.private else page.kind or UNLABELLED for page in pages)
    return ", ".join(f"{kind} {count}" for kind, count in counts.most_common())


def why_no_drawings(drawings: Sequence[DrawingRecord], kept: bool | None) -> str:
    """Why a listing of drawings is empty.

    Args:
        drawings: All that there are.
        kept: What was asked for: only those kept, only those dropped, or both (None).
    """
    if not drawings:
        return "There are no drawings yet. 'strokebook run' finds them on the pages' traces."
    word = "kept" if kept else "dropped"
    other = "dropped" if kept else "kept"
    return f"No drawings are {word}: all {len(drawings)} are {other}."
