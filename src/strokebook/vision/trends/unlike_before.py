"""How unlike everything before it each page is, and which item is most typical of a period."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from strokebook.base.array_types import Floats, Floats32, Ints

BLOCK = 512  # rows compared at a time
LEAST_BEFORE = 8  # pages before one that may count as unlike them


def distances_to_earlier(vectors: Floats32) -> Floats:
    """The cosine distance of each row to the nearest row before it, ``(N,)``; the first has inf.

    Args:
        vectors: ``(N, D)``, in order.
    """
    unit = _unit(vectors)
    nearest = np.full(len(unit), np.inf)
    for first in range(0, len(unit), BLOCK):
        block = unit[first : first + BLOCK]
        last = first + len(block)
        alike = block @ unit[:last].T  # (n, last)
        later = np.arange(last)[None, :] >= np.arange(first, last)[:, None]
        alike[later] = -np.inf
        nearest[first:last] = 1.0 - alike.max(axis=1)
    return nearest


def most_unlike(distances: Floats, most: int) -> list[int]:
    """The rows most unlike all before them, in order of time.

    The first tenth (at least :data:`LEAST_BEFORE` pages, at most half) is left out: there,
    everything is new. In few pages, fewer are shown: what half of the pages are is not unlike.
    """
    count = len(distances)
    most = min(most, max(1, count // 4))
    before = min(max(LEAST_BEFORE, count // 10), max(1, count // 2))
    ranked = sorted(range(before, count), key=lambda row: (-distances[row], row))
    return sorted(ranked[:most])


def most_typical(vectors: Floats32, rows: Sequence[int] | Ints) -> int:
    """The row nearest to the mean of ``rows`` by cosine; of equals the earlier one."""
    own = _unit(vectors[np.asarray(rows, np.intp)])
    mean = own.mean(axis=0)
    return int(np.asarray(rows)[int((own @ mean).argmax())])


def _unit(vectors: Floats32) -> Floats32:
    rows = np.asarray(vectors, np.float32)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12))
