"""Folders of ours: deleted and moved as far as they are ours, file by file."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from strokebook.base import owned
from strokebook.base.manifest import MARK, PARTS
from strokebook.base.steps import step

STALE = 3600.0  # seconds after which a half-written file is nobody's any more


@dataclass(frozen=True)
class Leftovers:
    """What was left of a folder.

    Attributes:
        changed: Files of ours that were changed since we wrote them.
        strangers: Files that we did not write.
    """

    changed: tuple[Path, ...] = ()
    strangers: tuple[Path, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changed or self.strangers)


def remove_tree(folder: Path) -> Leftovers:
    """Delete the files of ours under ``folder``, then the folders that this leaves empty.

    Returns:
        What stays, because we did not write it or it was changed since.

    Raises:
        OSError: A file of ours cannot be deleted.
    """
    if folder.is_symlink() or not folder.is_dir():
        return Leftovers()
    files = [file for file, _ in owned.listed(folder)]
    changed = {file for file in files if not owned.remove(file)}
    remove_parts(folder)
    prune([*files, folder / PARTS / "x"], folder)
    left = leftovers(folder)
    if not left and owned.is_marked(folder):
        _unmark(folder)
    with contextlib.suppress(OSError):
        folder.rmdir()
    return replace(left, changed=tuple(sorted(changed)))


def prune(files: Iterable[Path], top: Path) -> None:
    """Remove the folders under ``top`` that ``files`` lay in, where they are empty now."""
    place = owned.absolute(top)
    parents = {p for f in files for p in owned.absolute(f).parents if place in p.parents}
    for parent in sorted(parents, reverse=True):
        with contextlib.suppress(OSError):
            parent.rmdir()  # only succeeds when it is empty


def _unmark(folder: Path) -> None:
    if all(entry.name == MARK for entry in folder.iterdir()):
        step("unlink", folder / MARK)
        (folder / MARK).unlink()


def leftovers(folder: Path) -> Leftovers:
    """The files under ``folder`` that are not ours, or were changed since."""
    ours = {file for file, _ in owned.listed(folder)}
    changed, strangers = [], []
    for place, names, files in os.walk(owned.absolute(folder)):
        names[:] = [name for name in names if name != PARTS]
        links = [name for name in names if Path(place, name).is_symlink()]
        for name in [*files, *links]:
            file = Path(place, name)
            if file not in ours and name != MARK:
                strangers.append(file)
            elif file in ours and not owned.is_ours(file):
                changed.append(file)
    return Leftovers(tuple(sorted(changed)), tuple(sorted(strangers)))


def move_tree(folder: Path, target: Path) -> Leftovers:
    """Move the files of ours under ``folder`` to ``target``: all at once where nothing else is.

    Returns:
        What stays behind.
    """
    if folder.is_symlink() or not folder.is_dir():
        return Leftovers()
    left = leftovers(folder)
    files = [(file, entry) for file, entry in owned.listed(folder) if owned.is_ours(file)]
    if left or os.path.lexists(target):
        files.sort(key=lambda pair: pair[0].suffix == ".json")  # it names the others
        for file, _ in files:
            owned.move(file, target / file.relative_to(owned.absolute(folder)))
        prune([*(file for file, _ in files), folder / "x"], folder.parent)
        return leftovers(folder) if folder.is_dir() else Leftovers()
    there, here = owned.home(target / "x"), owned.home(folder / "x")
    target.parent.mkdir(parents=True, exist_ok=True)
    moved = [(e, owned.absolute(target) / f.relative_to(owned.absolute(folder))) for f, e in files]
    if there is not None:
        there.put([replace(entry, path=owned.name_in(there, file)) for entry, file in moved])
    step("rename", target)
    folder.rename(target)
    if here is not None:
        here.put(gone=[entry.path for entry, _ in moved])
    return Leftovers()


def remove_parts(folder: Path, older_than: float = 0.0) -> None:
    """Delete what killed runs left half-written in a marked folder.

    Args:
        folder: Marked; nothing happens where it is not.
        older_than: Seconds; younger ones may still be written to.
    """
    place = folder / PARTS
    if folder.is_symlink() or place.is_symlink() or not owned.is_marked(folder):
        return
    for part in place.glob("*.part"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - part.lstat().st_mtime >= older_than:
                step("unlink", part)
                part.unlink()
