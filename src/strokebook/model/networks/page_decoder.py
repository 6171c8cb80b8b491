"""Page-aware decoder: it sees the ink around its pen, and predicts a point, then the pen's state.

SketchRNN never sees the page: it knows where its pen is only by adding up its own offsets, and it
predicts the next offset and the pen's state at once. Three things differ here.

- The recurrent cell also gets the page features of the last point
  (:mod:`~strokebook.model.networks.page_features`): scalars as they are, patches through a linear
  layer (their embedding). What the heads read, the context, is the cell's output, the scalars, the
  embedding and a hidden layer over the three.
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

All of it is a function of the rows so far, so training runs over all steps at once and sampling
goes step by step with the same numbers.

Shape letters: T steps, B drawings, N points of the page, Q jumps, R packed rows, C numbers of a
context, F page features of a point, M mixtures, K components.
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
from strokebook.model.distributions.inverse_cdf import InverseCdf, SampledPoint
from strokebook.model.distributions.local_frame import (
    blurred_nats,
    from_local_frame,
    gaussian_nats,
    to_local_frame,
)
from strokebook.model.kernels.precision import product_type
from strokebook.model.networks import page_features
from strokebook.model.networks.page_features import compute_features
from strokebook.model.networks.page_state import (
    EncodedRows,
    OffsetMixture,
    PageState,
    layer,
    page_geometry,
    product,
    products,
)
from strokebook.model.networks.pointer import Geometry, Pointer, PointerComponents, relate

POINT = 4  # numbers of a point: its offset, whether a stroke begins there, whether the drawing does
EMBEDDING = 64  # numbers of the embedding of a point's features
HIDDEN = 128  # units of the hidden layer over cell, scalars and embedding
KEY = 32  # numbers of a pointer's key
INITIAL_LOG_BLUR = -2.8  # log of the blur's width
LOG_BLUR_LIMITS = (-5.0, 0.0)
RIDGE_LOG_SCALE = -6.0  # initial log scale across the axis of a ridge
LIFT, END = 1, 2  # pen states of a point: 0 down, lift, lift and end of the drawing


class PageDecoder(nn.Module):
    """Predicts every next point from the rows before it, and from z where there is one."""

    def __init__(self, options: ModelOptions, seed: torch.Generator | None) -> None:
        super().__init__()
        self.keep = options.recurrent_keep
        constants = options.z if options.conditional else 0
        self.embedding = layer(page_features.FEATURES, EMBEDDING, seed)
        nn.init.normal_(self.embedding.weight, std=0.08, generator=seed)
        units = options.decoder
        self.cell = make_cell(options.decoder_cell, POINT + EMBEDDING, units, constants, seed)
        self.scalars_at = self.cell.units  # where the scalars begin in a context
        visible = self.cell.units + page_features.SCALARS + EMBEDDING
        self.hidden_layer = layer(visible, HIDDEN, seed)
        self.context_size = visible + HIDDEN
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
        """Give the heads initial weights that use coordinates, else learned in a thousand steps.

        Half of the jumps' Gaussians begin with means at places of the page instead of offsets; a
        few pen-down Gaussians lead back to the stroke's first point; some of the logistic
        components are narrow ridges along the axes.
        """
        jump, drawn, count = self.jump, self.output, self.jump_gaussians
        for axis in range(2):
            rows = slice((1 + axis) * count, (1 + axis) * count + count // 2)
            jump.weight[rows] *= 0.5
            column = self.scalars_at + page_features.POSITION + axis
            jump.weight[rows, column] -= 1.0 / page_features.POSITION_UNIT
        first = self.gaussians + self.logistics
        bias = drawn.bias[first : first + 5 * self.gaussians].view(5, self.gaussians)
        bias[0] = torch.linspace(0.0, 1.0, self.gaussians)
        bias[2:4] = torch.linspace(-1.5, 0.5, self.gaussians)
        self._init_ridges(first + 5 * self.gaussians)
        few = self.gaussians // 5
        for axis in range(2):
            rows = slice(first + axis * self.gaussians, first + axis * self.gaussians + few)
            column = self.scalars_at + page_features.STROKE_START + axis
            drawn.weight[rows, column] = 1.0 / page_features.STROKE_START_UNIT
        drawn.bias[:few] = -2.0

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

    def zero_state(self, batch: int) -> PageState:
        """The state before the first point of an empty page."""
        hidden, cell = self.cell.zero_state(batch)
        new = self.blur.new_zeros
        page = new(0, batch, 3), new(0, batch, KEY)
        return PageState(hidden, cell, *page, new(batch, self.context_size), new(batch))

    def start(self, batch: int, z: Tensor | None) -> tuple[PageState, Tensor]:
        """The state before the first point, tanh(W z + b), and the steps' common offset."""
        blank = self.zero_state(batch)
        if z is None or self.initial is None:
            return blank, self.cell.offset(batch)
        cell, hidden = torch.tanh(self.initial(z)).chunk(2, dim=1)
        return blank._replace(hidden=hidden, cell=cell), self.cell.offset(batch, z)

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
    ) -> tuple[PageState, Tensor]:
        """Go on through given rows; see :meth:`.sketch_rnn.Decoder.follow`."""
        inputs = torch.cat((row[None], rows))
        lengths = torch.full((rows.shape[1],), len(rows), device=rows.device)
        assert begun == bool(len(state.path))
        encoded, last = self._encode(inputs, lengths, state, offset, None, groups)
        packing = encoded.packing
        lifts = packing.pack(rows[..., 3] > 0.5).long()
        position, pen = self._context_nats(encoded, state, inputs, rows[..., :2], lifts)
        cost = position.new_zeros(rows.shape[1]).index_add(0, packing.drawing, position + pen)
        context = encoded.context.to(rows.dtype)
        keys = packing.unpack(self.pointer.key(context), len(rows))
        hidden, cell = (packing.unsort(part).to(rows.dtype) for part in last)
        page = encoded.path, torch.cat((state.keys, keys)), context[encoded.slots[-1]]
        return PageState(hidden, cell, *page, torch.zeros_like(state.over)), cost

    def step(self, state: PageState, offset: Tensor, point: Tensor, begins: Tensor) -> PageState:
        """The states after one more point, offset ``(B, 2)``; ``begins``: of a stroke, ``(B,)``."""
        new = torch.cat((point, begins[:, None].to(point.dtype)), 1)
        path = torch.cat((state.path, new[None]))
        slots = torch.arange(len(point))[None]
        length = torch.full((len(point),), len(path))
        features = self._page_features(path, len(path) - 1, length, slots).to(point.device)
        embedding = self._embed(features)
        first = torch.full_like(point[:, :1], float(len(path) == 1))
        inputs = torch.cat((new, first, embedding.to(point.dtype)), 1)
        now = self.cell.step(inputs, State(state.hidden, state.cell), offset)
        context = self._context(self.cell.output(now), features, embedding)
        keys = torch.cat((state.keys, self.pointer.key(context)[None]))
        return PageState(*now, path, keys, context, state.over)

    def sample_step(
        self, state: Any, offset: Tensor, row: Tensor, begun: bool, choice: InverseCdf
    ) -> SampledPoint:
        """Sample one point of each drawing; see :meth:`.sketch_rnn.Decoder.advance`."""
        lifted, over = row[:, 3] > 0.5, state.over > 0.5
        point, nats = row.new_zeros(len(row), 2), row.new_zeros(len(row))
        if begun:
            offsets = self.offset_mixture(state, lifted)
            point = choice.offset(offsets.components, offsets.logistic)
            if choice.weighed:
                nats = self.offset_nats(offsets, point)
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

    def offset_mixture(self, state: PageState, lifted: Tensor) -> OffsetMixture:
        """The mixture of each drawing's next offset; ``lifted``: where it is a jump, ``(B,)``."""
        context, at, j = state.context, self.scalars_at, self.jump_gaussians
        weight, local, logistics = self._split_output(self.output(context))
        gaussian = from_local_frame(local, context[:, at : at + 2])
        weight = torch.where(lifted[:, None], -torch.inf, torch.log_softmax(weight, 1))
        jump, pointed = self.jump(context), self._pointer_components(state)
        gate = torch.where(lifted, jump[:, -1], 0.0)[:, None]
        plain = torch.log_softmax(jump[:, :j], 1) + logsigmoid(-gate)
        at_points = torch.log_softmax(pointed.weight, 1) + logsigmoid(gate)
        jump_weight = torch.where(lifted[:, None], torch.cat((plain, at_points), 1), -torch.inf)
        means, scales = (logistics[:, :, k].unbind(1) for k in (0, 1))
        axis_aligned = torch.stack((*means, *scales, torch.zeros_like(means[0])), 1)
        free = jump[:, j : 6 * j].view(-1, 5, j)
        pointing = torch.stack((*pointed[1:], torch.zeros_like(pointed.mean_x)), 1)
        fields = torch.cat((gaussian, axis_aligned, free, pointing), 2).unbind(1)
        logistic = torch.arange(fields[0].shape[1], device=context.device)
        logistic = (logistic >= self.gaussians) & (logistic < self.gaussians + self.logistics)
        no_pen = context.new_zeros(len(context), 3)
        parts = torch.cat((no_pen, weight, jump_weight, *fields), 1)
        return OffsetMixture(mixture.split(parts), logistic)

    def offset_nats(self, density: OffsetMixture, offsets: Tensor) -> Tensor:
        """-log density of offsets ``(B, 2)`` under :meth:`offset_mixture`'s mixtures, ``(B,)``."""
        weight, *fields = density.components[1:]
        parameters = torch.stack(fields, 1)
        nats = gaussian_nats(parameters, offsets)
        blurred = parameters[:, :4].view(-1, 2, 2, parameters.shape[2]).transpose(1, 2)
        nats = torch.where(density.logistic, blurred_nats(blurred, offsets, self._blur()), nats)
        return -torch.logsumexp(weight - nats, 1)

    def _pointer_components(self, state: PageState) -> PointerComponents:
        """The pointer's components at all points of the page, fields ``(B, N)``."""
        count, batch = state.path.shape[:2]
        device = state.path.device
        drawing, point = (
            torch.arange(batch, device=device)[:, None],
            torch.arange(count, device=device),
        )
        last = torch.full_like(drawing, count - 1)
        geometry = page_geometry(state.path, last, last, drawing)
        offset = geometry.places[point, drawing] - geometry.places[last, drawing]
        query = self.pointer.query(state.context)[:, None]
        relations = relate(geometry, last, point.expand(batch, -1), drawing)
        return self.pointer.components(query, state.keys.transpose(0, 1), relations, offset)

    def _packed_nats(
        self,
        inputs: Tensor,
        targets: Tensor,
        lengths: Tensor,
        state: PageState,
        offset: Tensor,
        noise: Noise | None,
    ) -> tuple[Packing, Tensor, Tensor]:
        """Position and pen nats of every point, packed."""
        steps, groups = int(lengths.max()), groups_for(inputs)
        inputs = inputs[: steps + 1]
        encoded, _ = self._encode(inputs, lengths, state, offset, noise, groups)
        packing = encoded.packing
        last = packing.step == lengths[packing.drawing] - 1
        pen = packing.pack(inputs[1:, :, 3] > 0.5).long().masked_fill(last, END)
        return packing, *self._context_nats(encoded, state, inputs, targets[:steps, :, :2], pen)

    def _encode(
        self,
        inputs: Tensor,
        lengths: Tensor,
        state: PageState,
        offset: Tensor,
        noise: Noise | None,
        groups: int,
    ) -> tuple[EncodedRows, State]:
        """Contexts of all points of ``inputs``, the row before them and they, ``(T + 1, B, 5)``."""
        packing = Packing.of(lengths, groups)
        begins = (inputs[:-1, :, 3:4] > 0.5).to(inputs.dtype)
        if not len(state.path):
            begins[0] = 1.0
        points = torch.cat((inputs[1:, :, :2], begins), 2)
        path, before = torch.cat((state.path, points)), len(state.path)
        slots = torch.zeros_like(points[..., 0], dtype=torch.long)
        slots[packing.step, packing.drawing] = torch.arange(len(packing.step), device=slots.device)
        features = self._page_features(path, before, lengths + before, slots)
        embedding, rows = self._embed(features), packing.pack(points)
        first = (packing.step + before == 0)[:, None].to(rows.dtype)
        order = packing.order
        inner = State(state.hidden[order], state.cell[order])
        mask = noise.dropout(self.keep, packing, self.cell.state_size) if noise else None
        cell_inputs = torch.cat((rows, first, embedding.to(rows.dtype)), 1)
        run = CellRun(self.cell, cell_inputs, inner, offset[order], mask, packing)
        ((hiddens, last),) = run_cells([run])
        context = self._context(hiddens, features, embedding)
        return EncodedRows(packing, context, features[:, :2], slots, path), last

    def _page_features(self, path: Tensor, first: int, lengths: Tensor, slots: Tensor) -> Tensor:
        """Page features of the points from ``first`` on, ``(R, F)``."""
        parts = (path.detach().float(), lengths, slots)
        points, counts, places = (v.cpu().numpy() for v in parts)
        return torch.from_numpy(compute_features(points, first, counts, places)).to(path)

    def _embed(self, features: Tensor) -> Tensor:
        kind = product_type(self.embedding.weight, page_features.FEATURES, len(features))
        return torch.relu(product(self.embedding, features.to(kind)))

    def _context(self, hiddens: Tensor, features: Tensor, embedding: Tensor) -> Tensor:
        visible = (
            hiddens,
            features[:, : page_features.SCALARS].to(hiddens.dtype),
            embedding.to(hiddens.dtype),
        )
        joined = torch.cat(visible, 1)
        return torch.cat((joined, torch.relu(product(self.hidden_layer, joined))), 1)

    def _context_nats(
        self,
        encoded: EncodedRows,
        state: PageState,
        inputs: Tensor,
        targets: Tensor,
        states: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """Position and pen nats of every point, packed, each ``(R,)``.

        Args:
            encoded: The contexts of the points.
            state: Before them.
            inputs: The row before the points, then they, ``(T + 1, B, 5)``.
            targets: Their offsets, ``(T, B, 2)``.
            states: Their pens' states, packed, ``(R,)``.
        """
        packing, context, heading = encoded.packing, encoded.context, encoded.heading
        step, drawing, count = packing.step, packing.drawing, len(encoded.context)
        before = encoded.slots[(step - 1).clamp_min(0), drawing]
        placed = step > 0
        if len(state.path):
            context = torch.cat((context, state.context.to(context.dtype)))
            ahead = state.context[:, self.scalars_at : self.scalars_at + 2]
            heading = torch.cat((heading, ahead.to(heading.dtype)))
            before = torch.where(placed, before, count + drawing)
            placed = torch.ones_like(placed)
        # One product gives all heads' outputs of every row: rows are gathered after it, not before.
        drawn, logits, keys = products((self.output, self.pen, self.pointer.key), context)
        wanted, lifted = packing.pack(targets), packing.pack(inputs[:-1, :, 3]) > 0.5
        kind = wanted.dtype
        pen_down = (placed & ~lifted).nonzero()[:, 0]
        jumps = (placed & lifted).nonzero()[:, 0]
        position = wanted.new_zeros(count)
        if len(pen_down):
            at = before[pen_down]
            nats = self._pen_down_nats(drawn[at].to(kind), heading[at], wanted[pen_down])
            position = position.index_put((pen_down,), nats)
        if len(jumps):
            old = torch.arange(state.keys[..., 0].numel(), device=step.device)
            slots = torch.cat((old.view(-1, inputs.shape[1]), len(old) + encoded.slots))
            last = len(state.path) + step[jumps] - 1
            geometry = page_geometry(encoded.path, slots, last, drawing[jumps])
            known = torch.cat((state.keys.flatten(0, 1), keys[:count].to(kind)))
            nats = self._jump_nats(context[before[jumps]], known, geometry, wanted[jumps])
            position = position.index_put((jumps,), nats)
        return position, cross_entropy(logits[:count].to(kind), states, reduction="none")

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
