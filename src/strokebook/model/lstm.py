"""An LSTM layer whose backward pass over time is written by hand.

Autograd over a Python cell loop records a dozen nodes a step and makes one weight gradient a step;
here the whole sequence is one node, and the gradient of each weight is one product at the end.

A layer of another cell can stand beside this one: the nets ask for ``offset``, ``forward`` and
``step`` only.

Shape letters: T steps, B drawings in the batch, D inputs, C constant inputs, H units. Gates lie
side by side in the order input, forget, output, candidate: one sigmoid covers the first three.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

GATES = ("input", "forget", "output", "candidate")
FORGET_BIAS = 1.0  # added at run time, as the reference does: a stored bias of 0 remembers


class State(NamedTuple):
    """What a recurrent layer carries from step to step: hidden and cell, each ``(B, H)``."""

    hidden: Tensor
    cell: Tensor


class LstmLayer(nn.Module):
    """An LSTM over ``(T, B, D)`` with recurrent dropout on its candidate.

    Dropout falls on the candidate alone, so that the cell never forgets by it (Semeniuta et al.
    2016, "Recurrent dropout without memory loss"). A constant input (z in the decoder) is
    multiplied once, not at every step.
    """

    def __init__(
        self, inputs: int, units: int, constants: int = 0, seed: torch.Generator | None = None
    ) -> None:
        super().__init__()
        self.units = units
        self.input_weight = nn.Parameter(torch.empty(4 * units, inputs))
        self.constant_weight: nn.Parameter | None = None
        if constants:
            self.constant_weight = nn.Parameter(torch.empty(4 * units, constants))
        self.recurrent_weight = nn.Parameter(torch.empty(4 * units, units))
        self.bias = nn.Parameter(torch.zeros(4 * units))
        bound = (6.0 / (inputs + constants + 4 * units)) ** 0.5  # Glorot & Bengio 2010, uniform
        for weight in (self.input_weight, self.constant_weight):
            if weight is not None:
                nn.init.uniform_(weight, -bound, bound, generator=seed)
        for gate in self.recurrent_weight.data.chunk(4):
            nn.init.orthogonal_(gate, generator=seed)

    def blank(self, batch: int) -> State:
        """The state of zeros for ``batch`` drawings."""
        zeros = self.bias.new_zeros(batch, self.units)
        return State(zeros, zeros)

    def offset(self, batch: int, constant: Tensor | None = None) -> Tensor:
        """What every step's pre-activation has in common, ``(B, 4H)``: biases and constant input.

        Args:
            batch: B.
            constant: ``(B, C)``; None where the layer has no constant input.
        """
        i, f, rest = torch.split(self.bias, [self.units, self.units, 2 * self.units])
        bias = torch.cat((i, f + FORGET_BIAS, rest))
        if constant is None or self.constant_weight is None:
            return bias.expand(batch, -1)
        return torch.addmm(bias, constant, self.constant_weight.t())

    def forward(
        self, inputs: Tensor, state: State, offset: Tensor, mask: Tensor | None = None
    ) -> tuple[Tensor, State]:
        """All steps at once.

        Args:
            inputs: ``(T, B, D)``.
            state: Before the first step.
            offset: From :meth:`offset`.
            mask: Dropout factors on the candidate, ``(T, B, H)``; None: no dropout.

        Returns:
            Hidden states after every step, ``(T, B, H)``, and the state after the last.
        """
        hiddens, cell = _Unroll.apply(  # type: ignore[no-untyped-call]
            inputs, self.input_weight, offset, self.recurrent_weight, *state, mask
        )
        return hiddens, State(hiddens[-1], cell)

    def step(self, inputs: Tensor, state: State, offset: Tensor) -> State:
        """One step without dropout or gradient: ``(B, D)`` in, the next state out."""
        gates = torch.addmm(offset, inputs, self.input_weight.t())
        gates.addmm_(state.hidden, self.recurrent_weight.t())
        i, f, o, g = _activate(gates, self.units)
        cell = torch.addcmul(f * state.cell, i, g)
        return State(o * cell.tanh(), cell)


class _Unroll(torch.autograd.Function):
    """All T steps of the recurrence as one differentiable operation."""

    @staticmethod
    def forward(
        ctx: Any,
        inputs: Tensor,
        input_weight: Tensor,
        offset: Tensor,
        recurrent: Tensor,
        hidden: Tensor,
        cell: Tensor,
        mask: Tensor | None,
    ) -> tuple[Tensor, Tensor]:
        """Hidden states ``(T, B, H)`` and the last cell state ``(B, H)``."""
        steps, batch, width = inputs.shape[0], inputs.shape[1], recurrent.shape[1]
        gates = inputs @ input_weight.t()  # (T, B, 4H): every step's input product at once
        gates += offset
        hiddens = gates.new_empty(steps + 1, batch, width)
        cells = gates.new_empty(steps + 1, batch, width)
        hiddens[0], cells[0] = hidden, cell
        across, squashed = recurrent.t(), gates.new_empty(batch, width)
        for t in range(steps):
            now = gates[t]
            now.addmm_(hiddens[t], across)
            i, f, o, g = _activate(now, width)
            torch.mul(i, g, out=squashed)
            if mask is not None:
                squashed.mul_(mask[t])
            torch.addcmul(squashed, f, cells[t], out=cells[t + 1])
            torch.mul(o, _tanh(cells[t + 1], squashed), out=hiddens[t + 1])
        ctx.save_for_backward(inputs, input_weight, recurrent, gates, hiddens, cells, mask)
        return hiddens[1:], cells[-1].clone()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        """Gradients of every argument of :meth:`forward` but the mask."""
        inputs, input_weight, recurrent, gates, hiddens, cells, mask = ctx.saved_tensors
        d_hiddens, d_cell = grads[0], grads[1].clone()
        d_gates, d_hidden = torch.empty_like(gates), torch.zeros_like(d_cell)
        across = recurrent.t().contiguous().t()  # the layout that BLAS multiplies fastest
        for t in range(len(gates) - 1, -1, -1):
            d_hidden += d_hiddens[t]
            dropped = None if mask is None else mask[t]
            _step_back(d_gates[t], gates[t], d_hidden, d_cell, cells[t], cells[t + 1], dropped)
            torch.mm(d_gates[t], across, out=d_hidden)
        # Each weight's gradient is one product over all T·B rows. Written as xᵀ·d it is ten times
        # faster for narrow x than dᵀ·x.
        rows = d_gates.flatten(0, 1)
        return (
            d_gates @ input_weight if ctx.needs_input_grad[0] else None,
            (inputs.flatten(0, 1).t() @ rows).t(),
            d_gates.sum(0),
            rows.t() @ hiddens[:-1].flatten(0, 1),
            d_hidden,
            d_cell,
            None,
        )


def _activate(gates: Tensor, width: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Squash ``(B, 4H)`` pre-activations in place; views of i, f, o, g."""
    candidate = gates[:, 3 * width :]
    candidate.mul_(2.0)
    gates.sigmoid_()
    candidate.mul_(2.0).sub_(1.0)
    i, f, o, g = torch.split(gates, width, dim=1)
    return i, f, o, g


def _tanh(values: Tensor, out: Tensor) -> Tensor:
    """The hyperbolic tangent as 2 σ(2x) - 1, written to ``out``.

    PyTorch's sigmoid is eight times as fast as its tanh on a CPU (small arrays, measured with
    2.13); the error is that of rounding at 1.
    """
    return torch.mul(values, 2.0, out=out).sigmoid_().mul_(2.0).sub_(1.0)


def _step_back(
    out: Tensor,
    gates: Tensor,
    d_hidden: Tensor,
    d_cell: Tensor,
    before: Tensor,
    after: Tensor,
    mask: Tensor | None,
) -> None:
    """Write one step's gradient of the pre-activations to ``out``; take ``d_cell`` a step back."""
    width = before.shape[1]
    i, f, o, g = torch.split(gates, width, dim=1)
    d_i, d_f, d_o, d_g = torch.split(out, width, dim=1)
    squashed = _tanh(after, torch.empty_like(after))
    torch.mul(d_hidden, squashed, out=d_o)
    squashed.square_().neg_().add_(1.0)  # tanh' = 1 - tanh²
    d_cell.addcmul_(d_hidden * o, squashed)
    through = d_cell if mask is None else d_cell * mask
    torch.mul(through, g, out=d_i)
    torch.mul(d_cell, before, out=d_f)
    torch.mul(through, i, out=d_g)
    d_cell.mul_(f)
    sigmoids, slopes = gates[:, : 3 * width], out[:, : 3 * width]
    slopes.mul_(sigmoids).addcmul_(slopes, sigmoids, value=-1.0)  # σ' = σ - σ²
    d_g.addcmul_(d_g, g.square(), value=-1.0)
