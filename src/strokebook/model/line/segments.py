"""Segments of polygons as a net sees them: the steps around each, in the segment's own frame.

Shape letters: S segments of all strokes, F features of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from strokebook.base.array_types import Bools, Floats, Floats32, Ints64
from strokebook.geometry.drawing import Points

REACH = 3  # steps before a segment, and after it, that are seen
SEEN = 2 * REACH + 1  # with its own
PER_STEP = 4  # whether there is one; cosine and sine of its direction; its length's logarithm
FEATURES = SEEN * PER_STEP
LEAST = 0.5  # units: shorter steps count as this long; coordinates are rounded to one unit
CLOSED = 1.0  # units: a stroke that ends nearer to its beginning goes on there


@dataclass(frozen=True, eq=False)
class Segments:
    """The segments of a drawing's strokes, in their order.

    Attributes:
        first: Where each begins, ``(S, 2)``, in units of the data.
        step: From there to its end, ``(S, 2)``.
        features: ``(S, F)`` float32; see :func:`features_of`.
        stroke: Number of the stroke that each belongs to, ``(S,)``.
        closed: Of each stroke: whether its end goes on at its beginning.
    """

    first: Floats
    step: Floats
    features: Floats32
    stroke: Ints64
    closed: Bools

    @property
    def across(self) -> Floats:
        """Unit vectors to the right of each (y points down), ``(S, 2)``; 0 as there."""
        along = self.along
        return np.stack([-along[:, 1], along[:, 0]], axis=1)

    @property
    def along(self) -> Floats:
        """Unit vectors along each, ``(S, 2)``; 0 where it has no length."""
        length = np.linalg.norm(self.step, axis=1, keepdims=True)
        return np.asarray(self.step / np.where(length > 0, length, 1.0))


def segments_of(strokes: Sequence[Points | Floats]) -> Segments:
    """All segments of strokes ``(P, 2)`` in units of the data."""
    steps = [np.diff(np.asarray(s, np.float64), axis=0) for s in strokes]
    closed = np.array([is_closed(s) for s in strokes], bool)
    around = [_around(d, c) for d, c in zip(steps, closed, strict=True)]
    empty = np.zeros((0, SEEN, 2))
    return Segments(
        np.concatenate([np.zeros((0, 2)), *(np.asarray(s[:-1], np.float64) for s in strokes)]),
        np.concatenate([np.zeros((0, 2)), *steps]),
        features_of(np.concatenate([empty, *around])),
        np.repeat(np.arange(len(steps)), [len(d) for d in steps]),
        closed,
    )


def is_closed(stroke: Points | Floats) -> bool:
    """Whether a stroke's end goes on at its beginning: they are one point but for rounding."""
    return len(stroke) > 3 and float(np.hypot(*(stroke[-1] - stroke[0]))) <= CLOSED


def _around(steps: Floats, closed: bool) -> Floats:
    """For each step the steps around it, ``(P - 1, SEEN, 2)``; NaN where there is none."""
    place = np.arange(len(steps))[:, None] + np.arange(-REACH, REACH + 1)
    if closed:
        return np.asarray(steps[place % len(steps)])
    padded = np.concatenate([np.full((REACH, 2), np.nan), steps, np.full((REACH, 2), np.nan)])
    return np.asarray(padded[place + REACH])


def features_of(around: Floats) -> Floats32:
    """What the net sees of each segment, ``(S, SEEN, 2)`` → ``(S, F)``.

    Of each step, in their order: 1 where there is one; the cosine and the sine of the angle from
    the segment's direction to its own; the logarithm of its length. Zeros where there is none.
    """
    there = np.isfinite(around[:, :, 0])
    steps = np.where(there[:, :, None], around, 0.0)
    length = np.hypot(steps[:, :, 0], steps[:, :, 1])
    unit = steps / np.where(length > 0, length, 1.0)[:, :, None]
    own = unit[:, REACH : REACH + 1]
    cosine = (unit * own).sum(2)
    sine = own[:, :, 0] * unit[:, :, 1] - own[:, :, 1] * unit[:, :, 0]
    size = np.where(there, np.log(np.maximum(length, LEAST)), 0.0)
    stacked = np.stack([there, cosine, sine, size], axis=2)
    return np.asarray(stacked.reshape(len(around), FEATURES), np.float32)


def mirrored(features: Floats32) -> Floats32:
    """The features of the mirrored line: sines change their sign."""
    out = features.reshape(-1, SEEN, PER_STEP).copy()
    out[:, :, 2] *= -1
    return out.reshape(features.shape)


def reversed_features(features: Floats32) -> Floats32:
    """The features of the line drawn backwards: steps in the other order, angles the same."""
    steps = features.reshape(-1, SEEN, PER_STEP)
    return np.ascontiguousarray(steps[:, ::-1]).reshape(features.shape)
