"""Questions to the artist, who is there only at a terminal; elsewhere the answer is None."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

import typer


def at_terminal() -> bool:
    """Whether somebody can read a question and type an answer."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def asker() -> Callable[[str], bool] | None:
    """What asks a yes-or-no question (Enter means no); None where nobody could answer."""
    if not at_terminal():
        return None
    return lambda question: typer.confirm(question, default=False, err=True)


def confirm(question: str) -> bool | None:
    """Ask for yes or no (Enter means no)."""
    ask = asker()
    return None if ask is None else ask(question)


def choose(question: str, words: Sequence[str]) -> str | None:
    """Ask for one of ``words``, or its unique beginning, until it is typed."""
    if not at_terminal():
        return None
    while True:
        typed = typer.prompt(f"{question} ({', '.join(words)})", err=True).strip().lower()
        matches = [w for w in words if typed and w.startswith(typed)]
        if len(matches) == 1:
            return matches[0]
