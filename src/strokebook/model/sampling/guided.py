"""Guided sampling: drawings of the model's that keep near a given one.

A decoder without z cannot be told what to draw, but its drawings can be steered: a particle filter
(Gordon, Salmond & Smith 1993) draws many at once, point by point, and those go on that keep near
the guide, in proportion to exp(-d² / 2σ²), d being how far the new segment lies from the part of
the guide that it stands for. Each particle tries several offsets and takes one by the same rule,
with their mean as its weight (fully adapted as in Pitt & Shephard 1999, but for the expectation,
which is estimated). The pen lifts where the guide's does, at the price of its probability. What
comes out is the model's line along the guide: its steps, its corners, its way of closing a curve.
The less σ, the nearer.

Where the pen is on the guide is the particle's progress, a place along the guide's ink. It only
grows, by a few offsets' length at most in one point, so nothing of the guide is skipped and loops
are drawn in their order.

Shape letters: P particles, J offsets that each of them tries, M places along the guide, W places
ahead of a particle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor

from strokebook.base.array_types import Bools, Floats, Floats32, Ints64
from strokebook.base.random_streams import RandomStream
from strokebook.geometry.polyline import evenly, polyline_length
from strokebook.model.cells.noise import Noise
from strokebook.model.checkpoints.checkpoint import SketchModel
from strokebook.model.distributions.inverse_cdf import InverseCdf, choose_class
from strokebook.model.distributions.mixture import Mixture
from strokebook.model.distributions.temperature import Temperature
from strokebook.model.kernels import threads
from strokebook.model.sampling.rollout import DOWN, END, UP, DecoderBatch, Rows, initial_batch
from strokebook.model.sampling.stream import stroke3_of

PARTICLES, TRIES = 36, 16  # of each drawing; offsets that each of them tries for a point
LEAST_WIDTH, MOST_WIDTH = 2.0, 60.0  # σ at strengths 0 and 1, units of the training data
PLACE = 1.0  # units of the training data between two places along the guide
PARTS = (1 / 3, 2 / 3, 1.0)  # of a new segment, where it is compared with the guide
SLACK = 1.5  # times a long offset of the training drawings: most progress in one point
# Log worth of getting on by the training drawings' median offset, at the least width, and inversely
# to the width: without it short offsets, which are always near, would outlive the rest.
REWARD = 1.0
NEAR = 0.5  # median offsets before a stroke's end where the pen may lift


@dataclass(frozen=True, eq=False)
class Guide:
    """A drawing as places at even steps along its ink, in units of the net.

    Attributes:
        places: ``(M, 2)``, from the drawing's first point on, which is (0, 0).
        ends: The last place of the stroke that each place is in, ``(M,)``.
        step: Between two places.
    """

    places: Floats
    ends: Ints64
    step: float

    @classmethod
    def of(cls, rows: Rows, step: float) -> Guide:
        """Of stroke-3 ``(N, 3)`` in units of the net."""
        points = np.cumsum(rows[:, :2], axis=0, dtype=np.float64)
        places, ends, count = [], [], 0
        for stroke in np.split(points, np.flatnonzero(rows[:-1, 2] > 0.5) + 1):
            along = max(2, round(polyline_length(stroke) / step) + 1)
            places.append(evenly(stroke, along).astype(np.float64))
            count += along
            ends.append(np.full(along, count - 1))
        joined = np.concatenate(places)
        return cls(joined - joined[0], np.concatenate(ends), step)

    @property
    def final(self) -> int:
        """The last place of all."""
        return len(self.places) - 1


def width_of(strength: float) -> float:
    """σ in units of the training data."""
    return float(LEAST_WIDTH * (MOST_WIDTH / LEAST_WIDTH) ** strength)


def follow(
    model: SketchModel,
    guides: Sequence[Guide],
    widths: Sequence[float],
    temperature: Temperature,
    seed: int,
    most: int,
    *,
    same: bool = False,
) -> list[Rows]:
    """A drawing along each guide.

    Args:
        model: One that draws without z.
        guides: Each is followed by itself, so drawing k is the same however many there are.
        widths: σ for each, units of the training data.
        temperature: Of the proposals.
        seed: Of every random choice.
        most: Points that a drawing has at most.
        same: Whether all take the first one's random numbers.

    Returns:
        Stroke-3 rows ``(N, 3)`` in units of the net for each, the last point lifted.
    """
    found: list[Rows] = [np.zeros((0, 3), np.float32)] * len(guides)

    def draw(k: int) -> None:
        number = 0 if same else k
        found[k] = _Filter(model, guides[k], widths[k], temperature, seed, number).run(most)

    threads.run([partial(draw, k) for k in range(len(guides))])
    return found


class _Filter:
    """The particles that follow one guide."""

    def __init__(
        self,
        model: SketchModel,
        guide: Guide,
        width: float,
        temperature: Temperature,
        seed: int,
        number: int,
    ) -> None:
        self.net, self.guide, self.temperature = model.net, guide, temperature
        self.rounding, self.width = model.rounding, width / model.scale
        self.offset = model.statistics.offset / model.scale
        self.reward = REWARD * LEAST_WIDTH / width
        reach = SLACK * model.statistics.long_offset / model.scale
        self.window = max(2, round(reach / guide.step))
        self.noise = Noise(seed, RandomStream.GUIDED, number)
        self.at = np.zeros((PARTICLES, 2))
        self.progress = np.zeros(PARTICLES, np.int64)
        self.ended = np.zeros(PARTICLES, bool)

    @torch.no_grad()
    def run(self, most: int) -> Rows:
        """Draw; the rows of a particle that has followed to the end, or as far as any."""
        decoders = initial_batch(self.net, PARTICLES, None)
        drawn: list[Floats32] = []
        ancestors: list[Ints64] = []
        for _ in range(most):
            jumps = decoders.row[:, 2 + UP].cpu().numpy() > 0
            choice = _GuidedChoice(self, jumps, first=not decoders.begun)
            move = self.net.decoder.sample_step(
                decoders.state, decoders.offset, decoders.row, decoders.begun, choice
            )
            rows = move.row.cpu().numpy()
            self.ended = self.ended | (rows[:, 2 + END] > 0)
            self.at, self.progress = choice.at, choice.progress
            kept = self._resample(np.where(self.ended, 0.0, choice.gain))
            index = torch.from_numpy(kept).to(move.row.device)
            batch = DecoderBatch(move.state, decoders.offset, move.row, begun=True)
            decoders = batch.copies(index)
            self.at, self.progress = self.at[kept], self.progress[kept]
            self.ended = self.ended[kept]
            drawn.append(rows)
            ancestors.append(kept)
            if self.ended.all():
                break
        return _traced_back(drawn, ancestors, int(np.argmax(self.progress + self.ended)))

    def advance(self, offsets: Floats, jumps: Bools) -> tuple[Ints64, Floats]:
        """Where on the guide offsets lead, and the log of what they are worth.

        Args:
            offsets: ``(P, J, 2)``.
            jumps: Whether each particle's pen is up, ``(P,)``.

        Returns:
            Progress and log worth, each ``(P, J)``.
        """
        places, here = self.guide.places, self.progress[:, None]
        end = self.guide.ends[self.progress][:, None]
        now = self.at[:, None] + offsets
        ahead = np.minimum(here + np.arange(1, self.window + 1), end)  # (P, W)
        nearest = np.square(places[ahead][:, None] - now[:, :, None]).sum(3).argmin(2)
        reached = np.take_along_axis(ahead, nearest, 1)
        square = np.zeros(offsets.shape[:2])
        for part in PARTS:
            there = here + np.rint(part * (reached - here)).astype(np.int64)
            square += np.square(self.at[:, None] + part * offsets - places[there]).sum(2)
        begun = np.minimum(end + 1, self.guide.final)
        jumped = np.square(now - places[begun]).sum(2)
        reached = np.where(jumps[:, None], begun, reached)
        square = np.where(jumps[:, None], jumped, square / len(PARTS))
        pace = np.where(jumps[:, None], 0.0, self.guide.step * (reached - here) / self.offset)
        return reached, self.reward * pace - square / (2.0 * self.width**2)

    def pens(self, progress: Ints64) -> Bools:
        """The pen states that the guide allows at places, ``(P, 3)``: down, lift, end.

        Just before the end of a stroke the model may lift the pen or draw another point.
        """
        end = self.guide.ends[progress]
        left, final = self.guide.step * (end - progress), end == self.guide.final
        allowed = np.zeros((len(progress), 3), bool)
        allowed[:, DOWN] = left > self.guide.step
        near = left <= max(self.guide.step, NEAR * self.offset)
        if self.net.options.local_frame:  # its last point says that it is the last
            allowed[:, UP], allowed[:, END] = near & ~final, near & final
        else:  # the end is a row of its own, after the last point
            done = self.guide.ends[self.progress] - self.progress <= 1
            done &= self.guide.ends[self.progress] == self.guide.final
            reached = left <= self.guide.step
            allowed[:, DOWN] |= final & reached
            allowed[:, UP] = near & (reached | ~final)
            allowed[done] = False, False, True
        return allowed

    def _resample(self, gain: Floats) -> Ints64:
        """The particles that go on, in proportion to exp(gain): systematic resampling."""
        total = np.cumsum(np.exp(gain - gain.max()))
        at = (np.arange(PARTICLES) + self.noise.uniform(1)) / PARTICLES
        return np.minimum(np.searchsorted(total / total[-1], at), PARTICLES - 1)


class _GuidedChoice:
    """How the next row of each particle is chosen: by the guide, its offset first."""

    weighed, missing = False, 0

    def __init__(self, particles: _Filter, jumps: Bools, *, first: bool) -> None:
        self.particles, self.first = particles, first
        self.jumps = jumps  # whether a particle's pen is up
        self.at, self.progress = particles.at, particles.progress
        self.gain = np.zeros(PARTICLES)
        self.asked = np.full(PARTICLES, first)

    def offset(self, parameters: Mixture, logistic: Tensor | None = None) -> Tensor:
        """An offset of each particle, one of those tried, ``(P, 2)``; see :class:`.InverseCdf`.

        A decoder may ask twice, for offsets with the pen down and for jumps.
        """
        p, like = self.particles, parameters.weight
        if self.first:  # all drawings begin at (0, 0)
            return like.new_zeros(PARTICLES, 2)
        levels = (np.arange(TRIES) + p.noise.uniform(PARTICLES, TRIES)) / TRIES
        level = torch.from_numpy(np.repeat(levels.reshape(-1, 1), 2, axis=1)).to(like)
        place = p.noise.normal(PARTICLES * TRIES, 2, like=like)
        one = InverseCdf(level, place, p.temperature, 0, weighed=False, rounding=p.rounding)
        each = Mixture(*(field.repeat_interleave(TRIES, 0) for field in parameters))
        tried = one.offset(each, logistic).view(PARTICLES, TRIES, 2).double().cpu().numpy()
        reached, worth = p.advance(tried, self.jumps)
        best = worth.max(1, keepdims=True)
        shares = np.exp(worth - best).cumsum(1)
        which = (shares <= p.noise.uniform(PARTICLES, 1) * shares[:, -1:]).sum(1)
        chosen = np.arange(PARTICLES), np.minimum(which, TRIES - 1)
        offset = tried[chosen]
        new = self.jumps | ~self.asked
        self.at = np.where(new[:, None], p.at + offset, self.at)
        self.progress = np.where(new, reached[chosen], self.progress)
        self.gain = np.where(new, best[:, 0] + np.log(shares[:, -1] / TRIES), self.gain)
        self.asked |= True
        return torch.from_numpy(offset).to(like)

    def pen(self, logits: Tensor, must_go_on: bool) -> Tensor:  # noqa: ARG002
        """The pen state of each particle, ``(P,)``: where the guide's stroke ends it lifts."""
        p = self.particles
        allowed = torch.from_numpy(p.pens(self.progress)).to(logits.device)
        logs = torch.log_softmax(logits / p.temperature.pen, 1)
        within = logs.masked_fill(~allowed, -torch.inf)
        self.gain = self.gain + torch.logsumexp(within, 1).double().cpu().numpy()
        level = torch.from_numpy(p.noise.uniform(PARTICLES)).to(within)
        return choose_class(within, level)


def _traced_back(drawn: list[Floats32], ancestors: list[Ints64], place: int) -> Rows:
    """The rows of the particle at ``place`` in the end, as stroke-3, without its end rows."""
    rows = []
    for now, kept in zip(reversed(drawn), reversed(ancestors), strict=True):
        place = int(kept[place])
        rows.append(now[place])
    whole = np.stack(rows[::-1])
    return stroke3_of(whole[whole[:, 2 + END] == 0])
