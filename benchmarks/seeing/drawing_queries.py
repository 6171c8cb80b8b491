"""Queries for a search among drawings: drawn again by an unsteady hand, and beginnings.

Every change takes a generator. Lengths are shares of the drawing's longer side.
"""

from __future__ import annotations

import numpy as np

from strokebook.base.array_types import Floats
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.polyline import arc_length, evenly

STEP = 0.01  # of the points that a stroke is drawn again with
TREMOR = 0.012  # root mean square of how far the line strays, to each side
WAVES = ((60, 1.0), (25, 0.6), (8, 0.3))  # points between knots of the straying, and its share
JITTER = 0.002
SCALES = (-1.0, 1.0)  # logarithms
START = (0.25, 0.40)  # shares of the points that a beginning has: about a third


def re_ink(drawing: Drawing, rng: np.random.Generator, size: float = TREMOR) -> Drawing:
    """The same lines with tremor: they stray smoothly and jitter, at points of their own."""
    points = drawing.points
    side = float(np.ptp(points, axis=0).max())
    strokes = []
    for stroke in drawing.strokes:
        count = int(arc_length(stroke)[-1] / (STEP * side)) + 1
        line = evenly(stroke, max(2, count)).astype(np.float64)
        away = sum(share * _waves(len(line), knots, rng) for knots, share in WAVES)
        line += side * (size * away / 1.2 + rng.normal(0.0, JITTER, line.shape))
        strokes.append(line)
    return Drawing.of(strokes)


def _waves(count: int, every: int, rng: np.random.Generator) -> Floats:
    knots = rng.normal(size=(max(2, count // every + 2), 2))
    at = np.linspace(0, len(knots) - 1, count)
    return np.stack([np.interp(at, np.arange(len(knots)), knots[:, k]) for k in (0, 1)], 1)


def move(drawing: Drawing, scale: float, *, mirrored: bool = False, turn: float = 0.0) -> Drawing:
    """Mirrored, turned (degrees), scaled, and moved to the corner of a frame of its own."""
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    matrix = scale * np.array(((c, s), (-s, c)))
    if mirrored:
        matrix = np.diag((-1.0, 1.0)) @ matrix
    strokes = [np.asarray(stroke, np.float64) @ matrix for stroke in drawing.strokes]
    low = np.concatenate(strokes).min(0)
    return Drawing.of([stroke - low + 5.0 for stroke in strokes])


def re_inked(drawing: Drawing, rng: np.random.Generator) -> Drawing:
    """Re-inked with tremor; of four as many mirrored, scaled, both, neither."""
    kind, scale = int(rng.integers(4)), float(np.exp(rng.uniform(*SCALES)))
    return move(re_ink(drawing, rng), scale if kind >= 2 else 1.0, mirrored=kind % 2 == 1)


def re_inked_turned(drawing: Drawing, rng: np.random.Generator) -> Drawing:
    """The same, also turned: by up to 15°, and half of them by a quarter or half turn besides."""
    turn = float(rng.uniform(-15, 15)) + 90.0 * int(rng.integers(4)) * int(rng.integers(2))
    return move(re_inked(drawing, rng), 1.0, turn=turn)


def another_order(drawing: Drawing, rng: np.random.Generator) -> Drawing:
    """Re-inked, its strokes cut in two and drawn in any order and direction, one in ten missing."""
    parts: list[Floats] = []
    for stroke in re_inked(drawing, rng).strokes:
        cut = len(stroke) // 2
        parts += [stroke[: cut + 1], stroke[cut:]] if cut > 1 else [stroke]
    kept = [p for p in parts if rng.random() > 0.1] or parts
    turned = [p[::-1] if rng.random() < 0.5 else p for p in kept]
    return Drawing.of([turned[k] for k in rng.permutation(len(turned))])


def beginning(drawing: Drawing, rng: np.random.Generator) -> Drawing:
    """The first strokes, about a third, with tremor, in a size of their own."""
    start = drawing.start(float(rng.uniform(*START)))
    return move(re_ink(start, rng), float(np.exp(rng.uniform(*SCALES))))


def beginning_another_order(drawing: Drawing, rng: np.random.Generator) -> Drawing:
    """A beginning whose strokes are in any order and direction, one in ten missing."""
    start = drawing.start(float(rng.uniform(*START)))
    mixed = another_order(start, rng)
    return move(mixed, float(np.exp(rng.uniform(*SCALES))))


KINDS = {
    "re-inked, mirrored, scaled": re_inked,
    "the same, turned": re_inked_turned,
    "another stroke order": another_order,
    "beginning": beginning,
    "beginning, another order": beginning_another_order,
}
BEGINNINGS = ("beginning", "beginning, another order")
