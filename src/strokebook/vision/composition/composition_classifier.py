"""Composition classifier: the measures of a drawing to chances of one figure, chain, pattern.

A multinomial logistic regression on standardised measures: of each kind a weighted sum, and the
softmax of the three. Its coefficients come with the package; ``benchmarks/seeing/make_composition``
fits them, and says on what.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np

from strokebook.base.array_types import Floats
from strokebook.vision.composition.drawing_measures import row_of

FILE = "composition.npz"


@dataclass(frozen=True, eq=False)
class CompositionClassifier:
    """The coefficients.

    Shape letters: F measures, 3 kinds (single, chain, pattern).

    Attributes:
        names: Of the measures, in the order of the rows.
        middle: ``(F,)``, what is taken off each measure.
        spread: ``(F,)``, what it is divided by.
        weights: ``(F, 3)``.
        bias: ``(3,)``.
    """

    names: tuple[str, ...]
    middle: Floats
    spread: Floats
    weights: Floats
    bias: Floats

    def chances(self, measures: Mapping[str, float]) -> tuple[float, ...]:
        """How likely a drawing is one figure, a chain, a pattern."""
        return tuple(float(p) for p in self.chances_of(row_of(measures, self.names)[None])[0])

    def chances_of(self, rows: Floats) -> Floats:
        """The same for many rows of measures, ``(N, F)`` to ``(N, 3)``."""
        # Beyond four spreads a measure says no more: another hand's oddity must not decide alone.
        scores = np.clip((rows - self.middle) / self.spread, -4, 4) @ self.weights + self.bias
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float64)


@lru_cache(1)
def packaged_classifier() -> CompositionClassifier:
    """The classifier that comes with strokebook."""
    path = files("strokebook.vision.composition") / FILE
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return CompositionClassifier(
            tuple(map(str, arrays["names"])),
            *(np.asarray(arrays[n], np.float64) for n in ("middle", "spread", "weights", "bias")),
        )
