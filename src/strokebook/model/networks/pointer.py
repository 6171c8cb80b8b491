"""Pointer: where a new stroke begins, as a mixture over the points drawn so far.

Every earlier point of the drawing is a component: its weight, the way from it and its spread are
said by a small net that looks at the point itself (its key), at what the decoder wants (its query)
and at how the two places lie (additive attention, Bahdanau et al. 2015, arXiv 1409.0473; pointers,
Vinyals et al. 2015, arXiv 1506.03134). On a CPU training runs through compiled code; the plain form
serves drawing, other devices and the tests.

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

RELATIONS = 11
SAID = 5  # weight, the way's two numbers, two log σ
PLACE_UNIT = 0.15
SPREAD = -1.5  # log σ to begin with
NARROWEST, WIDEST = -5.0, 3.0  # log σ


class Geometry(NamedTuple):
    """Where jumps begin and what lies before them.

    Attributes:
        places: Of all points, ``(N, B, 2)``.
        begins: 1 where a point begins a stroke, ``(N, B)`` float.
        strokes: The number of its stroke, ``(N, B)`` float.
        slots: The row of its key, ``(N, B)``.
        step: Of the last point before each jump, ``(Q,)``.
        drawing: Of each jump, ``(Q,)``.
    """

    places: Tensor
    begins: Tensor
    strokes: Tensor
    slots: Tensor
    step: Tensor
    drawing: Tensor


class PointerComponents(NamedTuple):
    """Components about earlier points; means count from the pen. Each ``(..., )`` alike."""

    weight: Tensor  # logits
    mean_x: Tensor
    mean_y: Tensor
    log_sigma_x: Tensor
    log_sigma_y: Tensor


class Pointer(nn.Module):
    """The net that looks at pairs.

    Args:
        inputs: Numbers of which keys and queries are made.
        width: K.
        seed: Of the first weights.
    """

    def __init__(self, inputs: int, width: int, seed: torch.Generator | None = None) -> None:
        super().__init__()
        self.query, self.key = nn.Linear(inputs, width), nn.Linear(inputs, width, bias=False)
        self.relation = nn.Parameter(torch.empty(RELATIONS, width))
        self.said = nn.Linear(width, SAID)
        for weight in (self.query.weight, self.key.weight, self.relation):
            nn.init.xavier_uniform_(weight, generator=seed)
        nn.init.xavier_uniform_(self.said.weight, 0.3, generator=seed)
        nn.init.zeros_(self.query.bias)
        nn.init.zeros_(self.said.bias)
        with torch.no_grad():
            self.said.bias[3:] = SPREAD

    def nats(self, query: Tensor, keys: Tensor, geometry: Geometry, targets: Tensor) -> Tensor:
        """-log density of jumps that all point, ``(Q,)``.

        Args:
            query: ``(Q, K)``.
            keys: ``(R, K)``.
            geometry: What lies where.
            targets: The jumps' offsets, ``(Q, 2)``.
        """
        net = self.relation, self.said.weight, self.said.bias
        if query.device.type == "cpu" and query.dtype == torch.float32:
            given = (query, keys, *net, geometry, targets)
            found: Tensor = _Pointed.apply(*given)  # type: ignore[no-untyped-call]
            return found
        return self.plain_nats(query, keys, geometry, targets)

    def plain_nats(
        self, query: Tensor, keys: Tensor, geometry: Geometry, targets: Tensor
    ) -> Tensor:
        """:meth:`nats`, pair by pair and readable."""
        jump, point = _pairs(geometry.step)
        drawing = geometry.drawing[jump]
        relations = relate(geometry, geometry.step[jump], point, drawing)
        spots = self.spots(
            query[jump],
            keys[geometry.slots[point, drawing]],
            relations,
            _way(geometry, jump, point),
        )
        x = (targets[jump, 0] - spots.mean_x) * torch.exp(-spots.log_sigma_x)
        y = (targets[jump, 1] - spots.mean_y) * torch.exp(-spots.log_sigma_y)
        normal = -0.5 * (x * x + y * y) - spots.log_sigma_x - spots.log_sigma_y - log(2.0 * pi)
        count = len(geometry.step)
        both = _logsumexp(spots.weight + normal, jump, count)
        return _logsumexp(spots.weight, jump, count) - both

    def spots(
        self, query: Tensor, key: Tensor, relations: Tensor, way: Tensor
    ) -> PointerComponents:
        """The components of pairs: ``(..., K)``, ``(..., 11)`` and ``(..., 2)``."""
        said = self.said(torch.relu(query + key + relations @ self.relation))
        spread = said[..., 3:].clamp(NARROWEST, WIDEST)
        mean = way + said[..., 1:3]
        return PointerComponents(said[..., 0], *mean.unbind(-1), *spread.unbind(-1))


def relate(geometry: Geometry, step: Tensor, point: Tensor, drawing: Tensor) -> Tensor:
    """How a ``point`` lies to the pen at ``step`` of a ``drawing``, ``(..., 11)``."""
    way = geometry.places[point, drawing] - geometry.places[step, drawing]
    distance = way.norm(dim=-1)
    age = (step - point).to(way.dtype)
    after = torch.minimum(point + 1, step)
    ends = torch.where(point == step, 1.0, geometry.begins[after, drawing])
    ago = geometry.strokes[step, drawing] - geometry.strokes[point, drawing]
    parts = (
        PLACE_UNIT * way[..., 0],
        PLACE_UNIT * way[..., 1],
        torch.log(distance + 0.1),
        0.5 * torch.log(age + 1.0),
        geometry.begins[point, drawing],
        ends,
        (ago == 0).to(way.dtype),
        torch.log(ago + 1.0),
        (ago == 1).to(way.dtype),
        (PLACE_UNIT * way).square().sum(-1).clamp_max(4.0),
        torch.exp(-distance),
    )
    return torch.stack(parts, -1)


def _way(geometry: Geometry, jump: Tensor, point: Tensor) -> Tensor:
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


class _Pointed(torch.autograd.Function):
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
        sums, said = torch.empty(2, len(query)), torch.empty(int(count.sum()), SAID)
        found = (targets.contiguous(), first, said, sums)
        given = [t.numpy() for t in (*tensors, *places, *found)]
        _run(len(query), geometry.drawing, lambda jumps: partial(forward, jumps, *given))
        ctx.save_for_backward(*tensors)
        ctx.places, ctx.found = places, found
        return sums[0] - sums[1]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_nats: Tensor) -> tuple[Tensor | None, ...]:
        """Gradients of query, keys and the net's weights."""
        tensors = ctx.saved_tensors
        parts = (*tensors, *ctx.places, *ctx.found, d_nats.contiguous())
        given = [t.numpy() for t in parts]
        d_query, d_keys = (torch.zeros_like(t) for t in tensors[:2])
        shared: list[list[Tensor]] = []

        def task(jumps: Any) -> Callable[[], None]:
            shared.append([torch.zeros_like(t) for t in tensors[2:]])
            out = [t.numpy() for t in (d_query, d_keys, *shared[-1])]
            return partial(backward, jumps, *given, *out)

        _run(len(d_query), ctx.places[5], task)
        d_net = [torch.stack(parts).sum(0) for parts in zip(*shared, strict=True)]
        return d_query, d_keys, *d_net, None, None


def _run(count: int, drawing: Tensor, task: Callable[[Any], Callable[[], None]]) -> None:
    """Deal the drawings out to the threads: each key has gradients from one of them only."""
    if not count:
        return
    threads = workers.count()
    place = np.arange(count)
    dealt = [place[drawing.numpy() % threads == n] for n in range(threads)]
    workers.run([task(jumps) for jumps in dealt])
