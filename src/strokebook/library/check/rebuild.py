"""Mending a catalogue: a damaged file is put aside, never deleted; lost rows come from the twin."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from strokebook.base.errors import StrokebookError
from strokebook.base.files import atomic_path
from strokebook.library.catalogue.migrations import migrate
from strokebook.library.catalogue.schema import MIGRATIONS
from strokebook.library.check.edit_log import missing_numbers
from strokebook.library.check.read_only import ReadOnlyDatabase
from strokebook.library.check.tables import integrity_faults, is_only_index
from strokebook.library.clock import now
from strokebook.library.disk.backup_files import FOLDER, Backup, backups
from strokebook.library.edits import log, twin
from strokebook.library.edits.bodies import check_body
from strokebook.library.edits.log import REDACTED, Edit
from strokebook.library.edits.projection import rebuild
from strokebook.library.sqlite.database import Database

# Rows without what they refer to: results that the next run makes again, or images to be opened.
_REFERENCES = (
    "INSERT OR IGNORE INTO image (hash, state) SELECT image, 'new' FROM page",
    "INSERT OR IGNORE INTO image (hash, state) SELECT image, 'new' FROM drawing",
    "DELETE FROM verdict WHERE key NOT IN (SELECT key FROM drawing)",
    "DELETE FROM cluster WHERE space NOT IN (SELECT space FROM clustering)",
    "DELETE FROM member WHERE number IS NOT NULL AND NOT EXISTS (SELECT 1 FROM cluster c "
    "WHERE c.space = member.space AND c.number = member.number)",
    "DELETE FROM former_image WHERE image IN (SELECT image FROM identity)",
    "INSERT OR IGNORE INTO identity (number, image) SELECT number, max(image) FROM former_image "
    "WHERE number NOT IN (SELECT number FROM identity) GROUP BY number",
    "DELETE FROM former_image WHERE image IN (SELECT image FROM identity)",
)


def mend_file(path: Path) -> list[str]:
    """Mend a catalogue's file, where it is damaged: by its indexes, else from a backup.

    Edits that the damaged file still shows go into the new one, whatever the backup has.

    Returns:
        What was done, in sentences.

    Raises:
        StrokebookError: The file cannot be put aside, or the disk is full.
    """
    faults = _faults(path)
    if not faults or (is_only_index(faults) and _reindexed(path)):
        return ["Made the indexes of the catalogue anew."] if faults else []
    edits, backup = _readable_edits(path), _newest_sound(path.parent)
    aside = _set_aside(path)
    messages = [f"The damaged catalogue is kept as {aside.name}."]
    if backup is None:
        messages.append(
            "There is no backup, so a new one was begun; the next run makes results again."
        )
    else:
        with atomic_path(path) as partial:
            partial.write_bytes(backup.path.read_bytes())
        messages.append(f"{FOLDER}/{backup.path.name} took its place.")
    taken = _take_edits(path, edits)
    if taken:
        messages.append(f"{taken} edits were read from the damaged file.")
    return messages


def _faults(path: Path) -> list[str]:
    if not path.exists():
        return []
    try:
        with contextlib.closing(ReadOnlyDatabase(path)) as db:
            return integrity_faults(db)
    except StrokebookError as error:
        if "damaged" not in error.reason:
            raise
        return [error.reason]


def _reindexed(path: Path) -> bool:
    with contextlib.suppress(StrokebookError, sqlite3.DatabaseError):
        with contextlib.closing(Database(path)) as db:
            db.run("REINDEX")
        return not _faults(path)
    return False


def _newest_sound(project: Path) -> Backup | None:
    """The newest backup that is not damaged itself."""
    return next((backup for backup in backups(project) if not _faults(backup.path)), None)


def _set_aside(path: Path) -> Path:
    """Rename a damaged catalogue, and the files that belong to it, to a free name."""
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    try:
        for end in ("-wal", "-shm", ""):
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + end).rename(f"{aside}{end}")
    except OSError as error:
        raise StrokebookError(
            f"{path} cannot be put aside ({error.strerror}).",
            "End other commands that use it, and check the permissions of the project's folder.",
        ) from error
    return aside


def _readable_edits(path: Path) -> dict[int, Edit]:
    """The rows of the log that can be read yet, from both ends of the damage."""
    edits: dict[int, Edit] = {}
    with contextlib.suppress(StrokebookError), contextlib.closing(ReadOnlyDatabase(path)) as db:
        for order in ("ASC", "DESC"):
            with contextlib.suppress(StrokebookError, sqlite3.DatabaseError):
                for edit in _sound_edits(db, order):
                    edits[edit.seq] = edit
    return edits


def _sound_edits(db: Database, order: str) -> Iterator[Edit]:
    seq, end = (0, ">") if order == "ASC" else (2**62, "<")
    while rows := db.rows(
        f"SELECT * FROM edit WHERE seq {end} ? ORDER BY seq {order} LIMIT 1", [seq]
    ):
        row = rows[0]
        seq = int(row["seq"])
        with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError):
            body = check_body(str(row["kind"]), log.from_text(row["body"]))
            texts = (str(row["at"]), str(row["by"]), str(row["kind"]))
            yield Edit(seq, int(row["command"]), *texts, body)


def _take_edits(path: Path, edits: dict[int, Edit]) -> int:
    """Put the edits that a restored catalogue lacks into it; how many those were."""
    with contextlib.closing(Database(path)) as db:
        migrate(db)
        with db.transaction():
            last = log.next_seq(db) - 1
            newer = [edits[seq] for seq in sorted(edits) if seq > last]
            if newer:
                log.insert(db, newer)
                rebuild(db)
    return len(newer)


def mend_tables(db: Database) -> None:
    """Mend rows without those that they refer to, and the list of migrations."""
    with db.transaction():
        for sql in _REFERENCES:
            db.run(sql)
        db.run_many(
            "INSERT OR IGNORE INTO migration VALUES (?, ?, ?)",
            [(m.number, m.name, now()) for m in MIGRATIONS],
        )


def mend_log(db: Database, hand_file: Path) -> list[str]:
    """Fill the gaps of the log: with what the twin has, else with rows that say nothing.

    Returns:
        What was done, in sentences.
    """
    gaps = missing_numbers(row["seq"] for row in db.rows("SELECT seq FROM edit"))
    if not gaps:
        return []
    lines = {}
    with contextlib.suppress(OSError, UnicodeDecodeError):
        text = hand_file.read_text(encoding="utf-8")
        lines = {e.seq: e for e in twin.parse(text).edits} if twin.is_present_format(text) else {}
    with db.transaction():
        log.insert(db, [lines.get(seq, _empty(seq)) for seq in gaps])
        rebuild(db)
    lost = [seq for seq in gaps if seq not in lines]
    messages = [
        f"{len(gaps) - len(lost)} of {len(gaps)} lost edits were taken from {hand_file.name}."
    ]
    if lost:
        numbers = ", ".join(map(str, lost))
        messages.append(f"Nothing is left of edit {numbers}; say it again if you remember it.")
    return messages


def _empty(seq: int) -> Edit:
    return Edit(seq, seq, now(), "import", REDACTED, {})
