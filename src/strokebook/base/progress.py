"""Progress as the rooms report it; the command line shows it as bars, tests leave it silent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")


class Progress(Protocol):
    """Where long work tells how far it is."""

    def track(
        self, items: Sequence[T] | Iterable[T], what: str, total: int | None = None
    ) -> Iterator[T]:
        """Yield ``items`` one by one, showing ``what`` and how many are done."""
        ...

    def say(self, text: str) -> None:
        """Show one line of news (a loss, a choice made) without disturbing the bar."""
        ...


class Silent:
    """Shows nothing."""

    def track(
        self, items: Sequence[T] | Iterable[T], what: str, total: int | None = None
    ) -> Iterator[T]:
        """Yield ``items``."""
        del what, total
        yield from items

    def say(self, text: str) -> None:
        """Say nothing."""


SILENT: Progress = Silent()
