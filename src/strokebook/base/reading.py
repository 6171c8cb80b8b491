"""Reading files that came from elsewhere: what is no plain file is refused before it is opened.

Opening a pipe waits until somebody writes to it, reading a device may never end, and both can lie
under any name. Every reader of ours asks here first.
"""

from __future__ import annotations

import stat
from pathlib import Path

from strokebook.base.errors import InputRefused, is_transient

CHECK = "Check the name."


def plain_size(path: Path, subject: str | None = None) -> int:
    """The size in bytes of a plain file; links are followed.

    Args:
        path: The file.
        subject: What the error calls it; default: the path.

    Raises:
        InputRefused: It does not exist, may not be looked at, or is a folder, a pipe or a device.
    """
    name = subject or str(path)
    try:
        status = path.stat()
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the name
        raise unreadable(name, error) from error
    if stat.S_ISDIR(status.st_mode):
        raise InputRefused(name, "is a folder, not a file.", "Give the name of a file in it.")
    if not stat.S_ISREG(status.st_mode):
        raise InputRefused(
            name,
            "is no plain file but a pipe, a socket or a device.",
            "Copy its content to a file.",
        )
    return status.st_size


def read_plain(path: Path, max_bytes: int, subject: str | None = None) -> bytes:
    """The content of a plain file.

    Args:
        path: The file.
        max_bytes: Larger ones are refused unread.
        subject: What the error calls it; default: the path.

    Raises:
        InputRefused: As :func:`plain_size` says, or it is too large.
    """
    name, size = subject or str(path), plain_size(path, subject)
    if size > max_bytes:
        limit = f"{max_bytes / 2**20:.3g} MB"
        raise InputRefused(
            name, f"has {size / 2**20:.3g} MB, over the limit of {limit}.", "Simplify or split it."
        )
    try:
        return path.read_bytes()
    except OSError as error:
        raise unreadable(name, error) from error


def unreadable(name: str, error: Exception) -> InputRefused:
    """The refusal of a file that the system will not open."""
    transient = is_transient(error)
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return InputRefused(name, "there is no such file.", CHECK, transient=transient)
    if isinstance(error, PermissionError):
        return InputRefused(
            name, "may not be read (no permission).", "Change its permissions.", transient=transient
        )
    why = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return InputRefused(name, f"cannot be read ({why}).", CHECK, transient=transient)
