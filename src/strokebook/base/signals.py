"""Signals that ask a process to end, all answered as Ctrl-C is; and the exit code that tells which.

SIGTERM (a service manager, a shutdown), SIGHUP (the terminal was closed) and, on Windows,
CTRL_BREAK end a process on the spot by default, and what it started goes on without it. Here they
raise ``KeyboardInterrupt`` like SIGINT, so that every ``finally`` is run.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

_NAMES = ("SIGTERM", "SIGHUP", "SIGBREAK")  # those that this system has
INTERRUPTED = 128 + int(signal.SIGINT)


class Ending:
    """Which signal asked for the end."""

    def __init__(self) -> None:
        self.number = int(signal.SIGINT)

    @property
    def exit_code(self) -> int:
        """What shells expect: 130 after Ctrl-C, 143 after SIGTERM."""
        return 128 + self.number

    def hear(self, number: int, frame: FrameType | None) -> None:
        """Do what Ctrl-C does at this moment: a training under way saves first."""
        self.number = number
        handler: Callable[[int, FrameType | None], object] | int | None
        handler = signal.getsignal(signal.SIGINT)
        if not callable(handler):  # Ctrl-C is ignored: a job in the background of a script
            raise KeyboardInterrupt
        handler(signal.SIGINT, frame)


@contextlib.contextmanager
def answered_like_ctrl_c() -> Iterator[Ending]:
    """Within the block, every signal that asks for the end raises ``KeyboardInterrupt``.

    A signal that is ignored from outside (``nohup``) stays so. Outside the main thread, where
    Python takes no signals, nothing changes.
    """
    ending, before = Ending(), {}
    if threading.current_thread() is threading.main_thread():
        for name in _NAMES:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, ending.hear)
    try:
        yield ending
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
