"""Single keys from a terminal, without Enter: termios on Unix, msvcrt on Windows."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ESCAPE, END = "\x1b", "\x04"  # Esc; Ctrl-D, and what an input that has ended gives
_SECONDS = 0.02  # an arrow key sends its bytes at once; Esc alone is followed by nothing


@contextmanager
def single_keys() -> Iterator[Callable[[], str]]:
    """A function that waits for a key and returns its character, in lower case.

    Keys that send several bytes (arrows) are :data:`ESCAPE`; an input that has ended is
    :data:`END`. Ctrl-C interrupts as ever. The terminal is as before when the block ends.
    """
    if sys.platform == "win32":
        yield _windows_key
        return
    import termios
    import tty

    device = sys.stdin.fileno()
    before = termios.tcgetattr(device)

    def key() -> str:
        tty.setcbreak(device, termios.TCSADRAIN)  # each time: a shell may have come between
        return _unix_key(device)

    try:
        yield key
    finally:
        termios.tcsetattr(device, termios.TCSADRAIN, before)


def _unix_key(device: int) -> str:
    first = os.read(device, 1)
    if not first:
        return END
    if first[0] == 0x1B:
        return _drained(device)
    rest = next((n for n, least in ((3, 0xF0), (2, 0xE0), (1, 0xC0)) if first[0] >= least), 0)
    return (first + (os.read(device, rest) if rest else b"")).decode("utf-8", "replace").lower()


def _drained(device: int) -> str:
    """Esc, and the rest of the key that began with it, but not the next key."""
    import select

    def following() -> bytes:
        ready = select.select([device], [], [], _SECONDS)[0]
        return os.read(device, 1) if ready else b""

    if following() in (b"[", b"O"):  # CSI and SS3 end with a letter or ~ (ECMA-48)
        while (byte := following()) and not 0x40 <= byte[0] <= 0x7E:
            pass
    return ESCAPE


def _windows_key() -> str:
    import msvcrt

    key = str(msvcrt.getwch())  # type: ignore[attr-defined,unused-ignore]
    if key in ("\x00", "\xe0"):
        msvcrt.getwch()  # type: ignore[attr-defined,unused-ignore]
        return ESCAPE
    if key == "\x03":
        raise KeyboardInterrupt
    return END if key == "\x1a" else key.lower()
