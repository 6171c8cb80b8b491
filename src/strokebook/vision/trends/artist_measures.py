"""Measures of a separated drawing that an artist can read: how long, how often crossed, how big."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

from strokebook.base.array_types import Bools, Floats
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.simplify import simplify
from strokebook.model.features.stroke_features import crossings
from strokebook.vision.composition.composition import turning

VERSION = "1"
EPSILON = 1 / 800  # of the page's longer side: what is counted is the hand's, not the scanner's
FEWEST = 4  # drawings that a band of quartiles is drawn of


@dataclass(frozen=True)
class DrawingMeasures:
    """The measures of one drawing.

    Attributes:
        length: Of the pen's line on paper, in sides: the longer side of the page is 1.
        length_mm: The same in millimetres; None where the scan does not tell its resolution.
        crossings: How often the line crosses itself.
        lifts: How often the pen leaves the paper within the drawing.
        turns: Full turns of the line, left and right alike.
        size: The longer side of the drawing's box, in sides of the page.
        size_mm: The same in millimetres, or None.
        points: Points of its line as separated.
    """

    length: float
    length_mm: float | None
    crossings: int
    lifts: int
    turns: float
    size: float
    size_mm: float | None
    points: int

    def as_facts(self) -> dict[str, Any]:
        """The measures as they are kept."""
        return asdict(self)

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> DrawingMeasures:
        """The measures as they were kept."""
        return cls(**{field.name: facts[field.name] for field in fields(cls)})


def measure_drawing(drawing: Drawing, side: float) -> DrawingMeasures:
    """Measure one drawing.

    Turns and crossings are counted on the line simplified to :data:`EPSILON`, so that the same
    drawing scanned twice as fine counts the same.

    Args:
        drawing: In pixels of its page.
        side: The page's longer side in the same pixels.
    """
    plain = simplify(drawing, EPSILON * side)
    lines = [np.asarray(s, np.float64) for s in plain.strokes if len(s) > 1]
    starts = np.vstack([s[:-1] for s in lines]) if lines else np.zeros((0, 2))
    steps = np.vstack([np.diff(s, axis=0) for s in lines]) if lines else np.zeros((0, 2))
    extent = float(np.ptp(drawing.points, axis=0).max()) if drawing.strokes else 0.0
    mm = drawing.mm_per_unit
    return DrawingMeasures(
        length=round(drawing.length / side, 5),
        length_mm=None if mm is None else round(drawing.length * mm, 2),
        crossings=crossings(starts, steps),
        lifts=max(0, len(drawing) - 1),
        turns=round(sum(turning(s) for s in plain.strokes), 3),
        size=round(extent / side, 5),
        size_mm=None if mm is None else round(extent * mm, 2),
        points=drawing.n_points,
    )


@dataclass(frozen=True, eq=False)
class Band:
    """A measure over the periods that have drawings, ``(B,)`` each.

    Attributes:
        at: The periods' centres.
        median: Of the drawings in each.
        low: Their first quartile; the median where there are fewer than :data:`FEWEST`.
        high: Their third quartile, likewise.
        counts: How many drawings.
    """

    at: Floats
    median: Floats
    low: Floats
    high: Floats
    counts: Floats


def band_over_time(values: Floats, groups: list[Bools], centres: Floats) -> Band:
    """Median and quartiles of a measure in each period.

    Args:
        values: ``(D,)`` of all drawings.
        groups: For each period which of them are in it, ``(D,)``.
        centres: ``(K,)``.
    """
    rows = []
    for own, centre in zip(groups, centres, strict=True):
        some = values[own]
        if not len(some):
            continue
        low, middle, high = np.quantile(some, (0.25, 0.5, 0.75))
        if len(some) < FEWEST:
            low = high = middle
        rows.append((centre, middle, low, high, len(some)))
    return Band(*np.array(rows, np.float64).reshape(-1, 5).T)
