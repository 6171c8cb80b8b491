"""Packed sequences through (layer-norm) LSTM layers as one differentiable operation.

Autograd over a loop of cells records a dozen nodes a step and makes one weight gradient a step.
Here the steps are compiled arithmetic around one product each, and the gradient of each weight is
one product at the end. Several layers (the two directions of an encoder) and several groups of
drawings run beside each other.

Shape letters: B drawings, R packed rows, D inputs, H units. States have B + R rows: the initial
ones, then those after each packed row.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from strokebook.model.fused import backward, forward, workers
from strokebook.model.fused.pool import Lease
from strokebook.model.fused.products import CODES, ZERO, Matrix
from strokebook.model.packing import Groups, starts

PER_JOB = 8  # tensors of a job that gradients flow to
Array = np.ndarray[Any, Any]


class Job(NamedTuple):
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
    coded: bool = False  # recurrent products in 8 bits


class Found(NamedTuple):
    """What came of a job: hidden states ``(R, H)`` and the last state of each, ``(B, H)``."""

    hiddens: Tensor
    hidden: Tensor
    cell: Tensor


def unroll(jobs: list[Job]) -> list[Found]:
    """Run all jobs."""
    plans = [j[PER_JOB:] for j in jobs]
    tensors = [t for j in jobs for t in j[:PER_JOB]]
    flat = _Unroll.apply(plans, *tensors)  # type: ignore[no-untyped-call]
    return [Found(*flat[3 * n : 3 * n + 3]) for n in range(len(jobs))]


def array(tensor: Tensor) -> Array:
    """A tensor's memory as the kernels read it: bf16 as ``uint16``."""
    if tensor.dtype == torch.bfloat16:
        return tensor.view(torch.uint16).numpy()
    return tensor.numpy()


class _Step(NamedTuple):
    row: int  # first packed row
    now: int  # first row of the states
    before: int  # the same of the step before
    drawings: int


class _Run:
    """A job under way: what the forward pass leaves for the backward pass."""

    def __init__(self, job: Job) -> None:
        self.job, self.lease = job, Lease()
        batch, size, width = len(job.hidden), len(job.inputs), job.recurrent.shape[1]
        kind = job.cell.dtype
        self.hiddens = torch.empty(batch + size, width, dtype=job.product)  # handed out: not lent
        self.cells = self.lease.empty(batch + size, width, dtype=kind)
        self.gates = self.lease.empty(size, 4 * width, dtype=job.product)
        self.stats = self.lease.empty(size, 6, dtype=kind)
        rows = max(g[0] for g in job.groups)
        worth = 1.0 / CODES if job.coded else None
        self.onward = Matrix(job.recurrent.t(), job.product, rows, worth)
        self.hiddens[:batch], self.cells[:batch] = job.hidden, job.cell
        # An offset that all drawings share is one row, which stays in the cache.
        self.offset = job.offset[:1] if job.offset.stride(0) == 0 else job.offset
        consts = np.array([1.0, 1.0 / width, job.eps], array(job.cell).dtype)
        normed, dropped = job.norm is not None, job.kept is not None
        self.given = {
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
        }

    def steps(self, group: int) -> tuple[slice, list[_Step]]:
        """A group's places and its steps."""
        groups, batch = self.job.groups, len(self.job.hidden)
        place, row = sum(g[0] for g in groups[:group]), sum(sum(g) for g in groups[:group])
        counts = groups[group]
        begins = [row + begin for begin in starts(counts)]
        states = [batch + begin for begin in begins]
        lines = zip(begins, states, [place, *states], counts, strict=False)
        return slice(place, place + counts[0]), [_Step(*line) for line in lines]

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

    def found(self) -> Found:
        """The job's results."""
        rows = self.last_rows()
        hidden = self.hiddens[rows].to(self.cells.dtype)
        return Found(self.hiddens[len(self.job.hidden) :], hidden, self.cells[rows])


def _or_nothing(tensor: Tensor | None, dtype: torch.dtype, rows: int = 2) -> Array:
    return array(torch.empty(rows, 0, dtype=dtype) if tensor is None else tensor)


def _forward(run: _Run, group: int) -> None:
    """All steps of a group."""
    job, hiddens = run.job, run.hiddens
    places, steps = run.steps(group)
    codes = _codes(job, steps[0].drawings, job.recurrent.shape[1])
    given = run.given | {
        "inputs": array(job.inputs),
        "input_weight": array(job.input_weight.t().contiguous()),
        "offset": array(run.offset[places] if len(run.offset) > 1 else run.offset),
        "hiddens": array(hiddens),
        "codes": array(codes),
        "coded": job.coded,
    }
    if job.coded:
        codes.copy_(torch.round(job.hidden[places] * CODES) + ZERO)
    arguments = [given[name] for name in forward.ARGUMENTS]
    for row, now, before, count in steps:
        product = run.onward.times(codes[:count] if job.coded else hiddens[before : before + count])
        forward.step(row, now, before, count, array(product), *arguments)


def _codes(job: Job, count: int, width: int) -> Tensor:
    """Memory for a step's rows in 8 bits, ``(B, width)``; empty where they are not wanted."""
    return torch.empty((count, width) if job.coded else (0, 0), dtype=torch.uint8)


class _Back:
    """The gradients of a job, filled group by group."""

    def __init__(self, run: _Run, grads: tuple[Tensor | None, ...]) -> None:
        d_out, d_hidden, d_cell = grads
        job, kind, self.lease = run.job, run.cells.dtype, Lease()
        worth, rows = 1.0 if job.coded else None, max(g[0] for g in job.groups)
        self.backward = Matrix(job.recurrent, job.product, rows, worth)
        self.out = None if d_out is None else d_out.contiguous()
        self.last = torch.zeros_like(job.hidden) if d_hidden is None else d_hidden.contiguous()
        self.cell = torch.zeros_like(job.cell) if d_cell is None else d_cell.clone()
        self.hidden = torch.empty_like(job.hidden)
        self.offset = torch.zeros(job.offset.shape, dtype=kind)
        self.shared = len(run.offset) == 1
        self.gates = self.lease.empty(*run.gates.shape, dtype=run.gates.dtype)
        parts, width = len(job.groups), run.cells.shape[1]
        self.norm = torch.zeros(parts, 2, 4 * width, dtype=kind)
        self.cell_norm = torch.zeros(parts, 2, width, dtype=kind)
        self.weight = torch.empty(parts, 4 * width, width, dtype=job.product)
        self.input_weight = torch.empty(parts, job.inputs.shape[1], 4 * width, dtype=job.product)

    def all(self, job: Job, with_inputs: bool) -> tuple[Tensor | None, ...]:
        """The gradients in the order of the job's tensors."""
        kind, normed = job.cell.dtype, job.norm is not None
        return (
            self.gates.to(kind) @ job.input_weight if with_inputs else None,
            self.input_weight.to(kind).sum(0).t(),
            self.offset,
            self.weight.to(kind).sum(0),
            self.hidden,
            self.cell,
            self.norm.sum(0) if normed else None,
            self.cell_norm.sum(0) if normed else None,
        )


def _backward(run: _Run, back: _Back, group: int) -> None:
    """All steps of a group back."""
    job = run.job
    places, steps = run.steps(group)
    codes = _codes(job, steps[0].drawings, run.gates.shape[1])
    scales = torch.ones(steps[0].drawings, dtype=run.cells.dtype)
    kind = torch.float32 if job.coded else job.product
    product = torch.empty(0, run.cells.shape[1], dtype=kind)
    given = run.given | {
        "d_out": array(run.hiddens[:0] if back.out is None else back.out),
        "has_out": back.out is not None,
        "d_last": array(back.last[places]),
        "d_cell": array(back.cell[places]),
        "d_gates": array(back.gates),
        "d_offset": array(back.offset[places][:1] if back.shared else back.offset[places]),
        "d_norm": array(back.norm[group]),
        "d_cell_norm": array(back.cell_norm[group]),
        "codes": array(codes),
        "scales": array(scales),
        "coded": job.coded,
    }
    arguments = [given[name] for name in backward.ARGUMENTS]
    live = 0
    for row, now, before, count in reversed(steps):
        backward.step(row, now, before, count, live, array(product), *arguments)
        product = back.backward.times(codes[:count] if job.coded else back.gates[row : row + count])
        live = count
    back.hidden[places] = product.to(back.hidden.dtype) * scales[:, None]
    _weigh(run, back, group, steps)


def _weigh(run: _Run, back: _Back, group: int, steps: list[_Step]) -> None:
    """The weights' gradients of a group: one product each over all its rows.

    Written as xᵀ·d the narrow one is several times faster than as dᵀ·x.
    """
    begin, end = steps[0].row, steps[-1].row + steps[-1].drawings
    table = np.array(steps)
    shift = np.repeat(table[:, 2] - table[:, 0], table[:, 3])  # to the same drawing's state before
    before = torch.from_numpy(shift + np.arange(begin, end))
    earlier = back.lease.empty(len(before), run.hiddens.shape[1], dtype=run.hiddens.dtype)
    torch.index_select(run.hiddens, 0, before, out=earlier)
    gates = back.gates[begin:end]
    torch.mm(gates.t(), earlier, out=back.weight[group])
    inputs = run.job.inputs[begin:end].to(gates.dtype)
    torch.mm(inputs.t(), gates, out=back.input_weight[group])


def _own(tensor: Tensor) -> Tensor:
    """A tensor that the kernels can read; one row for all drawings stays one row."""
    detached = tensor.detach()
    return detached if detached.stride(0) == 0 else detached.contiguous()


class _Unroll(torch.autograd.Function):
    """The jobs as one node of the graph."""

    @staticmethod
    def forward(ctx: Any, plans: list[tuple[Any, ...]], *tensors: Tensor) -> tuple[Tensor, ...]:
        """Hidden states, last hidden and last cell states, job by job."""
        owned: list[Any] = [None if t is None else _own(t) for t in tensors]
        ctx.runs = [
            _Run(Job(*owned[PER_JOB * n : PER_JOB * (n + 1)], *plan))
            for n, plan in enumerate(plans)
        ]
        workers.run(
            [partial(_forward, r, group) for r in ctx.runs for group in range(len(r.job.groups))]
        )
        return tuple(t for run in ctx.runs for t in run.found())

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor | None) -> tuple[Tensor | None, ...]:
        """Gradients of all jobs' tensors."""
        backs = [_Back(run, grads[3 * n : 3 * n + 3]) for n, run in enumerate(ctx.runs)]
        pairs = list(zip(ctx.runs, backs, strict=True))
        workers.run(
            [
                partial(_backward, run, back, group)
                for run, back in pairs
                for group in range(len(run.job.groups))
            ]
        )
        flat: list[Tensor | None] = [None]
        for n, (run, back) in enumerate(pairs):
            flat += back.all(run.job, ctx.needs_input_grad[1 + PER_JOB * n])
        return tuple(flat)
