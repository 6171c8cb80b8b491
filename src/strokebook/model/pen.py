"""The decoder as a pen: batched, one step at a time, without autograd.

Shape letters: B drawings side by side, M mixtures.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.functional import one_hot

from strokebook.model import mixture
from strokebook.model.batches import START
from strokebook.model.lstm import State
from strokebook.model.nets import SketchNet
from strokebook.model.noise import Noise

DOWN, UP, END = range(3)


@dataclass(frozen=True, eq=False)
class Hand:
    """Where B drawings stand: what the decoder carries, and the row it reads next.

    Attributes:
        state: Of the decoder's cell.
        offset: What all steps have in common, ``(B, 4H)``.
        row: The last row drawn, ``(B, 5)``.
    """

    state: State
    offset: Tensor
    row: Tensor

    def copies(self, index: Tensor) -> Hand:
        """The hands at ``index``, which may repeat."""
        state = State(self.state.hidden[index], self.state.cell[index])
        return Hand(state, self.offset[index], self.row[index])


def fresh(net: SketchNet, batch: int, z: Tensor | None) -> Hand:
    """B hands before their first point."""
    state, offset = net.decoder.start(batch, z)
    row = torch.tensor(START, device=net.device).expand(batch, 5)
    return Hand(state, offset, row)


def follow(net: SketchNet, hand: Hand, rows: Tensor) -> tuple[Hand, Tensor]:
    """Lead every hand through given rows.

    Args:
        net: The net.
        hand: B hands.
        rows: ``(T, B, 5)``.

    Returns:
        The hands after them, and the rows' cost in nats ``(B,)`` (for hands that are fresh).
    """
    inputs = torch.cat((hand.row[None], rows[:-1]))
    hiddens, state = net.decoder.cell(inputs, hand.state, hand.offset)
    lengths = torch.full((rows.shape[1],), len(rows), device=rows.device)
    found = mixture.nats(net.decoder.output(hiddens), rows, lengths)
    return Hand(state, hand.offset, rows[-1]), found.position + found.pen


@dataclass(frozen=True, eq=False)
class Chance:
    """The random numbers of B drawings' points, drawn beforehand, each drawing's by itself.

    So drawing k of n is the same for every n (up to rounding in the products).

    Attributes:
        choice: ``(B, S, 2)`` in [0, 1): which mixture, which pen state.
        place: ``(B, S, 2)`` standard normal.
    """

    choice: Tensor
    place: Tensor

    @classmethod
    def of(cls, seed: int, batch: int, steps: int, like: Tensor, same: bool = False) -> Chance:
        """For B drawings of S steps; ``same``: one hand's chance for all."""
        noises = [Noise(seed, 4, 0 if same else n) for n in range(batch)]
        choice = np.stack([n.uniform(steps, 2) for n in noises])
        place = torch.stack([n.normal(steps, 2, like=like) for n in noises])
        return cls(torch.from_numpy(choice).to(like.dtype).to(like.device), place)


@torch.no_grad()
def draw(
    net: SketchNet, hand: Hand, chance: Chance, temperature: float, least: int, origin: bool
) -> Iterator[npt.NDArray[np.float32]]:
    """Draw on, point by point.

    Args:
        net: The net.
        hand: B hands.
        chance: Its S is the most points that are drawn.
        temperature: τ > 0: π and pen logits are divided by it, σ multiplied by √τ.
        least: Points before which no drawing ends.
        origin: Whether the hands are fresh: then the first offset is 0, as in training.

    Yields:
        Each step's rows ``(B, 5)``; a drawing that has ended repeats its end row. Ends when all
        drawings have.
    """
    state, row = hand.state, hand.row
    ended = torch.zeros(len(row), dtype=torch.bool, device=row.device)
    for step in range(chance.choice.shape[1]):
        state = net.decoder.cell.step(row, state, hand.offset)
        found = mixture.split(net.decoder.output(state.hidden))
        row = _pick(found, chance.choice[:, step], chance.place[:, step], temperature, step < least)
        if origin and step == 0:
            row[:, :2] = 0.0
        row[ended] = row.new_tensor((0.0, 0.0, 0.0, 0.0, 1.0))
        ended |= row[:, 2 + END] > 0
        yield row.cpu().numpy()
        if bool(ended.all()):
            return


def _pick(
    found: mixture.Mixture, choice: Tensor, place: Tensor, temperature: float, must_go_on: bool
) -> Tensor:
    """One row for each hand, ``(B, 5)``, from its mixture and its random numbers."""
    which = _index(found.weight / temperature, choice[:, 0])[:, None]
    mean_x, mean_y, log_x, log_y, raw = (part.gather(1, which)[:, 0] for part in found[2:])
    pen_logits = found.pen / temperature
    if must_go_on:
        pen_logits[:, END] = -torch.inf
    pen = _index(pen_logits, choice[:, 1])
    rho, spread = torch.tanh(raw), temperature**0.5
    across = rho * place[:, 0] + torch.sqrt(1.0 - rho * rho) * place[:, 1]
    x = mean_x + spread * log_x.exp() * place[:, 0]
    y = mean_y + spread * log_y.exp() * across
    return torch.cat((x[:, None], y[:, None], one_hot(pen, 3).to(x)), dim=1)


def _index(logits: Tensor, level: Tensor) -> Tensor:
    """The class where each row's cumulative probability passes ``level``, ``(B,)``."""
    below = logits.softmax(-1).cumsum(-1) <= level[:, None]
    allowed = (logits > -torch.inf).long()
    last = (allowed * torch.arange(logits.shape[-1], device=logits.device)).amax(-1)
    return torch.minimum(below.sum(-1), last)
