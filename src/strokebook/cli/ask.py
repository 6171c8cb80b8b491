"""Questions to the person at the terminal; without one nobody is asked, and the answer is None."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from strokebook.cli.console import err


def at_terminal() -> bool:
    """True when somebody can read a question and type an answer."""
    return sys.stdin is not None and sys.stdin.isatty() and err.is_terminal


def confirm(question: str) -> bool | None:
    """Ask for yes or no; anything but yes is no. None without a terminal."""
    if not at_terminal():
        return None
    return _typed(f"{question} [y/N] ").strip().lower() in ("y", "yes")


def choose(question: str, words: Sequence[str]) -> str | None:
    """Ask for one of ``words``, or a unique beginning, until one is typed. None without a terminal."""
    if not at_terminal():
        return None
    while True:
        typed = _typed(f"{question} ({', '.join(words)}) ").strip().lower()
        found = [w for w in words if typed and w.startswith(typed)]
        if len(found) == 1:
            return found[0]


def _typed(prompt: str) -> str:
    err.print(prompt, end="", markup=False, soft_wrap=True)
    try:
        return input()
    except EOFError:
        return ""
