"""Looking for image files under a library's root, never beyond it, whatever stands in the way."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from strokebook.base.errors import Diagnostic, Severity, StrokebookError
from strokebook.base.imaging.images import SUFFIXES
from strokebook.library.disk.tags import read_tags

IMAGE_SUFFIXES = frozenset(s for group in SUFFIXES.values() for s in group) | {".gif", ".bmp"}
# What operating systems leave lying about.
_JUNK = {"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__macosx", "@eadir", "$recycle.bin"}
NAMED = 3  # files of a folder that a warning on what is no image names
# A folder that holds one of these is a project, and its pictures are ours.
_PROJECT_MARKS = ("strokebook.db", "strokebook.toml")


@dataclass(frozen=True)
class ScannedFile:
    """An image file on disk.

    Attributes:
        path: Posix, relative to the library's root.
        size: In bytes.
        mtime_ns: When its content last changed.
        inode: Its number in the file system.
        tags: Worn by the file itself or by a folder it lies in.
    """

    path: str
    size: int
    mtime_ns: int
    inode: int
    tags: frozenset[str]


@dataclass
class Walk:
    """What a walk found.

    Attributes:
        files: Every image file, in order of its path.
        unread: Folders (relative, with a final slash) and files that could not be looked at:
            whatever was known there is still there as far as anyone can tell.
        refused: What was left out, by name.
        warnings: What was read in part.
        strays: Names of files that are no images, by folder.
    """

    files: list[ScannedFile] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    refused: list[Diagnostic] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)
    strays: dict[str, list[str]] = field(default_factory=dict)

    def hides(self, path: str) -> bool:
        """True when ``path`` lies where the walk could not look."""
        return any(
            path.startswith(place) if place.endswith("/") else path == place
            for place in self.unread
        )


def walk(root: Path) -> Walk:
    """Every image under ``root``.

    Links to folders and files that lie in the library are passed over, because they are met where
    they lie (so there are no loops); links that lead out of it are refused. Hidden files, and
    other files at the root itself, are passed over silently.

    Raises:
        StrokebookError: ``root`` itself is missing or can't be read.
    """
    top = root.resolve()
    if not top.is_dir():
        raise StrokebookError(f"The library {root} is no folder.", "Mount it, or check the path.")
    result = Walk()
    stack = [("", _tags(top, "", result))]
    while stack:
        folder, inherited = stack.pop()
        for entry in _entries(top, folder, result):
            name = f"{folder}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                if not _is_project(Path(entry.path)):
                    tags = inherited | _tags(Path(entry.path), name, result)
                    stack.append((f"{name}/", tags))
            else:
                _take(top, entry, name, inherited, result)
    result.files.sort(key=lambda file: file.path)
    result.warnings += [_stray_warning(folder, names) for folder, names in result.strays.items()]
    return result


def _entries(top: Path, folder: str, result: Walk) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(top / folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        if not folder:
            raise StrokebookError(
                f"The library {top} cannot be read ({error.strerror}).",
                "Check the folder's permissions.",
            ) from error
        result.unread.append(folder)
        result.refused.append(
            Diagnostic(
                folder.rstrip("/"),
                f"cannot be looked into ({error.strerror}).",
                "Check the folder's permissions; what was known in it is kept.",
                transient=True,
            )
        )
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.name.lower() in _JUNK:
            continue
        if not _is_unicode(entry.name):
            shown = os.fsencode(f"{folder}{entry.name}").decode("utf-8", "backslashreplace")
            result.refused.append(
                Diagnostic(shown, "has a name that is not valid Unicode.", "Rename.")
            )
            continue
        yield entry


def _is_unicode(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_project(folder: Path) -> bool:
    try:
        return any((folder / mark).exists() for mark in _PROJECT_MARKS)
    except OSError:
        return False  # what is wrong with the folder is told when it is looked into


def _tags(path: Path, name: str, result: Walk) -> frozenset[str]:
    tags, problem = read_tags(path)
    if problem:
        result.warnings.append(
            Diagnostic(
                name or str(path),
                problem,
                "Set its colour again if it has one.",
                severity=Severity.WARNING,
            )
        )
    return tags


def _take(
    top: Path, entry: os.DirEntry[str], name: str, inherited: frozenset[str], result: Walk
) -> None:
    is_image = Path(entry.name).suffix.lower() in IMAGE_SUFFIXES
    if not is_image and "/" not in name:
        return  # a README or a list beside the sketchbooks
    if entry.is_symlink() and not _follow(top, entry, name, result):
        return
    try:
        status = entry.stat()
    except OSError as error:
        result.unread.append(name)
        result.refused.append(
            Diagnostic(
                name,
                f"cannot be read ({error.strerror}).",
                "Check the file's permissions.",
                transient=True,
            )
        )
        return
    if not stat.S_ISREG(status.st_mode):
        result.refused.append(Diagnostic(name, "is no plain file.", "Take it out of the library."))
    elif not is_image:
        result.strays.setdefault(str(PurePosixPath(name).parent), []).append(entry.name)
    else:
        tags = inherited | _tags(Path(entry.path), name, result)
        result.files.append(
            ScannedFile(name, status.st_size, status.st_mtime_ns, status.st_ino, tags)
        )


def _stray_warning(folder: str, names: Sequence[str]) -> Diagnostic:
    """One warning for all notes, lists and sidecars of a folder."""
    shown = ", ".join(names[:NAMED])
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    one = len(names) == 1
    return Diagnostic(
        folder,
        f"{shown}{more} {'is no image' if one else 'are no images'} and {'was' if one else 'were'}"
        " passed over.",
        "It does no harm; at the library's root such files are not mentioned.",
        severity=Severity.WARNING,
    )


def _follow(top: Path, entry: os.DirEntry[str], name: str, result: Walk) -> bool:
    """Whether a link is to be read: only one to a file in a hidden corner of the library."""
    try:
        target = Path(entry.path).resolve(strict=True)
    except (OSError, RuntimeError):
        result.refused.append(
            Diagnostic(name, "is a link that leads nowhere.", "Remove or mend it.")
        )
        return False
    if not target.is_relative_to(top):
        result.refused.append(
            Diagnostic(
                name,
                "is a link out of the library, and those are not followed.",
                "Move what it points to into the library.",
            )
        )
        return False
    # Stores such as git-annex keep the files themselves in hidden folders.
    hidden = any(part.startswith(".") for part in target.relative_to(top).parts)
    return hidden and target.is_file()
