"""Forward step of an LSTM cell, with or without layer norm, compiled.

    p = h_before @ W_h + x @ W_x + offset    (n, 4H) = (n, H) @ (H, 4H) + (n, D) @ (D, 4H) + (n, 4H)

``h_before @ W_h`` comes in as ``product``, made by BLAS (in the type of the products, bf16 as
uint16) or by :mod:`strokebook.model.kernels.int8_matmul` (int32, scaled here column by column); the
rest is computed here, in float32 or float64, row after row, so that a row stays in the cache from
its pre-activations to its hidden state.

The equations of one row (one drawing at one step), p its pre-activations:

    normed:  p̂ = (p - mean p) / √(var p + ε), gate by gate;  a = gain · p̂ + shift
    plain:   a = p
    i, f, o = σ(a);  j = tanh(a) · dropout;  c' = f · c + i · j
    normed:  ĉ = (c' - mean c') / √(var c' + ε);  y = cell gain · ĉ + cell shift
    plain:   y = c'
    h = o · tanh(y)

Kept for the way back are p̂ (or p), c', 1 / √(var + ε) of the gates, and mean and 1 / √(var + ε) of
c'; activations are computed again, which is cheaper than reading them.

Shape letters: n drawings of the step, B places of a group, R packed rows, D inputs, H units.
``hiddens`` and ``cells`` have the B initial rows before the R packed ones. Gates lie side by side:
input, forget, output, candidate. ``norm`` is ``(2, 4H)`` and ``cell_norm`` ``(2, H)``: gain, shift.
``consts`` is 1, 1 / H and ε in the type of the arithmetic.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from strokebook.base.jit import inlined, kernel
from strokebook.model.kernels.arithmetic import narrow, scratch, sigmoid, tanh, widen
from strokebook.model.kernels.int8_matmul import multiply
from strokebook.model.kernels.quantise import MOST_CODE, encode

# The arguments after those that say where the step is.
ARGUMENTS = (
    *("product_scales", "inputs", "input_weight", "offset", "norm", "cell_norm", "kept", "factor"),
    *("hiddens", "cells", "gates", "stats", "normed", "dropped", "consts", "codes", "coded"),
)


@kernel
def step(
    row: int,
    now: int,
    before: int,
    count: int,
    product: Any,
    product_scales: Any,
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
        product: Hidden states times recurrent weights, ``(≥ count, 4H)``; sums of codes where
            these are wanted.
        product_scales: Scale of a sum of codes, column by column, ``(4H,)``.
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
        codes: Hidden states in 8 bits, written, uint8 ``(B, ≥ H)``: 127 h + 128.
        coded: Whether they are wanted.
    """
    one, width = consts[0], cells.shape[1]
    a = scratch(4 * width, cells)
    for b in range(count):
        stat, stored, common = stats[row + b], gates[row + b], offset[min(b, len(offset) - 1)]
        _preactivate(a, product[b], product_scales, common, inputs[row + b], input_weight, coded)
        if normed:
            _normalise(a, stored, stat, norm, width, consts)
        else:
            for k in range(4 * width):
                stored[k] = narrow(a[k], stored)
        cell, hidden = cells[now + b], hiddens[now + b]
        _carry(cell, a, kept[row + b], factor, cells[before + b], dropped, one)
        _put_out(hidden, cell, a[2 * width : 3 * width], stat, cell_norm, normed, consts)
        if coded:
            encode(codes[b, :width], hidden, one * MOST_CODE)


@kernel
def run(table: Any, codes: Any, panels: Any, starts: Any, product: Any, *rest: Any) -> None:
    """All steps of a group, products in 8 bits.

    Args:
        table: ``row``, ``now``, ``before`` and ``count`` of each step, ``(T, 4)``.
        codes: Of the states before the first step; see :func:`step`.
        panels: The recurrent weights, see :mod:`strokebook.model.kernels.int8_matmul`.
        starts: Likewise.
        product: Memory for a step's sums, int32 ``(B, ≥ 4H)``.
        *rest: The rest of a step's arguments, :data:`ARGUMENTS`.
    """
    for t in range(len(table)):
        row, now, before, count = table[t]
        multiply(codes, panels, starts, product, count)
        step(row, now, before, count, product, *rest)


@inlined
def _preactivate(
    a: Any,
    product: Any,
    product_scales: Any,
    offset: Any,
    inputs: Any,
    input_weight: Any,
    coded: bool,
) -> None:
    """All three sums; of stroke-5's three pen states, which come last, two are 0."""
    x, y, z, third, last = inputs[0], inputs[1], inputs[0] - inputs[0], 2, len(inputs) - 1
    for d in range(last, 1, -1):
        if inputs[d] != 0:
            z, third = inputs[d], d
    first, second, other = input_weight[0], input_weight[1], input_weight[min(third, last)]
    if coded:
        for k in range(len(a)):
            a[k] = product_scales[k] * np.float32(product[k]) + offset[k]
    else:
        for k in range(len(a)):
            a[k] = widen(product[k]) + offset[k]
    for k in range(len(a)):
        a[k] += x * first[k] + y * second[k] + z * other[k]
    for d in range(third + 1, len(inputs)):
        x = inputs[d]
        if x != 0:
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
        gain, shift = norm[0][begin:end], norm[1][begin:end]
        mean, rate = _moments(values, consts)
        stat[gate] = rate
        for k in range(width):
            x = (values[k] - mean) * rate
            kept[k] = narrow(x, kept)
            values[k] = gain[k] * x + shift[k]


@inlined
def _carry(
    cell: Any, a: Any, keep: Any, factor: Any, earlier: Any, dropped: bool, one: Any
) -> None:
    """The new cell."""
    width = len(cell)
    opening, forget, candidate = a[:width], a[width : 2 * width], a[3 * width :]
    for k in range(width):
        cell[k] = sigmoid(opening[k], one) * tanh(candidate[k], one)
    if dropped:
        for k in range(width):
            cell[k] = sigmoid(forget[k], one) * earlier[k] + cell[k] * (keep[k] * factor)
    else:
        for k in range(width):
            cell[k] = sigmoid(forget[k], one) * earlier[k] + cell[k]


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
            hidden[k] = narrow(sigmoid(opening[k], one) * tanh(y, one), hidden)
    else:
        for k in range(len(cell)):
            hidden[k] = narrow(sigmoid(opening[k], one) * tanh(cell[k], one), hidden)
