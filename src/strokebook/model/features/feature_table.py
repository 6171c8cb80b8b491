"""Feature table: the features of many drawings, a row each.

Shape letters: D drawings, F features.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from strokebook.base.array_types import Floats
from strokebook.geometry.drawing import Stroke3

Numbers = dict[str, float]


def table_of(
    numbers: Callable[[Stroke3], Numbers], drawings: Sequence[Stroke3]
) -> tuple[list[str], Floats]:
    """The features of drawings of at least one point each: their names, and ``(D, F)``.

    Args:
        numbers: The features of one drawing by name, as of :mod:`.stroke_features`.
        drawings: D of them.
    """
    rows = [numbers(d) for d in drawings]
    names = list(rows[0]) if rows else []
    return names, np.array([[row[name] for name in names] for row in rows])
