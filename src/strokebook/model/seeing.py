"""A decoder that sees the page: a recurrent cell that at every step also gets what is drawn so far.

SketchRNN draws with closed eyes: it knows where it is only by adding up its own offsets. Here the
cell's input and the output layer also get the pen's place and small pictures of the page around it
(:mod:`canvas`), brought down to a few numbers by one layer; and half of the mixture is said in
the frame of the last offset, in which a line that goes on is the same whatever its direction
(after a lift of the pen, in the page's).

All of it is a function of the rows so far, so training runs over all steps at once and drawing
goes step by step with the same numbers.

Shape letters: T steps, B drawings, R packed rows, H units of the inner cell, M mixtures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from strokebook.model import canvas, mixture
from strokebook.model.cells import Layer, Reading, State, make_cell, read
from strokebook.model.packing import Packing
from strokebook.model.precision import product_type

ROW = 5
VIEW = 48  # numbers that the pictures are brought down to
SEEN = canvas.NUMBERS + VIEW


class Onlooker(NamedTuple):
    """What a seeing cell carries: its inner cell's state, and all rows so far.

    Attributes:
        hidden: ``(B, S)``.
        cell: ``(B, S)``.
        page: Rows read so far, from the start token on, ``(N, B, 5)``.
        seen: The sight after the last of them, ``(B, SEEN)``.
    """

    hidden: Tensor
    cell: Tensor
    page: Tensor
    seen: Tensor

    def at(self, index: Tensor) -> Onlooker:
        """The states of the drawings at ``index``."""
        return Onlooker(self.hidden[index], self.cell[index], self.page[:, index], self.seen[index])


class SeeingCell(Layer):
    """A cell of any kind with the page before its eyes; puts out hidden numbers and the sight.

    Its outputs are ``(…, H + SEEN)``: what the inner cell puts out, then the numbers of the sight
    (the first two are the direction that the pen faces), then the view.
    """

    def __init__(
        self, kind: str, units: int, constants: int = 0, seed: torch.Generator | None = None
    ) -> None:
        super().__init__()
        self.eye = nn.Linear(canvas.PIXELS, VIEW)
        nn.init.normal_(self.eye.weight, std=0.08, generator=seed)
        nn.init.zeros_(self.eye.bias)
        self.inner = make_cell(kind, ROW + SEEN, units, constants, seed)
        self.carried, self.units = self.inner.carried, self.inner.units + SEEN

    def blank(self, batch: int) -> Onlooker:  # type: ignore[override]
        """The state of zeros, before an empty page."""
        hidden, cell = self.inner.blank(batch)
        like = self.eye.bias
        return Onlooker(hidden, cell, like.new_zeros(0, batch, ROW), like.new_zeros(batch, SEEN))

    def offset(self, batch: int, constant: Tensor | None = None) -> Tensor:
        """As the inner cell's."""
        return self.inner.offset(batch, constant)

    def see(self, page: Tensor, first: int, lengths: Tensor | None = None) -> Tensor:
        """The sights after the rows from ``first`` on, ``(N - first, B, SEEN)``.

        Args:
            page: Rows from the start token on, ``(N, B, 5)``.
            first: The first row that matters.
            lengths: Rows of each drawing that matter, ``(B,)``; None: all.
        """
        batch = page.shape[1]
        counts = torch.full((batch,), len(page)) if lengths is None else lengths.cpu()
        rows = page.detach().float().cpu().numpy()
        seen = torch.from_numpy(canvas.notice(rows, first, counts.numpy()))
        seen = seen.to(page.device).to(page.dtype)
        weight = self.eye.weight
        kind = product_type(weight, canvas.PIXELS, len(seen) * batch)
        pictures = seen[..., canvas.NUMBERS :].to(kind)
        view = torch.relu(nn.functional.linear(pictures, weight.to(kind), self.eye.bias.to(kind)))
        return torch.cat((seen[..., : canvas.NUMBERS], view.to(page.dtype)), -1)

    def step(  # type: ignore[override]
        self, inputs: Tensor, state: Onlooker, offset: Tensor, factors: Tensor | None = None
    ) -> Onlooker:
        """One step: ``(B, 5)`` in, the next state out."""
        page = torch.cat((state.page, inputs[None]))
        seen = self.see(page, len(page) - 1)[0]
        both = torch.cat((inputs, seen), -1)
        now = self.inner.step(both, State(state.hidden, state.cell), offset, factors)
        return Onlooker(now.hidden, now.cell, page, seen)

    def output(self, state: Onlooker) -> Tensor:  # type: ignore[override]
        """What it puts out after the last row of the page, ``(B, H + SEEN)``."""
        hidden = self.inner.output(State(state.hidden, state.cell))
        return torch.cat((hidden, state.seen), -1)

    def read(self, readings: Sequence[Reading]) -> list[tuple[Tensor, Onlooker]]:  # type: ignore[override]
        """All steps at once; see :func:`strokebook.model.cells.read`."""
        return [self._read(reading) for reading in readings]

    def _read(self, reading: Reading) -> tuple[Tensor, Onlooker]:
        _, inputs, state, offset, mask, packing = reading
        assert isinstance(state, Onlooker)
        page, seen = self._seen(inputs, state.page, packing)
        now = packing.pack(seen)
        both = torch.cat((inputs, now), -1)
        inner = Reading(self.inner, both, State(*state[:2]), offset, mask, packing)
        ((hiddens, last),) = read([inner])
        outputs = torch.cat((hiddens, now.to(hiddens.dtype)), -1)
        return outputs, Onlooker(last.hidden, last.cell, page, seen[-1, packing.order])

    def _seen(self, inputs: Tensor, page: Tensor, packing: Packing) -> tuple[Tensor, Tensor]:
        """The page after the rows ``(R, 5)``, by place; and the sights of each row, by drawing."""
        before, steps = len(page), int(packing.step.max()) + 1
        whole = torch.cat(
            (packing.unsort(page.transpose(0, 1)).transpose(0, 1), packing.unpack(inputs, steps))
        )
        lengths = torch.bincount(packing.drawing, minlength=page.shape[1]) + before
        return whole[:, packing.order], self.see(whole, before, lengths)


class TurnedOutput(nn.Linear):
    """The output layer behind a :class:`SeeingCell`: half of its mixture turned with the pen.

    Called, it gives mixtures in the page's frame like any output layer. A loss may as well use
    weight and bias as they are, with targets :func:`both_ways`.
    """

    def forward(self, values: Tensor) -> Tensor:
        """``(…, H + SEEN)`` → ``(…, 3 + 6M)``."""
        at = self.in_features - SEEN
        return upright(super().forward(values), values[..., at : at + 2])


def along(offsets: Tensor, before: Tensor) -> Tensor:
    """Offsets ``(…, 2)`` in the frames that the pen faces after the rows before them, ``(…, 5)``.

    That is the direction of the last offset; where the pen is lifted, the page's own frame.
    """
    lifted = before[..., 3:4] > 0.5
    last = torch.where(lifted, 0.0, before[..., :2])
    cosine, sine = direction(last).unbind(-1)
    dx, dy = offsets.unbind(-1)
    return torch.stack((dx * cosine + dy * sine, dy * cosine - dx * sine), -1)


def direction(offsets: Tensor) -> Tensor:
    """Unit vectors along offsets ``(…, 2)``; along x where there is none."""
    length = offsets.norm(dim=-1, keepdim=True)
    ahead = torch.zeros_like(offsets)
    ahead[..., 0] = 1.0
    return torch.where(length > 1e-5, offsets / length.clamp_min(1e-5), ahead)


def both_ways(targets: Tensor, before: Tensor) -> Tensor:
    """Stroke-5 targets, then their offsets in the frame that the pen faces, ``(…, 7)``."""
    return torch.cat((targets, along(targets[..., :2], before)), -1)


def upright(outputs: Tensor, facing: Tensor) -> Tensor:
    """Output rows ``(…, 3 + 6M)``, the first M // 2 components turned, with all in one frame.

    Half of the components stay in the page's frame, because drawings have more exactly level and
    plumb offsets than chance would give (whole coordinates, mice): narrow ridges along the axes.

    Args:
        outputs: The first half of the components are in the frame whose x axis is ``facing``.
        facing: ``(…, 2)``, of length about 1 (it may have been rounded to bf16).
    """
    found = mixture.split(outputs.double())
    cosine, sine = direction(facing.double())[..., None, :].unbind(-1)
    turned = torch.arange(found.rho.shape[-1], device=outputs.device) < found.rho.shape[-1] // 2
    cosine, sine = torch.where(turned, cosine, 1.0), torch.where(turned, sine, 0.0)
    mean_x = cosine * found.mean_x - sine * found.mean_y
    mean_y = sine * found.mean_x + cosine * found.mean_y
    wide, high = torch.exp(2.0 * found.log_sigma_x), torch.exp(2.0 * found.log_sigma_y)
    both = torch.exp(found.log_sigma_x + found.log_sigma_y)
    across = torch.tanh(found.rho) * both
    slant = 2.0 * cosine * sine * across
    log_x = 0.5 * torch.log(cosine**2 * wide - slant + sine**2 * high)
    log_y = 0.5 * torch.log(sine**2 * wide + slant + cosine**2 * high)
    crossed = cosine * sine * (wide - high) + (cosine**2 - sine**2) * across
    # atanh ρ = asinh(ρ / √(1 - ρ²)), and √(1 - ρ²) · σx · σy is the same in both frames
    rho = torch.asinh(crossed * torch.cosh(found.rho) / both)
    parts = (found.pen, found.weight, mean_x, mean_y, log_x, log_y, rho)
    return torch.cat(parts, -1).to(outputs.dtype)
