"""Papers: the sizes of sheets in mm."""

from __future__ import annotations

import re

from strokebook.base.errors import UsageError
from strokebook.geometry.lengths import LONGEST, millimetres

# Width and height of upright sheets: ISO 216, and ANSI/ASME Y14.1.
PAPERS = {
    "a6": (105.0, 148.0),
    "a5": (148.0, 210.0),
    "a4": (210.0, 297.0),
    "a3": (297.0, 420.0),
    "a2": (420.0, 594.0),
    "a1": (594.0, 841.0),
    "letter": (215.9, 279.4),
    "legal": (215.9, 355.6),
    "tabloid": (279.4, 431.8),
}
SIZE = re.compile(r"([\d.\s]+)(?:mm\s*)?[x×]([\d.\s]+)(mm|cm|in|)", re.IGNORECASE)


def paper_size(paper: str, *, landscape: bool = False) -> tuple[float, float]:
    """Width and height in mm of ``a4``, ``letter`` or ``200x300mm``.

    Args:
        paper: A name, or a width and a height.
        landscape: Lay it on its side.

    Raises:
        UsageError: No such paper.
    """
    named = PAPERS.get(paper.strip().lower())
    size = named or _given_size(paper)
    if size is None or not all(0 < side <= LONGEST for side in size):
        raise UsageError(
            f"There is no paper {paper[:40]!r}.",
            f"Use {', '.join(PAPERS)}, or a width and height such as 200x300mm.",
        )
    width, height = size
    return (height, width) if landscape and height > width else (width, height)


def _given_size(paper: str) -> tuple[float, float] | None:
    match = SIZE.fullmatch(paper.strip())
    if match is None:
        return None
    width, height = (millimetres(f"{side}{match[3]}", "--paper") for side in match.group(1, 2))
    return width, height
