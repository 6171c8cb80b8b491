"""Memory that is used again: fresh memory costs a page fault every 4 KiB, at every step.

A training step needs the same few large arrays as the step before; the system would zero them
each time, which costs as much as a tenth of the step's arithmetic.
"""

from __future__ import annotations

import threading
from math import prod

import torch
from torch import Tensor

SLACK = 1.5  # a block is lent to what needs at least its size over this
MOST_FREE = 24  # blocks kept


class Lease:
    """Blocks lent until the lease is dropped."""

    def __init__(self) -> None:
        self._blocks: list[Tensor] = []

    def empty(self, *shape: int, dtype: torch.dtype) -> Tensor:
        """A tensor whose contents are arbitrary."""
        size = max(64, prod(shape) * dtype.itemsize)
        block = _take(size)
        self._blocks.append(block)
        return block[: prod(shape) * dtype.itemsize].view(dtype).view(shape)

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
    return torch.empty(int(size * 1.15), dtype=torch.uint8)
