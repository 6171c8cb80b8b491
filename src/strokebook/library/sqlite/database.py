"""One SQLite connection with our settings, and errors that a person can act on."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from strokebook.base.errors import StrokebookError
from strokebook.base.files import atomic_path
from strokebook.base.filesystems import is_network
from strokebook.base.steps import step
from strokebook.library.disk.backup_files import restore_advice

MEMORY = ":memory:"
BUSY_SECONDS = 10.0
WAL_PAGES = 4000  # 16 MB
# Where a file's header says how it is journalled, and what it says there without a WAL.
_JOURNAL_AT, _NO_WAL = 18, b"\1\1"
Parameters = Sequence[Any] | Mapping[str, Any]


class Database:
    """A catalogue's connection: every write in a transaction, transactions nest as savepoints.

    Attributes:
        path: Of the file, or ``":memory:"``.
        network: Whether the file lies on another machine. SQLite's write-ahead log needs memory
            that all processes share, which a network does not give; there a rollback journal
            takes its place, which is slower.
    """

    def __init__(self, path: Path | str, busy_seconds: float = BUSY_SECONDS) -> None:
        """Open or make the file; the schema is left to ``migrations``.

        Raises:
            StrokebookError: The folder is read-only, the file is locked, damaged or not ours.
        """
        self.path = path
        self.network = path != MEMORY and is_network(Path(path))
        self._depth = 0
        with self._library_errors():
            if path != MEMORY:
                Path(path).parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)
            self._connection.row_factory = sqlite3.Row
            try:
                self._set_up()
            except BaseException:
                self._connection.close()
                raise

    def _set_up(self) -> None:
        for pragma in (
            "foreign_keys = ON",
            f"journal_mode = {'TRUNCATE' if self.network else 'WAL'}",
            # In WAL mode a killed process can lose nothing with NORMAL; a power cut can lose the
            # last transactions, but not the file. Results are made again; edits are not.
            f"synchronous = {'FULL' if self.network else 'NORMAL'}",
            # Four times SQLite's own: keys are random, so that many writes are to the same pages of
            # the file, and fewer copies of them leave a quarter less to do.
            f"wal_autocheckpoint = {WAL_PAGES}",
            # What is deleted of a page that became private is overwritten, not only unlisted.
            "secure_delete = ON",
        ):
            self._connection.execute(f"PRAGMA {pragma}").fetchall()

    def sync_fully(self) -> None:
        """Let every commit from now on outlive a power cut too (4 ms each on a plain disk)."""
        self.run("PRAGMA synchronous = FULL")

    def close(self) -> None:
        """Close the connection; what was not committed is undone."""
        self._connection.close()

    def compact(self) -> bool:
        """Write the file anew without its free pages, and empty the journal beside it.

        Nothing that was deleted can be read from the file afterwards. Not within a transaction.

        Returns:
            False when another process reads the former state still, so that the files hold it.
        """
        with self._library_errors():
            self._connection.execute("VACUUM")
            busy = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        return not busy

    def run(self, sql: str, parameters: Parameters = ()) -> int:
        """Run one statement.

        Returns:
            How many rows it changed.
        """
        with self._library_errors():
            return self._connection.execute(sql, parameters).rowcount

    def run_many(self, sql: str, rows: Iterable[Parameters]) -> None:
        """Run one statement for each of ``rows``."""
        with self._library_errors():
            self._connection.executemany(sql, rows)

    def rows(self, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        """All rows of a query."""
        with self._library_errors():
            return self._connection.execute(sql, parameters).fetchall()

    def tuples(self, sql: str, parameters: Parameters = ()) -> list[Any]:
        """All rows as plain tuples: half the time of :meth:`rows` where they are very many."""
        with self._library_errors():
            cursor = self._connection.cursor()
            cursor.row_factory = None
            return cursor.execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Parameters = ()) -> sqlite3.Row | None:
        """The first row of a query."""
        with self._library_errors():
            row: sqlite3.Row | None = self._connection.execute(sql, parameters).fetchone()
        return row

    def has_table(self, name: str) -> bool:
        """Whether there is a table of this name: an older schema lacks the newer ones."""
        query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
        return self.row(query, (name,)) is not None

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; inside another transaction, a savepoint of it."""
        begin, commit, undo = (
            ("BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",))
            if self._depth == 0
            else (
                f"SAVEPOINT s{self._depth}",
                f"RELEASE s{self._depth}",
                (f"ROLLBACK TO s{self._depth}", f"RELEASE s{self._depth}"),
            )
        )
        self.run(begin)
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            if self._connection.in_transaction:
                for statement in undo:
                    self._connection.execute(statement)
            raise
        self._depth -= 1
        try:
            if self._depth == 0:
                with self._library_errors():
                    step("commit", Path(self.path))
            self.run(commit)
        except StrokebookError:
            if self._connection.in_transaction and self._depth == 0:
                self._connection.execute("ROLLBACK")
            raise

    def copy_to(self, path: Path) -> None:
        """Copy the whole database, as it stands between two transactions, to another file.

        The copy can be read where no file may be made beside it.

        Raises:
            OSError: The folder cannot be written.
            StrokebookError: The disk is full, or this database is damaged.
        """
        with atomic_path(path) as partial:
            target = sqlite3.connect(partial, isolation_level=None)
            with self._library_errors(), contextlib.closing(target):
                target.execute("PRAGMA journal_mode = OFF").fetchall()
                self._connection.backup(target)
            with partial.open("r+b") as file:
                file.seek(_JOURNAL_AT)
                file.write(_NO_WAL)

    def parsed(self, text: Any, what: str) -> dict[str, Any]:
        """An object that a column holds as JSON.

        Raises:
            StrokebookError: It is none: the file was changed by something else than us.
        """
        try:
            value = json.loads(text)
        except (ValueError, TypeError, RecursionError) as error:
            raise damaged(self.path, f"{what} cannot be read: {error}") from error
        if not isinstance(value, dict):
            raise damaged(self.path, f"{what} is no object")
        return value

    def damage(self) -> str:
        """What is wrong with the file, as SQLite's own check says; nothing where it is whole."""
        try:
            row = self._connection.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.DatabaseError as error:
            return str(error)
        result = str(row[0]) if row is not None else "ok"
        return "" if result == "ok" else result.splitlines()[-1]

    @property
    def in_transaction(self) -> bool:
        """True between the begin and the end of a transaction."""
        return self._depth > 0

    @contextlib.contextmanager
    def _library_errors(self) -> Iterator[None]:
        """Raise SQLite's errors as ours; a broken constraint is a bug and stays as it is."""
        try:
            yield
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise
        except sqlite3.DatabaseError as error:
            raise _library_error(self.path, error) from error
        except UnicodeDecodeError as error:  # of a name in SQLite's own message, say
            raise damaged(self.path, str(error)) from error
        except OSError as error:
            raise _read_only(self.path, error) from error


def _library_error(path: Path | str, error: sqlite3.DatabaseError) -> StrokebookError:
    text = str(error).lower()
    if "locked" in text or "busy" in text:
        return StrokebookError(
            f"The catalogue {path} is locked by another process.",
            "Wait until the other command has ended, then try again.",
        )
    if "readonly" in text or "unable to open" in text or "permission" in text:
        return _read_only(path, error)
    if "full" in text:
        return StrokebookError(f"No space is left for the catalogue {path}.", "Free some space.")
    if "malformed" in text or "not a database" in text or "file is encrypted" in text:
        return damaged(path, str(error))
    return StrokebookError(f"The catalogue {path} cannot be used ({error}).")


def damaged(path: Path | str, why: str) -> StrokebookError:
    """What to say of a catalogue that is damaged."""
    return StrokebookError(f"The catalogue {path} is damaged ({why}).", restore_advice(Path(path)))


def _read_only(path: Path | str, error: Exception) -> StrokebookError:
    return StrokebookError(
        f"The catalogue {path} cannot be written ({error}).",
        "Check the permissions of the project's folder, or put the project elsewhere.",
    )
