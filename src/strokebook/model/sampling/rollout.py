"""Rollout of the decoder: batched, one point at a time, without autograd.

On a CPU the drawings go in blocks of a fixed size, each drawing always at the same place of its
block, each block's step on one thread: so every drawing's numbers are the same to the last bit
however many are drawn beside it, and blocks run beside each other.

Shape letters: B drawings side by side, S steps, T rows, M mixtures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from strokebook.base.array_types import Floats32
from strokebook.base.errors import StrokebookError
from strokebook.base.random_streams import RandomStream
from strokebook.model.cells.noise import Noise
from strokebook.model.data.batches import START
from strokebook.model.distributions.inverse_cdf import InverseCdf
from strokebook.model.distributions.temperature import Temperature
from strokebook.model.kernels import threads
from strokebook.model.networks.sketch_rnn import SketchNet

DOWN, UP, END = range(3)
BLOCK = 16  # drawings; fewer would hardly be faster (the products wait for the weights)
WIDE_BLOCK = 256  # on a GPU, where every operation costs the same for few as for many
GROUPS = 2  # in which given rows are read, whatever the threads: the same sums, the same bits
LEAST_GROUP = 8  # drawings
Rows = Floats32


@dataclass(frozen=True, eq=False)
class DecoderBatch:
    """Where B drawings stand: what the decoder carries, and the row it reads next.

    Attributes:
        state: Of the decoder's cell.
        offset: What all steps have in common, ``(B, ·)``.
        row: The last row drawn, ``(B, 5)``.
        begun: Whether there are points; if not, the row is the start token.
    """

    state: Any
    offset: Tensor
    row: Tensor
    begun: bool = False

    def copies(self, index: Tensor) -> DecoderBatch:
        """The decoders at ``index``, which may repeat."""
        return DecoderBatch(self.state.at(index), self.offset[index], self.row[index], self.begun)


@torch.no_grad()
def initial_batch(net: SketchNet, batch: int, z: Tensor | None) -> DecoderBatch:
    """B decoders before their first point."""
    decoder = net.decoder
    row = torch.tensor(START, device=net.device).expand(batch, 5)
    if z is None:
        state, offset = decoder.start(batch, None)
        return DecoderBatch(state, offset, row)
    size = block_size(net)
    z = torch.cat((z, z[:1].expand(-batch % size, -1)))
    with alone():
        begun = [decoder.start(size, z[at : at + size]) for at in range(0, len(z), size)]
    hidden, cell = (torch.cat([state[half] for state, _ in begun])[:batch] for half in (0, 1))
    blank: Any = decoder.zero_state(batch)
    state = blank._replace(hidden=hidden, cell=cell)
    return DecoderBatch(state, torch.cat([offset for _, offset in begun])[:batch], row)


@contextmanager
def alone() -> Iterator[None]:
    """Within it, products stay on the calling thread: small ones wait for others in vain."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def block_size(net: SketchNet) -> int:
    """Drawings in a block."""
    return BLOCK if net.device.type == "cpu" else WIDE_BLOCK


@torch.no_grad()
def teacher_force(
    net: SketchNet, decoders: DecoderBatch, rows: Tensor
) -> tuple[DecoderBatch, Tensor]:
    """Lead every decoder through given rows, all steps at once.

    Args:
        net: The net.
        decoders: B of them.
        rows: ``(T, B, 5)``, T at least 1.

    Returns:
        The decoders after them, and the rows' cost in nats ``(B,)``; a drawing's first point, which
        is its origin, costs no position.
    """
    batch = rows.shape[1]
    groups = GROUPS if rows.device.type == "cpu" and batch >= GROUPS * LEAST_GROUP else 1
    arguments = decoders.state, decoders.offset, decoders.row, rows, decoders.begun, groups
    with threads.alone():
        state, cost = net.decoder.teacher_force_rows(*arguments)
    return DecoderBatch(state, decoders.offset, rows[-1], begun=True), cost


@dataclass(frozen=True, eq=False)
class PresampledNoise:
    """The random numbers of B drawings' points, drawn beforehand, each drawing's by itself.

    So drawing k of n is the same for every n, and its beginning for every most number of points.

    Attributes:
        choice: ``(B, S, 2)`` in [0, 1): which mixture, which pen state.
        place: ``(B, S, 2)`` standard normal.
    """

    choice: Tensor
    place: Tensor

    @classmethod
    def of(
        cls,
        seed: int,
        batch: int,
        steps: int,
        like: Tensor,
        same: bool = False,
        *,
        first: int = 0,
    ) -> PresampledNoise:
        """For B drawings from number ``first`` on, of S steps; ``same``: one's numbers for all."""
        numbers = [first + (0 if same else n) for n in range(batch)]
        choice = np.stack(
            [Noise(seed, RandomStream.COMPONENT_AND_PEN, n).uniform(steps, 2) for n in numbers]
        )
        place = torch.stack(
            [Noise(seed, RandomStream.OFFSET, n).normal(steps, 2, like=like) for n in numbers]
        )
        return cls(torch.from_numpy(choice).to(like.dtype).to(like.device), place)

    def copies(self, index: Tensor) -> PresampledNoise:
        """The draws at ``index``, which may repeat."""
        return PresampledNoise(self.choice[index], self.place[index])


class Drawn(NamedTuple):
    """One step of B drawings.

    Attributes:
        rows: ``(B, 5)`` in units of the net; a drawing that has ended repeats its end row,
            0, 0, 0, 0, 1.
        nats: What each row costs under the model as it is, at temperature 1, ``(B,)``; 0 for
            repeated end rows.
    """

    rows: Rows
    nats: Floats32


def draw(
    net: SketchNet,
    decoders: DecoderBatch,
    draws: PresampledNoise,
    temperature: Temperature | float,
    least: int,
    origin: bool,
) -> Iterator[Rows]:
    """Draw on, point by point: the rows of :func:`steps`, not rounded."""
    decoders = DecoderBatch(decoders.state, decoders.offset, decoders.row, begun=not origin)
    for drawn in steps(net, decoders, draws, Temperature.of(temperature), least, weighed=False):
        yield drawn.rows


def steps(
    net: SketchNet,
    decoders: DecoderBatch,
    draws: PresampledNoise,
    temperature: Temperature,
    least: int,
    *,
    weighed: bool,
    rounding: float = 0.0,
) -> Iterator[Drawn]:
    """Draw on, point by point.

    Args:
        net: The net.
        decoders: B of them. Where they have not begun, the first offset is 0, as in training.
        draws: Its S is the most points that are drawn.
        temperature: Temperatures.
        least: Points before which no drawing ends.
        weighed: Whether to find what the rows cost; else that is 0.
        rounding: Step to which offsets are rounded, in units of the net; 0: none.

    Yields:
        Each step; ends when all drawings have.

    Raises:
        StrokebookError: The net gives numbers that are not finite.
    """
    batch = len(decoders.row)
    size = block_size(net)
    blocks = [
        _Block(
            *(net, decoders, draws, temperature, rounding),
            *(slice(first, min(first + size, batch)), size),
        )
        for first in range(0, batch, size)
    ]
    out = Drawn(np.zeros((batch, 5), np.float32), np.zeros(batch, np.float32))
    for step in range(draws.choice.shape[1]):
        busy = [block for block in blocks if not block.done]
        if not busy:
            return
        _side_by_side([partial(b.go, step, least - step, weighed, out) for b in busy], net.device)
        if not np.isfinite(out.rows).all():
            raise StrokebookError(
                "The model gives numbers that are not finite, so it cannot draw.",
                "Train it again, or name another model folder.",
            )
        yield Drawn(out.rows.copy(), out.nats.copy())


def _side_by_side(tasks: list[Callable[[], None]], device: torch.device) -> None:
    if device.type == "cpu":
        threads.run(tasks)
        return
    for task in tasks:
        with torch.no_grad():
            task()


class _Block:
    """Drawings that are drawn together, padded with copies of the first to a fixed number."""

    def __init__(
        self,
        net: SketchNet,
        decoders: DecoderBatch,
        draws: PresampledNoise,
        temperature: Temperature,
        rounding: float,
        part: slice,
        size: int,
    ) -> None:
        index = torch.full((size,), part.start, device=net.device)
        self.count = part.stop - part.start
        index[: self.count] = torch.arange(part.start, part.stop, device=net.device)
        self.net, self.temperature, self.part = net, temperature, part
        self.rounding = rounding
        self.decoders, self.draws = decoders.copies(index), draws.copies(index)
        self.ended = torch.zeros(size, dtype=torch.bool, device=net.device)
        self.end = self.decoders.row.new_tensor((0.0, 0.0, 0.0, 0.0, 1.0))
        self.done = False

    def go(self, step: int, missing: int, weighed: bool, out: Drawn) -> None:
        """One step, written into this block's part of ``out``."""
        decoders, draws = self.decoders, self.draws
        choice = InverseCdf(
            draws.choice[:, step],
            draws.place[:, step],
            self.temperature,
            missing,
            weighed,
            self.rounding,
        )
        move = self.net.decoder.sample_step(
            decoders.state, decoders.offset, decoders.row, decoders.begun, choice
        )
        row = torch.where(self.ended[:, None], self.end, move.row)
        if weighed:
            nats = torch.where(self.ended, 0.0, move.nats)
            out.nats[self.part] = nats[: self.count].cpu().numpy()
        self.decoders = DecoderBatch(move.state, decoders.offset, row, begun=True)
        self.ended = self.ended | (row[:, 2 + END] > 0)
        out.rows[self.part] = row[: self.count].cpu().numpy()
        self.done = bool(self.ended[: self.count].all())
