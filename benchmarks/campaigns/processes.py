"""Processes: ended at a chosen moment, with a check that their child processes end too."""

from __future__ import annotations

import contextlib
import subprocess
import time
from pathlib import Path


def kill_after(process: subprocess.Popen[str], seconds: float) -> None:
    """SIGKILL a command at a moment from now, unless it has ended before."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    if process.poll() is None:
        process.kill()


def are_ended(group: int, seconds: float) -> bool:
    """Whether all processes of a command's group are gone within a time, its workers too.

    Where the system keeps no /proc it cannot be seen, and counts as gone.
    """
    deadline = time.monotonic() + seconds
    while _alive(group):
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.1)
    return True


def _alive(group: int) -> bool:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            state, _, its_group = stat.read_text().rpartition(")")[2].split()[:3]
            if int(its_group) == group and state not in "ZX":
                return True
    return False
