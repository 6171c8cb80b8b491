"""Lengths on paper as people write them: ``10mm``, ``1.5cm``, ``6in``, or plain millimetres."""

from __future__ import annotations

import math
import re

from strokebook.base.errors import UsageError

MM_PER = {"": 1.0, "mm": 1.0, "cm": 10.0, "in": 25.4, '"': 25.4}
LONGEST = 10_000.0  # mm: ten metres, more than any plotter's paper
LENGTH = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*(mm|cm|in|\"|)\s*", re.IGNORECASE)


def millimetres(text: str, what: str, *, zero: bool = False) -> float:
    """A length in mm.

    Args:
        text: A number, with ``mm``, ``cm`` or ``in`` behind it; without, it is in mm.
        what: The option it was given for, as an error names it.
        zero: 0 is a length too.

    Raises:
        UsageError: Not a length above 0 (or 0 where it may be), or longer than ten metres.
    """
    match = LENGTH.fullmatch(text)
    value = float(match[1]) * MM_PER[match[2].lower()] if match else math.nan
    if not (0 <= value <= LONGEST) or (value == 0 and not zero):
        least = "0 or more" if zero else "above 0"
        raise UsageError(
            f"{what} cannot be {text[:40]!r}.",
            f"Give a length {least} such as 10mm, 1.5cm or 6in.",
        )
    return value
