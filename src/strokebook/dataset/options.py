"""The settings of a data set, as they stand in ``strokebook.toml``."""

from __future__ import annotations

from dataclasses import dataclass

from strokebook.base.errors import StrokebookError, UsageError
from strokebook.base.files import plain_name
from strokebook.base.options import option


@dataclass(frozen=True)
class DatasetOptions:
    """How drawings become a training set; the numbers are the artist's own where he gives them."""

    name: str = option("drawings", "Name of the data set and of its files.")
    # Both percentiles together: at most 5 % of the drawings go, and of them only true outliers.
    low_percentile: float = option(
        2.5,
        "Drawings with fewer points than this percentile are left out, if outlier_fence agrees.",
        low=0,
        high=50,
    )
    high_percentile: float = option(
        97.5,
        "Drawings with more points than this percentile are left out, if outlier_fence agrees.",
        low=50,
        high=100,
    )
    outlier_fence: float = option(
        3.0,
        "Only drawings this many interquartile ranges beyond the quartiles of log points, and at"
        " least a factor of three, are left out; 0: the percentiles alone decide.",
        low=0,
        high=100,
    )
    min_drawings_to_cut: int = option(
        100, "With fewer drawings than this none is left out for its points.", low=1
    )
    # Below half a unit RDP would keep detail that rounding to whole units loses again.
    epsilon: float = option(
        0.5, "Least RDP tolerance, in units of the frame; points are counted after it.", low=0.0
    )
    step: float = option(
        6.0,
        "Before RDP, points lie at the corners and at even steps of so many units between them, "
        "closer where the line bends; a model learns them better than points left where RDP finds "
        "them. 0: wherever RDP finds them, as with epsilon = 0.",
        low=0.0,
    )
    point_budget: int = option(
        250, "Every drawing is simplified until it has fewer points than this.", low=3, high=100_000
    )
    least_points: int = option(2, "Drawings with fewer points than this are left out.", low=2)
    # An offset never exceeds the frame's side, so that 30,000 always fits into int16.
    frame: float = option(
        200.0, "Longer side of a drawing after scaling, in units.", low=16, high=30_000
    )
    dtype: str = option(
        "int16", "Number type of the arrays: int16 or float32.", choices=("int16", "float32")
    )
    valid: float = option(
        0.1, "Share of the drawings kept for validation; pages stay whole.", low=0, high=0.45
    )
    test: float = option(
        0.1, "Share of the drawings kept for testing; pages stay whole.", low=0, high=0.45
    )
    seed: int = option(44, "Seed of the split into train, valid and test.", low=0)

    def __post_init__(self) -> None:
        """Refuse a name that would lead out of the folder of data sets."""
        try:
            plain_name(self.name)
        except StrokebookError as error:
            raise UsageError(f"[dataset] name: {error.reason}", error.remedy) from error
