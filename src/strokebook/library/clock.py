"""The time as the catalogue and ``hand.json`` write it; for people to read, never to order by."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """The present time in UTC, ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
