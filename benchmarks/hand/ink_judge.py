"""Ink judge, the third: a small convolutional net that looks at ink at full size.

Both sides are drawn as black lines, their proportions kept, the longer side filling a picture as
large as a scanned figure; the pen's width in pixels is the same, and so is the distance from point
to point: where points lie closer, thick lines come out thicker (by 3 % from a unit to a quarter of
one), and that would be told. The net sees windows with ink in them, some thirty units wide, so that
it learns the line, not the figure. Polygons for curves, jitter, knots for faces are seen here.

Net: four convolutions 3 × 3 of stride 2 (16, 32, 64, 64 channels; batch norm, ReLU), mean over the
window, dropout 0.3, one logit. AdamW 2e-3, cosine over the epochs, mirrored copies in training. A
drawing's answer is the mean over its windows. One net says little, so the mean of several counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import torch
from torch import Tensor, nn

from strokebook.base.array_types import Bytes, Ints64
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.polyline import evenly, polyline_length
from strokebook.geometry.render import render

SIDE, PEN, WINDOW = 600, 4.0, 96  # px
EVEN = 0.5  # px from point to point
SEEDS = 3  # of the nets and the folds
FOLDS, EPOCHS, BATCH, RATE = 5, 18, 64, 2e-3
LEARNT, ASKED = 8, 24  # windows of a drawing: in an epoch, and for an answer
INK = 127  # grey level from which a window may be put on a pixel
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


@dataclass(frozen=True, eq=False)
class Pictures:
    """Drawings as ink, and where it lies.

    Attributes:
        ink: 255 on paper of 0, ``(D, SIDE, SIDE)``.
        places: Of each drawing the rows and columns of its ink's pixels, ``(N, 2)``.
    """

    ink: Bytes
    places: list[Ints64]

    @classmethod
    def of(cls, drawings: Sequence[Drawing]) -> Pictures:
        """Pictures of drawings that have a line."""
        rows = [render(_even(d), (SIDE, SIDE), PEN).convert("L") for d in drawings]
        ink = 255 - np.stack([np.asarray(row) for row in rows])
        return cls(ink, [np.argwhere(picture > INK) for picture in ink])

    def windows(self, which: Ints64, rng: np.random.Generator) -> Tensor:
        """A window of each of some drawings, with ink in it, ``(B, 1, WINDOW, WINDOW)`` in 0..1."""
        out = np.empty((len(which), 1, WINDOW, WINDOW), np.float32)
        for k, drawing in enumerate(which):
            places = self.places[drawing]
            pixel = places[rng.integers(len(places))]
            top, left = np.clip(pixel - rng.integers(WINDOW, size=2), 0, SIDE - WINDOW)
            out[k, 0] = self.ink[drawing, top : top + WINDOW, left : left + WINDOW]
        return torch.from_numpy(out / 255.0)


def judge(first: Sequence[Drawing], second: Sequence[Drawing], seed: int) -> Judgement:
    """How well the net tells two sets of drawings apart; the larger is cut to the smaller.

    The mean over :data:`SEEDS` nets and divisions, from ``SEEDS * seed`` on. The interval is that
    of one answer to each drawing.
    """
    count = min(len(first), len(second))
    pictures = Pictures.of([*first[:count], *second[:count]])
    told = tuple(_accuracy(pictures, SEEDS * seed + k) for k in range(SEEDS))
    accuracy = float(np.mean(told))
    return Judgement(accuracy, *interval(accuracy, 2 * count), count, told)


def _even(drawing: Drawing) -> Drawing:
    """The drawing with points at even steps."""
    step = EVEN * max(drawing.size) / SIDE
    if not step > 0:
        return drawing
    counts = [int(np.ceil(polyline_length(s) / step)) + 1 for s in drawing.strokes]
    return drawing.with_strokes(map(evenly, drawing.strokes, counts))


def _accuracy(pictures: Pictures, seed: int) -> float:
    """Balanced accuracy of one seed; the first half of the pictures is one side."""
    count = len(pictures.ink) // 2
    truth = np.arange(2 * count) >= count
    order = np.random.default_rng([seed, 0x1A]).permutation(count)
    right = np.zeros(2 * count, bool)
    for fold in range(FOLDS):
        rng = np.random.default_rng([seed, fold, 0x1B])
        asked = order[fold::FOLDS]
        ask = np.concatenate((asked, asked + count))
        learn = np.setdiff1d(np.arange(2 * count), ask)
        net = _train(pictures, learn, truth, seed * FOLDS + fold, rng)
        right[ask] = (_answers(net, pictures, ask, rng) > 0) == truth[ask]
    return float(right.mean())  # balanced: as many of each


def _net() -> nn.Sequential:
    layers: list[nn.Module] = []
    for inputs, outputs in zip((1, *CHANNELS[:-1]), CHANNELS, strict=True):
        layers += [nn.Conv2d(inputs, outputs, 3, 2, 1, bias=False), nn.BatchNorm2d(outputs)]
        layers += [nn.ReLU()]
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.3), nn.Linear(CHANNELS[-1], 1)]
    return nn.Sequential(*layers, *head)


def _train(
    pictures: Pictures, learn: Ints64, truth: np.ndarray, seed: int, rng: np.random.Generator
) -> nn.Sequential:
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(seed)
        net = _net().to(memory_format=torch.channels_last).train()
        adam = torch.optim.AdamW(net.parameters(), RATE, weight_decay=1e-3)
        steps = -(-len(learn) * LEARNT // BATCH)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(adam, EPOCHS * steps)
        for _ in range(EPOCHS):
            for some in np.array_split(rng.permutation(np.repeat(learn, LEARNT)), steps):
                windows = pictures.windows(some, rng)
                flip = torch.from_numpy(rng.random(len(some)) < 0.5)
                windows[flip] = windows[flip].flip(-1)
                loss = nn.functional.binary_cross_entropy_with_logits(
                    _ask(net, windows), torch.from_numpy(truth[some]).float()
                )
                adam.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                adam.step()
                schedule.step()
    return net.eval()


@torch.no_grad()
def _answers(
    net: nn.Sequential, pictures: Pictures, ask: Ints64, rng: np.random.Generator
) -> np.ndarray:
    """Mean logits of drawings."""
    logits = [_ask(net, pictures.windows(ask, rng)) for _ in range(ASKED)]
    return np.asarray(torch.stack(logits).mean(0))


def _ask(net: nn.Sequential, windows: Tensor) -> Tensor:
    """Logits; channels last, which is faster by a third on a CPU."""
    return torch.as_tensor(net(windows.contiguous(memory_format=torch.channels_last))[:, 0])
