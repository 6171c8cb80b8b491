"""What went wrong, as one sentence and an exit code: wrong use, the disk, or us."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from strokebook.base.errors import StrokebookError
from strokebook.base.extras import missing_extra
from strokebook.cli.console import DISK_FAULT, OUR_FAULT, WRONG_USE

GO_ON = "then run the command again: what was done is kept."

# What an artist can do, by what the operating system says.
_DISK: dict[int, tuple[str, str]] = {
    errno.ENOSPC: ("the disk is full.", f"Free some space, {GO_ON}"),
    errno.EROFS: (
        "the disk or folder is read-only.",
        f"Make it writable, or name another place, {GO_ON}",
    ),
    errno.EACCES: (
        "permission is denied.",
        f"Change its permissions, close the program that has it open, or name another place, "
        f"{GO_ON}",
    ),
    errno.EIO: ("the disk reports an error.", f"Check the disk and its cable, {GO_ON}"),
    errno.ENOENT: (
        "there is no such file or folder.",
        f"Check the name, and that its disk is there, {GO_ON}",
    ),
    errno.ENOTDIR: ("a file stands where a folder is needed.", "Move it, or name another place."),
    errno.EISDIR: ("is a folder, where a file is needed.", "Move it, or name another place."),
    errno.EEXIST: ("is in the way.", "Move it, or name another place."),
    errno.ENAMETOOLONG: ("its name is too long.", "Name a shorter one."),
    errno.EMFILE: ("too many files are open.", f"Close other programs, {GO_ON}"),
}
_DISK[errno.EDQUOT if hasattr(errno, "EDQUOT") else errno.ENOSPC] = _DISK[errno.ENOSPC]
_DISK[errno.EPERM] = _DISK[errno.EACCES]
# These are about the disk, whoever translated them; the others may be a file wrongly named.
_SURELY_DISK = {errno.ENOSPC, errno.EROFS, errno.EIO, getattr(errno, "EDQUOT", errno.ENOSPC)}
_SQLITE = {"full": errno.ENOSPC, "readonly": errno.EROFS, "disk i/o": errno.EIO}


@dataclass(frozen=True)
class Fault:
    """A failed command.

    Attributes:
        sentence: For the person.
        code: Of the command.
        ours: True when it is a mistake in strokebook, to be looked into.
    """

    sentence: str
    code: int
    ours: bool = False


def fault_of(error: BaseException, project: Path | None = None) -> Fault:
    """What to say of ``error``.

    Args:
        error: Any but an interruption.
        project: The project at work, which stands for a database that names no file.
    """
    if isinstance(error, StrokebookError):
        code = DISK_FAULT if any(map(_surely_disk, _chain(error))) else WRONG_USE
        return Fault(str(error), code)
    for cause in _chain(error):
        if (missing := missing_extra(cause)) is not None:
            return Fault(str(missing), WRONG_USE)
    if isinstance(error, MemoryError):
        return Fault(
            "The memory is full. Close other programs, or set workers = 1 under [project] in "
            f"strokebook.toml, {GO_ON}",
            DISK_FAULT,
        )
    for cause in _chain(error):
        if isinstance(cause, OSError) and (cause is error or _surely_disk(cause)):
            return Fault(_disk_sentence(cause, project), DISK_FAULT)
        number = _sqlite_number(cause)
        if number is not None:
            place = str(project or "The catalogue")
            return Fault(f"{place}: {' '.join(_DISK[number])}", DISK_FAULT)
    return Fault(f"{type(error).__name__}: {error}".strip(), OUR_FAULT, ours=True)


def _disk_sentence(error: OSError, project: Path | None) -> str:
    known = error.errno is not None and error.errno in _DISK
    reason, remedy = (
        _DISK[error.errno or 0] if known else (f"{_plain(error)}.", f"Check the disk, {GO_ON}")
    )
    name = error.filename
    if isinstance(name, (str, bytes)):
        place = os.fsdecode(name)
    else:  # a number of an open file, or nothing
        place = f"A file of {project}" if project else "A file"
    return f"{place}: {reason} {remedy}"


def _plain(error: OSError) -> str:
    text = (error.strerror or str(error) or type(error).__name__).strip().rstrip(".")
    return text[:1].lower() + text[1:]


def _surely_disk(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno in _SURELY_DISK
    return _sqlite_number(error) is not None


def _sqlite_number(error: BaseException) -> int | None:
    if not isinstance(error, sqlite3.OperationalError):
        return None
    text = str(error).lower()
    return next((number for word, number in _SQLITE.items() if word in text), None)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it came from."""
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
