"""Peers of :mod:`benchmarks.model_step`: networks written as other ports of SketchRNN are.

``PythonCells``: layer-norm LSTM cells looped over in Python, each gate its own ``LayerNorm``, z
beside every input, and a loss made of ``torch.distributions`` objects, as in labml's annotated
SketchRNN. ``FusedLstm``: ``torch.nn.LSTM`` (no layer norm, no recurrent dropout: it has neither)
with the loss in the log domain. Both pad every batch to N_max, run in 32 bits, and use Adam.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.distributions import Categorical, MixtureSameFamily, MultivariateNormal

from strokebook.model.config import ModelOptions
from strokebook.model.distributions import mixture

State = tuple[Tensor, Tensor]
KEEP = 0.9


class Cell(nn.Module):
    """A layer-norm LSTM cell."""

    def __init__(self, inputs: int, units: int) -> None:
        super().__init__()
        self.hidden_part = nn.Linear(units, 4 * units, bias=False)
        self.input_part = nn.Linear(inputs, 4 * units, bias=False)
        self.norms = nn.ModuleList(nn.LayerNorm(units, eps=1e-3) for _ in range(4))
        self.cell_norm = nn.LayerNorm(units, eps=1e-3)

    def forward(self, x: Tensor, state: State) -> State:  # noqa: D102
        hidden, cell = state
        gates = (self.hidden_part(hidden) + self.input_part(x)).chunk(4, dim=-1)
        i, f, g, o = (norm(gate) for norm, gate in zip(self.norms, gates, strict=True))
        candidate = nn.functional.dropout(torch.tanh(g), 1 - KEEP)
        cell = torch.sigmoid(f + 1.0) * cell + torch.sigmoid(i) * candidate
        return torch.sigmoid(o) * torch.tanh(self.cell_norm(cell)), cell


class Loop(nn.Module):
    """A cell over all steps."""

    def __init__(self, inputs: int, units: int) -> None:
        super().__init__()
        self.cell = Cell(inputs, units)

    def forward(self, rows: Tensor, state: State) -> tuple[Tensor, State]:  # noqa: D102
        out = []
        for row in rows:
            state = self.cell(row, state)
            out.append(state[0])
        return torch.stack(out), state


class Fused(nn.Module):
    """``torch.nn.LSTM`` with the loop's interface."""

    def __init__(self, inputs: int, units: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(inputs, units)

    def forward(self, rows: Tensor, state: State) -> tuple[Tensor, State]:  # noqa: D102
        out, (hidden, cell) = self.lstm(rows, (state[0][None], state[1][None]))
        return out, (hidden[0], cell[0])


class Peer(nn.Module):
    """Encoder, decoder and loss around one kind of layer."""

    def __init__(self, options: ModelOptions, layer: type[Loop] | type[Fused]) -> None:
        super().__init__()
        self.sizes = options
        self.onward, self.back = layer(5, options.encoder), layer(5, options.encoder)
        self.mean = nn.Linear(2 * options.encoder, options.z)
        self.logvar = nn.Linear(2 * options.encoder, options.z)
        self.initial = nn.Linear(options.z, 2 * options.decoder)
        self.decoder = layer(5 + options.z, options.decoder)
        self.output = nn.Linear(options.decoder, mixture.width(options.mixtures))

    def loss(self, rows: Tensor, lengths: Tensor) -> Tensor:
        """Reconstruction and KL loss of start tokens, points and end rows ``(T + 1, B, 5)``."""
        inputs, targets = rows[:-1], rows[1:]
        blank = rows.new_zeros(rows.shape[1], self.sizes.encoder)
        ends = [
            layer(way, (blank, blank))[1][0]
            for layer, way in ((self.onward, targets), (self.back, targets.flip(0)))
        ]
        both = torch.cat(ends, dim=1)
        mean, logvar = self.mean(both), self.logvar(both)
        z = mean + torch.exp(logvar / 2) * torch.randn_like(mean)
        state = torch.tanh(self.initial(z)).chunk(2, dim=1)
        beside = torch.cat((inputs, z.expand(len(inputs), -1, -1)), dim=2)
        hiddens, _ = self.decoder(beside, (state[0].contiguous(), state[1].contiguous()))
        nats = self.nats(self.output(hiddens), targets, lengths)
        return nats / targets[..., 0].numel() + 0.5 * mixture.kl_loss(mean, logvar)

    def nats(self, outputs: Tensor, targets: Tensor, lengths: Tensor) -> Tensor:
        """All rows' nats, summed."""
        parts = mixture.nats(outputs, targets, lengths)
        return (parts.position + parts.pen + parts.padding).sum()


class PythonCells(Peer):
    """The loop, and a loss of distribution objects."""

    def __init__(self, options: ModelOptions) -> None:
        super().__init__(options, Loop)

    def nats(self, outputs: Tensor, targets: Tensor, lengths: Tensor) -> Tensor:
        """All rows' nats, summed."""
        part = mixture.split(outputs)
        sigma_x, sigma_y = part.log_sigma_x.exp(), part.log_sigma_y.exp()
        shared = torch.tanh(part.rho) * sigma_x * sigma_y
        entries = (sigma_x.square() + 1e-5, shared, shared, sigma_y.square() + 1e-5)
        normal = MultivariateNormal(
            torch.stack((part.mean_x, part.mean_y), -1),
            covariance_matrix=torch.stack(entries, -1).unflatten(-1, (2, 2)),
        )
        place = MixtureSameFamily(Categorical(logits=part.weight), normal)
        row = torch.arange(len(targets), device=targets.device)[:, None]
        position = torch.where(row < lengths, -place.log_prob(targets[..., :2]), 0.0)
        pen = -(Categorical(logits=part.pen).logits * targets[..., 2:]).sum(-1)
        return position.sum() + pen.sum()


class FusedLstm(Peer):
    """``torch.nn.LSTM``, padded."""

    def __init__(self, options: ModelOptions) -> None:
        super().__init__(options, Fused)


def padded(rows: Tensor, most: int) -> Tensor:
    """A batch ``(T + 1, B, 5)`` with end rows up to ``most`` rows."""
    out = rows.new_zeros(most, *rows.shape[1:])
    out[..., 4] = 1.0
    out[: len(rows)] = rows
    return out
