"""Drawings brought to one form before their strokes are measured.

A model's points lie anywhere; a data set's are simplified and lie on whole units. Told apart by
that alone, a drawing would be judged by what nobody can see.
"""

from __future__ import annotations

import numpy as np

from strokebook.geometry.drawing import Stroke3
from strokebook.geometry.simplify import simplify
from strokebook.geometry.stroke3 import from_stroke3, to_stroke3

EPSILON = 1.0  # units: how the data sets were simplified; a second time it changes nothing of them


def normalise(drawing: Stroke3, unit: float = 1.0) -> Stroke3:
    """A drawing simplified, rounded to whole units, without repeated points; as the data are.

    Args:
        drawing: ``(N, 3)``, N at least 1.
        unit: Of the result, in units of the drawing.
    """
    scaled = drawing if unit == 1.0 else drawing / np.array((unit, unit, 1.0), np.float32)
    simple = simplify(from_stroke3(scaled), EPSILON)
    strokes = []
    for stroke in simple.strokes:
        whole = np.round(stroke)
        fresh = np.append(True, (np.diff(whole, axis=0) != 0).any(1))
        strokes.append(whole[fresh])
    return np.asarray(to_stroke3(simple.with_strokes(strokes)), np.float32)
