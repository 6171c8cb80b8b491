"""What the catalogue's parts stand on: its database, and edits that reach the log and its twin."""

from __future__ import annotations

import contextlib
import gc
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from strokebook.library.clock import now
from strokebook.library.disk.signature import fingerprint
from strokebook.library.edits import log, twin
from strokebook.library.edits.log import Edit
from strokebook.library.edits.projection import apply
from strokebook.library.identity import image_of, number_of
from strokebook.library.sqlite.database import Database


class Store:
    """A database with the file that is the twin of its log of edits."""

    def __init__(self, db: Database, hand_file: Path | None = None) -> None:
        self.db = db
        self.hand_file = hand_file
        self._command: int | None = None  # of the rows that the present command writes
        self._by: log.By = "hand"

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Group writes: all or nothing, and one commit instead of many."""
        with self.db.transaction():
            yield

    @contextlib.contextmanager
    def hand_edit(self, by: log.By = "hand") -> Iterator[None]:
        """One command of the artist's: a transaction whose rows are taken back together.

        Edits inside it, nested ones too, belong to the outermost; the twin is written once.

        Raises:
            StrokebookError: The edit is in the catalogue, but the twin could not be written.
        """
        before = (self._command, self._by)
        outermost = not self.db.in_transaction or self._command is None
        with self.db.transaction():
            if outermost:
                self._command = log.next_seq(self.db)
            self._by = by
            try:
                yield
            finally:
                self._command, self._by = before
        self.flush_hand()

    def record(self, kind: str, body: Mapping[str, Any]) -> Edit:
        """Add an edit to the log and apply it; inside :meth:`hand_edit`."""
        for page in _pages_of(body):
            self._record_page(page)
        edit = self._append(kind, body)
        apply(self.db, edit)
        return edit

    def page_number(self, image: str) -> int:
        """The number of the page that an image shows.

        Raises:
            StrokebookError: The image was never scanned.
        """
        return number_of(self.db, image)

    def _append(self, kind: str, body: Mapping[str, Any]) -> Edit:
        return log.append(self.db, kind, body, command=self._command, by=self._by, at=now())

    def _record_page(self, number: int) -> None:
        """Say once in the log which image and name a number stands for, and again if that moves."""
        image = image_of(self.db, number)
        if image is None:
            return
        row = self.db.row(
            "SELECT body FROM edit WHERE kind = 'page' AND target = ? ORDER BY seq DESC",
            (str(number),),
        )
        if row is not None and f'"image":"{image}"' in row["body"]:
            return
        page = self.db.row("SELECT id FROM page WHERE image = ? ORDER BY present DESC", (image,))
        known = self.db.row("SELECT signature FROM image WHERE hash = ?", (image,))
        signature = known["signature"] if known else None
        body = {
            "page": number,
            "id": page["id"] if page else "",
            "image": image,
            "fingerprint": fingerprint(signature).hex() if signature else "",
        }
        self._append("page", body)

    def flush_hand(self) -> None:
        """Write what the twin lacks, unless a transaction is going on."""
        if self.hand_file is not None and not self.db.in_transaction:
            twin.write_missing(self.db, self.hand_file)


def _pages_of(body: Mapping[str, Any]) -> list[int]:
    """The pages that an edit speaks of, each once, in order."""
    pages = [body["page"]] if isinstance(body.get("page"), int) else []
    pages += [n for m in body.get("members", []) if (n := log.member_page(m)) is not None]
    return list(dict.fromkeys(pages))


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
