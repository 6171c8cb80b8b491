"""Splitting pages for fine-tuning: by sketchbook where there are several, else by page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from strokebook.base.array_types import Ints64

LEAST_PAGES = 4  # of a folder: three to learn from, one to be tested on
HELD_OUT = 0.2  # share of every folder's pages that is only tested on


def split_pages(
    labels: Sequence[str],
    classes: tuple[str, ...],
    most: int,
    rng: np.random.Generator,
    books: Sequence[str] | None = None,
) -> tuple[Ints64, Ints64, str]:
    """Pages to learn from and pages to test on, as many of every folder as there are up to a limit.

    Returns:
        Rows to learn from, rows to test on, and whether those are whole ``sketchbooks`` or
        ``pages``, the same share of every folder.
    """
    names = np.array(labels)
    rows = [
        rng.permutation(np.flatnonzero(names == name))[: max(most // len(classes), 4)]
        for name in classes
    ]
    away = _books_away([[books[row] for row in part] for part in rows], rng) if books else set()
    if books and away:
        every = np.concatenate(rows)
        held = np.array([books[row] in away for row in every], bool)
        return every[~held], every[held], "sketchbooks"
    parts = [max(1, round(HELD_OUT * len(part))) for part in rows]
    learn = np.concatenate([part[n:] for part, n in zip(rows, parts, strict=True)])
    return learn, np.concatenate([part[:n] for part, n in zip(rows, parts, strict=True)]), "pages"


def _books_away(books: Sequence[Sequence[str]], rng: np.random.Generator) -> set[str]:
    """Sketchbooks to hold out: about a fifth of the pages, some of every folder, and enough left.

    Args:
        books: Per folder, the book of each of its pages.
        rng: Decides where several will do.

    Returns:
        Their names; none where that cannot be.
    """
    counts = [Counter(part) for part in books]
    total, away = sum(map(len, books)), set[str]()
    for book in rng.permutation(sorted({name for part in books for name in part})):
        tried = away | {str(book)}
        left = [sum(n for name, n in part.items() if name not in tried) for part in counts]
        if min(left) >= LEAST_PAGES - 1:
            away = tried
        out = [sum(part[name] for name in away) for part in counts]
        if min(out) >= 1 and sum(out) >= HELD_OUT * total:
            return away
    out = [sum(part[name] for name in away) for part in counts]
    return away if away and min(out) >= 1 else set()
