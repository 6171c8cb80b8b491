"""Simplification by Ramer-Douglas-Peucker: to a tolerance, or down to a budget of points.

Ramer 1972, Douglas & Peucker 1973. Where the line is split does not depend on epsilon, so the
points kept at a larger epsilon are among those kept at a smaller one: the count falls steadily,
and the smallest epsilon for a budget can be found by bisection.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from strokebook.base.array_types import Ints
from strokebook.base.errors import InputRefused
from strokebook.geometry.drawing import Drawing, Points

TOLERANCE = 1e-3  # in the drawing's unit: how near the epsilon found is to the smallest


def without_repeats(drawing: Drawing) -> Drawing:
    """The drawing without points that repeat the point before them."""
    return drawing.with_strokes(_distinct(s) for s in drawing.strokes)


def _distinct(stroke: Points) -> Points:
    moved = np.any(np.diff(stroke, axis=0) != 0, axis=1)
    return np.asarray(stroke[np.concatenate([[True], moved])], np.float32)


def simplify(drawing: Drawing, epsilon: float) -> Drawing:
    """The drawing with as few points as stay within ``epsilon`` of the line.

    Every stroke keeps its two ends; points that repeat the one before are dropped.
    """
    return drawing.with_strokes(_simplified(_distinct(s), epsilon) for s in drawing.strokes)


def _simplified(stroke: Points, epsilon: float) -> Points:
    """One stroke ``(P, 2)`` with the points that the algorithm keeps."""
    return np.asarray(stroke[kept_points(stroke, epsilon)], np.float32)


def kept_points(line: npt.ArrayLike, epsilon: float) -> Ints:
    """The numbers of the points of a line ``(P, 2)`` that the algorithm keeps; all at 0."""
    from simplification.cutil import simplify_coords_idx

    points = np.ascontiguousarray(line, np.float64)
    if len(points) < 3 or epsilon <= 0:
        return np.arange(len(points))
    return np.asarray(simplify_coords_idx(points, float(epsilon)), np.intp)


def simplify_to_budget(
    drawing: Drawing, budget: int = 250, tolerance: float = TOLERANCE
) -> tuple[Drawing, float]:
    """The drawing under ``budget`` points by the smallest epsilon that does it.

    Args:
        drawing: Strokes in any unit.
        budget: The drawing comes out with fewer points than this.
        tolerance: How far above the smallest epsilon the one found may lie, in the same unit.

    Returns:
        The drawing, and the epsilon; 0.0 where dropping repeated points is enough.

    Raises:
        InputRefused: The ends of its strokes alone reach the budget.
    """
    distinct = without_repeats(drawing)
    if distinct.n_points < budget:
        return distinct, 0.0
    least = sum(min(len(s), 2) for s in distinct.strokes)
    if least >= budget:
        raise InputRefused(
            drawing.source or "A drawing",
            f"its {len(distinct)} strokes have {least} ends, too many for under {budget} points.",
            "Join more of its strokes, or allow more points.",
        )
    low, high = 0.0, float(np.linalg.norm(np.ptp(distinct.points, axis=0))) + tolerance
    best = simplify(distinct, high)
    while high - low > tolerance:
        middle = (low + high) / 2
        trial = simplify(distinct, middle)
        if trial.n_points < budget:
            best, high = trial, middle
        else:
            low = middle
    return best, high
