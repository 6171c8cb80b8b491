"""Files: every write is atomic, every link or name stays inside its folder."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from strokebook.base.errors import StrokebookError


@contextlib.contextmanager
def atomic_open(path: Path, mode: str = "wb") -> Iterator[IO[Any]]:
    """Open a file that appears under its name whole or not at all.

    The data goes to a hidden file in the same folder, is flushed to disk, and replaces ``path``
    only when the block ends without an error.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, partial = tempfile.mkstemp(
        dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".part"
    )
    try:
        with os.fdopen(handle, mode, encoding=None if "b" in mode else "utf-8") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        Path(partial).chmod(0o666 & ~umask)  # mkstemp makes it private to the user
        Path(partial).replace(path)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise


def write_bytes(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path`` atomically, making its folder."""
    with atomic_open(path) as file:
        file.write(data)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 ``text`` to ``path`` atomically, making its folder."""
    write_bytes(path, text.encode())


def write_json(path: Path, value: object) -> None:
    """Write ``value`` as indented JSON, atomically; NaN is refused rather than written."""
    write_text(path, json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def digest(*parts: bytes | str) -> str:
    """A 16-digit key of ``parts`` (BLAKE2b); their boundaries count."""
    state = hashlib.blake2b(digest_size=8)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        state.update(len(data).to_bytes(8, "little"))
        state.update(data)
    return state.hexdigest()


def file_digest(path: Path) -> str:
    """A 32-digit key of a file's content (BLAKE2b, read in pieces)."""
    state = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            state.update(piece)
    return state.hexdigest()


def slug(text: str, fallback: str = "x") -> str:
    """``text`` as a short name of letters, digits and hyphens, safe in any file system."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-").lower()[:60] or fallback


def inside(folder: Path, name: str) -> Path:
    """``folder / name``, refused when it would lie outside ``folder``.

    Raises:
        StrokebookError: The name climbs out of the folder, or is absolute.
    """
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise StrokebookError(f"{name!r} lies outside {folder}.", "Use a name within the project.")
    return path
