"""Back-propagation through time for one group, then the weight gradients.

Shape letters: B drawings, R packed rows, D inputs, H units, G groups.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from strokebook.model.kernels import lstm_backward_step as backward
from strokebook.model.kernels.buffer_pool import PooledBuffers
from strokebook.model.kernels.int8_matmul import PackedMatrix
from strokebook.model.kernels.int8_weight_grad import WeightGradient, blocks, spread, turn
from strokebook.model.kernels.lstm_buffers import LstmRun, LstmStep, array
from strokebook.model.kernels.packed_matmul import PackedWeights

INPUTS, OFFSET = 0, 2  # the places of these two among a job's tensors
PARTS = 8  # into which a weight's gradient is cut, to be summed over the groups by all threads


class LstmBackward:
    """The gradients of a run's job, filled group by group.

    Args:
        run: After its forward pass.
        grads: Of the hidden states, of the last hidden and of the last cell states.
        wanted: Which of the job's tensors need a gradient.
    """

    backward: PackedWeights
    panels: PackedMatrix

    def __init__(
        self, run: LstmRun, grads: Sequence[Tensor | None], wanted: Sequence[bool]
    ) -> None:
        d_out, d_hidden, d_cell = grads
        job, kind, self.run, self.lease = run.job, run.cells.dtype, run, PooledBuffers()
        self.out = None if d_out is None else d_out.contiguous()
        self.last = torch.zeros_like(job.hidden) if d_hidden is None else d_hidden.contiguous()
        self.cell = torch.zeros_like(job.cell) if d_cell is None else d_cell.clone()
        self.hidden = torch.empty_like(job.hidden)
        self.offset = torch.zeros(job.offset.shape, dtype=kind) if wanted[OFFSET] else None
        self.inputs = torch.empty_like(job.inputs) if wanted[INPUTS] else None
        parts, (rows, wide), width = len(job.groups), run.gates.shape, run.cells.shape[1]
        coded = rows if job.coded else 0
        self.codes = self.lease.empty(coded, wide, dtype=torch.uint8)
        self.scales = self.lease.empty(coded, dtype=kind)
        self.gates = self.lease.empty(rows - coded, wide, dtype=run.gates.dtype)
        self.norm = torch.zeros(parts, 2, wide, dtype=kind)
        self.cell_norm = torch.zeros(parts, 2, width, dtype=kind)
        shape = (parts, width, wide) if job.coded else (parts, wide, width)  # as is faster
        sums = kind if job.coded else job.product
        self.weight = self.lease.empty(*shape, dtype=sums)
        self.input_weight = torch.empty(parts, job.inputs.shape[1], wide, dtype=sums)
        self.total = torch.empty(wide, width, dtype=kind)

    def prepare(self) -> None:
        """Make the matrix of the backward pass."""
        job = self.run.job
        if job.coded:
            self.panels = PackedMatrix(job.recurrent)
        else:
            self.backward = PackedWeights(job.recurrent, job.product, self.run.most)

    def group(self, group: int) -> None:
        """All steps of a group back, and its share in the weights' gradients."""
        run, job = self.run, self.run.job
        places, steps = run.steps(group)
        named = run.arguments | {
            "d_out": array(run.hiddens[:0] if self.out is None else self.out),
            "has_out": self.out is not None,
            "d_last": array(self.last[places]),
            "d_cell": array(self.cell[places]),
            "d_gates": array(self.gates),
            "d_norm": array(self.norm[group]),
            "d_cell_norm": array(self.cell_norm[group]),
            "codes": array(self.codes),
            "scales": array(self.scales),
        }
        if job.coded:
            self.hidden[places] = self._in_codes(group, places, steps, named)
        else:
            self.hidden[places] = self._in_numbers(places, steps, named).to(self.hidden.dtype)
            self._weigh(group, steps)

    def _in_numbers(self, places: slice, steps: list[LstmStep], named: dict[str, Any]) -> Tensor:
        """The steps' gradients; returns that of the first hidden states."""
        arguments, live = [named[name] for name in backward.ARGUMENTS], 0
        product = torch.empty(0, self.run.cells.shape[1], dtype=self.gates.dtype)
        table = np.array(steps)
        for block in reversed(blocks(table[:, 3])):
            for row, now, before, count in reversed(steps[block]):
                backward.step(row, now, before, count, live, array(product), *arguments)
                product = self.backward.times(self.gates[row : row + count])
                live = count
            self._spread(places, table[block], self.gates)
        return product

    def _in_codes(
        self, group: int, places: slice, steps: list[LstmStep], named: dict[str, Any]
    ) -> Tensor:
        """Likewise, and the weights' gradients."""
        panels, table = self.panels, np.array(steps)
        named = named | {"product_scales": panels.scales}
        arguments = [named[name] for name in backward.ARGUMENTS]
        matrix = self.codes.numpy(), *panels.arrays
        sums, live = panels.sums(steps[0].drawings), 0
        weight, input_weight = self.weight[group], self.input_weight[group]
        weighing = WeightGradient(
            self.run, self.codes, self.scales, weight, input_weight, self.inputs
        )
        for block in reversed(blocks(table[:, 3])):
            backward.run(table[block], live, *matrix, sums.numpy(), *arguments)
            weighing.add(table[block])
            self._spread(places, table[block], self.codes)
            live = int(table[block.start, 3])
        width, rows = self.run.cells.shape[1], slice(steps[0].row, steps[0].row + live)
        product_scales = torch.from_numpy(panels.scales[:width])
        return sums[:live, :width] * product_scales * self.scales[rows, None]

    def _weigh(self, group: int, steps: list[LstmStep]) -> None:
        """The weights' gradients of a group: one product each over all its rows.

        Written as xᵀ·d the narrow one is several times faster than as dᵀ·x.
        """
        run, begin, end = self.run, steps[0].row, steps[-1].row + steps[-1].drawings
        before = torch.from_numpy(rows_before(steps))
        earlier = self.lease.empty(len(before), run.hiddens.shape[1], dtype=run.hiddens.dtype)
        torch.index_select(run.hiddens, 0, before, out=earlier)
        gates = self.gates[begin:end]
        torch.mm(gates.t(), earlier, out=self.weight[group])
        inputs = run.job.inputs[begin:end].to(gates.dtype)
        torch.mm(inputs.t(), gates, out=self.input_weight[group])
        if self.inputs is not None:
            self.inputs[begin:end] = gates @ run.job.input_weight.to(gates.dtype)

    def _spread(self, places: slice, table: np.ndarray[Any, Any], values: Tensor) -> None:
        """Sum some steps' gradients of each place, or of all where the offset is one row."""
        if self.offset is None:
            return
        offset = self.offset[:1] if len(self.run.offset) == 1 else self.offset[places]
        scales, coded = array(self.scales), self.run.job.coded
        spread(table[:, 0], table[:, 3], array(values), scales, coded, array(offset))

    def ending(self) -> list[Callable[[], None]]:
        """What is left to do when all groups are done."""
        height = -(-len(self.total) // PARTS)
        return [
            partial(self._sum, slice(begin, begin + height))
            for begin in range(0, len(self.total), height)
        ]

    def _sum(self, part: slice) -> None:
        if self.run.job.coded:
            turn(array(self.weight), array(self.total), part.start, min(part.stop, len(self.total)))
        else:
            self.total[part] = self.weight[:, part].to(self.total.dtype).sum(0)

    def grads(self) -> tuple[Tensor | None, ...]:
        """The gradients in the order of the job's tensors."""
        kind, normed = self.run.cells.dtype, self.run.job.norm is not None
        return (
            self.inputs,
            self.input_weight.to(kind).sum(0).t(),
            self.offset,
            self.total,
            self.hidden,
            self.cell,
            self.norm.sum(0) if normed else None,
            self.cell_norm.sum(0) if normed else None,
        )


def rows_before(steps: list[LstmStep]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """For each row of a group the row of the states from which its step began."""
    table = np.array(steps)
    shift = np.repeat(table[:, 2] - table[:, 0], table[:, 3])
    rows: np.ndarray[tuple[int], np.dtype[np.int64]] = shift + np.arange(
        steps[0].row, steps[-1].row + steps[-1].drawings
    )
    return rows
