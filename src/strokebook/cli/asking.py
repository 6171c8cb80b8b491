"""Questions to the artist, who is there only at a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer


def asker() -> Callable[[str], bool] | None:
    """What asks a yes-or-no question (Enter means no); None where nobody could answer."""
    if sys.stdin is None or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    return lambda question: typer.confirm(question, default=False, err=True)
