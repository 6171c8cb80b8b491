"""State of the page-aware decoder: what it carries from step to step, and small helpers.

Shape letters: T steps, B drawings, N points of the page, R packed rows, O numbers of an outlook, K
components.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from strokebook.model.data.packing import Packing
from strokebook.model.distributions import mixture
from strokebook.model.networks.pointer import Geometry


class PageState(NamedTuple):
    """What a seeing decoder carries: its cell's state, the page, and how it looks from there.

    Attributes:
        hidden: ``(B, S)``.
        cell: ``(B, S)``.
        path: The points: offset, and whether a stroke begins there, ``(N, B, 3)``.
        keys: What pointers know of them, ``(N, B, 32)``.
        outlook: After the last of them, ``(B, O)``.
        over: 1 where the drawing has ended with it, ``(B,)``.
    """

    hidden: Tensor
    cell: Tensor
    path: Tensor
    keys: Tensor
    outlook: Tensor
    over: Tensor

    def at(self, index: Tensor) -> PageState:
        """The states of the drawings at ``index``."""
        page = self.path[:, index], self.keys[:, index]
        return PageState(
            self.hidden[index], self.cell[index], *page, self.outlook[index], self.over[index]
        )


class Prospect(NamedTuple):
    """Where the next point may lie.

    Attributes:
        places: Components in the page's frame, fields ``(B, K)``; its pen says nothing.
        logistic: Those that are no Gaussians but logistic, ``(K,)``.
    """

    places: mixture.Mixture
    logistic: Tensor


class Reached(NamedTuple):
    """What reading rows has given.

    Attributes:
        packing: Where each row is.
        outlook: After each row, packed, ``(R, O)``.
        facing: The way that the pen faces there, ``(R, 2)``.
        slots: The packed row of each point, ``(T, B)``.
        path: The whole page, ``(N + T, B, 3)``.
    """

    packing: Packing
    outlook: Tensor
    facing: Tensor
    slots: Tensor
    path: Tensor


def geometry(path: Tensor, slots: Tensor, step: Tensor, drawing: Tensor) -> Geometry:
    """What lies where on pages ``(N, B, 3)``."""
    begins = path[..., 2].contiguous()
    places = path[..., :2].cumsum(0).contiguous()
    return Geometry(places, begins, begins.cumsum(0), slots, step, drawing)


def layer(inputs: int, outputs: int, seed: torch.Generator | None) -> nn.Linear:
    """A linear layer with seeded weights."""
    layer = nn.Linear(inputs, outputs)
    nn.init.xavier_uniform_(layer.weight, generator=seed)
    nn.init.zeros_(layer.bias)
    return layer


def product(layer: nn.Linear, values: Tensor) -> Tensor:
    """What a layer makes of values, in their type."""
    bias = None if layer.bias is None else layer.bias.to(values.dtype)
    return linear(values, layer.weight.to(values.dtype), bias)


def products(layers: Sequence[nn.Linear], values: Tensor) -> tuple[Tensor, ...]:
    """What each of several layers makes of the same values, in one product."""
    weight = torch.cat([one.weight for one in layers]).to(values.dtype)
    biases = [
        one.weight.new_zeros(len(one.weight)) if one.bias is None else one.bias.view(-1)
        for one in layers
    ]
    found = linear(values, weight, torch.cat(biases).to(values.dtype))
    return torch.split(found, [len(one.weight) for one in layers], -1)
