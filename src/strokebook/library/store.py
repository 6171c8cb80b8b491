"""What the catalogue's parts stand on: its database, and hand edits that reach ``hand.json``."""

from __future__ import annotations

import contextlib
import gc
import re
from collections.abc import Iterator
from pathlib import Path

from strokebook.library.database import Database
from strokebook.library.hand import export_hand, mark_edited


class Store:
    """A database with the file that its hand work is exported to."""

    def __init__(self, db: Database, hand_file: Path | None = None) -> None:
        self.db = db
        self.hand_file = hand_file

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Group writes: all or nothing, and one commit instead of many."""
        with self.db.transaction():
            yield

    @contextlib.contextmanager
    def hand_edit(self) -> Iterator[None]:
        """A transaction after which ``hand.json`` is written; several edits in it cost one write.

        Raises:
            StrokebookError: The edit is in the catalogue, but the file could not be written.
        """
        with self.db.transaction():
            yield
            mark_edited(self.db)
        self.flush_hand()

    def flush_hand(self) -> None:
        """Write ``hand.json`` if it is behind, and no transaction is going on."""
        if self.hand_file is not None and not self.db.in_transaction:
            export_hand(self.db, self.hand_file)


@contextlib.contextmanager
def without_collector() -> Iterator[None]:
    """Python's cycle collector, at rest while a whole library's records are read.

    They have no cycles, and to look through them again and again takes a third of the time.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key that puts ``sb9`` before ``sb48``."""
    return tuple(
        (0, int(part), "") if part.isdecimal() else (1, 0, part)
        for part in re.split(r"([0-9]+)", text)
        if part
    )
