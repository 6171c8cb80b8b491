"""Dropout masks as a hash of row and unit, compiled: a gigabyte a second, and nothing to store."""

from __future__ import annotations

from typing import Any

import numpy as np

from strokebook.base.jit import kernel

_STRIDE = np.uint32(0x9E3779B9)  # 2³² over the golden ratio: units lie far apart
_FIRST, _SECOND = np.uint32(0x7FEB352D), np.uint32(0x846CA68B)
_HALF = np.uint32(16)


@kernel
def fill(rows: Any, level: Any, kept: Any) -> None:
    """Set ``kept[r, k]`` to 1 with probability ``level`` / 2¹⁶, else to 0.

    Args:
        rows: A scattered number for each row, uint32 ``(R,)``.
        level: uint32.
        kept: Written, uint8 ``(R, U)``.
    """
    for r in range(len(rows)):
        out, row = kept[r], rows[r]
        for k in range(len(out)):
            x = np.uint32(row ^ np.uint32(np.uint32(k) * _STRIDE))
            x = np.uint32(np.uint32(x ^ np.uint32(x >> _HALF)) * _FIRST)
            x = np.uint32(np.uint32(x ^ np.uint32(x >> _HALF)) * _SECOND)
            out[k] = np.uint8(np.uint32(x >> _HALF) < level)
