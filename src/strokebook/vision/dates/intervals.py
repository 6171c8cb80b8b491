"""When a page was drawn, as well as is known: from the first day to the last that it may be."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal

DateSource = Literal["hand", "read", "file", "between"]


@dataclass(frozen=True)
class DateInterval:
    """Days between which a page was drawn, both among them; ``between``: interpolated."""

    first: datetime.date
    last: datetime.date
    source: DateSource
