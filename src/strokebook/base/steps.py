"""A hook at every step that changes the disk, so that tests can stop the program at each of them.

Nothing but the campaigns sets :data:`hook`; without it a step costs one comparison.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

hook: Callable[[str, Path], None] | None = None


def step(what: str, path: Path) -> None:
    """Tell the hook what happens next: ``write``, ``record``, ``rename``, ``unlink``."""
    if hook is not None:
        hook(what, path)
