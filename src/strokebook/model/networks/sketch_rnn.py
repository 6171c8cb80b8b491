"""SketchRNN: a bidirectional encoder to z, and a decoder that predicts the next point.

Ha & Eck 2017 (arXiv 1704.03477), sections 3.2 and 3.3.

Shape letters: T rows, B drawings, Z numbers of z, M mixtures. Rows are stroke-5, offsets in units
of the data's scale; time comes first.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from strokebook.base.errors import StrokebookError
from strokebook.model.cells.base import Cell, CellRun, State, groups_for, run_cells
from strokebook.model.cells.factory import make_cell
from strokebook.model.cells.noise import Noise
from strokebook.model.config import ModelOptions
from strokebook.model.data.packing import Packing
from strokebook.model.distributions import mixture
from strokebook.model.distributions.inverse_cdf import RowChoice, SampledPoint
from strokebook.model.networks.local_frame_decoder import LocalFrameDecoder

ROW = 5


class Posterior(NamedTuple):
    """Posterior q(z | drawing) = N(mean, exp(logvar)), each ``(B, Z)``."""

    mean: Tensor
    logvar: Tensor

    def draw(self, noise: Noise) -> Tensor:
        """A z of each drawing."""
        spread = torch.exp(0.5 * self.logvar)
        return self.mean + spread * noise.normal(*self.mean.shape, like=self.mean)


class Encoder(nn.Module):
    """Reads a drawing's points both ways; its two last states give the posterior of z."""

    def __init__(self, options: ModelOptions, seed: torch.Generator | None) -> None:
        super().__init__()
        self.keep = options.recurrent_keep
        self.onward = make_cell(options.encoder_cell, ROW, options.encoder, seed=seed)
        self.back = make_cell(options.encoder_cell, ROW, options.encoder, seed=seed)
        self.mean = _small_linear(2 * options.encoder, options.z, seed)
        self.logvar = _small_linear(2 * options.encoder, options.z, seed)

    def forward(self, rows: Tensor, lengths: Tensor, noise: Noise | None) -> Posterior:
        """The posterior of z.

        Args:
            rows: The points without the start token, ``(T, B, 5)``.
            lengths: Real points of each drawing, ``(B,)``, each at least 1.
            noise: Draws the dropout masks; None: no dropout.
        """
        packing = Packing.of(lengths, groups_for(rows, layers=2))
        reversed_step = lengths[packing.drawing] - 1 - packing.step
        ways = (packing.pack(rows), rows[reversed_step, packing.drawing])
        runs = []
        for layer, way in zip((self.onward, self.back), ways, strict=True):
            mask = noise.dropout(self.keep, packing, layer.state_size) if noise else None
            state = layer.zero_state(len(lengths))
            runs.append(CellRun(layer, way, state, layer.offset(len(lengths)), mask, packing))
        ends = [self.onward.output(last) for _, last in run_cells(runs)]
        both = packing.unsort(torch.cat(ends, dim=1))
        logvar: Tensor = self.logvar(both)
        return Posterior(self.mean(both), logvar.clamp(-mixture.LOGVAR_LIMIT, mixture.LOGVAR_LIMIT))


class Decoder(nn.Module):
    """Predicts every next row from the rows before it, and from z where there is one."""

    def __init__(self, options: ModelOptions, seed: torch.Generator | None) -> None:
        super().__init__()
        self.keep = options.recurrent_keep
        constants = options.z if options.conditional else 0
        self.cell: Cell = make_cell(options.decoder_cell, ROW, options.decoder, constants, seed)
        self.output = nn.Linear(self.cell.units, mixture.width(options.mixtures))
        nn.init.xavier_uniform_(self.output.weight, generator=seed)
        nn.init.zeros_(self.output.bias)
        self.initial = (
            _small_linear(options.z, 2 * self.cell.state_size, seed)
            if options.conditional
            else None
        )

    def start(self, batch: int, z: Tensor | None) -> tuple[State, Tensor]:
        """The state before the start token, tanh(W z + b), and the steps' common offset."""
        if z is None or self.initial is None:
            return self.cell.zero_state(batch), self.cell.offset(batch)
        cell, hidden = torch.tanh(self.initial(z)).chunk(2, dim=1)
        return State(hidden, cell), self.cell.offset(batch, z)

    def zero_state(self, batch: int) -> State:
        """The state of zeros."""
        return self.cell.zero_state(batch)

    def forward(self, rows: Tensor, z: Tensor | None, noise: Noise | None) -> Tensor:
        """Mixtures of the rows that follow each row: ``(T, B, 5)`` → ``(T, B, 3 + 6M)``."""
        steps, batch = rows.shape[:2]
        packing = Packing.full(steps, batch, rows.device, groups_for(rows))
        outputs: Tensor = self.output(self._hiddens(rows, z, noise, packing).to(rows.dtype))
        return packing.unpack(outputs, steps)

    def nats(
        self, inputs: Tensor, targets: Tensor, lengths: Tensor, z: Tensor | None, noise: Noise
    ) -> tuple[Tensor, Tensor]:
        """Position and pen nats, summed over the real rows and end rows of all drawings.

        Args:
            inputs: ``(T, B, 5)``.
            targets: ``(T, B, 5)``.
            lengths: Real points of each drawing, ``(B,)``.
            z: ``(B, Z)``.
            noise: Draws the dropout masks.
        """
        packing = Packing.of(lengths + 1, groups_for(inputs))
        hiddens = self._hiddens(inputs, z, noise, packing)
        wanted = packing.pack(targets)
        placed = (packing.step > 0) & (packing.step < lengths[packing.drawing])
        if inputs.device.type == "cpu":
            from strokebook.model.kernels import output_loss

            return output_loss.nats(hiddens, self.output.weight, self.output.bias, wanted, placed)
        predicted = mixture.split(self.output(hiddens.to(inputs.dtype)))
        position = mixture.position_nats(predicted, wanted[:, :2])
        pen = mixture.pen_nats(predicted, wanted[:, :5])
        return torch.where(placed, position, 0.0).sum(), pen.sum()

    def states(self, inputs: Tensor, lengths: Tensor) -> Tensor:
        """What the cell puts out after each point, read without z; zeros behind a drawing's end.

        Args:
            inputs: Start token and points, ``(T + 1, B, 5)``.
            lengths: Points of each drawing, ``(B,)``.

        Returns:
            ``(T, B, U)``.
        """
        packing = Packing.of(lengths + 1, groups_for(inputs))
        hiddens = self._hiddens(inputs, None, None, packing)
        return packing.unpack(hiddens.to(inputs.dtype), len(inputs))[1:]

    def costs(
        self, inputs: Tensor, targets: Tensor, lengths: Tensor, z: Tensor | None
    ) -> mixture.Nats:
        """What drawings cost, each summed over its rows; arguments as for :meth:`nats`."""
        return mixture.nats(self(inputs, z, None), targets, lengths)

    def teacher_force_rows(
        self, state: Any, offset: Tensor, row: Tensor, rows: Tensor, begun: bool, groups: int
    ) -> tuple[State, Tensor]:
        """Go on through given rows, all steps at once.

        Args:
            state: Of B drawings.
            offset: What all their steps have in common.
            row: The last row of each, ``(B, 5)``.
            rows: ``(T, B, 5)``, T at least 1; none of them is an end.
            begun: Whether there were points; if not, the first row is the origin.
            groups: In which drawings are read.

        Returns:
            The states after them, and the rows' cost in nats, ``(B,)``.
        """
        inputs = torch.cat((row[None], rows[:-1]))
        steps, batch = inputs.shape[:2]
        packing = Packing.full(steps, batch, rows.device, groups)
        order = packing.order
        beginning = state.at(order), offset[order]
        ((hiddens, last),) = run_cells(
            [CellRun(self.cell, packing.pack(inputs), *beginning, None, packing)]
        )
        predicted = mixture.split(packing.unpack(self.output(hiddens.to(rows.dtype)), steps))
        position = mixture.position_nats(predicted, rows[..., :2])
        if not begun:
            position[0] = 0.0
        cost = (position + mixture.pen_nats(predicted, rows)).sum(0)
        return State(*(packing.unsort(part) for part in last)), cost

    def sample_step(
        self, state: Any, offset: Tensor, row: Tensor, begun: bool, choice: RowChoice
    ) -> SampledPoint:
        """Draw one row of each of B drawings.

        Args:
            state: Of the drawings.
            offset: What all their steps have in common.
            row: The last row of each, ``(B, 5)``.
            begun: Whether there were points; if not, this one is the origin.
            choice: How it is chosen.
        """
        now = self.cell.step(row, state, offset)
        predicted = mixture.split(self.output(self.cell.output(now)))
        point = choice.offset(predicted)
        if not begun:
            point = torch.zeros_like(point)
        pen = one_hot(choice.pen(predicted.pen, choice.missing > 0), 3)
        drawn = torch.cat((point, pen.to(point)), 1)
        end = row.new_tensor((0.0, 0.0, 0.0, 0.0, 1.0))
        drawn = torch.where(drawn[:, 4:] > 0, end, drawn)
        nats = mixture.pen_nats(predicted, drawn) if choice.weighed else point.new_zeros(len(point))
        if choice.weighed and begun:
            placed = drawn[:, 4] == 0
            nats = nats + torch.where(placed, mixture.position_nats(predicted, drawn[:, :2]), 0.0)
        return SampledPoint(now, drawn, nats)

    def _hiddens(
        self, rows: Tensor, z: Tensor | None, noise: Noise | None, packing: Packing
    ) -> Tensor:
        """What the cell puts out, packed, ``(R, H)``."""
        mask = noise.dropout(self.keep, packing, self.cell.state_size) if noise else None
        state, offset = self.start(rows.shape[1], None if z is None else z[packing.order])
        run = CellRun(self.cell, packing.pack(rows), state, offset, mask, packing)
        ((hiddens, _),) = run_cells([run])
        return hiddens


class SketchNet(nn.Module):
    """Encoder (where conditional) and decoder."""

    def __init__(self, options: ModelOptions, seed: torch.Generator | None = None) -> None:
        super().__init__()
        self.options = options
        self.encoder = Encoder(options, seed) if options.conditional else None
        self.decoder: Decoder | LocalFrameDecoder
        self.decoder = (LocalFrameDecoder if options.local_frame else Decoder)(options, seed)

    def encode(self, rows: Tensor, lengths: Tensor, noise: Noise | None = None) -> Posterior:
        """The posterior of z; see :class:`Encoder`.

        Raises:
            StrokebookError: The model is decoder-only.
        """
        if self.encoder is None:
            raise StrokebookError(
                "This model has no encoder, so it finds no z in a drawing.",
                "Train one with conditional = true.",
            )
        posterior: Posterior = self.encoder(rows, lengths, noise)
        return posterior

    @property
    def draws_without_z(self) -> bool:
        """Whether new drawings need no z: it has no encoder, or learnt to draw without (dropout).

        Such a net's likelihood is exact.
        """
        return self.encoder is None or self.options.z_dropout > 0.0

    @property
    def device(self) -> torch.device:
        """Where the weights lie."""
        return self.decoder.output.weight.device


def _small_linear(inputs: int, outputs: int, seed: torch.Generator | None) -> nn.Linear:
    """A linear layer that starts near 0, so that z says nothing at first (reference's choice)."""
    layer = nn.Linear(inputs, outputs)
    nn.init.normal_(layer.weight, std=0.001, generator=seed)
    nn.init.zeros_(layer.bias)
    return layer
