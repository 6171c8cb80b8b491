"""Buffer pool: memory is reused, since fresh memory costs a page fault every 4 KiB.

A training step needs the same few large arrays as the step before; the system would zero them
each time, which costs as much as a tenth of the step's arithmetic.
"""

from __future__ import annotations

import ctypes
import sys
import threading
from math import prod

import numpy as np
import torch
from torch import Tensor

SLACK = 1.5  # a block is lent to what needs at least its size over this
MOST_FREE = 48  # blocks kept
LEAST = 1 << 16  # bytes; less than this is not worth keeping
LINE = 64  # bytes


TRIM, MAP = -1, -3  # glibc's M_TRIM_THRESHOLD and M_MMAP_THRESHOLD
MOST_TRIM, MOST_MAP = (1 << 31) - 1, 1 << 25  # bytes; the greatest that it takes


def keep_freed() -> bool:
    """Let the C library keep what is freed for what is asked for next; whether it could be told.

    glibc gives much of what is freed back to the system at once, which zeroes it anew when it is
    asked for again: 5,000 page faults a step of a standard net, a tenth of its time. This holds
    for the whole process, for good.
    """
    if not sys.platform.startswith("linux"):
        return False
    tell = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
    return tell is not None and bool(tell(MAP, MOST_MAP)) and bool(tell(TRIM, MOST_TRIM))


class PooledBuffers:
    """Blocks lent until the lease is dropped."""

    def __init__(self) -> None:
        self._blocks: list[Tensor] = []

    def empty(self, *shape: int, dtype: torch.dtype) -> Tensor:
        """A tensor whose contents are arbitrary."""
        size = prod(shape) * dtype.itemsize
        if size < LEAST:
            return torch.empty(shape, dtype=dtype)
        block = _take(size)
        self._blocks.append(block)
        return block[:size].view(dtype).view(shape)

    def __del__(self) -> None:
        """Give the blocks back."""
        with _lock:
            _free.extend(self._blocks)
            del _free[:-MOST_FREE]


_free: list[Tensor] = []
_lock = threading.Lock()


def _take(size: int) -> Tensor:
    with _lock:
        fitting = [n for n, b in enumerate(_free) if size <= len(b) <= SLACK * size]
        if fitting:
            return _free.pop(min(fitting, key=lambda n: len(_free[n])))
    return _fresh(int(size * 1.15))


def _fresh(size: int) -> Tensor:
    """Memory from the start of a cache line.

    NumPy asks Linux for pages of 2 MiB, PyTorch doesn't: with pages of 4 KiB every row of an array
    this large is a walk through the page tables, on a virtual machine through two.
    """
    room = np.empty(size + LINE, np.uint8)
    begin = -room.ctypes.data % LINE
    return torch.from_numpy(room[begin : begin + size])
