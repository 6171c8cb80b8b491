"""Nearest neighbours by cosine, exactly: every row is looked at, and none is kept in memory.

Shape letters: Q queries, N rows, D features.

A first pass computes all products in float32, in which a sum of D products of unit vectors is off
by less than D · 2^-24 (Higham 2002, "Accuracy and stability of numerical algorithms", 3.1). Every
row that may belong to the nearest within twice that is multiplied once more in float64. So the
answer is the one of float64 arithmetic on the stored numbers, at the price of float32.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from strokebook.base.array_types import Floats, Floats32, Ints64
from strokebook.base.errors import StrokebookError

Rows = npt.NDArray[np.float16] | npt.NDArray[np.float32]
MOST_SCORES = 8_000_000  # products held at a time: 32 MB
BLOCK = 4096  # rows that are made float32 at a time: 21 MB of 1280 features
FEW = 6  # queries up to which multiplying row by row is faster than a matrix product
RATIO = 2.0**-24  # of rounding in float32


def find_nearest(queries: npt.ArrayLike, rows: Rows, most: int) -> tuple[Ints64, Floats32]:
    """The rows nearest to each query by cosine, the nearest first; of equal ones the first row.

    Args:
        queries: ``(Q, D)`` of length 1.
        rows: ``(N, D)`` float16 or float32 of length 1, in memory or memory-mapped.
        most: How many of each query; of fewer rows all come.

    Returns:
        Row numbers and cosines, both ``(Q, min(most, N))``.

    Raises:
        StrokebookError: Queries and rows have different numbers of features.
    """
    asked = np.atleast_2d(np.asarray(queries, np.float32))
    if rows.ndim != 2 or asked.shape[1] != rows.shape[1]:
        raise StrokebookError(
            f"Vectors of {asked.shape[1]} features cannot be compared with {rows.shape[1:]}.",
            "Run 'strokebook run': the pages are then looked at by one network.",
        )
    count = max(0, min(most, len(rows)))
    numbers = np.zeros((len(asked), count), np.int64)
    cosines = np.zeros((len(asked), count), np.float32)
    if not count:
        return numbers, cosines
    step = max(1, MOST_SCORES // len(rows))
    for first in range(0, len(asked), step):
        part = asked[first : first + step]
        for at, scores in enumerate(multiply(part, rows), first):
            numbers[at], cosines[at] = _best(scores, asked[at], rows, count)
    return numbers, cosines


def multiply(queries: Floats32, rows: Rows) -> Floats32:
    """The products of queries (Q, D) and rows (N, D), ``(Q, N)`` float32."""
    products = np.empty((len(queries), len(rows)), np.float32)
    if rows.dtype == np.float16 and len(queries) <= FEW:
        from strokebook.vision.search.half_kernels import SCALE, multiply_rows

        for query, scores in zip(queries, products, strict=True):
            multiply_rows(_bits(rows), query * SCALE, scores)
        return products
    for first in range(0, len(rows), BLOCK):
        block = widen(rows[first : first + BLOCK])
        np.matmul(queries, block.T, out=products[:, first : first + len(block)])
    return products


def widen(rows: Rows) -> Floats32:
    """Rows as float32 in memory, without loss."""
    if rows.dtype != np.float16:
        return np.asarray(rows, np.float32)
    from strokebook.vision.search.half_kernels import widen_rows

    wide = np.empty(rows.shape, np.float32)
    widen_rows(_bits(rows), wide)
    return wide


def _bits(rows: Any) -> npt.NDArray[np.uint16]:
    return np.ascontiguousarray(rows).view(np.uint16)


def _best(scores: Floats32, query: Floats32, rows: Rows, count: int) -> tuple[Ints64, Floats]:
    """The ``count`` nearest of a query's rows, by products in float64."""
    slack = 2 * RATIO * rows.shape[1]
    least = np.partition(scores, len(scores) - count)[len(scores) - count] - slack
    likely = np.flatnonzero(scores >= least)
    exact = np.asarray(rows[likely], np.float64) @ query.astype(np.float64)
    order = np.lexsort((likely, -exact))[:count]
    return likely[order].astype(np.int64), exact[order]
