"""One step of an LSTM cell back in time, with or without layer norm, compiled.

The equations, shapes and names are those of :mod:`strokebook.model.fused.forward`. Through a
normalisation x̂ = (x - mean x) / √(var x + ε) a gradient d passes as
(d - mean d - x̂ · mean(d · x̂)) / √(var x + ε).
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
from strokebook.model.fused.forward import MOST_CODE, encode

MAGNITUDE = np.int32(0x7FFFFFFF)
TINY = np.float32(1e-30)  # a row of zeros has codes too

# The arguments after those that say where the step is.
ARGUMENTS = (
    *("d_out", "has_out", "d_last", "d_cell", "norm", "cell_norm", "kept", "factor"),
    *("cells", "gates", "stats", "normed", "dropped", "consts"),
    *("d_gates", "d_offset", "d_norm", "d_cell_norm", "codes", "scales", "coded"),
)


@kernel
def step(
    row: int,
    now: int,
    before: int,
    count: int,
    live: int,
    back: Any,
    d_out: Any,
    has_out: bool,
    d_last: Any,
    d_cell: Any,
    norm: Any,
    cell_norm: Any,
    kept: Any,
    factor: Any,
    cells: Any,
    gates: Any,
    stats: Any,
    normed: bool,
    dropped: bool,
    consts: Any,
    d_gates: Any,
    d_offset: Any,
    d_norm: Any,
    d_cell_norm: Any,
    codes: Any,
    scales: Any,
    coded: bool,
) -> None:
    """Take one step of a group back.

    Args:
        row: As in :func:`strokebook.model.fused.forward.step`; so all that says "likewise".
        now: Likewise.
        before: Likewise.
        count: Likewise.
        live: Drawings of the step after.
        back: Gradient from the step after, ``(≥ live, H)``.
        d_out: Gradient of the hidden states that were put out, ``(R, H)``.
        has_out: Whether there is one.
        d_last: Gradient of each drawing's last hidden state, ``(B, H)``.
        d_cell: Of its cell state; taken a step back in place.
        norm: Likewise.
        cell_norm: Likewise.
        kept: Likewise.
        factor: Likewise.
        cells: Likewise.
        gates: Likewise.
        stats: Likewise.
        normed: Likewise.
        dropped: Likewise.
        consts: Likewise.
        d_gates: Gradient of the pre-activations, written, ``(R, 4H)``.
        d_offset: Added to; as the offset.
        d_norm: Added to.
        d_cell_norm: Added to.
        codes: ``d_gates`` in 8 bits, written, uint8 ``(B, 4H)``: 127 d / its row's greatest + 128.
        scales: A code's worth, row by row; read for ``back``, then written, ``(B,)``.
        coded: Whether codes are wanted.
    """
    one = consts[0]
    width = cells.shape[1]
    a, g = np.empty(4 * width, cells.dtype), np.empty(4 * width, cells.dtype)
    h, y, s = (
        np.empty(width, cells.dtype),
        np.empty(width, cells.dtype),
        np.empty(width, cells.dtype),
    )
    for b in range(count):
        if b < live:
            worth = scales[b]
            for k in range(width):
                h[k] = worth * widen(back[b, k])
        else:
            for k in range(width):
                h[k] = d_last[b, k]
        if has_out:
            for k in range(width):
                h[k] += widen(d_out[row + b, k])
        stored, stat, cell = gates[row + b], stats[row + b], cells[now + b]
        _activate(a, stored, norm, width, normed, one)
        _put_back(h, y, s, g, a, cell, stat, d_cell[b], cell_norm, d_cell_norm, normed, consts)
        _cell_back(
            g, a, h, cells[before + b], d_cell[b], kept[row + b], factor, width, dropped, one
        )
        common = d_offset[min(b, len(d_offset) - 1)]
        _gates_back(d_gates[row + b], common, g, stored, stat, norm, d_norm, width, normed, consts)
        if coded:
            worth = _greatest(g) / MOST_CODE + TINY
            scales[b] = worth
            encode(codes[b], g, one / worth)


@inlined
def _activate(a: Any, stored: Any, norm: Any, width: int, normed: bool, one: Any) -> None:
    """The activations of a row before dropout; the output gate's is left for later."""
    if normed:
        gain, shift = norm[0], norm[1]
        for k in range(4 * width):
            a[k] = gain[k] * widen(stored[k]) + shift[k]
    else:
        for k in range(4 * width):
            a[k] = widen(stored[k])
    candidate, forget = a[3 * width :], a[width:]
    for k in range(width):
        a[k], candidate[k] = gate_and_tanh(a[k], candidate[k], one)
    for k in range(width):
        forget[k] = sigmoid(forget[k], one)


@inlined
def _put_back(
    h: Any,
    y: Any,
    s: Any,
    g: Any,
    a: Any,
    cell: Any,
    stat: Any,
    d_cell: Any,
    norm: Any,
    d_norm: Any,
    normed: bool,
    consts: Any,
) -> None:
    """From the hidden state's gradient h to the output gate's, and to the cell's (left in h)."""
    one, share = consts[0], consts[1]
    width = len(cell)
    opening, d_opening = a[2 * width : 3 * width], g[2 * width : 3 * width]
    gain, shift, d_gain, d_shift = norm[0], norm[1], d_norm[0], d_norm[1]
    mean, rate = stat[4], stat[5]
    if normed:
        for k in range(width):
            y[k] = (cell[k] - mean) * rate
            s[k] = gain[k] * y[k] + shift[k]
    else:
        for k in range(width):
            s[k] = cell[k]
    for k in range(width):
        opening[k], s[k] = gate_and_tanh(opening[k], s[k], one)
    for k in range(width):
        d_opening[k] = h[k] * s[k] * opening[k] * (one - opening[k])
        h[k] *= opening[k] * (one - s[k] * s[k])
    if normed:
        first = second = one - one
        for k in range(width):
            d_gain[k] += h[k] * y[k]
            d_shift[k] += h[k]
        for k in range(width):
            h[k] *= gain[k]
            first += h[k]
            second += h[k] * y[k]
        first, second = first * share, second * share
        for k in range(width):
            h[k] = rate * (h[k] - first - y[k] * second)
    for k in range(width):
        h[k] += d_cell[k]


@inlined
def _cell_back(
    g: Any,
    a: Any,
    h: Any,
    earlier: Any,
    d_cell: Any,
    keep: Any,
    factor: Any,
    width: int,
    dropped: bool,
    one: Any,
) -> None:
    """From the cell's gradient h to those of input, forget, candidate and the cell before."""
    forget, d_forget = a[width:], g[width:]
    candidate, d_candidate = a[3 * width :], g[3 * width :]
    for k in range(width):
        f = forget[k]
        d_cell[k] = h[k] * f
        d_forget[k] = h[k] * earlier[k] * f * (one - f)
    if dropped:
        for k in range(width):
            h[k] *= keep[k] * factor
    for k in range(width):
        i, j = a[k], candidate[k]
        g[k] = h[k] * j * i * (one - i)
        d_candidate[k] = h[k] * i * (one - j * j)


@inlined
def _gates_back(
    d_gates: Any,
    d_offset: Any,
    g: Any,
    stored: Any,
    stat: Any,
    norm: Any,
    d_norm: Any,
    width: int,
    normed: bool,
    consts: Any,
) -> None:
    """Through the gates' normalisation."""
    if normed:
        for gate in range(4):
            begin, end = gate * width, gate * width + width
            values, d_values, gain = stored[begin:end], g[begin:end], norm[0, begin:end]
            d_gain, d_shift = d_norm[0, begin:end], d_norm[1, begin:end]
            first = second = consts[0] - consts[0]
            for k in range(width):
                x = widen(values[k])
                d_gain[k] += d_values[k] * x
                d_shift[k] += d_values[k]
            for k in range(width):
                x = widen(values[k])
                d_values[k] *= gain[k]
                first += d_values[k]
                second += d_values[k] * x
            first, second, rate = first * consts[1], second * consts[1], stat[gate]
            for k in range(width):
                d_values[k] = rate * (d_values[k] - first - widen(values[k]) * second)
    for k in range(4 * width):
        d_gates[k] = narrow(g[k], d_gates)
    for k in range(4 * width):
        d_offset[k] += g[k]


@inlined
def _greatest(values: Any) -> Any:
    """The greatest magnitude: floats without sign are in the order of their bits."""
    most = np.int32(0)
    for k in range(len(values)):
        most = max(most, np.int32(np.float32(values[k]).view(np.int32) & MAGNITUDE))
    return np.int32(most).view(np.float32)
