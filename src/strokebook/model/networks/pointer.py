"""Pointer: where a new stroke begins, as a mixture over the points drawn so far.

Every earlier point of the drawing is a component. A small net predicts its weight, its mean as an
offset from the point, and its spread, from the point's key, the decoder's query and the relations
between the point and the pen (additive attention, Bahdanau et al. 2015, arXiv 1409.0473; pointers,
Vinyals et al. 2015, arXiv 1506.03134). On a CPU training runs through compiled code; the plain form
serves sampling, other devices and the tests.

A jump is an offset with the pen up, from the last point of a stroke to the first of the next.

Shape letters: N points, B drawings, Q jumps, R keys, K numbers of a key, P pairs of a jump and an
earlier point.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import log, pi
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from strokebook.model.kernels import threads as workers
from strokebook.model.kernels.pointer_loss import backward, forward

RELATIONS = 11  # numbers that relate an earlier point to the pen
COMPONENT = 5  # numbers of a component: logit of its weight, mean (2), log σ (2)
POSITION_UNIT = 0.15  # a unit's value in the relations
INITIAL_LOG_SIGMA = -1.5
LEAST_LOG_SIGMA, MOST_LOG_SIGMA = -5.0, 3.0


class Geometry(NamedTuple):
    """Where jumps begin, and the points before them.

    Attributes:
        places: Positions of all points, ``(N, B, 2)``.
        begins: 1 where a point begins a stroke, ``(N, B)`` float.
        strokes: The number of each point's stroke, ``(N, B)`` float.
        slots: The row of each point's key, ``(N, B)``.
        step: Index of the last point before each jump, ``(Q,)``.
        drawing: The drawing of each jump, ``(Q,)``.
    """

    places: Tensor
    begins: Tensor
    strokes: Tensor
    slots: Tensor
    step: Tensor
    drawing: Tensor


class PointerComponents(NamedTuple):
    """Components at earlier points, all of one shape ``(...)``; means are offsets from the pen."""

    weight: Tensor  # logits
    mean_x: Tensor
    mean_y: Tensor
    log_sigma_x: Tensor
    log_sigma_y: Tensor


class Pointer(nn.Module):
    """The net that predicts a component for each pair of a jump and an earlier point.

    Args:
        inputs: Numbers of a context, from which keys and queries are projected.
        width: K.
        seed: Of the first weights.
    """

    def __init__(self, inputs: int, width: int, seed: torch.Generator | None = None) -> None:
        super().__init__()
        self.query, self.key = nn.Linear(inputs, width), nn.Linear(inputs, width, bias=False)
        self.relation = nn.Parameter(torch.empty(RELATIONS, width))
        self.output = nn.Linear(width, COMPONENT)
        for weight in (self.query.weight, self.key.weight, self.relation):
            nn.init.xavier_uniform_(weight, generator=seed)
        nn.init.xavier_uniform_(self.output.weight, 0.3, generator=seed)
        nn.init.zeros_(self.query.bias)
        nn.init.zeros_(self.output.bias)
        with torch.no_grad():
            self.output.bias[3:] = INITIAL_LOG_SIGMA

    def nats(self, query: Tensor, keys: Tensor, geometry: Geometry, targets: Tensor) -> Tensor:
        """-log density of jumps under the pointer's mixtures, ``(Q,)``.

        Args:
            query: ``(Q, K)``.
            keys: ``(R, K)``.
            geometry: The jumps and the points before them.
            targets: The jumps' offsets, ``(Q, 2)``.
        """
        net = self.relation, self.output.weight, self.output.bias
        if query.device.type == "cpu" and query.dtype == torch.float32:
            arguments = (query, keys, *net, geometry, targets)
            nats: Tensor = _PointerNats.apply(*arguments)  # type: ignore[no-untyped-call]
            return nats
        return self.plain_nats(query, keys, geometry, targets)

    def plain_nats(
        self, query: Tensor, keys: Tensor, geometry: Geometry, targets: Tensor
    ) -> Tensor:
        """:meth:`nats`, pair by pair and readable."""
        jump, point = _pairs(geometry.step)
        drawing = geometry.drawing[jump]
        relations = relate(geometry, geometry.step[jump], point, drawing)
        components = self.components(
            query[jump],
            keys[geometry.slots[point, drawing]],
            relations,
            _offset(geometry, jump, point),
        )
        weight, mean_x, mean_y, log_sigma_x, log_sigma_y = components
        x = (targets[jump, 0] - mean_x) * torch.exp(-log_sigma_x)
        y = (targets[jump, 1] - mean_y) * torch.exp(-log_sigma_y)
        normal = -0.5 * (x * x + y * y) - log_sigma_x - log_sigma_y - log(2.0 * pi)
        count = len(geometry.step)
        both = _logsumexp(weight + normal, jump, count)
        return _logsumexp(weight, jump, count) - both

    def components(
        self, query: Tensor, key: Tensor, relations: Tensor, offset: Tensor
    ) -> PointerComponents:
        """Components of pairs, from ``(..., K)`` twice, ``(..., 11)`` and ``(..., 2)``."""
        raw = self.output(torch.relu(query + key + relations @ self.relation))
        spread = raw[..., 3:].clamp(LEAST_LOG_SIGMA, MOST_LOG_SIGMA)
        mean = offset + raw[..., 1:3]
        return PointerComponents(raw[..., 0], *mean.unbind(-1), *spread.unbind(-1))


def relate(geometry: Geometry, step: Tensor, point: Tensor, drawing: Tensor) -> Tensor:
    """Relations of a ``point`` to the pen at ``step`` of a ``drawing``, ``(..., 11)``."""
    offset = geometry.places[point, drawing] - geometry.places[step, drawing]
    distance = offset.norm(dim=-1)
    age = (step - point).to(offset.dtype)
    after = torch.minimum(point + 1, step)
    ends = torch.where(point == step, 1.0, geometry.begins[after, drawing])
    ago = geometry.strokes[step, drawing] - geometry.strokes[point, drawing]
    parts = (
        POSITION_UNIT * offset[..., 0],
        POSITION_UNIT * offset[..., 1],
        torch.log(distance + 0.1),
        0.5 * torch.log(age + 1.0),
        geometry.begins[point, drawing],
        ends,
        (ago == 0).to(offset.dtype),
        torch.log(ago + 1.0),
        (ago == 1).to(offset.dtype),
        (POSITION_UNIT * offset).square().sum(-1).clamp_max(4.0),
        torch.exp(-distance),
    )
    return torch.stack(parts, -1)


def _offset(geometry: Geometry, jump: Tensor, point: Tensor) -> Tensor:
    step, drawing = geometry.step[jump], geometry.drawing[jump]
    return geometry.places[point, drawing] - geometry.places[step, drawing]


def _pairs(step: Tensor) -> tuple[Tensor, Tensor]:
    """Jumps and earlier points of all pairs, each ``(P,)``."""
    count = step + 1
    jump = torch.repeat_interleave(torch.arange(len(step), device=step.device), count)
    first = count.cumsum(0) - count
    return jump, torch.arange(len(jump), device=step.device) - first[jump]


def _logsumexp(values: Tensor, place: Tensor, count: int) -> Tensor:
    most = values.new_full((count,), -torch.inf)
    most = most.scatter_reduce(0, place, values.detach(), "amax")
    total = values.new_zeros(count).index_add(0, place, torch.exp(values - most[place]))
    return most + torch.log(total)


class _PointerNats(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        query: Tensor,
        keys: Tensor,
        relation: Tensor,
        weight: Tensor,
        bias: Tensor,
        geometry: Geometry,
        targets: Tensor,
    ) -> Tensor:
        """-log density of each jump."""
        tensors = [t.detach().contiguous() for t in (query, keys, relation, weight, bias)]
        places = [t.contiguous() for t in geometry]
        count = geometry.step + 1
        first = count.cumsum(0) - count  # the first pair of each jump
        sums, raw = torch.empty(2, len(query)), torch.empty(int(count.sum()), COMPONENT)
        saved = (targets.contiguous(), first, raw, sums)
        arrays = [t.numpy() for t in (*tensors, *places, *saved)]
        _run(len(query), geometry.drawing, lambda jumps: partial(forward, jumps, *arrays))
        ctx.save_for_backward(*tensors)
        ctx.places, ctx.saved = places, saved
        return sums[0] - sums[1]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_nats: Tensor) -> tuple[Tensor | None, ...]:
        """Gradients of query, keys and the net's weights."""
        tensors = ctx.saved_tensors
        parts = (*tensors, *ctx.places, *ctx.saved, d_nats.contiguous())
        arrays = [t.numpy() for t in parts]
        d_query, d_keys = (torch.zeros_like(t) for t in tensors[:2])
        shared: list[list[Tensor]] = []

        def task(jumps: Any) -> Callable[[], None]:
            shared.append([torch.zeros_like(t) for t in tensors[2:]])
            out = [t.numpy() for t in (d_query, d_keys, *shared[-1])]
            return partial(backward, jumps, *arrays, *out)

        _run(len(d_query), ctx.places[5], task)
        d_net = [torch.stack(parts).sum(0) for parts in zip(*shared, strict=True)]
        return d_query, d_keys, *d_net, None, None


def _run(count: int, drawing: Tensor, task: Callable[[Any], Callable[[], None]]) -> None:
    """Share the drawings among the threads: each key has gradients from one of them only."""
    if not count:
        return
    threads = workers.count()
    place = np.arange(count)
    shares = [place[drawing.numpy() % threads == n] for n in range(threads)]
    workers.run([task(jumps) for jumps in shares])
