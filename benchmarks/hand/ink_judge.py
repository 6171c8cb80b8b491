"""Ink judge, the third: a small convolutional net that looks at ink at full size.

Both sides are drawn as black lines, their proportions kept, the longer side filling the picture;
the pen's width in pixels is the same, and so is the distance from point to point: where points lie
closer, thick lines come out thicker (by 3 % from a unit to a quarter of one), and that would be
told. Polygons for curves, jitter, knots for faces are seen here.

Net: four convolutions 3 × 3 of stride 2 (16, 32, 64, 64 channels; batch norm, ReLU), mean over the
picture, dropout 0.3, one logit. AdamW 2e-3, cosine over the epochs, mirrored copies in training.
One net says little: of the same drawings nets of other seeds told 0.79 and 0.88. So the mean of
three counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import torch
from torch import Tensor, nn

from strokebook.geometry.drawing import Drawing
from strokebook.geometry.polyline import evenly, polyline_length
from strokebook.geometry.render import render

SIDE, PEN = 192, 2.0  # px
FOLDS, EPOCHS, BATCH, RATE = 5, 24, 32, 2e-3
EVEN = 0.5  # px from point to point
SEEDS = 3  # of the nets and the folds
CHANNELS = (16, 32, 64, 64)


@dataclass(frozen=True)
class Judgement:
    """Balanced accuracy over drawings not learnt from.

    Attributes:
        accuracy: 0.5 by luck.
        low: Of the 95 % interval (Wilson 1927).
        high: Likewise.
        drawings: Of each side.
        by_seed: Where more than one net was asked: the accuracy of each; ``accuracy`` is the mean.
    """

    accuracy: float
    low: float
    high: float
    drawings: int
    by_seed: tuple[float, ...] = ()


def interval(accuracy: float, asked: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share of ``asked`` answers."""
    z = 1.96
    middle = (accuracy + z * z / (2 * asked)) / (1 + z * z / asked)
    reach = z * sqrt(accuracy * (1 - accuracy) / asked + z * z / (4 * asked * asked))
    reach /= 1 + z * z / asked
    return middle - reach, middle + reach


def pictures(drawings: Sequence[Drawing]) -> Tensor:
    """Ink (1) on paper (0), ``(D, 1, SIDE, SIDE)``."""
    rows = [np.asarray(render(_even(d), (SIDE, SIDE), PEN).convert("L")) for d in drawings]
    return 1.0 - torch.from_numpy(np.stack(rows)).float()[:, None] / 255.0


def _even(drawing: Drawing) -> Drawing:
    """The drawing with points at even steps."""
    step = EVEN * max(drawing.size) / SIDE
    if not step > 0:
        return drawing
    counts = [int(np.ceil(polyline_length(s) / step)) + 1 for s in drawing.strokes]
    return drawing.with_strokes(map(evenly, drawing.strokes, counts))


def judge(first: Sequence[Drawing], second: Sequence[Drawing], seed: int) -> Judgement:
    """How well the net tells two sets of drawings apart; the larger is cut to the smaller.

    The mean over :data:`SEEDS` nets and divisions, from ``SEEDS * seed`` on. The interval is that
    of one answer to each drawing.
    """
    count = min(len(first), len(second))
    inked = torch.cat((pictures(first[:count]), pictures(second[:count])))
    told = tuple(_accuracy(inked, SEEDS * seed + k) for k in range(SEEDS))
    accuracy = float(np.mean(told))
    return Judgement(accuracy, *interval(accuracy, 2 * count), count, told)


def _accuracy(inked: Tensor, seed: int) -> float:
    """Balanced accuracy of one seed; the first half of the pictures is one side."""
    count = len(inked) // 2
    truth = torch.arange(2 * count) >= count
    order = np.random.default_rng([seed, 0x1A]).permutation(count)
    right = torch.zeros(2 * count, dtype=torch.bool)
    for fold in range(FOLDS):
        asked = order[fold::FOLDS]
        ask = torch.from_numpy(np.concatenate((asked, asked + count)))
        learn = torch.ones(2 * count, dtype=torch.bool)
        learn[ask] = False
        net = _train(inked[learn], truth[learn], seed * FOLDS + fold)
        right[ask] = (_logits(net, inked[ask]) > 0) == truth[ask]
    return float(right.float().mean())  # balanced: as many of each


def _net() -> nn.Sequential:
    layers: list[nn.Module] = []
    for inputs, outputs in zip((1, *CHANNELS[:-1]), CHANNELS, strict=True):
        layers += [nn.Conv2d(inputs, outputs, 3, 2, 1, bias=False), nn.BatchNorm2d(outputs)]
        layers += [nn.ReLU()]
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.3), nn.Linear(CHANNELS[-1], 1)]
    return nn.Sequential(*layers, *head)


def _train(inked: Tensor, truth: Tensor, seed: int) -> nn.Sequential:
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(seed)
        net = _net().to(memory_format=torch.channels_last)
        adam = torch.optim.AdamW(net.parameters(), RATE, weight_decay=1e-3)
        steps = EPOCHS * -(-len(inked) // BATCH)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(adam, steps)
        net.train()
        for _ in range(EPOCHS):
            for rows in torch.randperm(len(inked)).split(BATCH):
                some = inked[rows]
                flip = torch.rand(len(some)) < 0.5
                some[flip] = some[flip].flip(-1)
                loss = nn.functional.binary_cross_entropy_with_logits(
                    _ask(net, some), truth[rows].float()
                )
                adam.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                adam.step()
                schedule.step()
    return net.eval()


@torch.no_grad()
def _logits(net: nn.Sequential, inked: Tensor) -> Tensor:
    return torch.cat([_ask(net, part) for part in inked.split(BATCH)])


def _ask(net: nn.Sequential, inked: Tensor) -> Tensor:
    """Logits; channels last, which is faster by a third on a CPU."""
    return net(inked.contiguous(memory_format=torch.channels_last))[:, 0]
