"""One drawing as the rows that a training set holds: whole numbers, no point twice."""

from __future__ import annotations

import numpy as np

from strokebook.dataset.splits import Rows
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.stroke3 import merge_repeats


def to_rows(drawing: Drawing, dtype: str = "int16") -> Rows:
    """A drawing as ``(N, 3)`` stroke-3 rows without zero-length steps.

    Positions are rounded, not offsets, so the error never adds up: every point lies within half a
    unit of its place on each axis. Points that fall together are then dropped. A stroke that begins
    on the very point where the one before it ended goes on without a lift. A stroke that shrinks
    to one point stays, as a dot. Only the first row is (0, 0).

    Args:
        drawing: In the frame of the data set.
        dtype: ``int16`` (positions rounded to whole units) or ``float32`` (as they are).

    Returns:
        N rows dx, dy, lift; N is 0 for a drawing without strokes.
    """
    if not drawing.strokes:
        return np.zeros((0, 3), dtype)
    points = drawing.points.astype(np.float64)
    if dtype == "int16":
        points = np.rint(points)
    lifts = np.zeros(len(points), bool)
    lifts[np.cumsum([len(s) for s in drawing.strokes]) - 1] = True
    points, lifts = merge_repeats(points, lifts)
    rows = np.zeros((len(points), 3), np.float64)
    rows[1:, :2] = np.diff(points, axis=0)
    rows[:, 2] = lifts
    return rows.astype(dtype)


def ink_length(rows: Rows) -> float:
    """Length of the line drawn, without the pen's travel in the air, in the rows' unit."""
    steps = np.asarray(rows, np.float64)
    drawn = steps[1:][steps[:-1, 2] < 0.5]
    return float(np.hypot(drawn[:, 0], drawn[:, 1]).sum())
