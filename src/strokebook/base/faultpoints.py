"""What a test lets happen at the steps of ``base/steps.py``: a kill, a full or read-only disk.

``STROKEBOOK_FAULT`` says it, of the N-th step that the process comes to (from 1):

- ``count:FILE``: nothing; at the end FILE gets one line a step, its name and path.
- ``kill:N``: the process dies on the spot, as by SIGKILL: no ``finally`` runs.
- ``enospc:N``: from there on the disk is full: writes and commits fail, removing still works.
- ``erofs:N``: from there on the disk is read-only: everything fails.

The processes that trace pages come to no steps, unless the value begins with ``worker:``; then
they alone do, each counting for itself.
"""

from __future__ import annotations

import atexit
import errno
import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path

VARIABLE = "STROKEBOOK_FAULT"
REMOVING = ("unlink",)


class _Plan:
    """What is to happen in this process, and the steps it has come to."""

    def __init__(self, text: str) -> None:
        in_workers = text.startswith("worker:")
        self.kind, _, self.rest = text.removeprefix("worker:").partition(":")
        is_worker = multiprocessing.parent_process() is not None
        self.active = bool(text) and in_workers == is_worker
        self.steps: list[str] = []
        if not self.active:
            return
        if self.kind not in ("count", "kill", "enospc", "erofs") or not self.rest:
            raise ValueError(f"{VARIABLE}={text!r} is not understood.")
        if self.kind == "count":
            atexit.register(self._save)
        else:
            self.at = int(self.rest)

    def come_to(self, name: str, path: Path) -> None:
        """Be before a step.

        Raises:
            OSError: The disk is to fail.
        """
        self.steps.append(f"{name} {path}")
        if self.kind == "count" or len(self.steps) < self.at:
            return
        if self.kind == "kill":
            _die()
        if self.kind == "enospc" and name not in REMOVING:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        if self.kind == "erofs":
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    def _save(self) -> None:
        Path(self.rest).write_text("".join(f"{one}\n" for one in self.steps), "utf-8")


def planned() -> Callable[[str, Path], None] | None:
    """The hook that the environment asks for; None outside such tests.

    Raises:
        ValueError: The variable is not understood.
    """
    plan = _Plan(os.environ.get(VARIABLE, ""))
    return plan.come_to if plan.active else None


def _die() -> None:
    if hasattr(signal, "SIGKILL"):
        os.kill(os.getpid(), signal.SIGKILL)
    os._exit(137)
