"""Copies of the catalogue, taken once a day of use and before every migration; a few are kept.

A backup that cannot be taken (the disk is full) is a warning, not a failure: the artist's edits are
in ``hand.json`` as well, and all else can be made again.
"""

from __future__ import annotations

import contextlib
import shutil
from datetime import datetime
from pathlib import Path

from strokebook.base import owned, trees
from strokebook.base.errors import Diagnostic, Severity, StrokebookError
from strokebook.library.disk.backup_files import FOLDER, Backup, backups, damaged_files, free_name
from strokebook.library.sqlite.database import MEMORY, Database

DAILY, BEFORE_MIGRATION = 5, 3  # how many are kept of each
SPARE = 1.1  # times the catalogue's size: free space without which no copy is begun


def back_up_daily(db: Database) -> Diagnostic | None:
    """Take a backup unless one was taken today, and let the oldest go.

    Returns:
        A warning where it could not be taken.
    """
    if db.path == MEMORY:
        return None
    project, day = Path(db.path).parent, _today()
    if (project / FOLDER / f"strokebook-{day}.db").exists():
        return None
    return _back_up(db, free_name(project, day))


def back_up_before_migration(db: Database) -> Diagnostic | None:
    """Take a backup of a catalogue that is about to be migrated.

    Returns:
        A warning where it could not be taken.
    """
    if db.path == MEMORY:
        return None
    row = db.row("PRAGMA user_version")
    return _back_up(db, free_name(Path(db.path).parent, _today(), int(row[0]) if row else 0))


def drop_backups(project: Path) -> list[Path]:
    """Delete every backup, and what a killed one left half-written, for they hold what is purged.

    Returns:
        What stays and is the artist's to remove: backups that were changed since, and damaged
        catalogues that a repair has put aside.
    """
    left = [backup.path for backup in backups(project) if not _remove(backup)]
    left += damaged_files(project)
    trees.remove_parts(project / FOLDER)
    return left


def _back_up(db: Database, path: Path) -> Diagnostic | None:
    size = Path(db.path).stat().st_size
    try:
        path.parent.mkdir(exist_ok=True)
        free = shutil.disk_usage(path.parent).free
        if free < SPARE * size:
            return _warning(path, f"{size >> 20} MB are needed and {free >> 20} MB are free")
        with owned.owning("backup"):
            db.copy_to(path)
    except (OSError, StrokebookError) as error:
        reason = error.reason if isinstance(error, StrokebookError) else str(error.strerror)
        return _warning(path, reason.rstrip("."))
    _let_old_go(path)
    return None


def _let_old_go(taken: Path) -> None:
    """Delete what is more than is kept; never the one just taken, whatever the clock says."""
    kept = backups(taken.parent.parent)
    daily = [b for b in kept if b.schema is None and b.path != taken]
    before = [b for b in kept if b.schema is not None and b.path != taken]
    is_daily = any(b.path == taken and b.schema is None for b in kept)
    old = daily[DAILY - is_daily :] + before[BEFORE_MIGRATION - (not is_daily) :]
    for backup in old:
        _remove(backup)


def _remove(backup: Backup) -> bool:
    """Delete a backup; in a folder with a manifest, only one that is listed there."""
    with contextlib.suppress(OSError):
        if owned.home(backup.path) is not None:
            return owned.remove(backup.path)
        backup.path.unlink(missing_ok=True)
        return True
    return False


def _warning(path: Path, reason: str) -> Diagnostic:
    return Diagnostic(
        f"{FOLDER}/{path.name}",
        f"no backup of the catalogue could be taken: {reason}.",
        "Free some space; the next command tries again, and hand.json has every edit all the same.",
        severity=Severity.WARNING,
    )


def _today() -> str:
    return datetime.now().astimezone().date().isoformat()
