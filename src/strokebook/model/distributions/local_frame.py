"""Local frame: densities of offsets turned with the pen's heading, and of rounded offsets.

Shape letters: R rows, M components.
"""

from __future__ import annotations

from math import log

import torch
from torch import Tensor
from torch.nn.functional import softplus

from strokebook.model.distributions import mixture
from strokebook.model.distributions.mixture import LOG_SIGMA


def to_local_frame(offsets: Tensor, facing: Tensor) -> Tensor:
    """Offsets ``(R, 2)`` in frames whose x axes are the unit vectors ``facing``, ``(R, 2)``."""
    (dx, dy), (cosine, sine) = offsets.unbind(-1), facing.unbind(-1)
    return torch.stack((dx * cosine + dy * sine, dy * cosine - dx * sine), -1)


def gaussian_nats(parameters: Tensor, offsets: Tensor) -> Tensor:
    """-log density of offsets under each component, ``(R, M)``.

    Args:
        parameters: Means along x and y, log σ along both, and ρ before its tanh, ``(R, 5, M)``.
        offsets: In the components' frame, ``(R, 2)``.
    """
    mean_x, mean_y, log_x, log_y, raw = limited(parameters)
    x = (offsets[:, :1] - mean_x) * torch.exp(-log_x)
    y = (offsets[:, 1:] - mean_y) * torch.exp(-log_y)
    size = raw.abs()
    log_rest = 2.0 * (log(2.0) - size - torch.log1p(torch.exp(-2.0 * size)))  # log(1 - ρ²)
    distance = (x * x + y * y - 2.0 * torch.tanh(raw) * x * y) * torch.exp(-log_rest)
    return 0.5 * (distance + log_rest) + log_x + log_y + log(2.0 * torch.pi)


def limited(parameters: Tensor) -> tuple[Tensor, ...]:
    """The five numbers of Gaussians ``(R, 5, M)``, spreads and correlations limited."""
    mean_x, mean_y, log_x, log_y, raw = parameters.unbind(1)
    spreads = (v.clamp(-LOG_SIGMA, LOG_SIGMA) for v in (log_x, log_y))
    return mean_x, mean_y, *spreads, raw.clamp(-mixture.RHO, mixture.RHO)


def blurred_nats(parameters: Tensor, offsets: Tensor, blur: Tensor) -> Tensor:
    """-log density of offsets under each logistic component, blurred, ``(R, M)``.

    A logistic variable with uniform noise of the width w added has the density
    (F(d + w/2) - F(d - w/2)) / w along each axis: flat over a unit where the scale is small against
    it, as offsets between whole coordinates are under noise of one unit's width.

    Args:
        parameters: For both axes mean and log scale, ``(R, 2, 2, M)``.
        offsets: ``(R, 2)``.
        blur: w, a number.
    """
    sharp = torch.exp(-parameters[:, :, 1].clamp(-LOG_SIGMA, LOG_SIGMA))
    away = offsets[:, :, None] - parameters[:, :, 0]
    high, low = (away + 0.5 * blur) * sharp, (away - 0.5 * blur) * sharp
    # σ(b) - σ(a) = σ(b) σ(-a) (1 - e^(a - b)), nothing of which can be lost in rounding
    width = torch.log(-torch.expm1(-blur * sharp)) - torch.log(blur)
    return (softplus(-high) + softplus(low) - width).sum(1)


def from_local_frame(parameters: Tensor, facing: Tensor) -> Tensor:
    """Gaussians ``(R, 5, M)`` of frames whose x axes are ``facing`` in the page's frame, alike."""
    mean_x, mean_y, log_x, log_y, raw = limited(parameters.double())
    cosine, sine = facing.double()[:, :, None].unbind(1)
    wide, high = torch.exp(2.0 * log_x), torch.exp(2.0 * log_y)
    both = torch.exp(log_x + log_y)
    across = torch.tanh(raw) * both
    slant = 2.0 * cosine * sine * across
    new_x = 0.5 * torch.log(cosine**2 * wide - slant + sine**2 * high)
    new_y = 0.5 * torch.log(sine**2 * wide + slant + cosine**2 * high)
    crossed = cosine * sine * (wide - high) + (cosine**2 - sine**2) * across
    # atanh ρ = asinh(ρ / √(1 - ρ²)), and √(1 - ρ²) · σx · σy is the same in both frames
    rho = torch.asinh(crossed * torch.cosh(raw) / both)
    there_x, there_y = cosine * mean_x - sine * mean_y, sine * mean_x + cosine * mean_y
    return torch.stack((there_x, there_y, new_x, new_y, rho), 1).to(parameters.dtype)
