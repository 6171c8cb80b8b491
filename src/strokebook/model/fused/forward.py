"""One step of an LSTM cell, with or without layer norm, compiled.

The equations of one row (one drawing at one step), p its pre-activations:

    normed:  p̂ = (p - mean p) / √(var p + ε), gate by gate;  a = gain · p̂ + shift
    plain:   a = p
    i, f, o = σ(a);  j = tanh(a) · dropout;  c' = f · c + i · j
    normed:  ĉ = (c' - mean c') / √(var c' + ε);  y = cell gain · ĉ + cell shift
    plain:   y = c'
    h = o · tanh(y)

Kept for the way back are p̂ (or p), c', 1 / √(var + ε) of the gates, and mean and 1 / √(var + ε) of
c'; activations are computed again, which is cheaper than reading them.

Shape letters: B places of a group, R packed rows, D inputs, H units. ``hiddens`` and ``cells``
have the B initial rows before the R packed ones. Gates lie side by side: input, forget, output,
candidate. ``norm`` is ``(2, 4H)`` and ``cell_norm`` ``(2, H)``: gain, shift. ``consts`` is 1, 1 / H
and ε in the type of the arithmetic.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from strokebook.model.fused.arithmetic import (
    gate_and_tanh,
    inlined,
    kernel,
    narrow,
    sigmoid,
    widen,
)
from strokebook.model.fused.products import CODES, ZERO

MOST_CODE, ZERO_CODE = np.float32(CODES), np.int32(ZERO)
ROUND = np.float32(1.5 * 2.0**23)  # a float this large has its integer part in its low bits

# The arguments after those that say where the step is.
ARGUMENTS = (
    *("inputs", "input_weight", "offset", "norm", "cell_norm", "kept", "factor"),
    *("hiddens", "cells", "gates", "stats", "normed", "dropped", "consts", "codes", "coded"),
)


@kernel
def step(
    row: int,
    now: int,
    before: int,
    count: int,
    product: Any,
    inputs: Any,
    input_weight: Any,
    offset: Any,
    norm: Any,
    cell_norm: Any,
    kept: Any,
    factor: Any,
    hiddens: Any,
    cells: Any,
    gates: Any,
    stats: Any,
    normed: bool,
    dropped: bool,
    consts: Any,
    codes: Any,
    coded: bool,
) -> None:
    """Compute one step of a group.

    Args:
        row: The step's first packed row.
        now: Row of ``hiddens`` and ``cells`` where the step's states begin.
        before: The same of the step before.
        count: Drawings.
        product: Hidden states times recurrent weights, ``(≥ count, 4H)``.
        inputs: ``(R, D)``.
        input_weight: ``(D, 4H)``.
        offset: ``(B, 4H)``, or ``(1, 4H)`` where all drawings share one.
        norm: Gain and shift of the gates.
        cell_norm: Those of the cell.
        kept: Dropout, uint8 ``(R, H)``.
        factor: What kept candidates are multiplied by.
        hiddens: Written.
        cells: Written.
        gates: Written, ``(R, 4H)``.
        stats: Written, ``(R, 6)``.
        normed: Whether the cell is layer-normalised.
        dropped: Whether there is dropout.
        consts: See above.
        codes: Hidden states in 8 bits, written, uint8 ``(B, H)``: 127 h + 128.
        coded: Whether they are wanted.
    """
    one = consts[0]
    zero, width = one - one, cells.shape[1]
    a = np.empty(4 * width, cells.dtype)
    for b in range(count):
        common = offset[min(b, len(offset) - 1)]
        _preactivate(a, product[b], common, inputs[row + b], input_weight, zero)
        stored = gates[row + b]
        if normed:
            _normalise(a, stored, stats[row + b], norm, width, consts)
        else:
            for k in range(4 * width):
                stored[k] = narrow(a[k], stored)
        candidate, new = a[3 * width :], a
        for k in range(width):
            i, j = gate_and_tanh(a[k], candidate[k], one)
            new[k] = i * j
        if dropped:
            keep = kept[row + b]
            for k in range(width):
                new[k] *= keep[k] * factor
        cell, earlier, forget = cells[now + b], cells[before + b], a[width:]
        for k in range(width):
            cell[k] = sigmoid(forget[k], one) * earlier[k] + new[k]
        _put_out(hiddens[now + b], cell, a[2 * width :], stats[row + b], cell_norm, normed, consts)
        if coded:
            encode(codes[b], hiddens[now + b], one * MOST_CODE)


@inlined
def encode(codes: Any, values: Any, factor: Any) -> None:
    """Numbers times ``factor``, which are within ± 127, as whole numbers around 128."""
    for k in range(len(codes)):
        shifted = np.float32(widen(values[k]) * factor + ROUND)  # a whole number in its low bits
        codes[k] = np.uint8(shifted.view(np.int32) + ZERO_CODE)


@inlined
def _preactivate(
    a: Any, product: Any, offset: Any, inputs: Any, input_weight: Any, zero: Any
) -> None:
    x, y, first, second = inputs[0], inputs[1], input_weight[0], input_weight[1]
    for k in range(len(a)):
        a[k] = widen(product[k]) + offset[k] + x * first[k] + y * second[k]
    for d in range(2, len(inputs)):
        x = inputs[d]
        if x != zero:  # of stroke-5's three pen states two are 0
            weights = input_weight[d]
            for k in range(len(a)):
                a[k] += x * weights[k]


@inlined
def _moments(values: Any, consts: Any) -> Any:
    """Mean and 1 / √(variance + ε)."""
    one = consts[0]
    total = one - one
    for k in range(len(values)):
        total += values[k]
    mean = total * consts[1]
    total = one - one
    for k in range(len(values)):
        total += (values[k] - mean) * (values[k] - mean)
    return mean, one / np.sqrt(total * consts[1] + consts[2])


@inlined
def _normalise(a: Any, stored: Any, stat: Any, norm: Any, width: int, consts: Any) -> None:
    for gate in range(4):
        begin, end = gate * width, gate * width + width
        values, kept = a[begin:end], stored[begin:end]
        gain, shift = norm[0, begin:end], norm[1, begin:end]
        mean, rate = _moments(values, consts)
        stat[gate] = rate
        for k in range(width):
            values[k] = (values[k] - mean) * rate
            kept[k] = narrow(values[k], kept)
        for k in range(width):
            values[k] = gain[k] * values[k] + shift[k]


@inlined
def _put_out(
    hidden: Any, cell: Any, opening: Any, stat: Any, norm: Any, normed: bool, consts: Any
) -> None:
    one = consts[0]
    if normed:
        mean, rate = _moments(cell, consts)
        stat[4], stat[5] = mean, rate
        gain, shift = norm[0], norm[1]
        for k in range(len(cell)):
            y = gain[k] * ((cell[k] - mean) * rate) + shift[k]
            o, seen = gate_and_tanh(opening[k], y, one)
            hidden[k] = narrow(o * seen, hidden)
    else:
        for k in range(len(cell)):
            o, seen = gate_and_tanh(opening[k], cell[k], one)
            hidden[k] = narrow(o * seen, hidden)
