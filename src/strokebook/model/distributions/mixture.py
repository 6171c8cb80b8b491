"""The mixture density of the next point and the losses, all in the log domain.

Ha & Eck 2017, section 3.3; the bivariate normal is Graves 2013 (arXiv 1308.0850), eq. 24-26.

Shape letters: T rows of the batch, B drawings, M mixtures. An output row is 3 pen logits, then
M each of π, μx, μy, log σx, log σy and ρ (before its tanh).
"""

from __future__ import annotations

from math import log, pi
from typing import NamedTuple

import torch
from torch import Tensor

# Limits that keep the loss finite whatever the net says. In units of the data's scale: no point
# is pinned down closer than a thousandth of a typical offset, none is vaguer than a thousandfold.
LOG_SIGMA = 7.0
RHO = 5.0  # before the tanh: |ρ| ≤ 0.9999
LOGVAR_LIMIT = 20.0  # of z: logvar is kept within ± this
PENS = 3  # down, up, end


class Mixture(NamedTuple):
    """A distribution for each next point; every field but ``pen`` is ``(..., M)``."""

    pen: Tensor  # (..., 3) logits
    weight: Tensor  # logits
    mean_x: Tensor
    mean_y: Tensor
    log_sigma_x: Tensor
    log_sigma_y: Tensor
    rho: Tensor  # before its tanh


def width(mixtures: int) -> int:
    """Numbers in an output row."""
    return PENS + 6 * mixtures


def split(outputs: Tensor) -> Mixture:
    """Output rows ``(..., 3 + 6M)`` as a mixture, its spreads and correlations limited."""
    pen, rest = outputs[..., :PENS], outputs[..., PENS:]
    weight, mean_x, mean_y, log_x, log_y, rho = rest.chunk(6, dim=-1)
    return Mixture(
        pen,
        weight,
        mean_x,
        mean_y,
        log_x.clamp(-LOG_SIGMA, LOG_SIGMA),
        log_y.clamp(-LOG_SIGMA, LOG_SIGMA),
        rho.clamp(-RHO, RHO),
    )


def position_nats(mixture: Mixture, offsets: Tensor) -> Tensor:
    """-log density of each offset.

    Args:
        mixture: Fields ``(..., M)``.
        offsets: ``(..., 2)`` in units of the data's scale.

    Returns:
        ``(...)``.
    """
    dx, dy = offsets[..., 0:1], offsets[..., 1:2]
    x = (dx - mixture.mean_x) * torch.exp(-mixture.log_sigma_x)
    y = (dy - mixture.mean_y) * torch.exp(-mixture.log_sigma_y)
    rho = torch.tanh(mixture.rho)
    # log(1 - tanh² r) = 2 (log 2 - |r| - log(1 + e^(-2|r|))): exact where 1 - ρ² would round to 0
    size = mixture.rho.abs()
    log_rest = 2.0 * (log(2.0) - size - torch.log1p(torch.exp(-2.0 * size)))
    distance = (x * x + y * y - 2.0 * rho * x * y) * torch.exp(-log_rest)
    log_normal = (
        -0.5 * (distance + log_rest) - mixture.log_sigma_x - mixture.log_sigma_y - log(2.0 * pi)
    )
    return -torch.logsumexp(torch.log_softmax(mixture.weight, -1) + log_normal, -1)


def pen_nats(mixture: Mixture, targets: Tensor) -> Tensor:
    """Cross-entropy of the pen state of stroke-5 targets ``(..., 5)``: ``(...)``."""
    return -(torch.log_softmax(mixture.pen, -1) * targets[..., 2:]).sum(-1)


class Nats(NamedTuple):
    """What a batch's drawings cost, each ``(B,)`` in nats, summed over the drawing's rows."""

    position: Tensor  # the real points but the first, which is the drawing's origin
    pen: Tensor  # the real points and the end row
    padding: Tensor  # pen states of the rows after the end row


def nats(outputs: Tensor, targets: Tensor, lengths: Tensor) -> Nats:
    """The negative log-likelihood of stroke-5 targets, kept apart by drawing and by kind.

    Args:
        outputs: ``(T, B, 3 + 6M)``.
        targets: ``(T, B, 5)``.
        lengths: Real points of each drawing, ``(B,)``.
    """
    mixture = split(outputs)
    row = torch.arange(len(targets), device=targets.device)[:, None]
    placed = (row > 0) & (row < lengths)
    position = torch.where(placed, position_nats(mixture, targets[..., :2]), 0.0)
    pen = pen_nats(mixture, targets)
    real = row <= lengths
    return Nats(
        position.sum(0), torch.where(real, pen, 0.0).sum(0), torch.where(real, 0.0, pen).sum(0)
    )


def kl_loss(mean: Tensor, logvar: Tensor) -> Tensor:
    """The paper's L_KL: divergence of N(mean, exp(logvar)) from N(0, 1), per number of z."""
    return -0.5 * (1.0 + logvar - mean.square() - logvar.exp()).mean()
