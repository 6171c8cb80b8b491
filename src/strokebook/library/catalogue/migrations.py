"""Bringing a catalogue's schema up to date, one transaction a step."""

from __future__ import annotations

from collections.abc import Sequence

from strokebook.base.errors import StrokebookError
from strokebook.library.catalogue.schema import MIGRATIONS, Migration
from strokebook.library.clock import now
from strokebook.library.disk.backup_files import APPLICATION_ID
from strokebook.library.sqlite.database import Database


def migrate(db: Database, migrations: Sequence[Migration] = MIGRATIONS) -> list[str]:
    """Apply what is missing.

    Returns:
        The names of the migrations that were applied.

    Raises:
        StrokebookError: The file is another program's, or a newer strokebook's.
    """
    newest = migrations[-1].number
    if _version(db) == newest and _owner(db) == APPLICATION_ID:
        return []
    _check_ours(db, newest)
    applied = []
    for migration in migrations:
        with db.transaction():
            # Asked again inside: another process may have been faster.
            if _version(db) < migration.number:
                _apply(db, migration)
                applied.append(migration.name)
    return applied


def is_behind(db: Database, migrations: Sequence[Migration] = MIGRATIONS) -> bool:
    """Whether the catalogue is ours, has something in it, and lacks migrations."""
    return _owner(db) == APPLICATION_ID and 0 < _version(db) < migrations[-1].number


def _apply(db: Database, migration: Migration) -> None:
    if migration.number == 1:
        db.run(f"PRAGMA application_id = {APPLICATION_ID}")
        db.run("CREATE TABLE migration (number INTEGER PRIMARY KEY, name TEXT, at TEXT)")
    for statement in migration.sql:
        db.run(statement)
    if migration.convert is not None:
        migration.convert(db)
    db.run("INSERT INTO migration VALUES (?, ?, ?)", (migration.number, migration.name, now()))
    db.run(f"PRAGMA user_version = {migration.number}")


def _check_ours(db: Database, newest: int) -> None:
    version, owner = _version(db), _owner(db)
    empty = db.row("SELECT 1 FROM sqlite_master") is None
    if owner != APPLICATION_ID and not (owner == 0 and version == 0 and empty):
        raise StrokebookError(
            f"{db.path} is a database of another program.", "Use another project folder."
        )
    if version > newest:
        raise StrokebookError(
            f"The catalogue {db.path} was made by a newer strokebook "
            f"(its schema is {version}, this one knows {newest}).",
            "Update strokebook.",
        )


def _version(db: Database) -> int:
    row = db.row("PRAGMA user_version")
    return int(row[0]) if row else 0


def _owner(db: Database) -> int:
    row = db.row("PRAGMA application_id")
    return int(row[0]) if row else 0
