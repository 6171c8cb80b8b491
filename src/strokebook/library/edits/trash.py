"""The project's trash: what a run replaced and what is dear, kept for a month to be brought back.

``trash/0001/`` holds the files under the names that they had in the project, and ``record.json``
says what they are. Nothing made of a private page stays in it (``pipeline/removal/purge.py``).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from strokebook.base import owned, trees
from strokebook.base.errors import StrokebookError, UsageError
from strokebook.base.files import inside, write_json

FOLDER, RECORD, FILES = "trash", "record.json", "files"
DAYS = 30
MODELS = 10  # of which no more are kept, however young: they are large
TRAIN = "train"


@dataclass(frozen=True)
class Kept:
    """Something in the trash.

    Attributes:
        number: By which it is brought back.
        what: In words.
        origins: Where it stood, posix and relative to the project.
        at: When it was put there; ISO, UTC.
        why: In words.
        stage: Whose it was.
    """

    number: int
    what: str
    origins: tuple[str, ...]
    at: str
    why: str
    stage: str


def keep(project: Path, paths: Sequence[Path], *, what: str, why: str, stage: str) -> Kept | None:
    """Move files and folders of ours into the trash; what is not ours in them stays where it is.

    Returns:
        The entry; None when nothing of ours was there.
    """
    paths = [p for p in paths if _is_there(p)]
    if not paths:
        return None
    number = 1 + max((kept.number for kept in entries(project)), default=0)
    while os.path.lexists(_folder(project, number)):
        number += 1
    origins = tuple(p.relative_to(project).as_posix() for p in paths)
    kept = Kept(number, what, origins, datetime.now(UTC).isoformat("T", "seconds"), why, stage)
    with owned.owning(FOLDER):
        write_json(_folder(project, number) / RECORD, asdict(kept))
    for path, origin in zip(paths, origins, strict=True):
        _move(path, inside(_folder(project, number) / FILES, origin))
    tidy(project)
    return kept


def _is_there(path: Path) -> bool:
    return (
        any(owned.is_ours(f) for f, _ in owned.listed(path))
        if path.is_dir()
        else owned.is_ours(path)
    )


def _move(source: Path, target: Path) -> None:
    if source.is_dir():
        trees.move_tree(source, target)
    else:
        owned.move(source, target)


def _folder(project: Path, number: int) -> Path:
    return project / FOLDER / f"{number:04d}"


def entries(project: Path) -> list[Kept]:
    """What lies in the trash, by number; an entry whose record cannot be read is left out."""
    items = []
    if (project / FOLDER).is_symlink():
        return []
    for record in (project / FOLDER).glob(f"*/{RECORD}"):
        if not re.fullmatch(r"[0-9]{4,9}", record.parent.name):
            continue
        try:
            value = json.loads(record.read_text("utf-8"))
            texts = [str(value[name]) for name in ("what", "at", "why", "stage")]
            origins = tuple(str(origin) for origin in value["origins"])
            datetime.fromisoformat(texts[1])
        except (OSError, ValueError, KeyError, TypeError):
            continue
        what, at, why, stage = texts
        items.append(Kept(int(record.parent.name), what, origins, at, why, stage))
    return sorted(items, key=lambda kept: kept.number)


def restore(project: Path, number: int) -> Kept:
    """Bring an entry back to where it stood.

    Raises:
        UsageError: There is no such entry.
        StrokebookError: Something stands there now, or a file in the trash was changed.
    """
    kept = next((kept for kept in entries(project) if kept.number == number), None)
    if kept is None:
        raise UsageError(
            f"The trash has no entry {number}.", "See what it has with 'strokebook trash'."
        )
    pairs = [
        (inside(_folder(project, number) / FILES, o), inside(project, o)) for o in kept.origins
    ]
    for _, target in pairs:
        if os.path.lexists(target):
            raise StrokebookError(
                f"{target} stands where entry {number} would go.", "Move it elsewhere first."
            )
    for source, target in pairs:
        _move(source, target)
    left = _throw_away(project, kept) if not _has_files(project, kept) else _folder(project, number)
    if left is not None:
        raise StrokebookError(
            f"Some files of entry {number} stay in {left}: they were changed since.",
            "Move them by hand.",
        )
    return kept


def tidy(project: Path) -> None:
    """Throw away what is older than a month, and the oldest of too many models."""
    now, items = datetime.now(UTC), entries(project)
    models = [kept for kept in items if kept.stage == TRAIN]
    surplus = {kept.number for kept in models[: max(0, len(models) - MODELS)]}
    for kept in items:
        if kept.number in surplus or now - _time(kept) > timedelta(days=DAYS):
            _throw_away(project, kept)


def _time(kept: Kept) -> datetime:
    time = datetime.fromisoformat(kept.at)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _has_files(project: Path, kept: Kept) -> bool:
    place = _folder(project, kept.number) / FILES
    return any(file.is_file() for file in place.rglob("*"))


def _throw_away(project: Path, kept: Kept) -> Path | None:
    """Delete an entry's files; its folder, if something in it is not ours to delete."""
    folder = _folder(project, kept.number)
    trees.prune([folder / FILES / origin for origin in kept.origins], folder)
    return folder if trees.remove_tree(folder) else None
