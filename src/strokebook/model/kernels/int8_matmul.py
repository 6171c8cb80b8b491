"""8-bit matmul: codes times codes, summed exactly in 32 bits, compiled.

    sums = (rows - 128) @ matrix    int32 (R, N) = uint8 (R, K) @ int8 (K, N)
    floats = sums * scales          float32 (R, N), one scale a column

One instruction of processors with VNNI (``vpdpbusd``) adds sixteen sums of four products each, of
unsigned codes from the left with signed ones from the right. The matrix lies in panels of 64
columns; within a panel the four numbers that an instruction takes from a column lie side by side,
so that it is read once from first byte to last while 6 rows' sums stay in registers: 24 of the 32.

Compiled code may call :func:`multiply`; nothing here may be called where
:func:`strokebook.model.kernels.precision.in_codes` says no.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic
from torch import Tensor

from strokebook.base.jit import kernel
from strokebook.model.kernels.quantise import ROUND, ZERO, magnitude, scale_of

LANES, WIDE, DEEP = 16, 4, 4  # sums of a register, registers of a panel, products of a sum
PANEL = LANES * WIDE
_BYTE, _WORD, _LONG = ir.IntType(8), ir.IntType(32), ir.IntType(64)
_SUMS = ir.VectorType(_WORD, LANES)
_NONE = ir.Constant(_SUMS, ir.Undefined)
_ONE = np.float32(1.0)
_ZERO = np.int32(ZERO)


class PackedMatrix:
    """A matrix in panels, each column with its own scale.

    Args:
        matrix: float32 ``(K, N)``.
        scale: Of the rows' codes; included in ``scales``.

    Attributes:
        panels: int8 ``(N / 64, K / 4, 64, 4)``, both rounded up, zeros where nothing is.
        starts: What sums begin with, because rows' codes lie around 128, int32 ``(N, )`` likewise.
        scales: Of a sum of products of codes, float32 ``(N,)`` likewise.
    """

    def __init__(self, matrix: Tensor, scale: float = 1.0) -> None:
        depth, width = matrix.shape
        columns, fours = -(-width // PANEL), -(-depth // DEEP)
        # PyTorch's memory begins on a cache line.
        self.panels = torch.zeros(columns, fours, PANEL, DEEP, dtype=torch.int8).numpy()
        self.starts = torch.zeros(columns * PANEL, dtype=torch.int32).numpy()
        self.scales = torch.ones(columns * PANEL).numpy()
        _into_panels(matrix.contiguous().numpy(), self.panels, self.starts, self.scales)
        self.scales *= np.float32(scale)

    @property
    def arrays(self) -> tuple[np.ndarray[Any, Any], ...]:
        """As :func:`multiply` takes them."""
        return self.panels, self.starts

    def sums(self, rows: int) -> Tensor:
        """Memory for the sums of so many rows."""
        return torch.empty(rows, len(self.starts), dtype=torch.int32)

    def times(self, rows: Tensor) -> Tensor:
        """Rows of codes, uint8 ``(R, K)``, K a multiple of 4, times the matrix, as floats."""
        sums = self.sums(len(rows))
        multiply(rows.numpy(), self.panels, self.starts, sums.numpy(), len(rows))
        return sums * torch.from_numpy(self.scales)


@kernel
def _into_panels(matrix: Any, panels: Any, starts: Any, scales: Any) -> None:
    """A matrix as codes in the order of :class:`PackedMatrix`, each column with its own scale."""
    depth, width = matrix.shape
    most = np.zeros(width, np.int32)
    for d in range(depth):
        row = matrix[d]
        for k in range(width):
            most[k] = max(most[k], magnitude(row[k]))
    factors = np.empty(width, np.float32)
    for k in range(width):
        scales[k] = scale_of(most[k])
        factors[k] = _ONE / scales[k]
    for d in range(depth):
        four, within, row = d // DEEP, d % DEEP, matrix[d]
        for column in range(len(panels)):
            first = column * PANEL
            out = panels[column, four]
            for k in range(min(PANEL, width - first)):
                shifted = np.float32(row[first + k] * factors[first + k] + ROUND)
                code = np.int8(shifted.view(np.int32))
                out[k, within] = code
                starts[first + k] -= _ZERO * np.int32(code)


def _tile(rows: int) -> Any:
    """An operation on addresses: ``rows`` rows times a panel."""

    @intrinsic
    def tile(
        typing: Any,  # noqa: ARG001 - numba's calling convention
        row: Any,
        row_bytes: Any,
        panel: Any,
        depth: Any,
        starts: Any,
        out: Any,
        out_bytes: Any,
    ) -> Any:
        arguments = (row, row_bytes, panel, depth, starts, out, out_bytes)
        return types.void(*[types.intp] * len(arguments)), _write(rows)

    return tile


def _write(rows: int) -> Any:
    """The code of a tile: sums in registers, one round for four numbers of every row."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
        row, row_bytes, panel, depth, starts, out, out_bytes = arguments
        shape = ir.FunctionType(_SUMS, [_SUMS] * 3)
        dot = builder.module.declare_intrinsic("llvm.x86.avx512.vpdpbusd.512", (), shape)
        lines = [_add(builder, row, builder.mul(row_bytes, _long(r))) for r in range(rows)]
        first = [_load(builder, _add(builder, starts, _long(64 * w)), _SUMS) for w in range(WIDE)]
        before, loop = builder.block, builder.append_basic_block("dot")
        builder.branch(loop)
        builder.position_at_end(loop)
        n = builder.phi(_LONG)
        sums = [[builder.phi(_SUMS) for _ in range(WIDE)] for _ in range(rows)]
        place = _add(builder, panel, builder.mul(n, _long(PANEL * DEEP)))
        right = [_load(builder, _add(builder, place, _long(64 * w)), _SUMS) for w in range(WIDE)]
        more: list[list[Any]] = []
        for line in lines:
            four = _load(builder, _add(builder, line, builder.mul(n, _long(DEEP))), _WORD)
            left = builder.insert_element(_NONE, four, ir.Constant(_WORD, 0))
            left = builder.shuffle_vector(left, _NONE, ir.Constant(_SUMS, [0] * LANES))
            into = sums[len(more)]
            more.append([builder.call(dot, [into[w], left, right[w]]) for w in range(WIDE)])
        after = builder.add(n, _long(1))
        n.add_incoming(_long(0), before)
        n.add_incoming(after, loop)
        for r in range(rows):
            for w in range(WIDE):
                sums[r][w].add_incoming(first[w], before)
                sums[r][w].add_incoming(more[r][w], loop)
        done = builder.append_basic_block("done")
        builder.cbranch(builder.icmp_signed("<", after, depth), loop, done)
        builder.position_at_end(done)
        for r in range(rows):
            line = _add(builder, out, builder.mul(out_bytes, _long(r)))
            for w in range(WIDE):
                where = builder.inttoptr(_add(builder, line, _long(64 * w)), _SUMS.as_pointer())
                builder.store(more[r][w], where, align=4)
        return context.get_dummy_value()

    return code


def _long(value: int) -> Any:
    return ir.Constant(_LONG, value)


def _add(builder: Any, address: Any, more: Any) -> Any:
    return builder.add(address, more)


def _load(builder: Any, address: Any, kind: Any) -> Any:
    return builder.load(builder.inttoptr(address, kind.as_pointer()), align=4)


_one, _two, _three, _four, _five, _six = (_tile(rows) for rows in range(1, 7))


@kernel
def multiply(rows: Any, panels: Any, starts: Any, sums: Any, count: int) -> None:
    """Rows of codes times a matrix in panels.

    Args:
        rows: uint8 ``(≥ count, K)``.
        panels: See :class:`PackedMatrix`; ``(N / 64, K / 4, 64, 4)``.
        starts: ``(N,)``.
        sums: Written, int32 ``(≥ count, N)``.
        count: Rows to multiply.
    """
    depth, row_bytes, out_bytes = panels.shape[1], rows.strides[0], sums.strides[0]
    for column in range(len(panels)):
        panel, begin = panels[column].ctypes.data, starts[column * PANEL :].ctypes.data
        row, out, left = rows.ctypes.data, sums[0, column * PANEL :].ctypes.data, count
        while left >= 6:
            _six(row, row_bytes, panel, depth, begin, out, out_bytes)
            row, out, left = row + 6 * row_bytes, out + 6 * out_bytes, left - 6
        if left == 5:
            _five(row, row_bytes, panel, depth, begin, out, out_bytes)
        elif left == 4:
            _four(row, row_bytes, panel, depth, begin, out, out_bytes)
        elif left == 3:
            _three(row, row_bytes, panel, depth, begin, out, out_bytes)
        elif left == 2:
            _two(row, row_bytes, panel, depth, begin, out, out_bytes)
        elif left == 1:
            _one(row, row_bytes, panel, depth, begin, out, out_bytes)
