"""Backups of the catalogue as files: what they are called, which are ours, which is the newest.

``PROJECT/backups/strokebook-2026-01-31.db`` was taken on that day; one whose name ends in
``-schema-1.db`` was taken before the catalogue of schema 1 was brought up to date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

APPLICATION_ID = 0x73746B62  # "stkb", SQLite's mark of whose file it is
FOLDER = "backups"
_NAME = re.compile(r"strokebook-(\d{4}-\d{2}-\d{2})(-schema-(\d+))?(-\d+)?\.db")
# Of a SQLite file's header (sqlite.org/fileformat2.html): its magic, and where the mark stands.
_MAGIC, _OWNER = b"SQLite format 3\0", slice(68, 72)


@dataclass(frozen=True)
class Backup:
    """A copy of the catalogue; ``schema`` is set where it was taken before a migration."""

    path: Path
    day: str
    schema: int | None

    @property
    def taken_ns(self) -> int:
        """When it was written, in ns since 1970."""
        return self.path.stat().st_mtime_ns


def backups(project: Path) -> list[Backup]:
    """Our backups in a project's folder, the newest first."""
    folder = project / FOLDER
    if not folder.is_dir():
        return []
    backup_files = []
    for path in folder.iterdir():
        match = _NAME.fullmatch(path.name)
        if match is not None and is_ours(path):
            backup_files.append(Backup(path, match[1], int(match[3]) if match[3] else None))
    return sorted(backup_files, key=lambda b: (b.taken_ns, b.path.name), reverse=True)


def is_ours(path: Path) -> bool:
    """Whether a file is a SQLite database that carries our mark."""
    if path.is_symlink() or not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except OSError:
        return False
    return head.startswith(_MAGIC) and int.from_bytes(head[_OWNER], "big") == APPLICATION_ID


def damaged_files(project: Path) -> list[Path]:
    """Damaged catalogues that a repair has put aside, with the files that belong to them."""
    return sorted(project.glob("strokebook.db.damaged-*"))


def free_name(project: Path, day: str, schema: int | None = None) -> Path:
    """The name of a backup that is taken now, which no file has yet."""
    stem = f"strokebook-{day}" + ("" if schema is None else f"-schema-{schema}")
    path, number = project / FOLDER / f"{stem}.db", 2
    while path.exists() or path.is_symlink():
        path, number = project / FOLDER / f"{stem}-{number}.db", number + 1
    return path


def restore_advice(catalogue: Path) -> str:
    """What to do about a damaged catalogue, with the newest backup by name."""
    kept = backups(catalogue.parent)
    start = "Run 'strokebook check --repair': the damaged file is kept under another name,"
    if not kept:
        return (
            f"{start} and a new catalogue gets every edit by hand from hand.json; the next run "
            "makes the rest again."
        )
    name = f"{FOLDER}/{kept[0].path.name}"
    return (
        f"{start} {name} takes its place, and what you said since comes from hand.json. (By hand: "
        f"rename the damaged file and those beside it that begin with its name, and copy {name} to "
        f"{catalogue.name}.)"
    )
