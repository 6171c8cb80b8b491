"""Scores of labels against what is known: confusion, precision and recall, reliability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from strokebook.base.array_types import Bools, Floats, Ints64

BINS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)


@dataclass(frozen=True)
class ClassScore:
    """How well one label is given.

    Attributes:
        label: Which.
        precision: Share of the pages called so that are so; None: none was called so.
        recall: Share of the pages that are so that were called so; None: there is none.
        pages: How many are so.
    """

    label: str
    precision: float | None
    recall: float | None
    pages: int


@dataclass(frozen=True)
class ReliabilityBin:
    """Pages whose certainty lies in (low, high]: how sure, how often right, how many."""

    low: float
    high: float
    sure: float
    right: float
    pages: int


@dataclass(frozen=True)
class LabelScores:
    """What labels are worth on pages whose label is known.

    Attributes:
        labels: In the order of the confusion's rows and columns.
        confusion: Rows: what the pages are; columns: what they were called.
        classes: Precision and recall of each.
        bins: Certainty against truth.
        accuracy: Share that is right.
        calibration_error: Mean distance of certainty and truth over the bins, by pages (ECE).
    """

    labels: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]
    classes: tuple[ClassScore, ...]
    bins: tuple[ReliabilityBin, ...]
    accuracy: float
    calibration_error: float

    @property
    def pages(self) -> int:
        """How many pages these are."""
        return sum(map(sum, self.confusion))

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"pages": self.pages, **asdict(self)}

    @property
    def text(self) -> str:
        """A table to print."""
        rows = [f"{'label':20} {'precision':>9} {'recall':>7} {'pages':>6}"]
        rows += [
            f"{c.label:20} {_percent(c.precision):>9} {_percent(c.recall):>7} {c.pages:>6}"
            for c in self.classes
        ]
        last = f"right {self.accuracy:.2%} of {self.pages}"
        return "\n".join([*rows, f"{last}, calibration error {self.calibration_error:.3f}"])


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def score_labels(
    truth: Sequence[str], called: Sequence[str], sure: Sequence[float] | Floats
) -> LabelScores:
    """Compare N labels with the truth.

    Args:
        truth: What each page is.
        called: What it was called.
        sure: How sure that was, 0 to 1.
    """
    labels = tuple(sorted({*truth, *called}))
    place = {label: k for k, label in enumerate(labels)}
    table = np.zeros((len(labels), len(labels)), np.int64)
    for is_so, said in zip(truth, called, strict=True):
        table[place[is_so], place[said]] += 1
    right = np.array([t == c for t, c in zip(truth, called, strict=True)], bool)
    bins = _bins(np.asarray(sure, np.float64), right)
    error = sum(b.pages * abs(b.sure - b.right) for b in bins) / max(len(right), 1)
    return LabelScores(
        labels=labels,
        confusion=tuple(tuple(int(n) for n in row) for row in table),
        classes=tuple(_class_score(table, k, label) for k, label in enumerate(labels)),
        bins=bins,
        accuracy=float(right.mean()) if len(right) else 0.0,
        calibration_error=float(error),
    )


def _class_score(table: Ints64, k: int, label: str) -> ClassScore:
    hit, so, said = int(table[k, k]), int(table[k].sum()), int(table[:, k].sum())
    return ClassScore(label, hit / said if said else None, hit / so if so else None, so)


def _bins(sure: Floats, right: Bools) -> tuple[ReliabilityBin, ...]:
    bins = []
    for low, high in pairwise(BINS):
        inside = (sure > low) & (sure <= high)
        if inside.any():
            mean, share = float(sure[inside].mean()), float(right[inside].mean())
            bins.append(ReliabilityBin(low, high, mean, share, int(inside.sum())))
    return tuple(bins)
