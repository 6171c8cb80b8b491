"""Putting a scan somewhere else, whole or not at all, as a copy or a link."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Literal

from strokebook.base.files import atomic_open

Mode = Literal["copy", "link"]


def place(source: Path, target: Path, mode: Mode) -> os.stat_result:
    """Put ``source`` at ``target``; a copy has its time but not its tags.

    Returns:
        The status of the copy, or of the link itself.

    Raises:
        OSError: The source cannot be read or the target not written.
    """
    if mode == "link":
        _link(source.resolve(strict=True), target)
    else:
        with source.open("rb") as data, atomic_open(target) as file:
            shutil.copyfileobj(data, file, 1 << 20)
        times = source.stat()
        os.utime(target, ns=(times.st_atime_ns, times.st_mtime_ns))
    return target.lstat()


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # A link cannot replace a file in one step, but its renaming can.
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".link-") as folder:
        link = Path(folder, "link")
        link.symlink_to(source)
        link.replace(target)
