"""Whether the library is still the one that a stage began to read: disks go away in mid-work."""

from __future__ import annotations

import os
from pathlib import Path

from strokebook.base.errors import StrokebookError


class Mounted:
    """The library's folder as it was at the beginning of a stage."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._before = _identity(root)

    def check(self) -> None:
        """Stop the stage when the library is not there any more, instead of refusing every page.

        Raises:
            StrokebookError: The folder is gone, unreadable, empty, or another one stands there
                (the empty folder that a disk was mounted on).
        """
        now = _identity(self._root)
        if now is None or now != self._before:
            raise StrokebookError(
                f"The library {self._root} went away.",
                "Mount it and run again; what was done is kept.",
            )


def _identity(root: Path) -> tuple[int, int] | None:
    """Device and number of the folder; None where nothing can be read in it."""
    try:
        with os.scandir(root) as entries:
            if next(entries, None) is None:
                return None
        status = root.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
