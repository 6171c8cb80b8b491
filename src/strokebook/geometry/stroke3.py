"""Stroke-3 and stroke-5: the arrays that models read, from drawings and back.

stroke-3 is ``(N, 3)``: dx, dy, lift, where lift = 1 means that the pen leaves the paper after this
point (Ha & Eck 2017, section 3.1). stroke-5 is ``(T, 5)``: dx, dy and a one-hot pen state
(down, up, end).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from strokebook.base.array_types import Bools, Floats, Floats32
from strokebook.geometry.drawing import Drawing, Stroke3


def to_stroke3(drawing: Drawing) -> Stroke3:
    """A drawing's points as offsets, ``(N, 3)``; the first point has the offset (0, 0)."""
    if not drawing.strokes:
        return np.zeros((0, 3), np.float32)
    out = np.zeros((drawing.n_points, 3), np.float32)
    out[1:, :2] = np.diff(drawing.points, axis=0)
    out[np.cumsum([len(s) for s in drawing.strokes]) - 1, 2] = 1.0
    return out


def from_stroke3(stroke3: npt.ArrayLike, margin: float = 0.0, **more: object) -> Drawing:
    """A drawing of ``(N, 3)`` offsets, moved so that its box begins at ``margin``."""
    rows = np.asarray(stroke3, np.float32)
    if len(rows) == 0:
        return Drawing.of([], size=(1.0, 1.0), unit="unit")
    points = np.cumsum(rows[:, :2].astype(np.float64), axis=0)
    points += margin - points.min(axis=0)
    ends = np.flatnonzero(rows[:, 2] > 0.5) + 1
    strokes = [s for s in np.split(points, ends) if len(s)]
    size = points.max(axis=0) + margin
    fields: dict[str, object] = {"unit": "unit", **more}
    return Drawing.of(strokes, size=(max(float(size[0]), 1.0), max(float(size[1]), 1.0)), **fields)


def to_stroke5(stroke3: Stroke3, length: int) -> Floats32:
    """``(N, 3)`` as ``(length, 5)`` with the end state from row N on.

    Raises:
        ValueError: The drawing is longer than ``length`` - 1, so its end would not fit.
    """
    n = len(stroke3)
    if n > length - 1:
        raise ValueError(f"{n} points do not fit in {length} rows with an end row.")
    out = np.zeros((length, 5), np.float32)
    out[:n, :2] = stroke3[:, :2]
    out[:n, 3] = stroke3[:, 2]
    out[:n, 2] = 1.0 - stroke3[:, 2]
    out[n:, 4] = 1.0
    return out


def merge_repeats(points: Floats, lifts: Bools) -> tuple[Floats, Bools]:
    """Runs of equal points ``(P, 2)`` as one point, which lifts the pen if the last of its run did.

    Args:
        points: Of a drawing's strokes, one after the other.
        lifts: Where the pen leaves the paper after a point, ``(P,)``.
    """
    last_of_run = np.append((points[1:] != points[:-1]).any(axis=1), True)
    return points[last_of_run], lifts[last_of_run]


def longer_side(drawing: Stroke3) -> float:
    """The longer side of a drawing's box."""
    points = np.cumsum(drawing[:, :2], axis=0, dtype=np.float64)
    return float((points.max(0) - points.min(0)).max())
