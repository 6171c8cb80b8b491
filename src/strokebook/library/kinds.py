"""Kinds of page, and the labels that an artist may write for them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from strokebook.base.errors import UsageError

OTHER = "other"

# The plural names that an unattended run gives; an artist may write any label.
DEFAULT_LABELS = {
    "drawing": "drawings",
    "watercolour": "watercolours",
    "notes": "notes",
    "cover": "covers",
    "bad-scan": "bad-scans",
}

# Each word without its plural s, without the numbers that put folders in order.
_WRITTEN = {
    "drawing": "drawing",
    "line drawing": "drawing",
    "single line drawing": "drawing",
    "ink drawing": "drawing",
    "linedrawing": "drawing",
    "watercolour": "watercolour",
    "watercolor": "watercolour",
    "water colour": "watercolour",
    "water color": "watercolour",
    "note": "notes",
    "cover": "cover",
    "bad scan": "bad-scan",
    "badscan": "bad-scan",
}

KINDS = (*DEFAULT_LABELS, OTHER)  # what a page can be
LONGEST_LABEL = 60


@lru_cache(4096)
def kind_of(label: str | None) -> str | None:
    """The kind that ``label`` names: ``drawing``, ``watercolour``, ``notes``, …, or ``other``.

    Numbers around it, case, plural and separators do not count: ``0_drawings`` is a ``drawing``.
    No label: None.
    """
    if label is None:
        return None
    bare = re.sub(r"^[\d\W_]+|[\d\W_]+$", "", label.casefold())
    words = re.sub(r"[\W_]+", " ", bare).split()
    return _WRITTEN.get(" ".join(word.removesuffix("s") for word in words), OTHER)


def check_label(label: str) -> str:
    """``label`` without outer spaces, in composed Unicode, fit to be a folder's name.

    Raises:
        UsageError: Empty, too long, hidden, or with a character that a folder's name can't have.
    """
    name = unicodedata.normalize("NFC", label).strip()
    if not name:
        raise UsageError("A label needs at least one character.")
    if len(name) > LONGEST_LABEL:
        raise UsageError(
            f"The label {name[:20]!r}… has {len(name)} characters; {LONGEST_LABEL} are the most.",
            "Choose a shorter one.",
        )
    bad = [c for c in name if c in '/\\:*?"<>|' or not c.isprintable()]
    if bad or name.startswith(".") or name.endswith("."):
        what = repr(bad[0]) if bad else "a dot at its start or end"
        raise UsageError(
            f"The label {name!r} has {what}, and labels are also folders.",
            "Use letters, digits, spaces, - and _.",
        )
    return name
