"""The catalogue: everything known of a project's pages and drawings, in one SQLite file."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Self

from strokebook.base.errors import Diagnostic, StrokebookError
from strokebook.library.backup import back_up_before_migration
from strokebook.library.catalogue.cluster_rows import ClusterRows
from strokebook.library.catalogue.date_rows import DateRows
from strokebook.library.catalogue.file_rows import FileRows
from strokebook.library.catalogue.filed_rows import FiledRows
from strokebook.library.catalogue.label_rows import LabelRows
from strokebook.library.catalogue.migrations import is_behind, migrate
from strokebook.library.catalogue.result_rows import ResultRows
from strokebook.library.catalogue.vector_rows import VectorRows
from strokebook.library.edits.twin import bring_together
from strokebook.library.edits.undo import UndoRows
from strokebook.library.sqlite.database import BUSY_SECONDS, MEMORY, Database, damaged

# What our own code raises on values that no catalogue of ours holds.
UNFORESEEN = (
    *(TypeError, ValueError, KeyError, IndexError, AttributeError, ArithmeticError),
    sqlite3.Error,
)


class Catalogue(
    LabelRows, ClusterRows, DateRows, UndoRows, ResultRows, VectorRows, FileRows, FiledRows
):
    """All parts of the catalogue behind one door; open it with :meth:`open`, use it in ``with``.

    Its parts, one noun each: pages, labels and tags, clusters, dates, drawings, results and
    refusals, vectors and maps, files on disk, filed copies, purging.

    Attributes:
        warnings: What the artist should know of its opening, such as a backup that was not taken.
    """

    warnings: tuple[Diagnostic, ...] = ()

    @classmethod
    def open(
        cls,
        path: Path | str,
        *,
        hand_file: Path | None = None,
        busy_seconds: float = BUSY_SECONDS,
    ) -> Self:
        """Open a catalogue, making or migrating it, and bring it together with ``hand.json``.

        Args:
            path: The database, or ``":memory:"``.
            hand_file: Where hand work is exported to and read from; None: nowhere.
            busy_seconds: How long to wait for another process that is writing.

        Raises:
            StrokebookError: Damaged, locked, read-only, newer than this program, another
                program's; or ``hand_file`` cannot be read.
        """
        db = Database(path if path == MEMORY else Path(path), busy_seconds)
        warning: Diagnostic | None = None
        try:
            if is_behind(db):
                warning = back_up_before_migration(db)
            migrate(db)
            if hand_file is not None:
                bring_together(db, hand_file)
        except BaseException as error:
            blame = _blame(db, error)
            db.close()
            if blame is not None:
                raise blame from error
            raise
        catalogue = cls(db, hand_file)
        catalogue.warnings = (warning,) if warning is not None else ()
        return catalogue

    def close(self) -> None:
        """Write what ``hand.json`` lacks and close the database."""
        try:
            self.flush_hand()
        finally:
            self.db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.close()
            return
        blame = _blame(self.db, error)
        self.db.close()
        if blame is not None:
            raise blame from error


def _blame(db: Database, error: BaseException) -> StrokebookError | None:
    """The damage that an unforeseen error came of; None where the database is whole.

    SQLite notices torn pages, not values that were changed within them: those come out as anything.
    """
    if isinstance(error, UNFORESEEN) and (why := db.damage()):
        return damaged(db.path, why)
    return None
