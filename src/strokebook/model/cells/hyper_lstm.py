"""HyperLSTM: a small LSTM that scales the gates of a large one at every step.

Ha, Dai & Le 2016, "HyperNetworks" (arXiv 1609.09106), section 4.2 and appendix A.2, with the
sizes of SketchRNN's reference implementation: 256 small units, embeddings of 32 numbers.

Shape letters: B drawings, D inputs, C constant inputs, H units, S small units, E embedding.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import layer_norm

from strokebook.model.cells.base import Layer, State
from strokebook.model.cells.lstm import EPS, LayerNormLstm, with_forget_bias
from strokebook.model.kernels.deferred_grad import product

SMALL = 256
EMBEDDING = 32
SCALE = 0.10  # of the gates' input and recurrent parts at the start


class HyperLstm(Layer):
    """A layer-normalised LSTM whose pre-activations a small layer-norm LSTM scales and shifts.

    The small one reads the large one's hidden state beside the inputs. From its own it makes,
    gate by gate and through an embedding, factors on the input part and on the recurrent part of
    the pre-activation, and a bias. The state holds the large one's numbers, then the small one's.
    """

    def __init__(
        self, inputs: int, units: int, constants: int = 0, seed: torch.Generator | None = None
    ) -> None:
        super().__init__()
        self.units, self.state_size = units, units + SMALL
        self.main = LayerNormLstm(inputs, units, constants, seed)
        self.small = LayerNormLstm(inputs + units, SMALL, constants, seed)
        self.bias = nn.Parameter(torch.zeros(4 * units))
        # Input part, recurrent part, bias: the first two embeddings start at 1, the last small.
        self.embed_weight = nn.Parameter(torch.zeros(3 * 4 * EMBEDDING, SMALL))
        self.embed_bias = nn.Parameter(torch.ones(2, 4 * EMBEDDING))
        nn.init.normal_(self.embed_weight.data[-4 * EMBEDDING :], std=0.01, generator=seed)
        self.scale_weight = nn.Parameter(torch.zeros(3, 4, units, EMBEDDING))
        self.scale_weight.data[:2] = SCALE / EMBEDDING

    def offset(self, batch: int, constant: Tensor | None = None) -> Tensor:
        """The constant input's parts, of the large and of the small one, ``(B, 4H + 4S)``."""
        both = (self.main.offset(batch, constant), self.small.offset(batch, constant))
        return torch.cat(both, dim=1)

    def step(
        self, inputs: Tensor, state: State, offset: Tensor, factors: Tensor | None = None
    ) -> State:
        """One step: ``(B, D)`` in, the next state out."""
        width = self.units
        hidden, cell = state.hidden[:, :width], state.cell[:, :width]
        small = self._small_step(inputs, state, offset, factors)
        scale_x, scale_h, bias = self._scales(small.hidden)
        sums = scale_x * (product(inputs, self.main.input_weight) + offset[:, : 4 * width])
        sums = torch.addcmul(sums, scale_h, product(hidden, self.main.recurrent_weight))
        sums = (sums + bias + self.bias).view(-1, 4, width)
        sums = layer_norm(sums, (width,), eps=EPS).flatten(1)
        main = self.main
        sums = torch.addcmul(with_forget_bias(main.shift, width), sums, main.gain)
        i, f, o = torch.sigmoid(sums[:, : 3 * width]).chunk(3, dim=1)
        candidate = torch.tanh(sums[:, 3 * width :])
        if factors is not None:
            candidate = candidate * factors[:, :width]
        cell = torch.addcmul(f * cell, i, candidate)
        seen = torch.tanh(layer_norm(cell, (width,), main.cell_gain, main.cell_shift, EPS))
        return State(
            torch.cat((o * seen, small.hidden), dim=1), torch.cat((cell, small.cell), dim=1)
        )

    def _small_step(
        self, inputs: Tensor, state: State, offset: Tensor, factors: Tensor | None
    ) -> State:
        width = self.units
        joined = torch.cat((inputs, state.hidden[:, :width]), dim=1)
        before = State(state.hidden[:, width:], state.cell[:, width:])
        dropped = None if factors is None else factors[:, width:]
        return self.small.step(joined, before, offset[:, 4 * width :], dropped)

    def _scales(self, hidden: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Factors on input and recurrent part, and bias, each ``(B, 4H)``."""
        embedding = product(hidden, self.embed_weight)
        parts = list(embedding.view(-1, 3, 4 * EMBEDDING).unbind(1))
        parts[0] = parts[0] + self.embed_bias[0]
        parts[1] = parts[1] + self.embed_bias[1]
        scales = [
            torch.einsum("bge,ghe->bgh", part.view(-1, 4, EMBEDDING), weight).flatten(1)
            for part, weight in zip(parts, self.scale_weight, strict=True)
        ]
        return scales[0], scales[1], scales[2]
