"""Hand work beside the database: written after every edit, read back when it is not the same.

The database may be deleted at any time: labels, tags, cluster names and the artist's keep and drop
decisions come back from ``hand.json``. Of two values for one thing the later holds.
"""

from __future__ import annotations

from pathlib import Path

from strokebook.base.errors import StrokebookError
from strokebook.base.files import file_digest, write_json
from strokebook.library.database import Database
from strokebook.library.decisions import attach_decisions
from strokebook.library.hand_format import HandWork, MalformedError, read_hand, to_json

_DIRTY, _WRITTEN = "hand_dirty", "hand_digest"


def mark_edited(db: Database) -> None:
    """Remember, in the same transaction as the edit, that ``hand.json`` is behind."""
    db.run("INSERT OR REPLACE INTO meta VALUES (?, '1')", (_DIRTY,))


def bring_together(db: Database, path: Path) -> None:
    """Take in what ``path`` has and the database lacks, and write what the file lacks.

    Raises:
        StrokebookError: The file cannot be read (a malformed one is kept under another name).
    """
    with db.transaction():
        if path.exists():
            import_hand(db, path)
        elif not _work(db).empty:
            mark_edited(db)
        export_hand(db, path)


def export_hand(db: Database, path: Path) -> None:
    """Write ``path`` if the database has newer hand work; entries of unknown images stay in it.

    Raises:
        StrokebookError: The file was changed meanwhile and cannot be read, or can't be written.
    """
    # In one transaction, so that no other process's edit falls between reading and writing.
    with db.transaction():
        if db.row("SELECT 1 FROM meta WHERE name = ?", (_DIRTY,)) is None:
            return
        if path.exists():
            import_hand(db, path)
        work = _work(db)
        if work.empty and not path.exists():
            db.run("DELETE FROM meta WHERE name = ?", (_DIRTY,))
            return
        try:
            write_json(path, to_json(work))
        except OSError as error:
            raise StrokebookError(
                f"{path} cannot be written ({error.strerror}); the edit is in the catalogue only.",
                "Check the permissions of the project's folder and the space on its disk.",
            ) from error
        _remember(db, path)
        db.run("DELETE FROM meta WHERE name = ?", (_DIRTY,))


def import_hand(db: Database, path: Path) -> bool:
    """Take in what ``path`` has newer than the database, unless it is just as we left it.

    Returns:
        True when the file was read.

    Raises:
        StrokebookError: Malformed (it is then kept as ``hand.json.bad-1``), or not readable.
    """
    known = db.row("SELECT value FROM meta WHERE name = ?", (_WRITTEN,))
    try:
        if known and known[0] == file_digest(path):
            return False
        work = read_hand(path)
    except MalformedError as error:
        kept = _set_aside(path)
        raise StrokebookError(
            f"{path} cannot be understood ({error}).",
            f"It is kept as {kept.name}. Correct it and rename it back; or run again to go on "
            "without it, with the hand work that the catalogue knows.",
        ) from error
    except OSError as error:
        raise StrokebookError(
            f"{path} cannot be read ({error.strerror}).", "Check its permissions."
        ) from error
    with db.transaction():
        _merge(db, work)
        _remember(db, path)
    return True


def _set_aside(path: Path) -> Path:
    number = 1
    while (kept := path.with_name(f"{path.name}.bad-{number}")).exists():
        number += 1
    try:
        path.rename(kept)
    except OSError as error:
        raise StrokebookError(
            f"{path} cannot be understood, nor set aside ({error.strerror}).",
            "Correct it, or move it elsewhere by hand.",
        ) from error
    return kept


def _remember(db: Database, path: Path) -> None:
    db.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_WRITTEN, file_digest(path)))


def _merge(db: Database, work: HandWork) -> None:
    newer = "DO UPDATE SET {} WHERE excluded.at > {}.at"
    db.run_many(
        "INSERT INTO hand_label (image, label, page, at) VALUES (?, ?, ?, ?) ON CONFLICT (image) "
        + newer.format(
            "label = excluded.label, page = excluded.page, at = excluded.at", "hand_label"
        ),
        work.labels,
    )
    db.run_many(
        "INSERT INTO image_tag (image, tag, active, source, page, at) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (image, tag) "
        + newer.format(
            "active = excluded.active, source = excluded.source, at = excluded.at", "image_tag"
        ),
        work.tags,
    )
    db.run_many(
        "INSERT INTO named_before (space, key, name, at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (space, key) "
        + newer.format("name = excluded.name, at = excluded.at", "named_before"),
        work.names,
    )
    db.run_many(
        "INSERT INTO hand_decision (image, x0, y0, x1, y1, kept, reason, page, at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (image, x0, y0, x1, y1) "
        + newer.format(
            "kept = excluded.kept, reason = excluded.reason, at = excluded.at", "hand_decision"
        ),
        work.decisions,
    )
    for image in {row[0] for row in work.decisions}:
        attach_decisions(db, image)


def _work(db: Database) -> HandWork:
    """Everything done by hand; what was taken back again is left out."""
    queries = (
        "SELECT image, label, page, at FROM hand_label WHERE label IS NOT NULL",
        "SELECT image, tag, active, source, page, at FROM image_tag",
        "SELECT space, key, name, at FROM named_before WHERE name IS NOT NULL",
        "SELECT image, x0, y0, x1, y1, kept, reason, page, at FROM hand_decision "
        "WHERE kept IS NOT NULL",
    )
    return HandWork(*([tuple(row) for row in db.rows(query)] for query in queries))
