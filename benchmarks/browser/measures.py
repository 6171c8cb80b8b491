"""What is made of measured times: percentiles, rates, a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` (0 to 100) of all are under; NaN where there are none."""
    return float(np.percentile(values, share)) if len(values) else float("nan")


def median(values: Sequence[float]) -> float:
    return percentile(values, 50)


def ratio(ours: float, theirs: float) -> float:
    """How many times as fast, of two rates; NaN where the other one is not known."""
    return ours / theirs if theirs > 0 else float("nan")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns of even width; the first to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if k else cell.ljust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (head, *rows)
    )
