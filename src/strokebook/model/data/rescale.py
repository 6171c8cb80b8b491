"""Rescaling of a drawing to the size and density of the training drawings, and back.

A model knows drawings of one size, with points at one distance; a canvas or a page has others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from strokebook.base.array_types import Floats, Floats32, Ints64
from strokebook.base.errors import StrokebookError
from strokebook.geometry.drawing import Drawing, Points, Stroke3
from strokebook.geometry.simplify import simplify
from strokebook.geometry.stroke3 import merge_repeats, to_stroke3
from strokebook.model.data.statistics import DataStatistics, pen_down_lengths

DENSE = 0.75  # thinned when its median offset is under this share of the training drawings'
SPARSE = 1.5  # an offset over this multiple of their 95th percentile is subdivided
HALVINGS = 14
# The longest drawings that models learn from have 5,000 points. Thinning a point takes 16 µs, and
# reading a row 0.9 ms (starter, two cores): at these limits a start waits for less than a minute.
MOST_POINTS = 100_000
MOST_ROWS = 50_000


@dataclass(frozen=True, eq=False)
class Rescaled:
    """A drawing as the net reads it.

    Attributes:
        rows: Stroke-3, offsets in units of the net, ``(N, 3)``.
        origin: The drawing's first point, in its own coordinates.
        last: Its last point.
        unit: Its own units per unit of the net.
    """

    rows: Floats32
    origin: Floats
    last: Floats
    unit: float


def fit(
    drawing: Drawing, statistics: DataStatistics, target: float, zoom: float | None = None
) -> Rescaled:
    """Bring a drawing to the training drawings' size and distance of points.

    It is scaled so that the longer side of its box is ``target``, unless ``zoom`` says how large
    it is. Where its points lie closer than the training drawings', it is thinned: by the rule of
    the data set, where that is known, else by RDP with the tolerance (found by halving) that gives
    their median distance; long offsets are subdivided. Where the training drawings' points were
    rounded, its points are, from its first on.

    Args:
        drawing: In any unit, with at least two points.
        statistics: Of the model.
        target: Longer side that it should have, in units of the training data.
        zoom: Units of the training data per unit of the drawing, where known (1 for a drawing of
            the data set itself).

    Raises:
        StrokebookError: No extent: fewer than two different points; or far too many of them.
    """
    _check_points(drawing, drawing.n_points, MOST_POINTS, "points")
    points = drawing.points.astype(np.float64)
    side = float(np.ptp(points, axis=0).max()) if len(points) else 0.0
    if not side > 0:
        raise StrokebookError(
            f"The drawing {drawing.source or 'given'} has no extent: the model needs at least two"
            " different points to go by.",
            "Draw a little more.",
        )
    zoom = zoom or target / side
    scaled = drawing.with_strokes(s * np.float32(zoom) for s in drawing.strokes)
    thin = _thinned(scaled, statistics, side * zoom)
    pieces = sum(int(_pieces(s, statistics).sum()) + 1 for s in thin.strokes)
    _check_points(drawing, pieces, MOST_ROWS, "points at the distance that the model knows")
    dense = thin.with_strokes(_subdivided(s, statistics) for s in thin.strokes)
    rows = _rounded_rows(dense, statistics.rounding)
    rows[:, :2] /= statistics.scale
    return Rescaled(rows, points[0], points[-1], statistics.scale / zoom)


def _thinned(drawing: Drawing, statistics: DataStatistics, side: float) -> Drawing:
    """As many points as the data set would leave of the drawing.

    By its rule, or by RDP with the least tolerance that brings the median offset to its own.
    """
    if _median_offset(drawing) >= DENSE * statistics.offset:
        return drawing
    if statistics.step:
        from strokebook.geometry.corner_sampling import reduce_points

        return reduce_points(drawing, statistics.step, statistics.tolerance)
    low, high, best = 0.0, side / 4, drawing
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        thin = simplify(drawing, middle)
        if _median_offset(thin) < statistics.offset:
            low, best = middle, thin
        else:
            high = middle
    return best


def _median_offset(drawing: Drawing) -> float:
    lengths = pen_down_lengths(to_stroke3(drawing))
    return float(np.median(lengths)) if len(lengths) else np.inf


def _rounded_rows(drawing: Drawing, step: float) -> Stroke3:
    """Stroke-3 of points rounded to multiples of a step from the first, as a data set's rows are.

    Points that fall together become one, which lifts the pen if the last of them did.

    Args:
        drawing: In units of the data; one that would become a spot stays as it is.
        step: 0: nothing is rounded.
    """
    rows = to_stroke3(drawing)
    if step <= 0:
        return rows
    points = drawing.points.astype(np.float64)
    whole = np.round((points - points[0]) / step) * step
    whole, lifts = merge_repeats(whole, rows[:, 2] > 0.5)
    if len(whole) < 2:
        return rows
    return np.column_stack((np.diff(whole, axis=0, prepend=whole[:1]), lifts)).astype(np.float32)


def _check_points(drawing: Drawing, count: int, most: int, what: str) -> None:
    if count > most:
        raise StrokebookError(
            f"The drawing {drawing.source or 'given'} has {count:,} {what}, over the limit of"
            f" {most:,}.",
            "Simplify it, or give a part of it.",
        )


def _pieces(stroke: Points, statistics: DataStatistics) -> Ints64:
    """Into how many equal steps each offset is cut; offsets much longer than training drawings'."""
    longest = SPARSE * statistics.long_offset
    lengths = np.hypot(*np.diff(stroke, axis=0).T)
    if longest <= 0 or len(stroke) < 2:
        return np.ones(len(lengths), np.int64)
    pieces: Ints64 = np.maximum(1, np.ceil(lengths / longest)).astype(np.int64)
    return pieces


def _subdivided(stroke: Points, statistics: DataStatistics) -> Points:
    """Equal steps put into every offset that is much longer than the training drawings'."""
    pieces = _pieces(stroke, statistics)
    if statistics.long_offset <= 0 or len(stroke) < 2:
        return stroke
    place = np.concatenate([n + np.arange(k) / k for n, k in enumerate(pieces)])
    place = np.append(place, len(stroke) - 1)
    index = np.arange(len(stroke))
    return np.stack([np.interp(place, index, stroke[:, a]) for a in (0, 1)], 1).astype(np.float32)
