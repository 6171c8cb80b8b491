"""Who works in a project: one run at a time, edits in between, and how a run is asked to stop.

Two locks. The *run* lock is held by ``run``, ``train``, ``dataset`` and ``cluster`` from beginning
to end: two of them would do the same work twice. The *edit* lock is held by a curating command, and
by a run only for the moments in which it reads what edits change or puts its result in place; so a
label or a tag goes through while a model is trained for hours.

A run that has to end (a page it uses became private) is asked to by a file; it looks for that
between two items, two steps of a training, and two stages.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from filelock import BaseFileLock, FileLock, SoftFileLock, Timeout

from strokebook.base.errors import StrokebookError
from strokebook.base.files import write_json
from strokebook.base.filesystems import is_network
from strokebook.base.progress import Progress
from strokebook.pipeline.project import Project

RUN, EDIT, HOLDER, STOP = ".lock", ".edit.lock", ".lock.json", ".stop.json"
EDIT_SECONDS = 60.0  # longest wait of an edit; a run waits for an edit as long as it takes
SILENT_SECONDS = 1.0  # a shorter wait is not worth a line
POLL_SECONDS = 0.05
LOOK_SECONDS = 0.2  # a run looks this often, at most, whether it has to stop
T = TypeVar("T")


class RunStopped(StrokebookError):
    """The run was asked to stop; what it had done of complete results is kept."""


@dataclass(frozen=True)
class Holder:
    """Who runs: the command, its process, its computer, and since when (local ISO time)."""

    command: str
    pid: int
    host: str
    since: str

    def __str__(self) -> str:
        return f"{self.command}, process {self.pid} on {self.host}, since {self.since}"


@contextlib.contextmanager
def running(project: Project, command: str = "run") -> Iterator[None]:
    """Hold the project for one run; a lock left by a killed one is free at once.

    Within the block ``project.progress`` looks for a wish to stop at every item. Nested in itself
    (same ``project``) it does nothing.

    Raises:
        StrokebookError: Another run is at work in it.
    """
    if RUN in project.held:
        yield
        return
    lock, progress = _lock(project, RUN), project.progress
    if not _acquired(lock):
        raise StrokebookError(_at_work(project), "Wait until it has ended, or stop it (Ctrl-C).")
    project.held.add(RUN)
    try:
        _forget(project, STOP)  # meant for a run that has ended since
        _sign(project, command)
        project.progress = _Watchful(progress, project)
        yield
    finally:
        project.progress = progress
        project.held.discard(RUN)
        _forget(project, HOLDER)
        lock.release()


@contextlib.contextmanager
def editing(project: Project, seconds: float = EDIT_SECONDS) -> Iterator[None]:
    """Hold what edits change for a moment; waits for whoever else does. Nests.

    Args:
        project: Open.
        seconds: Longest wait, outside a run.

    Raises:
        StrokebookError: Another command held it all the while.
        RunStopped: This is a run, and it was asked to stop while it waited.
    """
    if EDIT in project.held:
        yield
        return
    lock = _lock(project, EDIT)
    if not _waited_for(project, lock, seconds):
        raise StrokebookError(
            f"Another command has been editing {project.folder} for {seconds:.0f} s.",
            "Try again when it has ended.",
        )
    project.held.add(EDIT)
    try:
        if RUN not in project.held:
            project.catalogue.db.sync_fully()  # what a hand did is nowhere else
        yield
    finally:
        project.held.discard(EDIT)
        lock.release()


def holder(project: Project) -> Holder | None:
    """The run that is at work in the project now, in whatever process; None when there is none.

    A run that has just begun may not have signed yet; its process is 0 then.
    """
    lock = _lock(project, RUN)
    if RUN not in project.held and _acquired(lock):
        lock.release()
        return None
    with contextlib.suppress(OSError, ValueError, TypeError):
        return Holder(**json.loads(project.at(HOLDER).read_text(encoding="utf-8")))
    return Holder("another command", 0, "an unknown computer", "just now")


def request_stop(project: Project, reason: str) -> None:
    """Ask the run at work to stop; it ends with ``reason`` (a whole sentence) as its last word.

    A training that is stopped so is discarded, not kept to be resumed.
    """
    write_json(project.at(STOP), {"reason": reason, "pid": os.getpid()})


def stop_reason(project: Project) -> str:
    """Why the run should stop; empty when nobody asked."""
    path = project.at(STOP)
    if not path.exists():
        return ""
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["reason"])
    except FileNotFoundError:
        return ""
    except (OSError, ValueError, TypeError, KeyError):
        return "It was asked to stop."


def check_stop(project: Project) -> None:
    """End the run here when it was asked to stop.

    Raises:
        RunStopped: It was.
    """
    reason = stop_reason(project) if RUN in project.held else ""
    if reason:
        raise RunStopped(f"The run was stopped. {reason}", "Run again to go on.")


def wait_until_free(project: Project, seconds: float) -> bool:
    """Wait until no run is at work in the project.

    Returns:
        False when one still was after ``seconds``.
    """
    deadline = time.monotonic() + seconds
    while holder(project) is not None:
        if time.monotonic() >= deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


@contextlib.contextmanager
def run_ended(project: Project, reason: str, seconds: float = EDIT_SECONDS) -> Iterator[bool]:
    """Ask the run at work to stop, wait for it, and let no other begin during the block.

    To be used for removing what a run may be reading or writing: within a run it holds already.

    Args:
        project: Open.
        reason: A whole sentence; the stopped run ends with it.
        seconds: Longest wait.

    Yields:
        True when no run is at work now; False when the one there was has not stopped yet. It will
        as soon as it looks, so what is to be removed has to be noted down for later.
    """
    if RUN in project.held:
        yield True
        return
    lock, deadline = _lock(project, RUN), time.monotonic() + seconds
    free = _acquired(lock)
    while not free and time.monotonic() < deadline:
        if not project.at(STOP).exists():  # not asked yet, or taken away by a run that just began
            request_stop(project, reason)
        time.sleep(POLL_SECONDS)
        free = _acquired(lock)
    if free:
        project.held.add(RUN)
        _forget(project, STOP)
    try:
        yield free
    finally:
        if free:
            project.held.discard(RUN)
            lock.release()


class _Watchful:
    """Progress that looks, before every item, whether the run was asked to stop."""

    def __init__(self, inner: Progress, project: Project) -> None:
        self._inner, self._project = inner, project
        self._next = 0.0

    def track(
        self, items: Sequence[T] | Iterable[T], what: str, total: int | None = None
    ) -> Iterator[T]:
        """Yield ``items`` as the progress behind it does."""
        if total is None and isinstance(items, Sequence):
            total = len(items)
        yield from self._inner.track(self._watched(items), what, total)

    def _watched(self, items: Iterable[T]) -> Iterator[T]:
        self._look()
        for item in items:
            yield item
            self._look()

    def _look(self) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + LOOK_SECONDS
            check_stop(self._project)

    def say(self, text: str) -> None:
        """One line of news."""
        self._inner.say(text)


def _lock(project: Project, name: str) -> BaseFileLock:
    # Over a network the system's own locks may hold nothing; a lock that is a file of its own does.
    kind = SoftFileLock if is_network(project.folder) else FileLock
    return kind(project.at(name))


def _acquired(lock: BaseFileLock) -> bool:
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    except OSError as error:
        raise StrokebookError(
            f"The project cannot be locked: {lock.lock_file} cannot be written"
            f" ({error.strerror or error}).",
            "Check the permissions of the project's folder and the space on its disk.",
        ) from error
    return True


def _waited_for(project: Project, lock: BaseFileLock, seconds: float) -> bool:
    start, announced = time.monotonic(), False
    while not _acquired(lock):
        waited = time.monotonic() - start
        if RUN in project.held:
            check_stop(project)
        elif waited >= seconds:
            return False
        if waited >= SILENT_SECONDS and not announced:
            project.progress.say("Waiting for another command that edits this project …")
            announced = True
        time.sleep(POLL_SECONDS)
    return True


def _at_work(project: Project) -> str:
    known = holder(project)
    who = f" ({known})" if known else ""
    return f"Another strokebook is at work in {project.folder}{who}."


def _sign(project: Project, command: str) -> None:
    since = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
    write_json(
        project.at(HOLDER), asdict(Holder(command, os.getpid(), socket.gethostname(), since))
    )


def _forget(project: Project, name: str) -> None:
    with contextlib.suppress(OSError):
        Path(project.at(name)).unlink(missing_ok=True)
