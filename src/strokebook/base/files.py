"""Files: every write is atomic, every link or name stays inside its folder."""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, Any

from strokebook.base import owned
from strokebook.base.blame import naming
from strokebook.base.digests import digest, file_digest
from strokebook.base.errors import StrokebookError
from strokebook.base.steps import step

__all__ = (
    "atomic_open",
    "atomic_path",
    "digest",
    "file_digest",
    "inside",
    "plain_name",
    "slug",
    "write_bytes",
    "write_json",
    "write_text",
)

# Names that Windows keeps for devices, whatever their suffix.
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?[ .]*")
_DRIVE = re.compile(r"[A-Za-z]:")


@contextlib.contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """A file for others to write by its name, which appears under ``path`` whole or not at all.

    The data goes to a hidden file on the same disk, is flushed, and replaces ``path`` only when
    the block ends without an error. In a folder of ours the manifest lists it first.

    Raises:
        ForeignFileError: In a folder of ours stands another's file under that name.
        LinkedFolderError: A folder of ours is a link.
    """
    manifest, _ = owned.check(path)
    with naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        place, name = path.parent, f".{path.name[:40]}."
        if manifest is not None:
            place, name = manifest.parts, "strokebook-"
            place.mkdir(exist_ok=True)
        step("write", path)
        handle, text = tempfile.mkstemp(dir=place, prefix=name, suffix=".part")
    os.close(handle)
    partial = Path(text)
    try:
        with naming(path, text):
            yield partial
            with partial.open("r+b") as file:
                os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        partial.chmod(0o666 & ~umask)  # mkstemp makes it private to the user
        with naming(path, text):
            if manifest is not None:
                owned.record(path, partial)
            step("rename", path)
            partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def atomic_open(path: Path, mode: str = "wb") -> Iterator[IO[Any]]:
    """Open a file that appears under its name whole or not at all, as :func:`atomic_path` does."""
    with (
        atomic_path(path) as partial,
        partial.open(mode, encoding=None if "b" in mode else "utf-8") as file,
    ):
        yield file


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


def slug(text: str, fallback: str = "x") -> str:
    """``text`` as a short name of letters, digits and hyphens, safe in any file system."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-").lower()[:60] or fallback


def inside(folder: Path, name: str) -> Path:
    """``folder / name`` for a name that comes from a file or a setting.

    Raises:
        StrokebookError: The name is empty, absolute, climbs out of the folder (also through a
            link), holds a NUL or a drive letter, or is a device of Windows.
    """
    windows, posix = PureWindowsPath(name), PurePosixPath(name)
    parts = {*windows.parts, *posix.parts}
    if not name or "\0" in name or any(_DEVICES.fullmatch(part) for part in parts):
        raise StrokebookError(f"{name!r} is no name of a file.", "Use a plain name.")
    rooted = windows.root or windows.drive or posix.is_absolute() or _DRIVE.match(name)
    if rooted or ".." in parts or not _stays(folder, name):
        raise StrokebookError(f"{name!r} lies outside {folder}.", "Use a name within the project.")
    return folder / name


def _stays(folder: Path, name: str) -> bool:
    """Whether a name still lies in the folder when every link on its way is followed."""
    try:
        return (folder / name).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # links that lead in a circle, a name too long
        return False


def plain_name(name: str) -> str:
    """``name`` itself, when it is that of one file, in no folder.

    Raises:
        StrokebookError: See :func:`inside`; or it has a separator.
    """
    if re.search(r"[/\\]", name) or name in (".", ".."):
        raise StrokebookError(f"{name!r} is no plain name.", "Use one without / and \\.")
    return inside(Path(), name).name
