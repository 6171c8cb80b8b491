"""Inverse-CDF sampling from a decoder's output, with numbers that were drawn beforehand.

Shape letters: B drawings, K components.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor
from torch.special import log_ndtr

from strokebook.model.distributions.mixture import Mixture
from strokebook.model.distributions.temperature import Temperature


class SampledPoint(NamedTuple):
    """One row of each drawing.

    Attributes:
        state: Of the decoder after it.
        row: ``(B, 5)``; an end row where the drawing ended before.
        nats: What the rows cost at temperature 1, ``(B,)``; 0 if that was not asked for.
    """

    state: Any
    row: Tensor
    nats: Tensor


class RowChoice(Protocol):
    """How one row of each of B drawings is chosen from what a decoder says of it.

    Attributes:
        missing: Points that are still wanted before any drawing ends, this row's included.
        weighed: Whether what rows cost is wanted.
    """

    @property
    def missing(self) -> int: ...  # noqa: D102

    @property
    def weighed(self) -> bool: ...  # noqa: D102

    def offset(self, parameters: Mixture, logistic: Tensor | None = None) -> Tensor:
        """An offset of each drawing, ``(B, 2)``, from fields ``(B, K)``."""

    def pen(self, logits: Tensor, must_go_on: bool) -> Tensor:
        """A pen state of each drawing, ``(B,)``, from its logits ``(B, 3)``."""


@dataclass(frozen=True, eq=False)
class InverseCdf:
    """How one row of each of B drawings is chosen.

    Attributes:
        level: ``(B, 2)`` in [0, 1): which component, which pen state.
        place: ``(B, 2)`` standard normal.
        temperature: Temperatures.
        missing: Points that are still wanted before any drawing ends, this row's included.
        weighed: Whether what rows cost is wanted.
        rounding: Step to which offsets are rounded, in units of the net; 0: none.
    """

    level: Tensor
    place: Tensor
    temperature: Temperature
    missing: int
    weighed: bool
    rounding: float = 0.0

    def offset(self, parameters: Mixture, logistic: Tensor | None = None) -> Tensor:
        """An offset of each drawing, ``(B, 2)``; where they are rounded, none is (0, 0).

        A model of rounded data has learnt them with uniform noise of a step's width on the targets
        (:mod:`~strokebook.model.data.target_noise`): its density over a step's cell is the whole
        offset's probability, and rounding takes the noise away again (Theis, van den Oord & Bethge
        2016, arXiv 1511.01844, section 3.1).

        Args:
            parameters: Fields ``(B, K)``.
            logistic: Components that are logistic instead of normal, ``(K,)``; None: none.
        """
        which = choose_class(parameters.weight / self.temperature.mixture, self.level[:, 0])[
            :, None
        ]
        mean_x, mean_y, log_x, log_y, raw = (part.gather(1, which)[:, 0] for part in parameters[2:])
        rho, spread, place = torch.tanh(raw), self.temperature.mixture**0.5, self.place
        across = rho * place[:, 0] + torch.sqrt(1.0 - rho * rho) * place[:, 1]
        along = place[:, 0]
        if logistic is not None:
            other = logistic[which[:, 0]]
            along = torch.where(other, log_ndtr(along) - log_ndtr(-along), along)
            across = torch.where(other, log_ndtr(across) - log_ndtr(-across), across)
        x = mean_x + spread * log_x.exp() * along
        y = mean_y + spread * log_y.exp() * across
        offset = torch.stack((x, y), 1)
        return rounded(offset, self.rounding) if self.rounding > 0 else offset

    def pen(self, logits: Tensor, must_go_on: bool) -> Tensor:
        """A pen state of each drawing, ``(B,)``, from its logits ``(B, 3)``; the third ends it."""
        logits = logits / self.temperature.pen
        if must_go_on:
            logits[:, 2] = -torch.inf
        return choose_class(logits, self.level[:, 1])


def rounded(offset: Tensor, step: float) -> Tensor:
    """Offsets ``(B, 2)`` rounded to multiples of a step; none to (0, 0), which no data have."""
    whole = torch.round(offset / step)
    size = offset.abs()
    longer = torch.stack((size[:, 0] >= size[:, 1], size[:, 0] < size[:, 1]), 1)
    least = torch.where(longer, torch.where(offset < 0, -1.0, 1.0), 0.0)
    return step * torch.where((whole == 0).all(1, keepdim=True), least, whole)


def choose_class(logits: Tensor, level: Tensor) -> Tensor:
    """The class where each row's cumulative probability passes ``level``, ``(B,)``."""
    below = logits.softmax(-1).cumsum(-1) <= level[:, None]
    allowed = (logits > -torch.inf).long()
    last = (allowed * torch.arange(logits.shape[-1], device=logits.device)).amax(-1)
    return torch.minimum(below.sum(-1), last)
