"""Just-in-time compilation: loops as machine code, kept on disk beside the code.

Import modules that use this inside functions: numba takes a third of a second to load. Compiled
code releases Python's lock while it runs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])

# Sums may be regrouped (that is what lets them be vectorised); NaN and infinity keep their
# meaning, because the guard against steps that are not finite looks for them.
FAST_MATH = {"reassoc", "contract", "arcp", "nsz"}


def compiled(function: F) -> F:
    """``function`` as machine code that computes as Python would, to the last bit."""
    return cast(F, numba.njit(cache=True, nogil=True)(function))


def kernel(function: F) -> F:
    """``function`` as vector code: sums may be regrouped, divisions by zero give infinity."""
    decorate = numba.njit(cache=True, nogil=True, fastmath=FAST_MATH, error_model="numpy")
    return cast(F, decorate(function))


def inlined(function: F) -> F:
    """A building block of kernels, compiled into its callers."""
    return cast(F, numba.njit(fastmath=FAST_MATH, error_model="numpy")(function))


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
