"""Page-aware decoder: it sees the ink around its pen, and predicts point, then pen state.

SketchRNN draws with closed eyes: it knows where it is only by adding up its own offsets, and it
says the next offset and the pen's state both at once. Here

- the recurrent cell also gets the pen's place and small pictures of the page (:mod:`canvas`);
- a point's place comes first and the pen's state after it, when the page is seen from there:
  whether a line is closed or has reached another is only known then. The end of the drawing is a
  state of the last point's pen;
- how the line goes on and where a new stroke begins are said by mixtures of their own. Of the
  first, half of the components are Gaussians in the frame of the last offset, in which a line that
  goes on is the same whatever its direction; the others are logistic in the page's frame, blurred
  by the data's unit (Salimans et al. 2017, arXiv 1701.05517), for drawings have more exactly level
  and plumb offsets than chance would give. The second also points at what is drawn
  (:mod:`pointing`).

All of it is a function of the rows so far, so training runs over all steps at once and drawing
goes step by step with the same numbers.

Shape letters: T steps, B drawings, N points of the page, R packed rows, H units of the cell, O
numbers of an outlook, M mixtures, K components.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, logsigmoid, one_hot

from strokebook.model.cells.base import Reading, State, groups_for, read
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
from strokebook.model.networks.page_state import (
    PageState,
    Prospect,
    Reached,
    geometry,
    layer,
    product,
    products,
)
from strokebook.model.networks.pointer import Geometry, Pointer, PointerComponents, relate

POINT = 4  # offset, whether a stroke begins there, whether the drawing does
VIEW = 64  # numbers that a sight is brought down to
HIDDEN = 128  # of the layer behind the cell
POINTER = 32  # numbers of a key
BLUR = -2.8  # log of the width of the blur to begin with
BLURS = (-5.0, 0.0)
RIDGE = -6.0  # log scale, to begin with, across level and plumb offsets
LIFT = 1  # pen states of a point: down, lift, lift and end
END = 2


class PageDecoder(nn.Module):
    """Says every next point from the rows before it, and from z where there is one."""

    def __init__(self, options: ModelOptions, seed: torch.Generator | None) -> None:
        super().__init__()
        self.keep = options.recurrent_keep
        constants = options.z if options.conditional else 0
        self.eye = layer(page_features.SIGHT, VIEW, seed)
        nn.init.normal_(self.eye.weight, std=0.08, generator=seed)
        units = options.decoder
        self.cell = make_cell(options.decoder_cell, POINT + VIEW, units, constants, seed)
        self.place_at = self.cell.units  # where the numbers of the sight begin in an outlook
        seen = self.cell.units + page_features.NUMBERS + VIEW
        self.behind = layer(seen, HIDDEN, seed)
        self.wide = seen + HIDDEN
        self.pen = layer(self.wide, 3, seed)
        self.turned, self.upright = options.mixtures // 2, (options.mixtures + 1) // 2
        self.output = layer(self.wide, 6 * self.turned + 5 * self.upright, seed)
        self.blur = nn.Parameter(torch.tensor(BLUR))
        self.jumps = self.upright
        self.jump = layer(self.wide, 6 * self.jumps + 1, seed)
        self.pointer = Pointer(self.wide, POINTER, seed)
        self.initial = None
        if options.conditional:
            self.initial = layer(options.z, 2 * self.cell.state_size, seed)
            nn.init.normal_(self.initial.weight, std=0.001, generator=seed)
        with torch.no_grad():
            self._anchor()

    def _anchor(self) -> None:
        """First weights that know what coordinates are: else that takes a thousand steps to learn.

        Half of the jumps' means begin as places on the page, not as ways; a few Gaussians lead
        back to the stroke's first point; some of the logistic components are narrow ridges along
        the axes.
        """
        jump, drawn = self.jump, self.output
        for axis in range(2):
            rows = slice((1 + axis) * self.jumps, (1 + axis) * self.jumps + self.jumps // 2)
            jump.weight[rows] *= 0.5
            column = self.place_at + page_features.PLACE + axis
            jump.weight[rows, column] -= 1.0 / page_features.PLACE_UNIT
        first = self.turned + self.upright
        said = drawn.bias[first : first + 5 * self.turned].view(5, self.turned)
        said[0] = torch.linspace(0.0, 1.0, self.turned)
        said[2:4] = torch.linspace(-1.5, 0.5, self.turned)
        self._ridge(first + 5 * self.turned)
        home = self.turned // 5
        for axis in range(2):
            rows = slice(first + axis * self.turned, first + axis * self.turned + home)
            column = self.place_at + page_features.HOME + axis
            drawn.weight[rows, column] = 1.0 / page_features.HOME_UNIT
        drawn.bias[:home] = -2.0

    def _ridge(self, first: int) -> None:
        """Narrow ridges for plumb and level offsets, whose numbers begin at output ``first``."""
        said = self.output.bias[first:].view(2, 2, self.upright)  # axis; mean, log scale
        weight = self.output.weight[first:].view(2, 2, self.upright, self.wide)
        few = 2 * self.upright // 5
        for across, part in enumerate((slice(few), slice(few, 2 * few))):
            weight[across, :, part] = 0.0  # else chance would lead them off the axis
            said[across, 1, part] = RIDGE
            said[1 - across, 0, part] = torch.linspace(-1.0, 1.0, few)
            said[1 - across, 1, part] = -1.0
        self.output.bias[self.turned : self.turned + 2 * few] = -1.0

    def zero_state(self, batch: int) -> PageState:
        """The state before the first point of an empty page."""
        hidden, cell = self.cell.zero_state(batch)
        new = self.blur.new_zeros
        page = new(0, batch, 3), new(0, batch, POINTER)
        return PageState(hidden, cell, *page, new(batch, self.wide), new(batch))

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
        """What drawings cost, each summed over its rows; see :meth:`nats`."""
        state, offset = self.start(inputs.shape[1], z)
        packing, position, pen = self._events(inputs, targets, lengths, state, offset, None)
        batch = len(lengths)
        zeros = position.new_zeros(batch)
        by_drawing = [zeros.index_add(0, packing.drawing, found) for found in (position, pen)]
        return mixture.Nats(by_drawing[0], by_drawing[1], zeros)

    def nats(
        self, inputs: Tensor, targets: Tensor, lengths: Tensor, z: Tensor | None, noise: Noise
    ) -> tuple[Tensor, Tensor]:
        """Position and pen nats, summed over all points of all drawings.

        Args:
            inputs: Start token and points, ``(T, B, 5)``: what is read, and the pen's states.
            targets: From the first point on, ``(T, B, 5)``; only their offsets matter, which may
                have noise that those read have not.
            lengths: Points of each drawing, ``(B,)``.
            z: ``(B, Z)``.
            noise: Draws the dropout masks.
        """
        state, offset = self.start(inputs.shape[1], z)
        _, position, pen = self._events(inputs, targets, lengths, state, offset, noise)
        return position.sum(), pen.sum()

    def follow(
        self, state: Any, offset: Tensor, row: Tensor, rows: Tensor, begun: bool, groups: int
    ) -> tuple[PageState, Tensor]:
        """Go on through given rows; see :meth:`.sketch_rnn.Decoder.follow`."""
        given = torch.cat((row[None], rows))
        lengths = torch.full((rows.shape[1],), len(rows), device=rows.device)
        assert begun == bool(len(state.path))
        reached, last = self._read(given, lengths, state, offset, None, groups)
        packing = reached.packing
        lifts = packing.pack(rows[..., 3] > 0.5).long()
        position, pen = self._nats(reached, state, given, rows[..., :2], lifts)
        cost = position.new_zeros(rows.shape[1]).index_add(0, packing.drawing, position + pen)
        outlook = reached.outlook.to(rows.dtype)
        keys = packing.unpack(self.pointer.key(outlook), len(rows))
        hidden, cell = (packing.unsort(part).to(rows.dtype) for part in last)
        page = reached.path, torch.cat((state.keys, keys)), outlook[reached.slots[-1]]
        return PageState(hidden, cell, *page, torch.zeros_like(state.over)), cost

    def step(self, state: PageState, offset: Tensor, point: Tensor, begins: Tensor) -> PageState:
        """Put down one point of each drawing: offsets ``(B, 2)``, whether they begin strokes."""
        new = torch.cat((point, begins[:, None].to(point.dtype)), 1)
        path = torch.cat((state.path, new[None]))
        slots = torch.arange(len(point))[None]
        length = torch.full((len(point),), len(path))
        sight = self._notice(path, len(path) - 1, length, slots).to(point.device)
        view = self._view(sight)
        first = torch.full_like(point[:, :1], float(len(path) == 1))
        inputs = torch.cat((new, first, view.to(point.dtype)), 1)
        now = self.cell.step(inputs, State(state.hidden, state.cell), offset)
        outlook = self._outlook(self.cell.output(now), sight, view)
        keys = torch.cat((state.keys, self.pointer.key(outlook)[None]))
        return PageState(*now, path, keys, outlook, state.over)

    def advance(
        self, state: Any, offset: Tensor, row: Tensor, begun: bool, choice: InverseCdf
    ) -> SampledPoint:
        """Draw one point of each drawing; see :meth:`.sketch_rnn.Decoder.advance`."""
        lifted, over = row[:, 3] > 0.5, state.over > 0.5
        point, nats = row.new_zeros(len(row), 2), row.new_zeros(len(row))
        if begun:
            found = self.prospect(state, lifted)
            point = choice.offset(found.places, found.logistic)
            if choice.weighed:
                nats = self.prospect_nats(found, point)
        now = self.step(state, offset, point, lifted if begun else torch.ones_like(lifted))
        logits = self.pen(now.outlook)
        pen = choice.pen(logits, choice.missing > 1)
        if choice.weighed:
            nats = nats + cross_entropy(logits, pen, reduction="none")
        drawn = torch.cat((point, one_hot(pen.clamp_max(LIFT), 3).to(point)), 1)
        end = row.new_tensor((0.0, 0.0, 0.0, 0.0, 1.0))
        now = now._replace(over=torch.maximum(state.over, (pen == END).to(point.dtype)))
        nats = torch.where(over, 0.0, nats)
        return SampledPoint(now, torch.where(over[:, None], end, drawn), nats)

    def prospect(self, state: PageState, lifted: Tensor) -> Prospect:
        """Where the next point of each drawing may lie, the pen ``lifted`` or not, ``(B,)``."""
        o, at, j = state.outlook, self.place_at, self.jumps
        weight, turned, upright = self._parts(self.output(o))
        gauss = from_local_frame(turned, o[:, at : at + 2])
        weight = torch.where(lifted[:, None], -torch.inf, torch.log_softmax(weight, 1))
        jump, pointed = self.jump(o), self._spots(state)
        gate = torch.where(lifted, jump[:, -1], 0.0)[:, None]
        plain = torch.log_softmax(jump[:, :j], 1) + logsigmoid(-gate)
        spots = torch.log_softmax(pointed.weight, 1) + logsigmoid(gate)
        there = torch.where(lifted[:, None], torch.cat((plain, spots), 1), -torch.inf)
        flat, none = torch.zeros_like(upright[:, 0, 0]), torch.zeros_like(pointed.mean_x)
        said = jump[:, j : 6 * j].view(-1, 5, j)
        level = torch.stack((*upright[:, :, 0].unbind(1), *upright[:, :, 1].unbind(1), flat), 1)
        near = torch.stack((*pointed[1:], none), 1)
        fields = torch.cat((gauss, level, said, near), 2).unbind(1)
        logistic = torch.arange(fields[0].shape[1], device=o.device)
        logistic = (logistic >= self.turned) & (logistic < self.turned + self.upright)
        parts = (torch.cat((weight, there), 1), *fields)
        return Prospect(mixture.split(torch.cat((o.new_zeros(len(o), 3), *parts), 1)), logistic)

    def prospect_nats(self, found: Prospect, offsets: Tensor) -> Tensor:
        """-log density of offsets ``(B, 2)`` in what :meth:`prospect` gave, ``(B,)``."""
        weight, *fields = found.places[1:]
        said = torch.stack(fields, 1)
        nats = gaussian_nats(said, offsets)
        blurred = said[:, :4].view(-1, 2, 2, said.shape[2]).transpose(1, 2)
        nats = torch.where(found.logistic, blurred_nats(blurred, offsets, self._blur()), nats)
        return -torch.logsumexp(weight - nats, 1)

    def _spots(self, state: PageState) -> PointerComponents:
        """What the pointer says of every point of the page, fields ``(B, N)``."""
        count, batch = state.path.shape[:2]
        device = state.path.device
        drawing, point = (
            torch.arange(batch, device=device)[:, None],
            torch.arange(count, device=device),
        )
        last = torch.full_like(drawing, count - 1)
        lying = geometry(state.path, last, last, drawing)
        way = lying.places[point, drawing] - lying.places[last, drawing]
        query = self.pointer.query(state.outlook)[:, None]
        relations = relate(lying, last, point.expand(batch, -1), drawing)
        return self.pointer.spots(query, state.keys.transpose(0, 1), relations, way)

    def _events(
        self,
        inputs: Tensor,
        targets: Tensor,
        lengths: Tensor,
        state: PageState,
        offset: Tensor,
        noise: Noise | None,
    ) -> tuple[Packing, Tensor, Tensor]:
        """Position and pen nats of every point, packed."""
        steps = int(lengths.max())
        given = inputs[: steps + 1]
        reached, _ = self._read(given, lengths, state, offset, noise, groups_for(inputs))
        packing = reached.packing
        last = packing.step == lengths[packing.drawing] - 1
        pen = packing.pack(given[1:, :, 3] > 0.5).long().masked_fill(last, END)
        return packing, *self._nats(reached, state, given, targets[:steps, :, :2], pen)

    def _read(
        self,
        given: Tensor,
        lengths: Tensor,
        state: PageState,
        offset: Tensor,
        noise: Noise | None,
        groups: int,
    ) -> tuple[Reached, State]:
        """Look from every point of ``(T + 1, B, 5)``: the row before the points, then they."""
        packing = Packing.of(lengths, groups)
        begins = (given[:-1, :, 3:4] > 0.5).to(given.dtype)
        if not len(state.path):
            begins[0] = 1.0
        points = torch.cat((given[1:, :, :2], begins), 2)
        path, before = torch.cat((state.path, points)), len(state.path)
        slots = torch.zeros_like(points[..., 0], dtype=torch.long)
        slots[packing.step, packing.drawing] = torch.arange(len(packing.step), device=slots.device)
        sight = self._notice(path, before, lengths + before, slots)
        view, rows = self._view(sight), packing.pack(points)
        first = (packing.step + before == 0)[:, None].to(rows.dtype)
        order = packing.order
        inner = State(state.hidden[order], state.cell[order])
        mask = noise.dropout(self.keep, packing, self.cell.state_size) if noise else None
        inputs = torch.cat((rows, first, view.to(rows.dtype)), 1)
        ((hiddens, last),) = read([Reading(self.cell, inputs, inner, offset[order], mask, packing)])
        outlook = self._outlook(hiddens, sight, view)
        return Reached(packing, outlook, sight[:, :2], slots, path), last

    def _notice(self, path: Tensor, first: int, lengths: Tensor, slots: Tensor) -> Tensor:
        """The sights from the points from ``first`` on, ``(R, F)``; see :func:`canvas.notice`."""
        given = (path.detach().float(), lengths, slots)
        rows, counts, places = (v.cpu().numpy() for v in given)
        return torch.from_numpy(page_features.notice(rows, first, counts, places)).to(path)

    def _view(self, sight: Tensor) -> Tensor:
        kind = product_type(self.eye.weight, page_features.SIGHT, len(sight))
        return torch.relu(product(self.eye, sight.to(kind)))

    def _outlook(self, hiddens: Tensor, sight: Tensor, view: Tensor) -> Tensor:
        seen = (
            hiddens,
            sight[:, : page_features.NUMBERS].to(hiddens.dtype),
            view.to(hiddens.dtype),
        )
        both = torch.cat(seen, 1)
        return torch.cat((both, torch.relu(product(self.behind, both))), 1)

    def _nats(
        self, reached: Reached, state: PageState, given: Tensor, targets: Tensor, states: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Position and pen nats of every point, packed, each ``(R,)``.

        Args:
            reached: What reading the points has given.
            state: Before them.
            given: The row before the points, then they, ``(T + 1, B, 5)``.
            targets: Their offsets, ``(T, B, 2)``.
            states: Their pens' states, packed, ``(R,)``.
        """
        packing, outlook, facing = reached.packing, reached.outlook, reached.facing
        step, drawing, count = packing.step, packing.drawing, len(reached.outlook)
        before = reached.slots[(step - 1).clamp_min(0), drawing]
        placed = step > 0
        if len(state.path):
            outlook = torch.cat((outlook, state.outlook.to(outlook.dtype)))
            ahead = state.outlook[:, self.place_at : self.place_at + 2]
            facing = torch.cat((facing, ahead.to(facing.dtype)))
            before = torch.where(placed, before, count + drawing)
            placed = torch.ones_like(placed)
        # One product for all that is said of every row: rows are gathered after it, not before.
        drawn, logits, keys = products((self.output, self.pen, self.pointer.key), outlook)
        wanted, lifted = packing.pack(targets), packing.pack(given[:-1, :, 3]) > 0.5
        kind = wanted.dtype
        goes = (placed & ~lifted).nonzero()[:, 0]
        jumps = (placed & lifted).nonzero()[:, 0]
        out = wanted.new_zeros(count)
        if len(goes):
            at = before[goes]
            found = self._drawn_nats(drawn[at].to(kind), facing[at], wanted[goes])
            out = out.index_put((goes,), found)
        if len(jumps):
            old = torch.arange(state.keys[..., 0].numel(), device=step.device)
            slots = torch.cat((old.view(-1, given.shape[1]), len(old) + reached.slots))
            last = len(state.path) + step[jumps] - 1
            lying = geometry(reached.path, slots, last, drawing[jumps])
            known = torch.cat((state.keys.flatten(0, 1), keys[:count].to(kind)))
            found = self._jump_nats(outlook[before[jumps]], known, lying, wanted[jumps])
            out = out.index_put((jumps,), found)
        return out, cross_entropy(logits[:count].to(kind), states, reduction="none")

    def _drawn_nats(self, said: Tensor, facing: Tensor, targets: Tensor) -> Tensor:
        """-log density of offsets with the pen down, ``(R,)``, from the output layer's rows."""
        weight, turned, upright = self._parts(said)
        gaussian = gaussian_nats(turned, to_local_frame(targets, facing))
        nats = torch.cat((gaussian, blurred_nats(upright, targets, self._blur())), 1)
        return -torch.logsumexp(torch.log_softmax(weight, 1) - nats, 1)

    def _jump_nats(self, outlook: Tensor, keys: Tensor, lying: Geometry, targets: Tensor) -> Tensor:
        """-log density of offsets to where strokes begin, ``(Q,)``."""
        j = self.jumps
        said = product(self.jump, outlook).to(targets.dtype)
        gate = said[:, -1]
        nats = gaussian_nats(said[:, j : 6 * j].view(-1, 5, j), targets)
        plain = torch.logsumexp(torch.log_softmax(said[:, :j], 1) - nats, 1)
        query = product(self.pointer.query, outlook).to(targets.dtype)
        pointed = -self.pointer.nats(query, keys, lying, targets)
        return -torch.logaddexp(logsigmoid(-gate) + plain, logsigmoid(gate) + pointed)

    def _parts(self, said: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Weights ``(R, M)``, Gaussians ``(R, 5, ·)`` and logistic components ``(R, 2, 2, ·)``."""
        sizes = [self.turned + self.upright, 5 * self.turned, 4 * self.upright]
        weight, turned, upright = torch.split(said, sizes, 1)
        rows = len(said)
        return weight, turned.view(rows, 5, -1), upright.view(rows, 2, 2, -1)

    def _blur(self) -> Tensor:
        return torch.exp(self.blur.clamp(*BLURS))
