"""Loops over pixels, compiled when first called and kept on disk beside the code."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """``function`` as machine code; it releases Python's lock while it runs.

    Import modules that use this inside functions: numba takes a third of a second to load.
    """
    return cast(F, numba.njit(cache=True, nogil=True)(function))
