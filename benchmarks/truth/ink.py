"""Ink accuracy: agreement of a tracing's ink with the true ink, whatever the order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from strokebook.geometry.polyline import arc_length, evenly

Floats = npt.NDArray[np.float64]
Line = npt.NDArray[np.floating]  # (P, 2)

STEP = 0.2  # units between samples for distances
PARALLEL = 0.9  # cosine from which two lines run side by side


@dataclass(frozen=True)
class Samples:
    """Points at equal steps of every stroke.

    Attributes:
        strokes: Each ``(P, 2)``.
        points: All of them, ``(N, 2)``.
        weights: The length that each point stands for, ``(N,)``.
    """

    strokes: tuple[Line, ...]
    points: Floats
    weights: Floats

    @property
    def length(self) -> float:
        """Of all strokes."""
        return float(self.weights.sum())


def sample(strokes: Sequence[Line], step: float = STEP) -> Samples:
    """Every stroke at steps of ``step`` or a little less, both ends kept."""
    kept, weights = [np.zeros((0, 2))], [np.zeros(0)]
    for stroke in strokes:
        length = float(arc_length(stroke)[-1])
        count = int(np.ceil(length / step)) + 1
        kept.append(np.asarray(evenly(stroke, count), np.float64))
        weights.append(np.full(count, length / count))
    return Samples(tuple(kept[1:]), np.concatenate(kept), np.concatenate(weights))


@dataclass(frozen=True)
class InkMeasures:
    """See :func:`measure_ink`; lengths in units."""

    precision: float
    recall: float
    f_pen: float
    f_unit: float
    chamfer: float
    invented: float
    length: float


def measure_ink(truth: Samples, traced: Samples, pen: float) -> InkMeasures:
    """Ink found and invented.

    Args:
        truth: The true lines.
        traced: The tracing's; without strokes precision is 1 and the rest 0 or infinite.
        pen: Width of the line in units.

    Returns:
        Precision (share of the traced length within half a pen width of a true line), recall (the
        other way round) and their F; F at a tolerance of one unit; Chamfer distance (mean of both
        mean distances); length drawn farther than 1.5 pen widths, or one unit if that is more,
        from every true line.
    """
    if not len(traced.points):
        return InkMeasures(1.0, 0.0, 0.0, 0.0, float("inf"), 0.0, 0.0)
    off, missed = nearest(traced, truth), nearest(truth, traced)
    precision, recall = _within(off, traced, pen / 2), _within(missed, truth, pen / 2)
    return InkMeasures(
        precision,
        recall,
        harmonic(precision, recall),
        harmonic(_within(off, traced, 1.0), _within(missed, truth, 1.0)),
        float(off.mean() + missed.mean()) / 2,
        float(traced.weights[off > max(1.0, 1.5 * pen)].sum()),
        traced.length,
    )


def nearest(samples: Samples, others: Samples) -> Floats:
    """Distance of every point of ``samples`` from the nearest of ``others``, ``(N,)``."""
    return np.asarray(cKDTree(others.points).query(samples.points)[0], np.float64)


def _within(distance: Floats, samples: Samples, tolerance: float) -> float:
    if samples.length <= 0:  # nothing but dots
        return float((distance <= tolerance).mean())
    return float(samples.weights[distance <= tolerance].sum() / samples.length)


def harmonic(precision: float, recall: float) -> float:
    """The F measure of both."""
    return 2 * precision * recall / max(precision + recall, 1e-12)


def retraced(samples: Samples, pen: float) -> float:
    """Length that runs along an earlier part of the line, within half a pen width of it."""
    points = samples.points
    if len(points) < 3:
        return 0.0
    heading = np.concatenate([_heading(s) for s in samples.strokes])
    pairs = cKDTree(points).query_pairs(max(pen / 2, STEP), output_type="ndarray")
    earlier, later = pairs.min(axis=1), pairs.max(axis=1)
    # Along one stroke, neighbours are near each other without any retracing.
    gone = np.concatenate([[0.0], np.cumsum(samples.weights)])
    stroke = np.repeat(np.arange(len(samples.strokes)), [len(s) for s in samples.strokes])
    apart = (gone[later] - gone[earlier] > 2 * pen) | (stroke[later] != stroke[earlier])
    cosine = np.abs((heading[earlier] * heading[later]).sum(axis=1))
    again = np.zeros(len(points), bool)
    again[later[apart & (cosine > PARALLEL)]] = True
    return float(samples.weights[again].sum())


def _heading(stroke: Line) -> Floats:
    """Unit tangents ``(P, 2)``; zero for a dot."""
    if len(stroke) < 2:
        return np.zeros((len(stroke), 2))
    tangent = np.gradient(np.asarray(stroke, np.float64), axis=0)
    return np.asarray(tangent / np.maximum(np.linalg.norm(tangent, axis=1), 1e-9)[:, None])
