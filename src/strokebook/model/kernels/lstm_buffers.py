"""Buffers of an LSTM run: its inputs, and the memory that all of its steps share.

Shape letters: B drawings, R packed rows, D inputs, H units. States have B + R rows: the initial
ones, then those after each packed row.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from strokebook.model.data.packing import Groups, starts
from strokebook.model.kernels.buffer_pool import PooledBuffers
from strokebook.model.kernels.int8_matmul import PackedMatrix
from strokebook.model.kernels.packed_matmul import PackedWeights
from strokebook.model.kernels.quantise import CODES

PER_JOB = 8  # tensors of a job that gradients flow to
Array = np.ndarray[Any, Any]


class LstmJob(NamedTuple):
    """One layer and what it reads; ``norm`` and ``cell_norm`` are None for a plain LSTM.

    ``norm`` is ``(2, 4H)`` and ``cell_norm`` ``(2, H)``: gain, shift.
    """

    inputs: Tensor  # (R, D)
    input_weight: Tensor  # (4H, D)
    offset: Tensor  # (B, 4H)
    recurrent: Tensor  # (4H, H)
    hidden: Tensor  # (B, H)
    cell: Tensor  # (B, H)
    norm: Tensor | None
    cell_norm: Tensor | None
    groups: Groups
    kept: Tensor | None  # uint8 (R, H)
    factor: float
    product: torch.dtype
    eps: float
    coded: bool = False  # products in 8 bits


class Outputs(NamedTuple):
    """What came of a job: hidden states ``(R, H)`` and the last state of each, ``(B, H)``."""

    hiddens: Tensor
    hidden: Tensor
    cell: Tensor


class LstmStep(NamedTuple):
    """Where a step of a group lies."""

    row: int  # first packed row
    now: int  # first row of the states
    before: int  # the same of the step before
    drawings: int


class LstmRun:
    """A job under way: what the forward pass leaves for the backward pass."""

    onward: PackedWeights
    panels: PackedMatrix

    def __init__(self, job: LstmJob) -> None:
        self.job, self.lease = job, PooledBuffers()
        batch, size, width = len(job.hidden), len(job.inputs), job.recurrent.shape[1]
        kind = job.cell.dtype
        self.hiddens = torch.empty(batch + size, width, dtype=job.product)  # handed out: not lent
        self.cells = self.lease.empty(batch + size, width, dtype=kind)
        self.gates = self.lease.empty(size, 4 * width, dtype=job.product)
        self.stats = self.lease.empty(size, 6, dtype=kind)
        self.hiddens[:batch], self.cells[:batch] = job.hidden, job.cell
        # An offset that all drawings share is one row, which stays in the cache.
        self.offset = job.offset[:1] if job.offset.stride(0) == 0 else job.offset
        consts = np.array([1.0, 1.0 / width, job.eps], array(job.cell).dtype)
        normed, dropped = job.norm is not None, job.kept is not None
        self.arguments = {
            "norm": _or_nothing(job.norm, kind),
            "cell_norm": _or_nothing(job.cell_norm, kind),
            "kept": _or_nothing(job.kept, torch.uint8, size),
            "factor": consts.dtype.type(job.factor),
            "cells": array(self.cells),
            "gates": array(self.gates),
            "stats": array(self.stats),
            "normed": normed,
            "dropped": dropped,
            "consts": consts,
            "coded": job.coded,
            "product_scales": np.empty(0, consts.dtype),
        }

    def prepare(self) -> None:
        """Make the matrix of the forward pass."""
        job = self.job
        if job.coded:
            self.panels = PackedMatrix(job.recurrent.t(), 1.0 / CODES)
        else:
            self.onward = PackedWeights(job.recurrent.t(), job.product, self.most)

    @property
    def most(self) -> int:
        """Drawings that are multiplied at once."""
        return max(group[0] for group in self.job.groups)

    def steps(self, group: int) -> tuple[slice, list[LstmStep]]:
        """A group's places and its steps."""
        groups, batch = self.job.groups, len(self.job.hidden)
        place, row = sum(g[0] for g in groups[:group]), sum(sum(g) for g in groups[:group])
        counts = groups[group]
        begins = [row + begin for begin in starts(counts)]
        states = [batch + begin for begin in begins]
        lines = zip(begins, states, [place, *states], counts, strict=False)
        return slice(place, place + counts[0]), [LstmStep(*line) for line in lines]

    def last_rows(self) -> Tensor:
        """Where each place's last state lies, ``(B,)``."""
        out = np.empty(len(self.job.hidden), np.int64)
        for group in range(len(self.job.groups)):
            places, steps = self.steps(group)
            table = np.array(steps)
            within = np.arange(places.stop - places.start)
            last = (table[:, 3] > within[:, None]).sum(1) - 1
            out[places] = table[last, 1] + within
        return torch.from_numpy(out)

    def outputs(self) -> Outputs:
        """The job's results."""
        rows = self.last_rows()
        hidden = self.hiddens[rows].to(self.cells.dtype)
        return Outputs(self.hiddens[len(self.job.hidden) :], hidden, self.cells[rows])


def array(tensor: Tensor) -> Array:
    """A tensor's memory as the kernels read it: bf16 as ``uint16``."""
    if tensor.dtype == torch.bfloat16:
        return tensor.view(torch.uint16).numpy()
    return tensor.numpy()


def _or_nothing(tensor: Tensor | None, dtype: torch.dtype, rows: int = 2) -> Array:
    return array(torch.empty(rows, 0, dtype=dtype) if tensor is None else tensor)
