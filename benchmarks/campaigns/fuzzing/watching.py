"""Monitoring of a reader: time, memory, what it opened for writing, what it ran."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CLEAR, STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")
RUNNING = {
    "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile", "os.fork",
    "subprocess.Popen", "pickle.find_class", "socket.connect",
}  # fmt: skip
CHANGING = {
    "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate",
    "shutil.rmtree", "shutil.move", "sqlite3.connect",
}  # fmt: skip
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Watch:
    """An audit hook of this process that can be switched on; Python allows none to be removed."""

    def __init__(self) -> None:
        self._within: Path | None = None
        self.seen: list[str] = []
        sys.addaudithook(self._hook)

    @contextlib.contextmanager
    def on(self, within: Path) -> Iterator[list[str]]:
        """Collect what is run, and what is written outside ``within``."""
        self._within, self.seen = within.resolve(), []
        try:
            yield self.seen
        finally:
            self._within = None

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._within is None:
            return
        within, self._within = self._within, None  # what follows is ours
        try:
            if event in RUNNING:
                self.seen.append(f"ran {event} {str(arguments)[:100]}")
            elif event in CHANGING or (event == "open" and _writes(arguments)):
                self._check(event, arguments, within)
        finally:
            self._within = within

    def _check(self, event: str, arguments: tuple[Any, ...], within: Path) -> None:
        count = 2 if event in ("os.rename", "os.link", "shutil.move") else 1
        for place in arguments[:count]:
            if isinstance(place, int) or str(place) in (":memory:", os.devnull):
                continue
            path = Path(os.path.abspath(os.fsdecode(place)))  # noqa: PTH100
            path = path.parent.resolve() / path.name
            if not path.is_relative_to(within):
                self.seen.append(f"wrote outside: {event} {path}")


def _writes(arguments: tuple[Any, ...]) -> bool:
    _, mode, flags = (*arguments, None, None)[:3]
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return isinstance(flags, int) and bool(flags & WRITING)


def reset_peak() -> None:
    """Forget this process's peak of memory, where the system can."""
    with contextlib.suppress(OSError):
        CLEAR.write_text("5")


def peak_mb() -> float:
    """The peak of this process's memory since :func:`reset_peak` (or since its start), in MB."""
    with contextlib.suppress(OSError, StopIteration):
        line = next(x for x in STATUS.read_text().splitlines() if x.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    try:
        import resource
    except ImportError:  # Windows: not measured
        return 0.0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1 << 20) if sys.platform == "darwin" else most / 1024
