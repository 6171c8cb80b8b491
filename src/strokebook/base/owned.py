"""What is ours on disk: only files that a manifest lists, and that were not changed since.

Every write in a marked folder is listed there first (:mod:`strokebook.base.manifest`); a file that
is not listed, or no longer holds what we wrote, is neither overwritten nor deleted. Outside of
marked folders nothing is ours: a file that the artist named there is written, and never deleted.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path

from strokebook.base.errors import StrokebookError
from strokebook.base.manifest import MARK, Entry, FileState, Manifest
from strokebook.base.steps import step

_known: dict[Path, Manifest] = {}
_protected: set[Path] = set()
_lock = threading.Lock()
_making: ContextVar[tuple[str, str]] = ContextVar("making", default=("", ""))


class ForeignFileError(StrokebookError):
    """A file that strokebook did not write, or that was changed since, stands in the way."""

    def __init__(self, reason: str, remedy: str = "", file: Path | None = None) -> None:
        super().__init__(reason, remedy)
        self.file = file

    def __reduce__(self) -> tuple[type[StrokebookError], tuple[object, ...]]:
        return type(self), (self.reason, self.remedy, self.file)


class LinkedFolderError(StrokebookError):
    """A link stands where a folder of ours should be; nothing is written or deleted behind it."""


@contextlib.contextmanager
def owning(stage: str, owner: str = "") -> Iterator[None]:
    """Say for whom files are written in this block.

    Args:
        stage: The stage that writes them.
        owner: The image that they are made of; "" where several go into them.
    """
    token = _making.set((stage, owner))
    try:
        yield
    finally:
        _making.reset(token)


def protect(folder: Path) -> None:
    """Never delete or overwrite anything under ``folder`` in this process, listed or not."""
    _protected.add(folder.resolve())


def mark(folder: Path, files: Iterable[str] | None = None, folders: Iterable[str] = ()) -> None:
    """Mark a folder as ours, unless it is marked.

    Args:
        folder: Made if need be.
        files: The only names in it that are ours to make; None: everything below it is.
        folders: With ``files``: folders in it that are ours to make, each with its own mark.
    """
    manifest(folder).begin(files, folders)


def is_marked(folder: Path) -> bool:
    """Whether the folder carries our mark."""
    return os.path.lexists(folder / MARK)


def manifest(folder: Path) -> Manifest:
    """The manifest of a folder, marked or not; one object a process."""
    key = absolute(folder)
    with _lock:
        return _known.setdefault(key, Manifest(key))


def home(path: Path) -> Manifest | None:
    """The manifest that ``path`` belongs into; None where no folder above it is marked for it.

    Raises:
        LinkedFolderError: A folder on the way from the mark to ``path`` is a link.
    """
    target = absolute(path)
    for folder in target.parents:
        if not is_marked(folder):
            continue
        listing, names = manifest(folder), target.relative_to(folder).parts
        listing.refresh()
        if listing.files is None:
            if is_marked(folder.parent):
                _refuse_links(folder.parent, (folder.name, *names[:-1]))
            _refuse_links(folder, names[:-1])
            return listing
        if names[0] in listing.folders and len(names) > 1:
            _refuse_links(folder, names[:-1])
            below = manifest(folder / names[0])
            below.begin()
            return below
        return listing if len(names) == 1 and names[0] in listing.files else None
    return None


def absolute(path: Path) -> Path:
    """``path`` from the root, its links not followed."""
    return Path(os.path.abspath(path))  # noqa: PTH100, since a link has to be seen


def _refuse_links(folder: Path, names: Iterable[str]) -> None:
    for name in names:
        folder = folder / name
        if folder.is_symlink():
            raise LinkedFolderError(
                f"{folder} is a link, where strokebook has a folder of its own.",
                "Remove the link (what it leads to stays as it is), then run again.",
            )


def _is_protected(path: Path) -> bool:
    if not _protected:
        return False
    place = path.parent.resolve() / path.name
    return any(place.is_relative_to(folder) for folder in _protected)


def name_in(listing: Manifest, path: Path) -> str:
    """The name of ``path`` in a manifest."""
    return absolute(path).relative_to(listing.folder).as_posix()


def check(path: Path) -> tuple[Manifest | None, FileState | None]:
    """Make sure that ``path`` may be written.

    Returns:
        The manifest that it belongs into, and which state of ours it is in now; each may be None.

    Raises:
        ForeignFileError: A file stands there that we did not write, or that was changed since.
        LinkedFolderError: A folder on the way is a link.
    """
    listing = home(path)
    if not os.path.lexists(path):
        return listing, None
    if _is_protected(path):
        raise ForeignFileError(
            f"{path} lies in the library, where nothing is overwritten.",
            "Move the library out of the project's folder and correct 'library' in the settings.",
            path,
        )
    if listing is None:
        return None, None
    entry = listing.entry(name_in(listing, path))
    state = entry.held(path) if entry is not None else None
    if state is None:
        why = "was changed since strokebook wrote it" if entry else "was not made by strokebook"
        raise ForeignFileError(
            f"{path} {why}, and is not overwritten.", "Move or rename it, then run again.", path
        )
    return listing, state


def record(path: Path, partial: Path) -> None:
    """List ``path`` in its manifest as holding what ``partial`` does, before that is renamed.

    Raises:
        ForeignFileError: See :func:`check`.
    """
    listing, was = check(path)
    if listing is not None:
        stage, owner = _making.get()
        listing.put([Entry(name_in(listing, path), FileState.of(partial), was, stage, owner)])


def claim(path: Path) -> None:
    """List a file that is appended to in place as ours, whatever it holds."""
    listing = home(path)
    if listing is not None:
        entry = listing.entry(name_in(listing, path))
        if entry is None or entry.now.hash is not None:
            stage, owner = _making.get()
            listing.put([Entry(name_in(listing, path), FileState(0, None, 0), None, stage, owner)])


def adopt(
    folder: Path,
    files: Iterable[tuple[Path, str, str]],
    names: Iterable[str] | None = None,
    folders: Iterable[str] = (),
) -> None:
    """Mark a folder that an earlier version made, and list what it wrote there, as it is now.

    Args:
        folder: Left alone where it is a link.
        files: Path, stage and owner of each; those that are missing, links, or behind a link, and
            those in the library are left out.
        names: See ``files`` of :func:`mark`.
        folders: See :func:`mark`.
    """
    if folder.is_symlink():
        return
    listing, entries = manifest(folder), []
    for path, stage, owner in files:
        if path.is_file() and not _is_protected(path) and _is_straight(folder, path):
            entries.append(Entry(name_in(listing, path), FileState.of(path), None, stage, owner))
    listing.begin(names, folders, entries)


def _is_straight(folder: Path, path: Path) -> bool:
    """Whether no link lies on the way from ``folder`` to ``path``, nor at its end."""
    return path.resolve() == folder.resolve() / absolute(path).relative_to(absolute(folder))


def is_ours(path: Path, *, certain: bool = False) -> bool:
    """Whether the file at ``path`` is listed and holds what we wrote."""
    with contextlib.suppress(LinkedFolderError):
        listing = home(path)
        if listing is None or _is_protected(path):
            return False
        entry = listing.entry(name_in(listing, path))
        return entry is not None and entry.held(path, certain=certain) is not None
    return False


def remove(path: Path) -> bool:
    """Delete a file of ours.

    Returns:
        False when something stands there still: not ours, or changed since we wrote it.

    Raises:
        OSError: It is ours and cannot be deleted.
    """
    if not os.path.lexists(path):
        _unlist(path)
        return True
    if not is_ours(path, certain=True):
        return False
    step("unlink", path)
    path.unlink()
    _unlist(path)
    return True


def _unlist(path: Path) -> None:
    with contextlib.suppress(LinkedFolderError):
        listing = home(path) if path.parent.is_dir() else None
        if listing is not None and listing.entry(name := name_in(listing, path)) is not None:
            listing.put(gone=[name])


def owner_of(path: Path) -> str | None:
    """The image that the file at ``path`` was made of; None where it is not listed as ours."""
    with contextlib.suppress(LinkedFolderError):
        listing = home(path)
        entry = None if listing is None else listing.entry(name_in(listing, path))
        return None if entry is None else entry.owner
    return None


def listed(folder: Path) -> list[tuple[Path, Entry]]:
    """The files under ``folder`` that are listed as ours, there or not, changed or not."""
    place = absolute(folder)
    with contextlib.suppress(LinkedFolderError):
        listing = manifest(place) if is_marked(place) else home(place / "x")
        if listing is None:
            return []
        files = [(listing.folder / path, entry) for path, entry in listing.entries().items()]
        return [(file, entry) for file, entry in files if file.is_relative_to(place)]
    return []


def move(source: Path, target: Path) -> bool:
    """Move a file of ours to where none stands; it stays listed for its stage and owner.

    Returns:
        False when it stays: it is not ours, was changed since, or something stands at ``target``.
    """
    there, here = home(target), home(source)
    if here is None or os.path.lexists(target) or not is_ours(source):
        return False
    entry = here.entry(name := name_in(here, source))
    target.parent.mkdir(parents=True, exist_ok=True)
    if there is not None and entry is not None:
        there.put([replace(entry, path=name_in(there, target))])
    step("rename", target)
    source.rename(target)
    here.put(gone=[name])
    return True


def set_aside(path: Path) -> Path | None:
    """Make room for ``path``: delete it if it is ours, else give what stands there another name.

    It is for files that cannot be read: damaged or changed, they may be all that is left.

    Returns:
        Where it lies now; None when nothing is left of it.

    Raises:
        ForeignFileError: It lies in the library.
    """
    if remove(path):
        return None
    if _is_protected(path):
        check(path)
    number = 1
    while os.path.lexists(kept := path.with_name(f"{path.name}.bad-{number}")):
        number += 1
    listing = home(path)
    entry = listing.entry(name_in(listing, path)) if listing is not None else None
    if listing is not None and entry is not None:  # a purge has to name it still
        listing.put([replace(entry, path=name_in(listing, kept))])
    step("rename", kept)
    path.rename(kept)
    _unlist(path)
    return kept
