"""Scalar building blocks of the compiled kernels; every loop over them becomes vector code.

bf16 numbers are handled as the upper half of a float's 32 bits (``uint16``), rounded to nearest
(halves away from 0). All other arithmetic is in the type of its arguments, float32 or float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba import types
from numba.extending import overload

F = TypeVar("F", bound=Callable[..., Any])

# Sums may be regrouped (that is what lets them be vectorised); NaN and infinity keep their
# meaning, because the guard against steps that are not finite looks for them.
_FAST = {"reassoc", "contract", "arcp", "nsz"}

_LOG2_E = np.float32(1.4426950408889634)
_LN2_HIGH = np.float32(0.693359375)  # few bits, so that n · this is exact
_LN2_LOW = np.float32(math.log(2.0) - 0.693359375)
_ROUND = np.float32(1.5 * 2.0**23)  # a float this large has its integer part in its low bits
_ROUND_BITS = np.int32(0x4B400000)
_MOST = np.float32(87.0)
_GATE_MOST, _TANH_MOST = np.float32(40.0), np.float32(40.0)
_BIAS, _MANTISSA = np.int32(127), np.int32(23)
_TAYLOR = [np.float32(1.0 / math.factorial(n)) for n in range(7)]
_T2, _T3, _T4, _T5, _T6 = _TAYLOR[2:]
_ONE = np.float32(1.0)
_HALF_WORD, _HALF = np.uint32(16), np.uint32(0x8000)


def kernel(function: F) -> F:
    """``function`` compiled, kept on disk beside the code; it releases Python's lock."""
    made = numba.njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy")(function)
    return cast(F, made)


def inlined(function: F) -> F:
    """A building block, compiled into its callers."""
    made = numba.njit(fastmath=_FAST, error_model="numpy")(function)
    return cast(F, made)


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
    """2ⁿ · eʳ with |r| ≤ ln 2 / 2, eʳ by its Taylor series (error 1e-7), 2ⁿ by its bits."""
    x = min(max(value, -_MOST), _MOST)
    n = np.int32(np.float32(x * _LOG2_E + _ROUND).view(np.int32) - _ROUND_BITS)
    whole = np.float32(n)
    r = x - whole * _LN2_HIGH - whole * _LN2_LOW
    p = (((((_T6 * r + _T5) * r + _T4) * r + _T3) * r + _T2) * r + _ONE) * r + _ONE
    return p * np.int32(np.int32(n + _BIAS) << _MANTISSA).view(np.float32)


@inlined
def sigmoid(x: Any, one: Any) -> Any:
    """1 / (1 + e⁻ˣ); ``one`` is 1 in the type of x."""
    return one / (one + exp(-x))


@inlined
def tanh(x: Any, one: Any) -> Any:
    """The hyperbolic tangent, its error that of rounding at 1."""
    return one - (one + one) / (one + exp(x + x))


@inlined
def gate_and_tanh(gate: Any, x: Any, one: Any) -> Any:
    """σ(gate) and tanh(x) at the price of one division, the slowest of all operations.

    The limits keep the product of the two denominators finite in float32; beyond them both
    functions are 0 or ± 1 to the last bit.
    """
    below = one + exp(-limited(gate, one * _GATE_MOST))
    under = one + exp(limited(x + x, one * _TANH_MOST))
    both = one / (below * under)
    return both * under, one - (one + one) * both * below


@inlined
def limited(x: Any, most: Any) -> Any:
    """A number kept within ± ``most``."""
    return min(max(x, -most), most)
