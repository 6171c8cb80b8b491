"""The manifest of a folder of ours: which files strokebook wrote there, and what they held.

``.strokebook-files`` marks a folder as ours and lists our files in it, one JSON object a line. The
first line is a head; each of the others says what was written (``path``, ``size``, ``hash``,
``mtime_ns``, ``stage``, ``owner``, and in ``was`` what it replaced) or that it is ``gone``. Lines
are only added, each with one write, so that several processes can; of two about one file the later
holds. A line precedes its file: a kill between the two leaves the former content in place, which
``was`` still proves to be ours.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from strokebook.base.blame import naming
from strokebook.base.digests import file_digest
from strokebook.base.errors import StrokebookError
from strokebook.base.steps import step

MARK = ".strokebook-files"
PARTS = ".strokebook-parts"  # folder of files that are being written
FORMAT, VERSION = "strokebook files", 1
NOTE = (
    "strokebook made this folder and lists here what it wrote; it deletes and overwrites nothing "
    "else, and nothing that was changed since."
)
FEW = 64  # lines that are not worth compacting


@dataclass(frozen=True)
class FileState:
    """What a file held: its size in bytes, the key of its content, its time.

    Attributes:
        size: In bytes.
        hash: Key of the content, or None: ours whatever it holds (files that are appended to).
        mtime_ns: When it was written; while it and the size stay, the content counts as the same.
    """

    size: int
    hash: str | None
    mtime_ns: int

    @classmethod
    def of(cls, file: Path) -> FileState:
        """The state of a file as it is."""
        status = file.lstat()
        return cls(status.st_size, file_digest(file), status.st_mtime_ns)

    def holds(self, file: Path, *, certain: bool) -> bool:
        """Whether ``file`` is as it was left; ``certain`` compares the content whatever its time.

        Raises:
            OSError: It is not there or cannot be read.
        """
        status = file.lstat()
        if self.hash is None:
            return True
        if status.st_size != self.size:
            return False
        if status.st_mtime_ns == self.mtime_ns and not certain:
            return True
        return file_digest(file) == self.hash


@dataclass(frozen=True)
class Entry:
    """A file of ours.

    Attributes:
        path: Posix, relative to the marked folder.
        now: What was written last.
        was: What that replaced (still there when we were killed in between).
        stage: The stage that made it.
        owner: The image that it was made of, or "" where several went into it.
    """

    path: str
    now: FileState
    was: FileState | None = None
    stage: str = ""
    owner: str = ""

    def held(self, file: Path, *, certain: bool = False) -> FileState | None:
        """The state, now or before, that ``file`` is in; None: it is not what we wrote."""
        if file.is_symlink() or not file.is_file():
            return None
        states = [state for state in (self.now, self.was) if state is not None]
        return next((state for state in states if state.holds(file, certain=certain)), None)


class Manifest:
    """The files of ours in one folder, as its mark lists them.

    Attributes:
        folder: The marked folder, absolute.
        files: Names in the folder that are ours to make; None: everything below it is.
        folders: Folders in it that are ours to make, each with a mark of its own.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.mark = folder, folder / MARK
        self.files: frozenset[str] | None = None
        self.folders: frozenset[str] = frozenset()
        self._lock = threading.RLock()
        self._forget()

    def _forget(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._read, self._lines, self._head = 0, 0, b""
        self._seen: tuple[int, int, int] | None = None

    @property
    def parts(self) -> Path:
        """Where files are written before they get their names."""
        return self.folder / PARTS

    def entries(self) -> dict[str, Entry]:
        """Every file of ours by its path, as the mark has it at this moment."""
        with self._lock:
            self._refresh()
            return dict(self._entries)

    def refresh(self) -> None:
        """Read what was added to the mark since it was read last."""
        with self._lock:
            self._refresh()

    def entry(self, path: str) -> Entry | None:
        """The file at ``path`` (posix, relative), if it is ours."""
        with self._lock:
            self._refresh()
            return self._entries.get(path)

    def begin(
        self,
        files: Iterable[str] | None = None,
        folders: Iterable[str] = (),
        entries: Iterable[Entry] = (),
    ) -> None:
        """Mark the folder with these entries, unless it is marked."""
        self.folder.mkdir(parents=True, exist_ok=True)
        head = _new_head()
        if files is not None:
            head |= {"files": sorted(files), "folders": sorted(folders)}
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_BINARY", 0)
        with contextlib.suppress(FileExistsError), naming(self.mark):
            handle = os.open(self.mark, flags, 0o666)
            with os.fdopen(handle, "wb", buffering=0) as file:
                file.write(b"".join([_line(head), *(_line(_plain(entry)) for entry in entries)]))
                os.fsync(file.fileno())

    def put(self, entries: Iterable[Entry] = (), gone: Iterable[str] = ()) -> None:
        """Add lines, on disk when this returns."""
        lines = [_line(_plain(entry)) for entry in entries]
        lines += [_line({"path": path, "gone": True}) for path in gone]
        if not lines:
            return
        with self._lock:
            step("record", self.mark)
            self._append(b"".join(lines))
            self._refresh()
            if self._lines > max(FEW, 2 * len(self._entries)):
                self.compact()

    def _append(self, data: bytes) -> None:
        with naming(self.mark), _locked(self.mark) as handle:
            os.write(handle, (b"" if _ends_line(handle) else b"\n") + data)
            os.fsync(handle)

    def _refresh(self) -> None:
        try:
            status = self.mark.stat()
        except OSError:
            self._forget()
            return
        seen = status.st_ino, status.st_size, status.st_mtime_ns
        if seen == self._seen:
            return
        with self.mark.open("rb") as file:
            # A mark written anew may get the inode of an earlier one, but never its first line.
            head = file.readline()
            if head != self._head or status.st_size < self._read:
                self._forget()
                self._head = head
            file.seek(self._read)
            self._take(file.read())
        self._seen = seen

    def _take(self, data: bytes) -> None:
        whole = data[: data.rfind(b"\n") + 1]  # a line that is cut short is not read (yet)
        self._read += len(whole)
        for line in whole.splitlines():
            value = _parsed(line)
            if value is None:
                continue
            self._lines += 1
            if "format" in value:
                self._take_head(value)
            elif value.get("gone"):
                self._entries.pop(str(value.get("path")), None)
            elif (entry := _entry(value)) is not None:
                self._entries[entry.path] = entry

    def _take_head(self, head: dict[str, Any]) -> None:
        if head["format"] != FORMAT or head.get("version") != VERSION:
            raise StrokebookError(
                f"{self.mark} is of another version of strokebook.", "Install a newer one."
            )
        if "files" in head:
            self.files = frozenset(map(str, head["files"]))
            self.folders = frozenset(map(str, head.get("folders", ())))

    def compact(self) -> None:
        """Write the mark anew without the lines that hold no longer."""
        # Windows replaces no file that is open, so that there the lines just stay.
        with self._lock, contextlib.suppress(OSError), _locked(self.mark):
            self._forget()  # nothing but what the mark itself says goes into the new one
            self._refresh()
            head = _new_head()
            if self.files is not None:
                head |= {"files": sorted(self.files), "folders": sorted(self.folders)}
            lines = [_line(head), *(_line(_plain(e)) for e in self._entries.values())]
            self.parts.mkdir(exist_ok=True)
            fresh = self.parts / f"mark-{os.getpid()}.part"
            try:
                with fresh.open("wb") as file:
                    file.write(b"".join(lines))
                    file.flush()
                    os.fsync(file.fileno())
                fresh.replace(self.mark)
            finally:
                fresh.unlink(missing_ok=True)


def _new_head() -> dict[str, Any]:
    """The first line of a mark, unlike that of any other, so that readers know it was replaced."""
    return {"format": FORMAT, "version": VERSION, "note": NOTE, "written": secrets.token_hex(8)}


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode() + b"\n"


def _parsed(line: bytes) -> dict[str, Any] | None:
    with contextlib.suppress(ValueError):
        value = json.loads(line)
        return value if isinstance(value, dict) else None
    return None


def _plain(entry: Entry) -> dict[str, Any]:
    now, was = entry.now, entry.was
    value: dict[str, Any] = {"path": entry.path}
    value |= {"size": now.size, "hash": now.hash, "mtime_ns": now.mtime_ns}
    value |= {"stage": entry.stage, "owner": entry.owner}
    return value if was is None else value | {"was": [was.size, was.hash, was.mtime_ns]}


def _entry(value: dict[str, Any]) -> Entry | None:
    """A line's file; None for one that nobody of ours wrote."""
    try:
        path = str(value["path"])
        now = _state(value["size"], value["hash"], value["mtime_ns"])
        was = _state(*value["was"]) if value.get("was") else None
    except (KeyError, TypeError, ValueError):
        return None
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\0" in path or "\\" in path:
        return None
    return Entry(path, now, was, str(value.get("stage", "")), str(value.get("owner", "")))


def _state(size: Any, key: Any, mtime_ns: Any) -> FileState:
    return FileState(int(size), None if key is None else str(key), int(mtime_ns))


@contextlib.contextmanager
def _locked(mark: Path) -> Iterator[int]:
    """A handle of the mark that writes at its end, held alone among processes and threads."""
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
    while True:
        handle = os.open(mark, flags, 0o666)
        try:
            with _alone(handle):
                if _is_at(handle, mark):
                    yield handle
                    return
            # It was compacted while we waited: this is the former file.
        finally:
            os.close(handle)


def _is_at(handle: int, mark: Path) -> bool:
    with contextlib.suppress(OSError):
        return os.path.samestat(os.fstat(handle), mark.stat())
    return False


@contextlib.contextmanager
def _alone(handle: int) -> Iterator[None]:
    """Hold a file's lock; a file system without locks goes without."""
    locking, lock, unlock = _lock_calls()
    with contextlib.suppress(OSError):
        locking(handle, lock)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            locking(handle, unlock)


def _lock_calls() -> tuple[Callable[[int, int], object], int, int]:
    """Lock and unlock as POSIX or as Windows has it."""
    try:
        import fcntl
    except ImportError:
        import msvcrt

        library: Any = msvcrt

        def locking(handle: int, how: int) -> None:
            os.lseek(handle, 1 << 40, os.SEEK_SET)  # a byte far behind the last one
            library.locking(handle, how, 1)

        return locking, library.LK_LOCK, library.LK_UNLCK
    return fcntl.flock, fcntl.LOCK_EX, fcntl.LOCK_UN


def _ends_line(handle: int) -> bool:
    size = os.lseek(handle, 0, os.SEEK_END)
    if size == 0:
        return True
    os.lseek(handle, size - 1, os.SEEK_SET)
    return os.read(handle, 1) == b"\n"
