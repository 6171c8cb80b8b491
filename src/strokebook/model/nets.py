"""SketchRNN: a bidirectional encoder to z, and a decoder that predicts the next point.

Ha & Eck 2017 (arXiv 1704.03477), sections 3.2 and 3.3.

Shape letters: T rows, B drawings, Z numbers of z, M mixtures. Rows are stroke-5, offsets in units
of the data's scale; time comes first.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from strokebook.base.errors import StrokebookError
from strokebook.model import mixture
from strokebook.model.config import ModelOptions
from strokebook.model.lstm import LstmLayer, State
from strokebook.model.noise import Noise

ROW = 5


class Posterior(NamedTuple):
    """What the encoder knows of z, each ``(B, Z)``; ``presig`` is the log-variance."""

    mean: Tensor
    presig: Tensor

    def draw(self, noise: Noise) -> Tensor:
        """A z of each drawing."""
        spread = torch.exp(0.5 * self.presig)
        return self.mean + spread * noise.normal(*self.mean.shape, like=self.mean)


class Encoder(nn.Module):
    """Reads a drawing's points both ways; its two last states give the posterior of z."""

    def __init__(self, options: ModelOptions, seed: torch.Generator | None) -> None:
        super().__init__()
        self.keep = options.recurrent_keep
        self.onward = LstmLayer(ROW, options.encoder, seed=seed)
        self.back = LstmLayer(ROW, options.encoder, seed=seed)
        self.mean = _small_linear(2 * options.encoder, options.z, seed)
        self.presig = _small_linear(2 * options.encoder, options.z, seed)

    def forward(self, rows: Tensor, lengths: Tensor, noise: Noise | None) -> Posterior:
        """The posterior of z.

        Args:
            rows: The points without the start token, ``(T, B, 5)``.
            lengths: Real points of each drawing, ``(B,)``, each at least 1.
            noise: Draws the dropout masks; None: no dropout.
        """
        ends = [
            self._last(layer, order, lengths, noise)
            for layer, order in ((self.onward, rows), (self.back, reverse(rows, lengths)))
        ]
        both = torch.cat(ends, dim=1)
        presig: Tensor = self.presig(both)
        return Posterior(self.mean(both), presig.clamp(-mixture.PRESIG, mixture.PRESIG))

    def _last(self, layer: LstmLayer, rows: Tensor, lengths: Tensor, noise: Noise | None) -> Tensor:
        steps, batch = rows.shape[:2]
        mask = noise.keep(self.keep, steps, batch, layer.units, like=rows) if noise else None
        hiddens, _ = layer(rows, layer.blank(batch), layer.offset(batch), mask)
        last: Tensor = hiddens[lengths - 1, torch.arange(batch, device=rows.device)]
        return last


class Decoder(nn.Module):
    """Predicts every next row from the rows before it, and from z where there is one."""

    def __init__(self, options: ModelOptions, seed: torch.Generator | None) -> None:
        super().__init__()
        self.keep = options.recurrent_keep
        constants = options.z if options.conditional else 0
        self.cell = LstmLayer(ROW, options.decoder, constants, seed)
        self.output = nn.Linear(options.decoder, mixture.width(options.mixtures))
        nn.init.xavier_uniform_(self.output.weight, generator=seed)
        nn.init.zeros_(self.output.bias)
        self.initial = (
            _small_linear(options.z, 2 * options.decoder, seed) if options.conditional else None
        )

    def start(self, batch: int, z: Tensor | None) -> tuple[State, Tensor]:
        """The state before the start token, tanh(W z + b), and the steps' common offset."""
        if z is None or self.initial is None:
            return self.cell.blank(batch), self.cell.offset(batch)
        cell, hidden = torch.tanh(self.initial(z)).chunk(2, dim=1)
        return State(hidden, cell), self.cell.offset(batch, z)

    def forward(self, rows: Tensor, z: Tensor | None, noise: Noise | None) -> Tensor:
        """Mixtures of the rows that follow each row: ``(T, B, 5)`` → ``(T, B, 3 + 6M)``."""
        steps, batch = rows.shape[:2]
        state, offset = self.start(batch, z)
        units = self.cell.units
        mask = noise.keep(self.keep, steps, batch, units, like=rows) if noise else None
        hiddens, _ = self.cell(rows, state, offset, mask)
        outputs: Tensor = self.output(hiddens)
        return outputs


class SketchNet(nn.Module):
    """Encoder (where conditional) and decoder."""

    def __init__(self, options: ModelOptions, seed: torch.Generator | None = None) -> None:
        super().__init__()
        self.options = options
        self.encoder = Encoder(options, seed) if options.conditional else None
        self.decoder = Decoder(options, seed)

    def encode(self, rows: Tensor, lengths: Tensor, noise: Noise | None = None) -> Posterior:
        """The posterior of z; see :class:`Encoder`.

        Raises:
            StrokebookError: The model is decoder-only.
        """
        if self.encoder is None:
            raise StrokebookError(
                "This model has no encoder: it can sample and complete, but not reconstruct or"
                " interpolate.",
                "Train one with conditional = true.",
            )
        found: Posterior = self.encoder(rows, lengths, noise)
        return found

    @property
    def device(self) -> torch.device:
        """Where the weights lie."""
        return self.decoder.output.weight.device


def reverse(rows: Tensor, lengths: Tensor) -> Tensor:
    """Each drawing's real rows in reverse order, its padding left where it is."""
    row = torch.arange(len(rows), device=rows.device)[:, None]
    source = torch.where(row < lengths, lengths - 1 - row, row)
    return rows.gather(0, source[..., None].expand_as(rows))


def _small_linear(inputs: int, outputs: int, seed: torch.Generator | None) -> nn.Linear:
    """A linear layer that starts near 0, so that z says nothing at first (reference's choice)."""
    layer = nn.Linear(inputs, outputs)
    nn.init.normal_(layer.weight, std=0.001, generator=seed)
    nn.init.zeros_(layer.bias)
    return layer
