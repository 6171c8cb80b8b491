"""A stretch of days with where it is known from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

DateSource = Literal["hand", "read", "file", "between"]
Days = tuple[date, date]  # first and last, both included


@dataclass(frozen=True)
class DateInterval:
    """When a page was drawn: on a day from ``first`` to ``last``, both included.

    Attributes:
        first: The earliest day that it may have been.
        last: The latest.
        source: ``hand``: said by the artist; ``read``: read on the page, and accepted; ``file``:
            the day on which the page was photographed; ``between``: an even pace from the dated
            page before to the dated page after.
    """

    first: date
    last: date
    source: DateSource

    @property
    def days(self) -> Days:
        """Without its source."""
        return self.first, self.last
