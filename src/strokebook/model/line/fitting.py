"""Fitting of a restorer to pairs of a traced line and its points; takes seconds."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from strokebook.base.array_types import Floats32
from strokebook.base.random_streams import RandomStream, generator
from strokebook.model.line.pairs import LinePairs
from strokebook.model.line.restorer import LineRestorer
from strokebook.model.line.segments import mirrored, reversed_features

HIDDEN = 32
STEPS, BATCH, RATE = 2000, 512, 4e-3
BEND = 0.5  # units: a larger error counts linearly (Huber 1964); some lines are matched wrongly


def fit_restorer(
    pairs: LinePairs, seed: int = 0, *, extent: float = 200.0, steps: int = STEPS
) -> LineRestorer:
    """A restorer learnt from pairs: Adam, on one thread; the same seed gives the same numbers.

    Args:
        pairs: At least one; see :func:`strokebook.model.line.pairs.line_pairs`.
        seed: Of the first weights and of the order.
        extent: Longer side of the drawings, in units of the data.
        steps: Of the optimiser.
    """
    rng = generator(seed, RandomStream.LINE_FIT)
    features, deviation = _four_ways(pairs)
    mean = features.mean(0)
    spread = np.maximum(features.std(0), 1e-2)
    sizes = (features.shape[1], HIDDEN, HIDDEN, 2 * deviation.shape[1])
    numbers: list[Tensor] = []
    for rows, columns in pairwise(sizes):
        first = rng.standard_normal((rows, columns)) / np.sqrt(rows)
        numbers += [torch.tensor(first, dtype=torch.float32), torch.zeros(columns)]
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # sums in one order
    try:
        x = torch.from_numpy(((features - mean) / spread).astype(np.float32))
        y = torch.from_numpy(deviation.reshape(len(deviation), -1))
        _descend(numbers, x, y, rng, steps)
    finally:
        torch.set_num_threads(threads)
    a, c, b, d, e, f = (n.detach().numpy().copy() for n in numbers)
    return LineRestorer(mean, spread, (a, b, e), (c, d, f), extent)


def _four_ways(pairs: LinePairs) -> tuple[Floats32, Floats32]:
    """The pairs as they are, mirrored, backwards, and both."""
    mirror = np.array((1.0, -1.0), np.float32)
    back, line = reversed_features(pairs.features), -pairs.deviation[:, ::-1]
    features = (pairs.features, mirrored(pairs.features), back, mirrored(back))
    lines = (pairs.deviation, mirror * pairs.deviation, line, mirror * line)
    return np.concatenate(features), np.ascontiguousarray(np.concatenate(lines))


def _descend(
    numbers: list[Tensor], x: Tensor, y: Tensor, rng: np.random.Generator, steps: int
) -> None:
    for number in numbers:
        number.requires_grad_(True)
    adam = torch.optim.Adam(numbers, RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(adam, steps)
    a, c, b, d, e, f = numbers
    for _ in range(steps):
        rows = torch.from_numpy(rng.integers(0, len(x), BATCH))
        hidden = torch.tanh(torch.addmm(d, torch.tanh(torch.addmm(c, x[rows], a)), b))
        out = torch.addmm(f, hidden, e)
        loss = torch.nn.functional.smooth_l1_loss(out, y[rows], beta=BEND)
        adam.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        adam.step()
        schedule.step()
