"""Measures of one tracing against the truth: ink, order, crossings, retraces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.truth.crossings import clear_crossings, crossing_points, passed_straight
from benchmarks.truth.ink import Line, measure_ink, retraced, sample
from benchmarks.truth.order import NAN, measure_order


@dataclass(frozen=True)
class Measures:
    """One tracing against the truth; lengths are units of a frame whose longer side is 200.

    Attributes:
        true_strokes: Strokes of the truth.
        strokes: Strokes of the tracing.
        order: Order error of the whole drawing.
        by_stroke: Order error of assigned strokes.
        in_order: Share of pairs of assigned strokes in the true order.
        as_drawn: Share of assigned strokes in the true direction.
        crossings: All crossings of the truth.
        clear: Those whose arms the ink shows apart.
        straight: Share of the clear ones passed straight.
        precision: Of the ink, at half a pen width.
        recall: Of the ink, at half a pen width.
        f_pen: F of both.
        f_unit: F at one unit.
        chamfer: Chamfer distance.
        true_retraced: Length of the truth along its own earlier line.
        retraced: The same of the tracing.
        invented: Length where no ink is.
        true_length: Of the truth.
        length: Of the tracing.
    """

    true_strokes: int
    strokes: int
    order: float
    by_stroke: float
    in_order: float
    as_drawn: float
    crossings: int
    clear: int
    straight: float
    precision: float
    recall: float
    f_pen: float
    f_unit: float
    chamfer: float
    true_retraced: float
    retraced: float
    invented: float
    true_length: float
    length: float


def measure(truth: Sequence[Line], traced: Sequence[Line], pen: float) -> Measures:
    """Measure a tracing.

    Args:
        truth: True strokes ``(P, 2)`` in the 200-unit frame, in drawn order.
        traced: The tracing's strokes in the same frame, in its order.
        pen: Width of the line in units.
    """
    true, tracing = sample(truth), sample(traced)
    ink = measure_ink(true, tracing, pen)
    order = measure_order(truth, traced)
    clear = clear_crossings(true.strokes, pen)
    passed = [passed_straight(c, tracing.strokes) for c in clear]
    return Measures(
        len(truth),
        len(traced),
        order.whole,
        order.by_stroke,
        order.in_order,
        order.as_drawn,
        len(crossing_points(truth)),
        len(clear),
        sum(passed) / len(passed) if passed else NAN,
        ink.precision,
        ink.recall,
        ink.f_pen,
        ink.f_unit,
        ink.chamfer,
        retraced(true, pen),
        retraced(tracing, pen),
        ink.invented,
        true.length,
        ink.length,
    )
