"""Statistics of training drawings that a model keeps, to draw at their size."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from strokebook.base.array_types import Floats32
from strokebook.base.errors import UsageError
from strokebook.base.options import build
from strokebook.geometry.drawing import Stroke3
from strokebook.geometry.stroke3 import longer_side
from strokebook.model.data.batches import scale_of

MOST = 1e9  # of any measure, lengths included
MOST_POINTS = 1_000_000  # of the longest drawing


@dataclass(frozen=True)
class DataStatistics:
    """Measures of the training drawings, lengths in the data's own units.

    Attributes:
        scale: Standard deviation of all offsets; the net works in units of it.
        drawings: How many there were.
        longest: Most points of one.
        points: Median number of points.
        extent: Median of the longer side of a drawing's box.
        start_extent: The same of the first half of its points: what a start is fitted to.
        offset: Median length of a pen-down offset.
        long_offset: 95th percentile of those.
        rounding: Step to whose multiples the points were rounded; 0: none, or not known. What a
            model draws and reads is rounded likewise.
        step: Of the points between corners (:mod:`~strokebook.geometry.corner_sampling`); 0: points
            lie where RDP left them, or where is not known.
        tolerance: Of the RDP that came after; of use with ``step`` alone.
    """

    scale: float
    drawings: int
    longest: int
    points: int
    extent: float
    start_extent: float
    offset: float
    long_offset: float
    rounding: float = 0.0
    step: float = 0.0
    tolerance: float = 0.0

    @property
    def n_max(self) -> int:
        """Rows in which every drawing fits with its end row: the N_max of the losses."""
        return self.longest + 1


def from_json(value: Mapping[str, Any], where: str) -> DataStatistics:
    """Facts as a checkpoint's JSON holds them.

    Raises:
        UsageError: A field is missing, unknown, of another type, or no measure of drawings.
    """
    wanted = {
        f.name for f in dataclasses.fields(DataStatistics) if f.default is dataclasses.MISSING
    }
    missing = sorted(wanted - set(value))
    if missing:
        raise UsageError(f"{where}: {missing[0]!r} is missing.")
    statistics = build(DataStatistics, value, where)
    for name, number in dataclasses.asdict(statistics).items():
        if not 0 <= number <= MOST:  # false for NaN too
            raise UsageError(f"{where}: {name} is {number}, which no drawings have.")
    if statistics.scale == 0 or not 1 <= statistics.longest <= MOST_POINTS:
        raise UsageError(f"{where}: its scale or its longest drawing is not above 0.")
    return statistics


def measure(drawings: Sequence[Stroke3]) -> DataStatistics:
    """The facts of at least one drawing of at least two points each."""
    lengths = [len(d) for d in drawings]
    down = np.concatenate([pen_down_lengths(d) for d in drawings])
    middle, high = np.quantile(down, (0.5, 0.95)) if len(down) else (0.0, 0.0)
    return DataStatistics(
        scale=scale_of(drawings),
        drawings=len(drawings),
        longest=max(lengths),
        points=int(np.median(lengths)),
        extent=float(np.median([longer_side(d) for d in drawings])),
        start_extent=float(np.median([longer_side(d[: (len(d) + 1) // 2]) for d in drawings])),
        offset=float(middle),
        long_offset=float(high),
    )


def pen_down_lengths(drawing: Stroke3) -> Floats32:
    """Lengths of the offsets that leave ink."""
    inked = np.flatnonzero(drawing[:-1, 2] < 0.5) + 1
    lengths: Floats32 = np.hypot(drawing[inked, 0], drawing[inked, 1])
    return lengths
