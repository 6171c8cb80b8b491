"""LSTM layers, plain and layer-normalised, over sequences compiled as one operation.

Shape letters: B drawings, R packed rows, D inputs, C constant inputs, H units. Gates lie side by
side in the order input, forget, output, candidate.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from strokebook.model.cells.base import FORGET_BIAS, CellRun, Dropout, Layer, State
from strokebook.model.kernels.deferred_grad import product
from strokebook.model.kernels.precision import in_codes, product_type

__all__ = ["FORGET_BIAS", "GATES", "Dropout", "LstmLayer", "State"]

GATES = ("input", "forget", "output", "candidate")
EPS = 1e-3  # of the layer norm; the plain LSTM has none


class LstmLayer(Layer):
    """An LSTM (Hochreiter & Schmidhuber 1997, with forget gate).

    A constant input (z in the decoder) is multiplied once, not at every step.
    """

    bias: nn.Parameter

    def __init__(
        self, inputs: int, units: int, constants: int = 0, seed: torch.Generator | None = None
    ) -> None:
        super().__init__()
        self.units = self.state_size = units
        self.input_weight = nn.Parameter(torch.empty(4 * units, inputs))
        self.constant_weight: nn.Parameter | None = None
        if constants:
            self.constant_weight = nn.Parameter(torch.empty(4 * units, constants))
        self.recurrent_weight = nn.Parameter(torch.empty(4 * units, units))
        self._more()
        bound = (6.0 / (inputs + constants + 4 * units)) ** 0.5  # Glorot & Bengio 2010, uniform
        for weight in (self.input_weight, self.constant_weight):
            if weight is not None:
                nn.init.uniform_(weight, -bound, bound, generator=seed)
        for gate in self.recurrent_weight.data.chunk(4):
            nn.init.orthogonal_(gate, generator=seed)

    def _more(self) -> None:
        """Make the parameters that another cell does not share."""
        self.bias = nn.Parameter(torch.zeros(4 * self.units))

    def offset(self, batch: int, constant: Tensor | None = None) -> Tensor:
        """What every step's pre-activation has in common, ``(B, 4H)``: biases and constant input.

        Args:
            batch: B.
            constant: ``(B, C)``; None where the layer has no constant input.
        """
        bias = with_forget_bias(self.bias, self.units)
        if constant is None or self.constant_weight is None:
            return bias.expand(batch, -1)
        return torch.addmm(bias, constant, self.constant_weight.t())

    def norms(self) -> tuple[Tensor | None, Tensor | None]:
        """Gain and shift of the gates ``(2, 4H)`` and of the cell ``(2, H)``, where there are."""
        return None, None

    def step(
        self, inputs: Tensor, state: State, offset: Tensor, factors: Tensor | None = None
    ) -> State:
        """One step: ``(B, D)`` in, the next state out."""
        sums = offset + product(inputs, self.input_weight)
        sums = sums + product(state.hidden, self.recurrent_weight)
        norm, cell_norm = self.norms()
        if norm is not None:
            sums = _normalised(sums.view(-1, 4, self.units)).flatten(1)
            sums = torch.addcmul(norm[1], sums, norm[0])
        i, f, o = torch.sigmoid(sums[:, : 3 * self.units]).chunk(3, dim=1)
        candidate = torch.tanh(sums[:, 3 * self.units :])
        if factors is not None:
            candidate = candidate * factors
        cell = torch.addcmul(f * state.cell, i, candidate)
        seen = cell
        if cell_norm is not None:
            seen = torch.addcmul(cell_norm[1], _normalised(cell), cell_norm[0])
        return State(o * torch.tanh(seen), cell)

    def run_cells(self, runs: Sequence[CellRun]) -> list[tuple[Tensor, State]]:
        """Compiled on a CPU, step by step elsewhere."""
        if runs[0].inputs.device.type != "cpu":
            return super().run_cells(runs)
        from strokebook.model.kernels.lstm_autograd import run_lstm
        from strokebook.model.kernels.lstm_buffers import LstmJob

        jobs = []
        for cell, inputs, state, offset, mask, packing in runs:
            assert isinstance(cell, LstmLayer)
            kept, factor = mask or (None, 1.0)
            weight = cell.recurrent_weight
            kind = product_type(weight, cell.units, len(offset))
            tensors = (inputs, cell.input_weight, offset, weight, *state, *cell.norms())
            coded = in_codes(weight)
            jobs.append(LstmJob(*tensors, packing.groups, kept, factor, kind, EPS, coded))
        return [(result.hiddens, State(result.hidden, result.cell)) for result in run_lstm(jobs)]


class LayerNormLstm(LstmLayer):
    """An LSTM whose gates and cell are layer-normalised (Ba et al. 2016, arXiv 1607.06450).

    As in the reference implementation of SketchRNN there is no bias, each gate's pre-activation is
    normalised as one (input and recurrent part together), and the cell before its tanh.
    """

    def _more(self) -> None:
        width = self.units
        self.gain, self.shift = (nn.Parameter(f(4 * width)) for f in (torch.ones, torch.zeros))
        self.cell_gain = nn.Parameter(torch.ones(width))
        self.cell_shift = nn.Parameter(torch.zeros(width))

    def offset(self, batch: int, constant: Tensor | None = None) -> Tensor:
        """The constant input's part of every pre-activation, ``(B, 4H)``."""
        if constant is None or self.constant_weight is None:
            return self.gain.new_zeros(4 * self.units).expand(batch, -1)
        return constant @ self.constant_weight.t()

    def norms(self) -> tuple[Tensor | None, Tensor | None]:
        """Gain and shift, the forget bias among the shifts."""
        shift = with_forget_bias(self.shift, self.units)
        return torch.stack((self.gain, shift)), torch.stack((self.cell_gain, self.cell_shift))


def with_forget_bias(bias: Tensor, units: int) -> Tensor:
    """A bias ``(4H,)`` with :data:`FORGET_BIAS` added for the forget gate."""
    i, f, rest = torch.split(bias, [units, units, 2 * units])
    return torch.cat((i, f + FORGET_BIAS, rest))


def _normalised(values: Tensor) -> Tensor:
    """Mean 0 and variance 1 along the last axis."""
    return torch.nn.functional.layer_norm(values, values.shape[-1:], eps=EPS)
