"""Pen features: what the decoder knows of its pen at a point, apart from what its cell remembers.

The features of a point are a function of the points up to it, so one code serves training (all
points of a batch) and sampling (the last point only), and no later point can leak in. Whether the
pen lifts at the point is not among them, for that is predicted next.

Shape letters: N points, B drawings.
"""

from __future__ import annotations

import torch
from torch import Tensor

HEADING = slice(0, 2)  # direction of the last offset (cosine, sine); right where a stroke began
TURN = slice(2, 4)  # the turn from the offset before it (the same), scaled down for short offsets
LOG_LENGTH = slice(4, 5)  # half the logarithm of the last offset's length
FEATURES = 5
_SHORTEST = 1e-5  # an offset shorter than this has no direction
_SOFTENING = 1e-4  # added to squared lengths, so that short offsets have a finite logarithm


def compute_features(path: Tensor, first: int) -> Tensor:
    """Features of the points from ``first`` on, ``(N - first, B, 5)``.

    Args:
        path: For each point its offset in units of the net, and 1 where it begins a stroke,
            ``(N, B, 3)``; only the last two before ``first`` matter.
        first: At least 0.
    """
    known = path[max(first - 1, 0) :]
    offset, begins = known[..., :2], known[..., 2] > 0.5
    length = offset.norm(dim=-1)
    direction = torch.where(
        (length > _SHORTEST)[..., None],
        offset / length.clamp_min(_SHORTEST)[..., None],
        offset.new_tensor((1.0, 0.0)),
    )
    heading = torch.where(begins[..., None], offset.new_tensor((1.0, 0.0)), direction)
    softened = torch.sqrt(length.square() + _SOFTENING)
    turn = torch.zeros_like(offset)
    (dx, dy), (cosine, sine) = offset[1:].unbind(-1), direction[:-1].unbind(-1)
    ahead, aside = dx * cosine + dy * sine, dy * cosine - dx * sine
    turns = torch.stack((ahead, aside), -1) / softened[1:, :, None]
    turn[1:] = torch.where((begins[1:] | begins[:-1])[..., None], 0.0, turns)
    features = torch.cat((heading, turn, 0.5 * torch.log(softened)[..., None]), -1)
    return features[min(first, 1) :]
