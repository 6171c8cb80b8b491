"""Compilation of pixel loops at their first call; the result is kept on disk beside the code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """``function`` as machine code; it releases Python's lock while it runs.

    Import modules that use this inside functions: numba takes a third of a second to load.
    """
    return cast(F, numba.njit(cache=True, nogil=True)(function))


def is_kept(function: Callable[..., object]) -> bool:
    """Whether machine code of a compiled function lies on disk from an earlier run."""
    dispatcher = cast(Any, function)
    try:
        folder = Path(dispatcher._cache.cache_path)
        source = Path(dispatcher.py_func.__code__.co_filename)
        name = f"{source.stem}.{dispatcher.py_func.__qualname__}-*.nbi"
        newest = max((f.stat().st_mtime for f in folder.glob(name)), default=0.0)
        return newest >= source.stat().st_mtime
    except (AttributeError, OSError):  # without a cache nothing is kept
        return False
