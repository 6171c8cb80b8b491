"""Recurrent cells: their interface, and packed sequences through them.

Shape letters: T steps, B drawings, R packed rows, D inputs, C constant inputs, U units that a cell
puts out, S numbers that it carries in each half of its state.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol, cast

import torch
from torch import Tensor, nn

from strokebook.model.data.packing import Packing, starts
from strokebook.model.kernels import threads
from strokebook.model.kernels.deferred_grad import deferring

LEAST_GROUP = 8  # drawings; products of fewer rows are slow
FORGET_BIAS = 1.0  # added at run time, as the reference does: a stored bias of 0 remembers


class State(NamedTuple):
    """What a recurrent layer carries from step to step: hidden and cell, each ``(B, S)``."""

    hidden: Tensor
    cell: Tensor

    def at(self, index: Tensor) -> State:
        """The states of the drawings at ``index``, which may repeat."""
        return State(self.hidden[index], self.cell[index])


class Dropout(NamedTuple):
    """Recurrent dropout of the candidates (Semeniuta et al. 2016: the memory is never dropped).

    Attributes:
        kept: 0 or 1 (uint8), ``(T, B, S)`` or packed ``(R, S)``.
        factor: What kept candidates are multiplied by.
    """

    kept: Tensor
    factor: float

    def factors(self, like: Tensor) -> Tensor:
        """0 or the factor, in the type of ``like``."""
        return self.kept.to(like.dtype) * self.factor


class Cell(Protocol):
    """A recurrent layer; an ``nn.Module``."""

    units: int
    state_size: int

    def __call__(
        self, inputs: Tensor, state: State, offset: Tensor, mask: Dropout | None = None
    ) -> tuple[Tensor, State]:
        """See :meth:`Layer.forward`."""

    def zero_state(self, batch: int) -> State:
        """The state of zeros."""

    def offset(self, batch: int, constant: Tensor | None = None) -> Tensor:
        """What every step has in common: biases and the constant input's product, ``(B, ·)``."""

    def step(
        self, inputs: Tensor, state: State, offset: Tensor, factors: Tensor | None = None
    ) -> State:
        """One step, differentiable: ``(B, D)`` in, the next state out.

        Args:
            inputs: ``(B, D)``.
            state: Before.
            offset: From :meth:`offset`.
            factors: Of the dropout, ``(B, S)``.
        """

    def output(self, state: State) -> Tensor:
        """What the cell puts out in a state, ``(B, U)``."""

    def run_cells(self, runs: Sequence[CellRun]) -> list[tuple[Tensor, State]]:
        """See :func:`read`; all readings are of cells of this kind."""


class CellRun(NamedTuple):
    """A cell, its inputs and its state, to be run over all steps.

    Attributes:
        cell: The cell.
        inputs: Packed, ``(R, D)``.
        state: Before the first rows, in the packing's order of places.
        offset: Likewise.
        mask: Packed; None: no dropout.
        packing: Where the rows are.
    """

    cell: Cell
    inputs: Tensor
    state: State
    offset: Tensor
    mask: Dropout | None
    packing: Packing


def run_cells(runs: Sequence[CellRun]) -> list[tuple[Tensor, State]]:
    """Lead cells of one kind through their packed inputs, side by side where that is faster.

    Returns:
        For each what it puts out, ``(R, U)``, and each place's state after its last row.
    """
    return runs[0].cell.run_cells(runs)


def groups_for(rows: Tensor, layers: int = 1) -> int:
    """Into how many groups a batch ``(T, B, 5)`` is dealt, so that every thread has one."""
    if rows.device.type != "cpu":
        return 1
    return max(1, min(threads.count() // layers, rows.shape[1] // LEAST_GROUP))


class Layer(nn.Module):
    """What all cells share: sequences that are not packed, and the plain loop over steps."""

    units: int
    state_size: int

    def zero_state(self, batch: int) -> State:
        """The state of zeros for ``batch`` drawings."""
        zeros = next(self.parameters()).new_zeros(batch, self.state_size)
        return State(zeros, zeros)

    def output(self, state: State) -> Tensor:
        """What the cell puts out in a state, ``(B, U)``."""
        return state.hidden[:, : self.units]

    def step(
        self, inputs: Tensor, state: State, offset: Tensor, factors: Tensor | None = None
    ) -> State:
        """One step; see :class:`Cell`."""
        raise NotImplementedError

    def run_cells(self, runs: Sequence[CellRun]) -> list[tuple[Tensor, State]]:
        """Step by step under autograd: for devices and cells without compiled kernels."""
        with deferring():
            return [loop(run) for run in runs]

    def forward(
        self, inputs: Tensor, state: State, offset: Tensor, mask: Dropout | None = None
    ) -> tuple[Tensor, State]:
        """All steps at once.

        Args:
            inputs: ``(T, B, D)``.
            state: Before the first step.
            offset: From ``offset``.
            mask: Dropout, ``(T, B, S)``; None: no dropout.

        Returns:
            What the cell puts out after every step, ``(T, B, U)``, and the state after the last.
        """
        steps, batch = inputs.shape[:2]
        packing = Packing.full(steps, batch, inputs.device)
        if mask is not None:
            mask = mask._replace(kept=mask.kept.flatten(0, 1))
        run = CellRun(cast(Cell, self), inputs.flatten(0, 1), state, offset, mask, packing)
        ((outputs, last),) = self.run_cells([run])
        return outputs.to(inputs.dtype).view(steps, batch, -1), last


def loop(run: CellRun) -> tuple[Tensor, State]:
    """A run step by step, group by group."""
    cell, inputs, state, offset, mask, packing = run
    factors = None if mask is None else mask.factors(inputs)
    outputs, hiddens, memories, row, place = [], [], [], 0, 0
    for counts in packing.groups:
        places = slice(place, place + counts[0])
        now, common = State(state.hidden[places], state.cell[places]), offset[places]
        done: list[State] = []
        for begin, count in zip(starts(counts), counts, strict=True):
            rows = slice(row + begin, row + begin + count)
            done.append(State(now.hidden[count:], now.cell[count:]))
            now = State(now.hidden[:count], now.cell[:count])
            dropped = None if factors is None else factors[rows]
            now = cell.step(inputs[rows], now, common[:count], dropped)
            outputs.append(cell.output(now))
        done.append(now)
        hiddens.append(torch.cat([s.hidden for s in reversed(done)]))
        memories.append(torch.cat([s.cell for s in reversed(done)]))
        row, place = row + sum(counts), place + counts[0]
    return torch.cat(outputs), State(torch.cat(hiddens), torch.cat(memories))
