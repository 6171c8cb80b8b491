"""Drawings brought to one form before their strokes are measured.

A data set's drawings are scaled to one frame and simplified, and their points lie on whole units;
a model's are of nearly that size, and their points lie anywhere. Told apart by that alone, a
drawing would be judged by what nobody can see.
"""

from __future__ import annotations

import numpy as np

from strokebook.geometry.drawing import Stroke3
from strokebook.geometry.simplify import simplify
from strokebook.geometry.stroke3 import from_stroke3, longer_side, to_stroke3

SIDE = 200.0  # units: the longer side of every drawing
EPSILON = 1.0  # units: tolerance of the simplification (RDP)


def normalise(drawing: Stroke3) -> Stroke3:
    """A drawing scaled to the frame, simplified, rounded, without repeated points; ``(N, 3)``.

    Args:
        drawing: In any unit, N at least 1; one without extent keeps its size.
    """
    side = longer_side(drawing)
    scale = SIDE / side if side > 0 else 1.0
    simple = simplify(from_stroke3(drawing * np.array((scale, scale, 1.0), np.float32)), EPSILON)
    strokes = []
    for stroke in simple.strokes:
        whole = np.round(stroke)
        fresh = np.append(True, (np.diff(whole, axis=0) != 0).any(1))
        strokes.append(whole[fresh])
    return np.asarray(to_stroke3(simple.with_strokes(strokes)), np.float32)
