"""A data set in numbers, for the card and for the table at the end of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from strokebook.dataset.build import DataSet, Example
from strokebook.dataset.splits import PARTS, Part, offset_scale


@dataclass(frozen=True)
class Spread:
    """How numbers spread: least, percentiles 5, 25, 50, 75 and 95, greatest, and their sum."""

    least: float
    p5: float
    p25: float
    median: float
    p75: float
    p95: float
    greatest: float
    total: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread | None:
        """The spread of ``values``; None of none."""
        if not values:
            return None
        points = np.percentile(values, [0, 5, 25, 50, 75, 95, 100])
        return cls(*(round(float(v), 4) for v in (*points, sum(values))))


@dataclass(frozen=True)
class PartCounts:
    """What one part holds."""

    drawings: int
    pages: int
    points: int


@dataclass(frozen=True)
class DataSetSummary:
    """What went into a data set and what came out.

    Attributes:
        name: Of the data set.
        offered: Drawings given.
        kept: Drawings taken.
        dropped: Reason without its numbers → how many drawings it left out, most frequent first.
        parts: Per part: drawings, pages, points.
        points_offered: Points of all drawings given.
        points_before: Points of the drawings kept, as they came.
        points_after: The same after simplifying and rounding.
        strokes_before: Strokes of the drawings kept, as they came.
        strokes_after: The same in the data set (strokes that meet in a point are one).
        epsilon: Tolerances of the simplification, in units of the frame.
        scale: Standard deviation of the train offsets (what SketchRNN divides by).
        low: The least number of points taken; None where nothing was cut.
        high: The greatest.
        notes: Sentences for the artist.
    """

    name: str
    offered: int
    kept: int
    dropped: dict[str, int]
    parts: dict[Part, PartCounts]
    points_offered: Spread | None
    points_before: Spread | None
    points_after: Spread | None
    strokes_before: Spread | None
    strokes_after: Spread | None
    epsilon: Spread | None
    scale: float
    low: float | None
    high: float | None
    notes: tuple[str, ...]


def summarise(dataset: DataSet) -> DataSetSummary:
    """The numbers of a data set."""
    kept = [v for v in dataset.verdicts if v.kept]
    reasons = Counter(_bare(v.reason) for v in dataset.verdicts if not v.kept)
    rows = [e.rows for e in dataset.examples]
    return DataSetSummary(
        name=dataset.options.name,
        offered=len(dataset.verdicts),
        kept=len(kept),
        dropped=dict(reasons.most_common()),
        parts={part: _counts(dataset.of(part)) for part in PARTS},
        points_offered=Spread.of([v.points for v in dataset.verdicts]),
        points_before=Spread.of([v.points for v in kept]),
        points_after=Spread.of([len(r) for r in rows]),
        strokes_before=Spread.of([v.strokes for v in kept]),
        strokes_after=Spread.of([int(r[:, 2].sum()) for r in rows]),
        epsilon=Spread.of([e.epsilon for e in dataset.examples]),
        scale=offset_scale(dataset.train),
        low=dataset.cuts.low,
        high=dataset.cuts.high,
        notes=dataset.notes,
    )


def _bare(reason: str) -> str:
    """A reason without the numbers of the one drawing it was given for."""
    return reason.partition(" (")[0].partition(":")[0]


def _counts(examples: Sequence[Example]) -> PartCounts:
    points = sum(len(e.rows) for e in examples)
    return PartCounts(len(examples), len({e.group for e in examples}), points)
