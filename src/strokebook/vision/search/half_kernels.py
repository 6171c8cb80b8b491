"""Kernels over float16 rows, read as their bits: NumPy's own conversion takes ten times as long.

A float16 is sign (1 bit), exponent (5), mantissa (10). With exponent and mantissa moved to where
float32 has them, the value is the float32 of these bits times 2^112, the difference of the two
exponents' biases (127 - 15); that holds for numbers below the least normal one, too. So a row is
multiplied without being converted: the factor goes into the query once.

Import this module inside functions: numba takes a third of a second to load.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from strokebook.base.array_types import Floats32
from strokebook.base.jit import inlined, kernel

Half = npt.NDArray[np.uint16]  # the bits of float16 numbers
SCALE = np.float32(2.0) ** np.float32(112)


@inlined
def _moved(half: np.uint16) -> np.float32:
    """The float32 whose product with ``SCALE`` is the float16 of these bits."""
    bits = np.uint32(half)
    low = (bits & np.uint32(0x7FFF)) << np.uint32(13)
    return np.uint32(low | ((bits & np.uint32(0x8000)) << np.uint32(16))).view(np.float32)


@kernel
def multiply_rows(rows: Half, query: Floats32, products: Floats32) -> None:
    """Fill ``products`` (N,) with the inner products of ``rows`` (N, D) and one query (D,).

    The query comes multiplied by ``SCALE``.
    """
    for row in range(rows.shape[0]):
        total = np.float32(0)
        for column in range(query.shape[0]):
            total += _moved(rows[row, column]) * query[column]
        products[row] = total


@kernel
def widen_rows(rows: Half, wide: Floats32) -> None:
    """Fill ``wide`` (N, D) with the values of ``rows`` (N, D), exactly."""
    for row in range(rows.shape[0]):
        for column in range(rows.shape[1]):
            wide[row, column] = _moved(rows[row, column]) * SCALE
