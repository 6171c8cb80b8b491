"""A hook at every step that changes the disk, so that tests can stop the program at each of them.

Nothing but the campaigns sets :data:`hook`, here or by the environment (``base/faultpoints.py``);
without it a step costs one comparison.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from strokebook.base.faultpoints import planned

hook: Callable[[str, Path], None] | None = planned()


def step(what: str, path: Path) -> None:
    """Tell the hook what comes next: ``write``, ``record``, ``rename``, ``unlink``, ``commit``."""
    if hook is not None:
        hook(what, path)
