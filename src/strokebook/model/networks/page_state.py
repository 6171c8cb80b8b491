"""State of the page-aware decoder: what it carries from step to step, and small helpers.

Shape letters: T steps, B drawings, N points of the page, R packed rows, S numbers of the cell's
state, C numbers of a context, K components.
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
    """State of the page-aware decoder: its cell's, the page, and the context at the last point.

    Attributes:
        hidden: The cell's hidden state, ``(B, S)``.
        cell: The cell's other state, ``(B, S)``.
        path: The points: offset, and whether a stroke begins there, ``(N, B, 3)``.
        keys: The points' keys, at which the pointer looks, ``(N, B, 32)``.
        context: What the heads read, after the last point, ``(B, C)``.
        over: 1 where the drawing has ended with that point, ``(B,)``.
    """

    hidden: Tensor
    cell: Tensor
    path: Tensor
    keys: Tensor
    context: Tensor
    over: Tensor

    def at(self, index: Tensor) -> PageState:
        """The states of the drawings at ``index``."""
        page = self.path[:, index], self.keys[:, index]
        return PageState(
            self.hidden[index], self.cell[index], *page, self.context[index], self.over[index]
        )


class OffsetMixture(NamedTuple):
    """Mixture of the next offset.

    Attributes:
        components: In the page's frame, fields ``(B, K)``; their pen states are unused zeros.
        logistic: Which components are logistic instead of Gaussian, ``(K,)`` bool.
    """

    components: mixture.Mixture
    logistic: Tensor


class EncodedRows(NamedTuple):
    """Rows that the decoder has read, all steps at once.

    Attributes:
        packing: Where each row is.
        context: After each row, packed, ``(R, C)``.
        heading: The pen's direction there, cosine and sine, ``(R, 2)``.
        slots: The packed row of each point, ``(T, B)``.
        path: The whole page, ``(N + T, B, 3)``.
    """

    packing: Packing
    context: Tensor
    heading: Tensor
    slots: Tensor
    path: Tensor


def page_geometry(path: Tensor, slots: Tensor, step: Tensor, drawing: Tensor) -> Geometry:
    """The geometry of pages ``(N, B, 3)``; other arguments as in :class:`Geometry`."""
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
    """A layer's output, computed in the number type of ``values``."""
    bias = None if layer.bias is None else layer.bias.to(values.dtype)
    return linear(values, layer.weight.to(values.dtype), bias)


def products(layers: Sequence[nn.Linear], values: Tensor) -> tuple[Tensor, ...]:
    """Outputs of several layers for the same values, by one matrix product."""
    weight = torch.cat([one.weight for one in layers]).to(values.dtype)
    biases = [
        one.weight.new_zeros(len(one.weight)) if one.bias is None else one.bias.view(-1)
        for one in layers
    ]
    outputs = linear(values, weight, torch.cat(biases).to(values.dtype))
    return torch.split(outputs, [len(one.weight) for one in layers], -1)
