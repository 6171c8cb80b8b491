"""A catalogue opened to be looked at: nothing is written, made or migrated, not even beside it."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from pathlib import Path

from strokebook.library.sqlite.database import Database


class ReadOnlyDatabase(Database):
    """A catalogue's file, with its WAL or journal, only to be read.

    Without one beside it nobody writes to it, and it is read as it is. Where SQLite cannot read it
    without writing (in a read-only folder, or when a killed process has left its journal), a copy
    in a temporary folder is read.
    """

    def __init__(self, path: Path) -> None:
        """Open it.

        Raises:
            StrokebookError: It cannot be opened, or is no database.
        """
        self.path = path
        self._depth = 0
        self._copy: tempfile.TemporaryDirectory[str] | None = None
        with self._library_errors():
            beside = [path.with_name(path.name + end) for end in ("-wal", "-journal")]
            beside = [file for file in beside if file.exists() and file.stat().st_size > 0]
            if not beside:
                self._connection = _connect(path, "mode=ro&immutable=1")
                return
            try:
                self._connection = _connect(path, "mode=ro")
            except sqlite3.OperationalError:
                self._copy = tempfile.TemporaryDirectory()
                for file in (path, *beside):
                    shutil.copy2(file, self._copy.name)
                self._connection = _connect(Path(self._copy.name, path.name), "mode=rw")

    def close(self) -> None:
        """Close the connection."""
        super().close()
        if self._copy is not None:
            self._copy.cleanup()


def _connect(path: Path, how: str) -> sqlite3.Connection:
    uri = f"{path.resolve().as_uri()}?{how}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None)
    connection.row_factory = sqlite3.Row
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    except BaseException:
        connection.close()
        raise
    return connection
