"""Quantisation to 8 bits: whole multiples of a scale, of at most ± 127.

What is multiplied from the left lies around 128 as uint8, matrices and the rest around 0 as int8:
so processors multiply them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from strokebook.base.jit import inlined
from strokebook.model.kernels.arithmetic import widen

CODES = 127  # greatest code
ZERO = 128  # the code of 0 where codes are unsigned
MOST_CODE, _ZERO = np.float32(CODES), np.int32(ZERO)
ROUND = np.float32(1.5 * 2.0**23)  # a float this large has its integer part in its low bits
TINY = np.float32(1e-30)  # a row of zeros has codes too
_MAGNITUDE = np.int32(0x7FFFFFFF)


@inlined
def encode(codes: Any, values: Any, factor: Any) -> None:
    """Numbers times ``factor``, which are within ± 127, as whole numbers around 128."""
    for k in range(len(codes)):
        shifted = np.float32(widen(values[k]) * factor + ROUND)  # a whole number in its low bits
        codes[k] = np.uint8(shifted.view(np.int32) + _ZERO)


@inlined
def magnitude(value: Any) -> Any:
    """A float without its sign, as bits: integers in the order of magnitudes, NaN above all."""
    return np.int32(np.float32(value).view(np.int32) & _MAGNITUDE)


@inlined
def scale_of(bits: Any) -> Any:
    """The scale of codes where the greatest magnitude has these bits; NaN for NaN."""
    return np.int32(bits).view(np.float32) / MOST_CODE + TINY


@inlined
def max_abs(values: Any) -> Any:
    """The bits of the greatest magnitude."""
    most = np.int32(0)
    for k in range(len(values)):
        most = max(most, magnitude(values[k]))
    return most
