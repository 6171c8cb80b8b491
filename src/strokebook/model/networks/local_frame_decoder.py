"""Local-frame decoder: it predicts a point in the frame of the pen's heading, then the pen's state.

SketchRNN predicts the next offset in the page's frame, and the pen's state at once with it. Three
things differ here; EXPERIMENTS.md says what each is worth.

- A point's offset is predicted first, and the pen's state after it from the context at the new
  point, for only there is it known whether a line is closed or has met another. The drawing's end
  is one of the last point's pen states.
- Offsets with the pen down and jumps (offsets with the pen up, to where a new stroke begins) have
  mixtures of their own. Half of the pen-down components are Gaussians in the frame of the pen's
  heading, in which a line that goes on is the same whatever its direction. The other half are
  logistic in the page's frame and blurred by the data's unit (Salimans et al. 2017, arXiv
  1701.05517), for drawings have more exactly horizontal and vertical offsets than chance would
  give. The mixture of jumps also points at earlier points
  (:mod:`~strokebook.model.networks.pointer`).
- What the heads read, the context, is the cell's output, the pen's features
  (:mod:`~strokebook.model.networks.pen_features`), and a hidden layer over both.

It does not see the ink on the page: a decoder that did was worse (EXPERIMENTS.md). All of it is a
function of the rows so far, so training runs over all steps at once and sampling goes step by step
with the same numbers.

Shape letters: T steps, B drawings, N points so far, Q jumps, R packed rows, C numbers of a
context, M mixtures, K components.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, logsigmoid, one_hot

from strokebook.model.cells.base import CellRun, State, groups_for, run_cells
from strokebook.model.cells.factory import make_cell
from strokebook.model.cells.noise import Noise
from strokebook.model.config import ModelOptions
from strokebook.model.data.packing import Packing
from strokebook.model.distributions import mixture
from strokebook.model.distributions.inverse_cdf import RowChoice, SampledPoint
from strokebook.model.distributions.local_frame import (
    blurred_nats,
    from_local_frame,
    gaussian_nats,
    to_local_frame,
)
from strokebook.model.networks.decoder_state import (
    DecoderState,
    EncodedRows,
    OffsetMixture,
    layer,
    path_geometry,
    product,
    products,
)
from strokebook.model.networks.pen_features import FEATURES, HEADING, compute_features
from strokebook.model.networks.pointer import Geometry, Pointer, PointerComponents, relate

POINT = 4  # numbers of a point: its offset, whether a stroke begins there, whether the drawing does
HIDDEN = 128  # units of the hidden layer over the cell's output and the pen's features
KEY = 32  # numbers of a pointer's key
INITIAL_LOG_BLUR = -2.8  # log of the blur's width
LOG_BLUR_LIMITS = (-5.0, 0.0)
RIDGE_LOG_SCALE = -6.0  # initial log scale across the axis of a ridge
LIFT, END = 1, 2  # pen states of a point: 0 down, lift, lift and end of the drawing


class LocalFrameDecoder(nn.Module):
    """Predicts every next point from the rows before it, and from z where there is one."""

    def __init__(self, options: ModelOptions, seed: torch.Generator | None) -> None:
        super().__init__()
        self.keep = options.recurrent_keep
        constants = options.z if options.conditional else 0
        units = options.decoder
        self.cell = make_cell(options.decoder_cell, POINT + FEATURES, units, constants, seed)
        at = self.cell.units
        self.heading = slice(at + HEADING.start, at + HEADING.stop)  # of a context
        self.hidden_layer = layer(at + FEATURES, HIDDEN, seed)
        self.context_size = at + FEATURES + HIDDEN
        self.pen = layer(self.context_size, 3, seed)
        self.gaussians, self.logistics = options.mixtures // 2, (options.mixtures + 1) // 2
        self.output = layer(self.context_size, 6 * self.gaussians + 5 * self.logistics, seed)
        self.blur = nn.Parameter(torch.tensor(INITIAL_LOG_BLUR))
        self.jump_gaussians = self.logistics
        self.jump = layer(self.context_size, 6 * self.jump_gaussians + 1, seed)
        self.pointer = Pointer(self.context_size, KEY, seed)
        self.initial = None
        if options.conditional:
            self.initial = layer(options.z, 2 * self.cell.state_size, seed)
            nn.init.normal_(self.initial.weight, std=0.001, generator=seed)
        with torch.no_grad():
            self._init_heads()

    def _init_heads(self) -> None:
        """Give the pen-down components initial values that differ, else learned in many steps.

        The Gaussians lead onward along the heading by more and more; some of the logistic
        components are narrow ridges along the axes.
        """
        first = self.gaussians + self.logistics
        bias = self.output.bias[first : first + 5 * self.gaussians].view(5, self.gaussians)
        bias[0] = torch.linspace(0.0, 1.0, self.gaussians)
        bias[2:4] = torch.linspace(-1.5, 0.5, self.gaussians)
        self._init_ridges(first + 5 * self.gaussians)

    def _init_ridges(self, first: int) -> None:
        """Begin some logistic components as ridges: narrow across one axis, wide along the other.

        Args:
            first: The output with which the logistic components' parameters begin.
        """
        bias = self.output.bias[first:].view(2, 2, self.logistics)  # axis; mean, log scale
        weight = self.output.weight[first:].view(2, 2, self.logistics, self.context_size)
        few = 2 * self.logistics // 5
        for across, part in enumerate((slice(few), slice(few, 2 * few))):
            weight[across, :, part] = 0.0  # random ones would lead them off the axis
            bias[across, 1, part] = RIDGE_LOG_SCALE
            bias[1 - across, 0, part] = torch.linspace(-1.0, 1.0, few)
            bias[1 - across, 1, part] = -1.0
        self.output.bias[self.gaussians : self.gaussians + 2 * few] = -1.0

    def zero_state(self, batch: int) -> DecoderState:
        """The state before the first point."""
        hidden, cell = self.cell.zero_state(batch)
        new = self.blur.new_zeros
        points = new(0, batch, 3), new(0, batch, KEY)
        return DecoderState(hidden, cell, *points, new(batch, self.context_size), new(batch))

    def start(self, batch: int, z: Tensor | None) -> tuple[DecoderState, Tensor]:
        """The state before the first point, tanh(W z + b), and the steps' common offset."""
        blank = self.zero_state(batch)
        if z is None or self.initial is None:
            return blank, self.cell.offset(batch)
        cell, hidden = torch.tanh(self.initial(z)).chunk(2, dim=1)
        return blank._replace(hidden=hidden, cell=cell), self.cell.offset(batch, z)

    def states(self, inputs: Tensor, lengths: Tensor) -> Tensor:
        """What the cell puts out after each point; see :meth:`.sketch_rnn.Decoder.states`."""
        state, offset = self.start(inputs.shape[1], None)
        groups = groups_for(inputs)
        encoded, _ = self._encode(inputs, lengths, state, offset, None, groups)
        hiddens = encoded.context[:, : self.cell.units].to(inputs.dtype)
        return encoded.packing.unpack(hiddens, len(inputs) - 1)

    def costs(
        self, inputs: Tensor, targets: Tensor, lengths: Tensor, z: Tensor | None
    ) -> mixture.Nats:
        """Nats of each drawing, summed over its rows; see :meth:`nats`."""
        state, offset = self.start(inputs.shape[1], z)
        packing, position, pen = self._packed_nats(inputs, targets, lengths, state, offset, None)
        batch = len(lengths)
        zeros = position.new_zeros(batch)
        by_drawing = [zeros.index_add(0, packing.drawing, part) for part in (position, pen)]
        return mixture.Nats(by_drawing[0], by_drawing[1], zeros)

    def nats(
        self, inputs: Tensor, targets: Tensor, lengths: Tensor, z: Tensor | None, noise: Noise
    ) -> tuple[Tensor, Tensor]:
        """Position and pen nats, summed over all points of all drawings.

        Args:
            inputs: Start token and points, ``(T, B, 5)``; the pen's states are taken from here.
            targets: From the first point on, ``(T, B, 5)``; only their offsets matter, which may
                have noise that the inputs have not.
            lengths: Points of each drawing, ``(B,)``.
            z: ``(B, Z)``.
            noise: Draws the dropout masks.
        """
        state, offset = self.start(inputs.shape[1], z)
        _, position, pen = self._packed_nats(inputs, targets, lengths, state, offset, noise)
        return position.sum(), pen.sum()

    def teacher_force_rows(
        self, state: Any, offset: Tensor, row: Tensor, rows: Tensor, begun: bool, groups: int
    ) -> tuple[DecoderState, Tensor]:
        """Go on through given rows; see :meth:`.sketch_rnn.Decoder.teacher_force_rows`."""
        inputs = torch.cat((row[None], rows))
        lengths = torch.full((rows.shape[1],), len(rows), device=rows.device)
        assert begun == bool(len(state.path))
        encoded, last = self._encode(inputs, lengths, state, offset, None, groups)
        packing = encoded.packing
        lifted, pen = packing.pack(inputs[:-1, :, 3] > 0.5), packing.pack(rows[..., 3] > 0.5).long()
        position, costs = self._context_nats(
            encoded, state, lifted, packing.pack(rows[..., :2]), pen
        )
        cost = position.new_zeros(rows.shape[1]).index_add(0, packing.drawing, position + costs)
        context = encoded.context[-len(packing.step) :].to(rows.dtype)
        keys = packing.unpack(self.pointer.key(context), len(rows))
        hidden, cell = (packing.unsort(part).to(rows.dtype) for part in last)
        ended = packing.unpack(context, len(rows))[-1]
        path, keys = encoded.path, torch.cat((state.keys, keys))
        return DecoderState(hidden, cell, path, keys, ended, torch.zeros_like(state.over)), cost

    def step(
        self, state: DecoderState, offset: Tensor, point: Tensor, begins: Tensor
    ) -> DecoderState:
        """The states after one more point, offset ``(B, 2)``; ``begins``: of a stroke, ``(B,)``."""
        new = torch.cat((point, begins[:, None].to(point.dtype)), 1)
        path = torch.cat((state.path, new[None]))
        features = compute_features(path, len(path) - 1)[0]
        first = torch.full_like(point[:, :1], float(len(path) == 1))
        inputs = torch.cat((new, first, features), 1)
        now = self.cell.step(inputs, State(state.hidden, state.cell), offset)
        context = self._context(self.cell.output(now), features)
        keys = torch.cat((state.keys, self.pointer.key(context)[None]))
        return DecoderState(*now, path, keys, context, state.over)

    def sample_step(
        self, state: Any, offset: Tensor, row: Tensor, begun: bool, choice: RowChoice
    ) -> SampledPoint:
        """Sample one point of each drawing; see :meth:`.sketch_rnn.Decoder.sample_step`."""
        lifted, over = row[:, 3] > 0.5, state.over > 0.5
        point, nats = row.new_zeros(len(row), 2), row.new_zeros(len(row))
        if begun:
            point, nats = self._sample_offset(self.pen_down_mixture(state), choice)
            if lifted.any():  # the other mixture's numbers do not depend on who else lifts
                jump, jump_nats = self._sample_offset(self.jump_mixture(state), choice)
                point = torch.where(lifted[:, None], jump, point)
                nats = torch.where(lifted, jump_nats, nats)
        now = self.step(state, offset, point, lifted if begun else torch.ones_like(lifted))
        logits = self.pen(now.context)
        pen = choice.pen(logits, choice.missing > 1)
        if choice.weighed:
            nats = nats + cross_entropy(logits, pen, reduction="none")
        drawn = torch.cat((point, one_hot(pen.clamp_max(LIFT), 3).to(point)), 1)
        end = row.new_tensor((0.0, 0.0, 0.0, 0.0, 1.0))
        now = now._replace(over=torch.maximum(state.over, (pen == END).to(point.dtype)))
        nats = torch.where(over, 0.0, nats)
        return SampledPoint(now, torch.where(over[:, None], end, drawn), nats)

    def _sample_offset(self, density: OffsetMixture, choice: RowChoice) -> tuple[Tensor, Tensor]:
        point = choice.offset(density.components, density.logistic)
        if choice.weighed:
            return point, self.offset_nats(density, point)
        return point, point.new_zeros(len(point))

    def pen_down_mixture(self, state: DecoderState) -> OffsetMixture:
        """The mixture of each drawing's next offset with the pen down, M components."""
        weight, local, logistics = self._split_output(self.output(state.context))
        gaussian = from_local_frame(local, state.context[:, self.heading])
        means, scales = (logistics[:, :, k].unbind(1) for k in (0, 1))
        axis_aligned = torch.stack((*means, *scales, torch.zeros_like(means[0])), 1)
        logistic = torch.arange(weight.shape[1], device=weight.device) >= self.gaussians
        fields = torch.cat((gaussian, axis_aligned), 2).unbind(1)
        return OffsetMixture(_components(torch.log_softmax(weight, 1), *fields), logistic)

    def jump_mixture(self, state: DecoderState) -> OffsetMixture:
        """The mixture of each drawing's next offset with the pen up: Gaussians, earlier points."""
        jump, j = self.jump(state.context), self.jump_gaussians
        pointed, gate = self._pointer_components(state), jump[:, -1:]
        plain = torch.log_softmax(jump[:, :j], 1) + logsigmoid(-gate)
        at_points = torch.log_softmax(pointed.weight, 1) + logsigmoid(gate)
        free = jump[:, j : 6 * j].view(-1, 5, j)
        pointing = torch.stack((*pointed[1:], torch.zeros_like(pointed.mean_x)), 1)
        fields = torch.cat((free, pointing), 2).unbind(1)
        logistic = torch.zeros(fields[0].shape[1], dtype=torch.bool, device=jump.device)
        return OffsetMixture(_components(torch.cat((plain, at_points), 1), *fields), logistic)

    def offset_nats(self, density: OffsetMixture, offsets: Tensor) -> Tensor:
        """-log density of offsets ``(B, 2)`` under mixtures of either kind, ``(B,)``."""
        weight, *fields = density.components[1:]
        parameters = torch.stack(fields, 1)
        nats = gaussian_nats(parameters, offsets)
        blurred = parameters[:, :4].view(-1, 2, 2, parameters.shape[2]).transpose(1, 2)
        nats = torch.where(density.logistic, blurred_nats(blurred, offsets, self._blur()), nats)
        return -torch.logsumexp(weight - nats, 1)

    def _pointer_components(self, state: DecoderState) -> PointerComponents:
        """The pointer's components at all points of the page, fields ``(B, N)``."""
        count, batch = state.path.shape[:2]
        device = state.path.device
        drawing, point = (
            torch.arange(batch, device=device)[:, None],
            torch.arange(count, device=device),
        )
        last = torch.full_like(drawing, count - 1)
        geometry = path_geometry(state.path, last, last, drawing)
        offset = geometry.places[point, drawing] - geometry.places[last, drawing]
        query = self.pointer.query(state.context)[:, None]
        relations = relate(geometry, last, point.expand(batch, -1), drawing)
        return self.pointer.components(query, state.keys.transpose(0, 1), relations, offset)

    def _packed_nats(
        self,
        inputs: Tensor,
        targets: Tensor,
        lengths: Tensor,
        state: DecoderState,
        offset: Tensor,
        noise: Noise | None,
    ) -> tuple[Packing, Tensor, Tensor]:
        """Position and pen nats of every point, packed."""
        steps, groups = int(lengths.max()), groups_for(inputs)
        inputs = inputs[: steps + 1]
        encoded, _ = self._encode(inputs, lengths, state, offset, noise, groups)
        packing = encoded.packing
        ends = packing.step == lengths[packing.drawing] - 1
        pen = packing.pack(inputs[1:, :, 3] > 0.5).long().masked_fill(ends, END)
        lifted, wanted = packing.pack(inputs[:-1, :, 3] > 0.5), packing.pack(targets[:, :, :2])
        return packing, *self._context_nats(encoded, state, lifted, wanted, pen)

    def _encode(
        self,
        inputs: Tensor,
        lengths: Tensor,
        state: DecoderState,
        offset: Tensor,
        noise: Noise | None,
        groups: int,
    ) -> tuple[EncodedRows, State]:
        """Contexts of all points of ``inputs``, the row before them and they, ``(T + 1, B, 5)``."""
        packing = Packing.of(lengths, groups)
        begins = (inputs[:-1, :, 3:4] > 0.5).to(inputs.dtype)
        known = len(state.path)
        if not known:
            begins[0] = 1.0
        path = torch.cat((state.path, torch.cat((inputs[1:, :, :2], begins), 2)))
        features, rows = packing.pack(compute_features(path, known)), packing.pack(path[known:])
        first = (packing.step + known == 0)[:, None].to(rows.dtype)
        order = packing.order
        inner = State(state.hidden[order], state.cell[order])
        mask = noise.dropout(self.keep, packing, self.cell.state_size) if noise else None
        cell_inputs = torch.cat((rows, first, features), 1)
        run = CellRun(self.cell, cell_inputs, inner, offset[order], mask, packing)
        ((hiddens, last),) = run_cells([run])
        context = self._context(hiddens, features)
        if known:
            context = torch.cat((state.context.to(context.dtype), context))
        return EncodedRows.of(packing, context, path, known), last

    def _context(self, hiddens: Tensor, features: Tensor) -> Tensor:
        visible = torch.cat((hiddens, features.to(hiddens.dtype)), 1)
        return torch.cat((visible, torch.relu(product(self.hidden_layer, visible))), 1)

    def _context_nats(
        self, encoded: EncodedRows, state: DecoderState, lifted: Tensor, wanted: Tensor, pen: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Position and pen nats of every point, packed, each ``(R,)``.

        Args:
            encoded: The contexts of the points.
            state: Before them.
            lifted: Whether the pen was lifted before each point, ``(R,)``.
            wanted: Their offsets, ``(R, 2)``.
            pen: Their pens' states, ``(R,)``.
        """
        packing, context = encoded.packing, encoded.context
        count, kind = len(wanted), wanted.dtype
        # One product gives all heads' outputs of every row: rows are gathered after it, not before.
        outputs, logits, keys = products((self.output, self.pen, self.pointer.key), context)
        placed = encoded.before >= 0
        pen_down = (placed & ~lifted).nonzero()[:, 0]
        jumps = (placed & lifted).nonzero()[:, 0]
        position = wanted.new_zeros(count)
        if len(pen_down):
            at = encoded.before[pen_down]
            heading = context[at][:, self.heading].to(kind)
            nats = self._pen_down_nats(outputs[at].to(kind), heading, wanted[pen_down])
            position = position.index_put((pen_down,), nats)
        if len(jumps):
            drawing, last = packing.drawing[jumps], encoded.known + packing.step[jumps] - 1
            geometry = path_geometry(encoded.path, encoded.key_rows, last, drawing)
            all_keys = torch.cat((state.keys.flatten(0, 1), keys[-count:].to(kind)))
            at = encoded.before[jumps]
            nats = self._jump_nats(context[at], all_keys, geometry, wanted[jumps])
            position = position.index_put((jumps,), nats)
        return position, cross_entropy(logits[-count:].to(kind), pen, reduction="none")

    def _pen_down_nats(self, outputs: Tensor, heading: Tensor, targets: Tensor) -> Tensor:
        """-log density of offsets with the pen down, ``(R,)``, from the output layer's rows."""
        weight, local, logistics = self._split_output(outputs)
        gaussian = gaussian_nats(local, to_local_frame(targets, heading))
        nats = torch.cat((gaussian, blurred_nats(logistics, targets, self._blur())), 1)
        return -torch.logsumexp(torch.log_softmax(weight, 1) - nats, 1)

    def _jump_nats(
        self, context: Tensor, keys: Tensor, geometry: Geometry, targets: Tensor
    ) -> Tensor:
        """-log density of offsets to where strokes begin, ``(Q,)``."""
        j = self.jump_gaussians
        outputs = product(self.jump, context).to(targets.dtype)
        gate = outputs[:, -1]
        nats = gaussian_nats(outputs[:, j : 6 * j].view(-1, 5, j), targets)
        plain = torch.logsumexp(torch.log_softmax(outputs[:, :j], 1) - nats, 1)
        query = product(self.pointer.query, context).to(targets.dtype)
        pointed = -self.pointer.nats(query, keys, geometry, targets)
        return -torch.logaddexp(logsigmoid(-gate) + plain, logsigmoid(gate) + pointed)

    def _split_output(self, outputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Weights ``(R, M)``, Gaussians ``(R, 5, ·)`` and logistic components ``(R, 2, 2, ·)``."""
        sizes = [self.gaussians + self.logistics, 5 * self.gaussians, 4 * self.logistics]
        weight, local, logistics = torch.split(outputs, sizes, 1)
        rows = len(outputs)
        return weight, local.view(rows, 5, -1), logistics.view(rows, 2, 2, -1)

    def _blur(self) -> Tensor:
        return torch.exp(self.blur.clamp(*LOG_BLUR_LIMITS))


def _components(weight: Tensor, *fields: Tensor) -> mixture.Mixture:
    """A mixture without pen states, of which there are none yet when a point is drawn."""
    return mixture.Mixture(weight.new_zeros(len(weight), 3), weight, *fields)
