"""Drawings brought to one form before their strokes are measured.

A data set's drawings are scaled to one frame and simplified, and their points lie on whole units;
a model's are of nearly that size, and their points lie anywhere. Told apart by that alone, a
drawing would be judged by what nobody can see. For the same reason the frame is none that a data
set is likely to have: in its own frame a data set's drawing would be rounded once, a model's twice.
"""

from __future__ import annotations

import numpy as np

from strokebook.base.array_types import Ints
from strokebook.geometry.drawing import Points, Stroke3, as_stroke
from strokebook.geometry.simplify import kept_points
from strokebook.geometry.stroke3 import longer_side

SIDE = 187.3  # units: the longer side of every drawing
FORMER_SIDE = 200.0  # the same, for choosers that were learnt so: the data set's own
EPSILON = 1.0  # units: tolerance of the simplification (RDP)


def normalise(drawing: Stroke3, frame: float = SIDE) -> Stroke3:
    """A drawing scaled to the frame, simplified, rounded, without repeated points; ``(N, 3)``.

    Args:
        drawing: In any unit, N at least 1; one without extent keeps its size.
        frame: Longer side that it gets.
    """
    side = longer_side(drawing)
    scale = frame / side if side > 0 else 1.0
    scaled = drawing[:, :2] * np.float32(scale)
    places = np.cumsum(scaled.astype(np.float64), axis=0)
    points = as_stroke(places - places.min(axis=0))  # (N, 2)
    stroke = np.concatenate(([0], np.cumsum(drawing[:-1, 2] > 0.5)))
    kept = _kept(points, stroke)
    whole, stroke = np.round(points[kept]), stroke[kept]
    fresh = np.append(True, (np.diff(whole, axis=0) != 0).any(1) | (np.diff(stroke) != 0))
    whole, stroke = whole[fresh], stroke[fresh]
    rows = np.zeros((len(whole), 3), np.float32)
    rows[1:, :2] = np.diff(whole, axis=0)
    rows[:, 2] = np.append(np.diff(stroke) != 0, True)
    return rows


def _kept(points: Points, stroke: Ints) -> Ints:
    """The numbers of the points that the simplification keeps, strokes one by one.

    As :func:`~strokebook.geometry.simplify.simplify` keeps them, without a drawing in between,
    whose checks of every stroke take longer than the simplification.
    """
    again = np.append(False, (np.diff(points, axis=0) == 0).all(1) & (np.diff(stroke) == 0))
    distinct = np.flatnonzero(~again)
    cuts = np.flatnonzero(np.diff(stroke[distinct])) + 1
    parts = [
        part if len(part) < 3 else part[kept_points(points[part], EPSILON)]
        for part in np.split(distinct, cuts)
    ]
    return np.concatenate(parts)
