"""Order error: how far a tracing's order is from the order in which the pen drew."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from benchmarks.truth.ink import Line, sample
from benchmarks.truth.warping import either_way

SPACING = 1.0  # units between the points that are warped
MOST = 3000  # points of a true drawing; longer ones are sampled more widely
NAN = float("nan")


@dataclass(frozen=True)
class OrderMeasures:
    """See :func:`measure_order`; distances in units."""

    whole: float
    by_stroke: float
    in_order: float
    as_drawn: float


def measure_order(truth: Sequence[Line], traced: Sequence[Line]) -> OrderMeasures:
    """Order errors.

    Args:
        truth: The true strokes, in drawn order.
        traced: The tracing's, in its order.

    Returns:
        ``whole``: mean distance along the best warping of all points in order, the better of both
        directions. ``by_stroke``: the same for each true stroke with the traced stroke that an
        assignment of least summed distance gives it, mean over the assigned. ``in_order``: share
        of pairs of assigned strokes that keep their order (not a number for one stroke).
        ``as_drawn``: share of assigned strokes that run in the true direction.
    """
    if not traced:
        return OrderMeasures(NAN, NAN, NAN, NAN)
    step = max(SPACING, sample(truth, SPACING).length / MOST)
    true, tracing = sample(truth, step), sample(traced, step)
    whole, forth = either_way(tracing.points, true.points)
    if len(truth) == 1:
        return OrderMeasures(whole, whole, NAN, float(forth))
    cost, ways = _table(true.strokes, tracing.strokes)
    rows, columns = linear_sum_assignment(cost)
    pairs = [columns[i] < columns[j] for i, j in itertools.combinations(range(len(rows)), 2)]
    return OrderMeasures(
        whole,
        float(cost[rows, columns].mean()),
        float(np.mean(pairs)) if pairs else NAN,
        float(ways[rows, columns].mean()),
    )


def _table(
    true: Sequence[Line], tracing: Sequence[Line]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Order error of every traced against every true stroke ``(T, F)``, and the direction."""
    pairs = [either_way(f, t) for t, f in itertools.product(true, tracing)]
    shape = (len(true), len(tracing))
    cost = np.array([c for c, _ in pairs]).reshape(shape)
    return cost, np.array([w for _, w in pairs]).reshape(shape)
