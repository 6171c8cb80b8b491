"""Autograd function of (layer-norm) LSTM layers over packed sequences.

    forward, each step:   p = x @ W_xᵀ + h @ W_hᵀ + offset     (n, 4H), W_x (4H, D), W_h (4H, H)
    backward, each step:  d_h = d_p @ W_h                      (n, H)
    backward, all rows:   d_W_h = d_pᵀ @ h, d_W_x = d_pᵀ @ x

n drawings of a step, D inputs, H units; rows are packed group by group, step by step.

Autograd over a loop of cells records a dozen nodes a step and makes one weight gradient a step.
Here the steps are compiled arithmetic around one product each, and the gradient of each weight is
one product over many steps. Several layers (the two directions of an encoder) and several groups
of drawings run beside each other.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from strokebook.model.kernels import lstm_forward_step, threads
from strokebook.model.kernels.int8_matmul import DEEP
from strokebook.model.kernels.lstm_backward import LstmBackward
from strokebook.model.kernels.lstm_buffers import PER_JOB, LstmJob, LstmRun, Outputs, array
from strokebook.model.kernels.quantise import CODES, ZERO


def run_lstm(jobs: list[LstmJob]) -> list[Outputs]:
    """Run all jobs."""
    plans = [j[PER_JOB:] for j in jobs]
    tensors = [t for j in jobs for t in j[:PER_JOB]]
    flat = _LstmFunction.apply(plans, *tensors)  # type: ignore[no-untyped-call]
    return [Outputs(*flat[3 * n : 3 * n + 3]) for n in range(len(jobs))]


def _forward(run: LstmRun, group: int) -> None:
    """All steps of a group."""
    job, hiddens = run.job, run.hiddens
    places, steps = run.steps(group)
    codes = torch.empty(0, 0, dtype=torch.uint8)
    if job.coded:
        codes = coded(job.hidden[places])
    named = run.arguments | {
        "inputs": array(job.inputs),
        "input_weight": array(job.input_weight.t().contiguous()),
        "offset": array(run.offset[places] if len(run.offset) > 1 else run.offset),
        "hiddens": array(hiddens),
        "codes": array(codes),
    }
    if job.coded:
        named["product_scales"] = run.panels.scales
        arguments = [named[name] for name in lstm_forward_step.ARGUMENTS]
        sums = run.panels.sums(len(codes)).numpy()
        panels = (array(codes), *run.panels.arrays, sums)
        lstm_forward_step.run(np.array(steps), *panels, *arguments)
        return
    arguments = [named[name] for name in lstm_forward_step.ARGUMENTS]
    for row, now, before, count in steps:
        product = run.onward.times(hiddens[before : before + count])
        lstm_forward_step.step(row, now, before, count, array(product), *arguments)


def coded(hidden: Tensor) -> Tensor:
    """Hidden states ``(B, H)`` as codes around 128, ``(B, H)`` with H rounded up for products."""
    out = torch.full((len(hidden), -(-hidden.shape[1] // DEEP) * DEEP), ZERO, dtype=torch.uint8)
    out[:, : hidden.shape[1]] = torch.round(hidden * CODES) + ZERO
    return out


def _own(tensor: Tensor) -> Tensor:
    """A tensor that the kernels can read; one row for all drawings stays one row."""
    detached = tensor.detach()
    return detached if detached.stride(0) == 0 else detached.contiguous()


class _LstmFunction(torch.autograd.Function):
    """The jobs as one node of the graph."""

    @staticmethod
    def forward(ctx: Any, plans: list[tuple[Any, ...]], *tensors: Tensor) -> tuple[Tensor, ...]:
        """Hidden states, last hidden and last cell states, job by job."""
        owned: list[Any] = [None if t is None else _own(t) for t in tensors]
        ctx.runs = [
            LstmRun(LstmJob(*owned[PER_JOB * n : PER_JOB * (n + 1)], *plan))
            for n, plan in enumerate(plans)
        ]
        threads.run([run.prepare for run in ctx.runs])
        threads.run([partial(_forward, r, n) for r in ctx.runs for n in range(len(r.job.groups))])
        return tuple(t for run in ctx.runs for t in run.outputs())

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor | None) -> tuple[Tensor | None, ...]:
        """Gradients of all jobs' tensors."""
        backs = []
        for n, run in enumerate(ctx.runs):
            wanted = ctx.needs_input_grad[1 + PER_JOB * n : 1 + PER_JOB * (n + 1)]
            backs.append(LstmBackward(run, grads[3 * n : 3 * n + 3], wanted))
        threads.run([back.prepare for back in backs])
        threads.run([partial(b.group, n) for b in backs for n in range(len(b.run.job.groups))])
        threads.run([task for back in backs for task in back.ending()])
        return None, *(grad for back in backs for grad in back.grads())
