"""Putting a scan somewhere else, whole or not at all, as a copy or a link.

A page of a document goes as a JPEG of its own, since a link would show the whole document.
"""

from __future__ import annotations

import io
import math
import os
import shutil
import tempfile
from pathlib import Path
from typing import Literal

from strokebook.base.files import atomic_open, write_bytes
from strokebook.base.imaging.documents import locate, split_path
from strokebook.base.imaging.images import image_info, open_image

Mode = Literal["copy", "link"]
QUALITY = 95  # of a document's page as a JPEG, without subsampling of its colours


def mode_of(path: str, mode: Mode) -> Mode:
    """How the picture at ``path`` is placed where ``mode`` is asked for."""
    return "copy" if split_path(path) else mode


def place(source: Path, target: Path, mode: Mode) -> os.stat_result:
    """Put ``source`` at ``target``; a copy has its time but not its tags.

    Returns:
        The status of the copy, or of the link itself.

    Raises:
        OSError: The source cannot be read or the target not written.
        InputRefused: The source is a page of a document that cannot be read.
    """
    document, number = locate(source)
    if number is not None:
        write_bytes(target, _page_jpeg(source))
        times = document.stat()
        os.utime(target, ns=(times.st_atime_ns, times.st_mtime_ns))
    elif mode == "link":
        _link(source.resolve(strict=True), target)
    else:
        with source.open("rb") as data, atomic_open(target) as file:
            shutil.copyfileobj(data, file, 1 << 20)
        times = source.stat()
        os.utime(target, ns=(times.st_atime_ns, times.st_mtime_ns))
    return target.lstat()


def _page_jpeg(source: Path) -> bytes:
    # Whatever its size: the scan has checked that against the limit in the settings.
    picture, dpi = open_image(source, max_megapixels=math.inf), image_info(source).dpi
    data = io.BytesIO()
    told = {} if dpi is None else {"dpi": (dpi, dpi)}
    picture.save(data, "JPEG", quality=QUALITY, subsampling=0, **told)
    return data.getvalue()


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # A link cannot replace a file in one step, but its renaming can.
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".link-") as folder:
        link = Path(folder, "link")
        link.symlink_to(source)
        link.replace(target)
