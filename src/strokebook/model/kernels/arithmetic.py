"""Scalar building blocks of the compiled kernels; every loop over them becomes vector code.

bf16 numbers are handled as the upper half of a float's 32 bits (``uint16``), rounded to nearest
(halves away from 0). All other arithmetic is in the type of its arguments, float32 or float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

from strokebook.base.jit import inlined

_LOG2_E = np.float32(1.4426950408889634)
_ROUND = np.float32(1.5 * 2.0**23)  # a float this large has its integer part in its low bits
_ROUND_BITS = np.int32(0x4B400000)
_MOST = np.float32(87.0)
_MANTISSA = np.int32(23)
# 2ʳ within ± ½ to 1.5e-7 of itself: least squares on Chebyshev nodes, weighted until even.
_P0, _P1, _P2 = np.float32(1.0000001), np.float32(0.69314694), np.float32(0.2402212)
_P3, _P4, _P5 = np.float32(0.055507135), np.float32(0.009675541), np.float32(0.0013276457)
_HALF_WORD, _HALF = np.uint32(16), np.uint32(0x8000)


def widen(value: Any) -> Any:
    """A stored number (bf16 as ``uint16``, or a float) as a float."""
    raise NotImplementedError("compiled code only")


@overload(widen, inline="always", strict=False)
def _widen(value: Any) -> Callable[[Any], Any]:
    if value == types.uint16:
        return lambda value: np.uint32(np.uint32(value) << _HALF_WORD).view(np.float32)
    return lambda value: value


def narrow(value: Any, like: Any) -> Any:
    """A float as a number of the array ``like``."""
    raise NotImplementedError("compiled code only")


@overload(narrow, inline="always", strict=False)
def _narrow(value: Any, like: Any) -> Callable[[Any, Any], Any]:  # noqa: ARG001
    if like.dtype == types.uint16:
        return _round_half
    return lambda value, like: value  # noqa: ARG005


def _round_half(value: Any, like: Any) -> Any:  # noqa: ARG001
    bits = np.float32(value).view(np.uint32)
    return np.uint16(np.uint32(bits + _HALF) >> _HALF_WORD)


def exp(value: Any) -> Any:
    """The exponential of a float; in float32 of one within ± 87."""
    raise NotImplementedError("compiled code only")


@overload(exp, inline="always", strict=False)
def _exp(value: Any) -> Callable[[Any], Any]:
    if value == types.float32:
        return _exp32
    return lambda value: math.exp(value)  # noqa: PLW0108 - compiled from its source


def _exp32(value: Any) -> Any:
    """2ⁿ · 2ʳ with n whole and |r| ≤ ½, 2ʳ by a polynomial; n is added to its exponent's bits."""
    x = min(max(value, -_MOST), _MOST)
    bits = np.float32(x * _LOG2_E + _ROUND).view(np.int32)
    r = x * _LOG2_E - np.float32(np.int32(bits - _ROUND_BITS))
    p = ((((_P5 * r + _P4) * r + _P3) * r + _P2) * r + _P1) * r + _P0
    return np.int32(np.float32(p).view(np.int32) + np.int32(bits << _MANTISSA)).view(np.float32)


@inlined
def sigmoid(x: Any, one: Any) -> Any:
    """1 / (1 + e⁻ˣ); ``one`` is 1 in the type of x."""
    return one / (one + exp(-x))


@inlined
def tanh(x: Any, one: Any) -> Any:
    """The hyperbolic tangent, its error that of rounding at 1."""
    return one - (one + one) / (one + exp(x + x))


@inlined
def scratch(size: int, like: Any) -> Any:
    """Memory for ``size`` numbers of the type of ``like``, from the start of a cache line.

    Vectors that lie across two lines take twice as long to load and to store.
    """
    room = np.empty(size + 64 // like.itemsize, like.dtype)
    begin = (64 - room.ctypes.data % 64) % 64 // like.itemsize
    return room[begin : begin + size]
