"""Weight gradients as 8-bit products, block by block of a group's rows.

    d_W_h = d_pᵀ @ h_before    (4H, H) = (4H, R) @ (R, H)
    d_W_x = d_pᵀ @ x           (4H, D) = (4H, R) @ (R, D)

Both are one product of uint8 codes from the left (turned, ``(N, rows)``: hidden states, inputs, and
the inputs' second codes) with int8 codes in panels from the right; sums are int32, gradients
float32, written as ``(H, 4H)`` and ``(D, 4H)``.

A weight's gradient is Σ d ⊗ x over all rows, d the gates' gradient and x what the weight
multiplied. d exists as codes already: of each row its own, d = s · q. A sum over rows can't have
a factor of each row; so s goes to the other side: Σ q ⊗ (s · x), and s · x is coded anew, each
column of a block with its own scale. The sums are exact integers; what a code leaves out is about
1 to 3 % of the gradient with blocks of this many rows, and independent from batch to batch.

Inputs, which are few and of uneven size, get a second code for what the first one leaves out.

Shape letters: R packed rows, D inputs, H units, N = H + 2D.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor

from strokebook.base.jit import inlined, kernel
from strokebook.model.kernels.arithmetic import widen
from strokebook.model.kernels.int8_matmul import DEEP, PANEL, PackedMatrix, multiply
from strokebook.model.kernels.lstm_buffers import LstmRun, array
from strokebook.model.kernels.quantise import ROUND, ZERO, magnitude, scale_of

BLOCK = 1024  # rows of a product: more are less exact, fewer cost more sums
APART = 64  # bytes between turned rows, which would share a few lines of the cache otherwise
_ZERO, _BYTE = np.int32(ZERO), np.int32(255)
_8, _16, _SIGNS = np.uint32(8), np.uint32(16), np.uint32(0x80808080)
FINER = np.float32(254.0)  # steps of the second code in one of the first


class WeightGradient:
    """The gradients of a group's weights, filled as the steps go back.

    Args:
        run: After its forward pass.
        codes: Of the gates' gradient, uint8 ``(R, 4H)``.
        scales: Theirs, row by row, ``(R,)``.
        weight: Written, ``(H, 4H)``.
        input_weight: Written, ``(D, 4H)``.
        d_inputs: The inputs' gradient, written if there, ``(R, D)``.
    """

    def __init__(
        self,
        run: LstmRun,
        codes: Tensor,
        scales: Tensor,
        weight: Tensor,
        input_weight: Tensor,
        d_inputs: Tensor | None,
    ) -> None:
        self.hiddens, self.inputs = array(run.hiddens), array(run.job.inputs)
        self.codes, self.scales, self.d_inputs = codes, scales, d_inputs
        self.weight, self.input_weight = weight.zero_().numpy(), input_weight.zero_().numpy()
        self.panels = PackedMatrix(run.job.input_weight) if d_inputs is not None else None

    def add(self, table: np.ndarray[Any, Any]) -> None:
        """Take in the rows of some steps.

        Args:
            table: ``row``, ``now``, ``before`` and ``count`` of each, ``(T, 4)``.
        """
        begin, end = int(table[0, 0]), int(table[-1, 0] + table[-1, 3])
        rows, count = slice(begin, end), -(-(end - begin) // DEEP) * DEEP
        shifts = np.repeat(table[:, 2] - table[:, 0], table[:, 3])
        columns, wide = len(self.weight) + 2 * len(self.input_weight), self.codes.shape[1]
        turned = np.empty((columns, count + APART), np.uint8)
        column_scales, scales = np.empty(columns, np.float32), self.scales.numpy()
        scale(
            begin, shifts, self.hiddens, self.inputs, scales, column_scales, turned.view(np.int32)
        )
        block = self.codes[rows]
        panels = torch.empty(-(-wide // PANEL), count // DEEP, PANEL, dtype=torch.int32).numpy()
        starts, sums = np.empty(PANEL, np.int32), torch.empty(columns, PANEL, dtype=torch.int32)
        buffers = panels.view(np.int8).reshape(*panels.shape, DEEP), starts, sums.numpy()
        weigh(
            block.numpy(), turned, column_scales, panels, *buffers, self.weight, self.input_weight
        )
        if self.d_inputs is not None and self.panels is not None:
            products = self.panels.times(block)[:, : self.d_inputs.shape[1]]
            torch.mul(products, self.scales[rows, None], out=self.d_inputs[rows])


def blocks(counts: np.ndarray[Any, Any]) -> list[slice]:
    """Steps of about :data:`BLOCK` rows together, given the rows of each step."""
    begins = np.cumsum(counts) - counts
    parts = max(1, round(int(counts.sum()) / BLOCK))
    cuts = np.searchsorted(begins, np.linspace(0, counts.sum(), parts + 1)).tolist()
    return [slice(a, b) for a, b in pairwise(cuts) if b > a]


@kernel
def scale(
    begin: int, shifts: Any, hiddens: Any, inputs: Any, scales: Any, column_scales: Any, codes: Any
) -> None:
    """What the weights multiplied, times each row's scale, in codes around 128, turned.

    Args:
        begin: First row.
        shifts: From each row to the state before it.
        hiddens: States, ``(B + R, H)``.
        inputs: ``(R, D)``.
        scales: ``(R,)``.
        column_scales: Of a code of each column, written, ``(N,)``.
        codes: Written, four at a time, ``(N, ≥ rows / 4)`` int32: hidden states, inputs, and what
            the inputs' codes leave out.
    """
    width, narrow, rows = hiddens.shape[1], inputs.shape[1], len(shifts)
    most, inner = np.zeros(width, np.int32), np.zeros(narrow, np.int32)
    for n in range(rows):
        _peaks(most, hiddens[begin + n + shifts[n]], scales[begin + n])
        _peaks(inner, inputs[begin + n], scales[begin + n])
    factors = np.empty(width + narrow, np.float32)
    for k in range(width + narrow):
        column_scales[k] = scale_of(most[k] if k < width else inner[k - width])
        factors[k] = np.float32(1.0) / column_scales[k]
    for k in range(narrow):
        column_scales[width + narrow + k] = column_scales[width + k] / FINER
    four = np.empty(len(column_scales), np.int32)
    for first in range(0, rows, DEEP):
        four[:] = 0
        for n in range(first, min(first + DEEP, rows)):
            row, shift = begin + n, np.int32(8 * (n - first))
            _codes_of(four[:width], hiddens[row + shifts[n]], scales[row], factors, shift)
            _fine_codes_of(four[width:], inputs[row], scales[row], factors[width:], shift)
        place = first // DEEP
        for k in range(len(four)):
            codes[k, place] = four[k]


@inlined
def _codes_of(four: Any, values: Any, row_scale: Any, factors: Any, shift: Any) -> None:
    for k in range(len(four)):
        shifted = np.float32(widen(values[k]) * row_scale * factors[k] + ROUND)
        code = np.int32(np.int32(shifted.view(np.int32) + _ZERO) & _BYTE)
        four[k] |= np.int32(code << shift)


@inlined
def _fine_codes_of(four: Any, values: Any, row_scale: Any, factors: Any, shift: Any) -> None:
    """Two codes for each value: the nearest, and that of what it leaves out."""
    for k in range(len(values)):
        value = values[k] * row_scale * factors[k]
        whole = np.rint(value)
        rest = np.rint((value - whole) * FINER)
        four[k] |= np.int32((np.int32(whole) + _ZERO) << shift)
        four[len(values) + k] |= np.int32((np.int32(rest) + _ZERO) << shift)


@inlined
def _peaks(most: Any, values: Any, row_scale: Any) -> None:
    """The greatest magnitude so far, as bits: floats without sign are in the order of theirs."""
    for k in range(len(most)):
        most[k] = max(most[k], magnitude(widen(values[k]) * row_scale))


@kernel
def weigh(
    codes: Any,
    turned: Any,
    column_scales: Any,
    fours: Any,
    panels: Any,
    starts: Any,
    sums: Any,
    weight: Any,
    input_weight: Any,
) -> None:
    """Add a block's products to both weights' gradients.

    Args:
        codes: Of the gates' gradient, uint8 ``(rows, 4H)``.
        turned: As :func:`scale` wrote them, as bytes, ``(N, ≥ rows)``.
        column_scales: Of those, ``(N,)``.
        fours: Memory for the codes in panels, int32 ``(4H / 64, rows / 4, 64)``, rounded up.
        panels: The same memory, int8 ``(4H / 64, rows / 4, 64, 4)``.
        starts: Memory for a panel, ``(64,)``.
        sums: Memory for a panel, int32 ``(N, 64)``.
        weight: Added to, ``(H, 4H)``.
        input_weight: Added to, ``(D, 4H)``.
    """
    width, narrow, wide = len(weight), len(input_weight), codes.shape[1]
    for column in range(len(panels)):
        first = column * PANEL
        size = min(PANEL, wide - first)
        starts[:] = 0
        _fill(fours[column], starts, codes, first, size)
        multiply(turned, panels[column : column + 1], starts, sums, len(turned))
        for n in range(len(sums)):
            if n < width:
                out = weight[n, first : first + size]
            else:
                out = input_weight[(n - width) % narrow, first : first + size]
            products, column_scale = sums[n], column_scales[n]
            for k in range(size):
                out[k] += column_scale * np.float32(products[k])


@inlined
def _fill(panel: Any, starts: Any, codes: Any, first: int, size: int) -> None:
    """Codes around 128 into a panel, around 0, four rows at a time ``(rows / 4, 64)``."""
    end = first + size
    whole = len(codes) // DEEP
    for four in range(whole):
        row, out = DEEP * four, panel[four]
        a, b = codes[row, first:end], codes[row + 1, first:end]
        c, d = codes[row + 2, first:end], codes[row + 3, first:end]
        for k in range(size):
            low = np.uint32(np.uint32(a[k]) | np.uint32(np.uint32(b[k]) << _8))
            high = np.uint32(np.uint32(c[k]) | np.uint32(np.uint32(d[k]) << _8))
            out[k] = np.int32(np.uint32(np.uint32(low | np.uint32(high << _16)) ^ _SIGNS))
        for k in range(size):
            total = np.int32(np.int32(a[k]) + np.int32(b[k])) + np.int32(np.int32(c[k]) + d[k])
            starts[k] += np.int32(_ZERO * np.int32(np.int32(DEEP) * _ZERO - np.int32(total)))
    for four in range(whole, len(panel)):
        out = panel[four]
        out[:] = 0
        for n in range(DEEP * four, len(codes)):
            shift = np.int32(8 * (n - DEEP * four))
            for k in range(size):
                code = np.int32(np.int32(codes[n, first + k]) - _ZERO)
                starts[k] -= np.int32(_ZERO * code)
                out[k] |= np.int32(np.int32(code & _BYTE) << shift)


@kernel
def turn(weight: Any, out: Any, begin: int, end: int) -> None:
    """Sum the groups' gradients, turned.

    Args:
        weight: ``(G, H, 4H)``.
        out: Rows from ``begin`` to ``end`` are written, ``(4H, H)``.
        begin: First row.
        end: The row after the last.
    """
    side = 16
    for top in range(begin, end, side):
        for left in range(0, out.shape[1], side):
            for h in range(left, min(left + side, out.shape[1])):
                for g in range(top, min(top + side, end)):
                    out[g, h] = weight[0, h, g]
                    for part in range(1, len(weight)):
                        out[g, h] += weight[part, h, g]


@kernel
def spread(begins: Any, counts: Any, values: Any, scales: Any, coded: bool, sums: Any) -> None:
    """Add all of a place's rows up.

    Args:
        begins: First row of each step.
        counts: Drawings of each step, falling.
        values: ``(R, 4H)``; codes lie around 128.
        scales: Of each row's codes, ``(R,)``.
        coded: Whether they are codes.
        sums: Added to, ``(B, 4H)``, or ``(1, 4H)`` for all places.
    """
    for place in range(counts[0]):
        out = sums[min(place, len(sums) - 1)]
        for step in range(len(counts)):
            if counts[step] <= place:
                break
            row = begins[step] + place
            row_values = values[row]
            if coded:
                row_scale = scales[row]
                for k in range(len(out)):
                    out[k] += row_scale * (np.float32(row_values[k]) - np.float32(ZERO))
            else:
                for k in range(len(out)):
                    out[k] += widen(row_values[k])
