"""State of the local-frame decoder: what it carries from step to step, and small helpers.

Shape letters: T steps, B drawings, N points so far, R packed rows, S numbers of the cell's
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


class DecoderState(NamedTuple):
    """State of the local-frame decoder: its cell's, the points, and the context at the last one.

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

    def at(self, index: Tensor) -> DecoderState:
        """The states of the drawings at ``index``."""
        points = self.path[:, index], self.keys[:, index]
        return DecoderState(
            self.hidden[index], self.cell[index], *points, self.context[index], self.over[index]
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

    Two tables are indexed: keys, of all points (the earlier ones by step and drawing, then the
    packed rows), and contexts, of the last earlier point of each drawing and of the packed rows.

    Attributes:
        packing: Where each row is.
        context: At the last earlier points, if there are any, and after each row, ``(· + R, C)``.
        before: The context before each row, its index, ``(R,)``; -1 where nothing is.
        path: All points, ``(N + T, B, 3)``.
        key_rows: The key of each point, its index, ``(N + T, B)``.
        known: N, the earlier points.
    """

    packing: Packing
    context: Tensor
    before: Tensor
    path: Tensor
    key_rows: Tensor
    known: int

    @classmethod
    def of(cls, packing: Packing, context: Tensor, path: Tensor, known: int) -> EncodedRows:
        """With the two indices, from where the rows lie."""
        points, batch = path.shape[:2]
        count, device = len(packing.step), path.device
        key_rows = torch.zeros(points, batch, dtype=torch.long, device=device)
        key_rows[:known] = torch.arange(known * batch, device=device).view(known, batch)
        rows = known * batch + torch.arange(count, device=device)
        key_rows[known + packing.step, packing.drawing] = rows
        step = known + packing.step - 1
        before = key_rows[step.clamp_min(0), packing.drawing] - max(known - 1, 0) * batch
        return cls(packing, context, before.masked_fill(step < 0, -1), path, key_rows, known)


def path_geometry(path: Tensor, key_rows: Tensor, step: Tensor, drawing: Tensor) -> Geometry:
    """The geometry of points ``(N, B, 3)``; other arguments as in :class:`Geometry`."""
    begins = path[..., 2].contiguous()
    places = path[..., :2].cumsum(0).contiguous()
    return Geometry(places, begins, begins.cumsum(0), key_rows, step, drawing)


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
