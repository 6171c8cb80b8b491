"""Endpoints of strokes: where they lie and which way they point."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from strokebook.base.array_types import Floats
from strokebook.geometry.drawing import Points
from strokebook.geometry.polyline import arc_length


def distances(a: Floats, b: Floats) -> Floats:
    """Euclidean distances of ``(..., 2)`` and ``(..., 2)`` → ``(...)``.

    ``vecdot`` rounds as ``numpy.linalg.norm`` of one vector does, to the last bit, so that ties
    fall as they do in code that measures pair by pair.
    """
    gap = np.ascontiguousarray(a - b)
    return np.asarray(np.sqrt(np.vecdot(gap, gap)), np.float64)


def end_points(strokes: Sequence[Points]) -> Floats:
    """First and last point of each stroke, ``(2 S, 2)``: rows 2 s and 2 s + 1."""
    ends = [s[k] for s in strokes for k in (0, -1)]
    return np.array(ends, np.float64).reshape(-1, 2)


def directions(strokes: Sequence[Points], reach: float) -> Floats:
    """Unit vectors pointing out of each stroke at its ends, ``(2 S, 2)``; a dot has (0, 0).

    The direction is taken from the point about ``reach`` inside the stroke to its end.
    """
    out = np.zeros((2 * len(strokes), 2))
    for k, stroke in enumerate(strokes):
        p = stroke.astype(np.float64)
        length = arc_length(p)
        inner = np.searchsorted(length, min(reach, length[-1]))
        outer = np.searchsorted(length, max(length[-1] - reach, 0.0), side="right") - 1
        out[2 * k] = p[0] - p[min(inner, len(p) - 1)]
        out[2 * k + 1] = p[-1] - p[max(outer, 0)]
    size = np.linalg.norm(out, axis=1, keepdims=True)
    return np.asarray(np.divide(out, size, out=np.zeros_like(out), where=size > 0), np.float64)
