"""Chooser: how likely a model's drawing is shown, by what tells it from the artist's.

A classifier learnt on the artist's training drawings and on the model's own gives each drawing the
odds p / (1 - p) that it is the artist's: an estimate of the density ratio r of the two. A drawing
is accepted with probability min(1, c r), c such that on average a given share of the model's
drawings is: of all ways to show that share, the one whose drawings are distributed most like the
artist's (optimal budgeted rejection sampling: Verine et al. 2023, arXiv 2311.00460; without a
budget: Azadi et al. 2018, arXiv 1810.06758).

The computation is NumPy on plain arrays, so that a browser can do the same.

Shape letters: D drawings, F features.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from strokebook.base.array_types import Floats
from strokebook.geometry.drawing import Stroke3
from strokebook.model.choosing.forest import Forest
from strokebook.model.features import form_features, stroke_features
from strokebook.model.features.feature_table import table_of
from strokebook.model.features.normalise import SIDE, normalise

HALVINGS = 80  # of the interval in which log c is sought


@dataclass(frozen=True, eq=False)
class Chooser:
    """A calibrated classifier of a model's drawings.

    Attributes:
        forest: Gives the logarithm of the odds that a drawing is the artist's.
        low: Of each feature in what was learnt from (its 0.2 % quantile), ``(F,)``.
        high: Likewise (99.8 %).
        strange: Share of features outside ``low`` to ``high`` above which a drawing is unlike
            anything learnt from.
        log_scale: Logarithm of c.
        budget: Share of the model's drawings that is accepted on average.
        temperature: At which the model drew them, and should draw.
        real: Drawings of the artist's that were learnt from.
        generated: Drawings of the model's likewise.
        accuracy: How often the classifier told the two apart, asked about drawings not learnt from.
        checkpoint: Digest of the weights that drew them.
        frame: Longer side of the drawings as it measures them.
    """

    forest: Forest
    low: Floats
    high: Floats
    strange: float
    log_scale: float
    budget: float
    temperature: float
    real: int
    generated: int
    accuracy: float
    checkpoint: str
    frame: float = SIDE

    def features(self, drawings: Sequence[Stroke3]) -> Floats:
        """``(D, F)``, of stroke-3 in any unit."""
        return features(drawings, self.frame)

    def scores(self, values: Floats) -> Floats:
        """Logarithms of the density ratios, ``(D,)``."""
        return self.forest(values)

    def outside(self, values: Floats) -> Floats:
        """Share of each drawing's features beyond what was learnt from, ``(D,)``."""
        return outside(values, self.low, self.high)


def features(drawings: Sequence[Stroke3], frame: float = SIDE) -> Floats:
    """The features of at least one drawing, ``(D, F)``, each brought to the data's form first."""
    rows = [normalise(d, frame) for d in drawings]
    return np.hstack([table_of(m.numbers, rows)[1] for m in (stroke_features, form_features)])


def outside(values: Floats, low: Floats, high: Floats) -> Floats:
    """Share of each drawing's features beyond the bounds, ``(D,)``."""
    return np.asarray(((values < low) | (values > high)).mean(1))


def acceptance(scores: Floats, log_scale: float) -> Floats:
    """Probabilities with which drawings are accepted, min(1, c r)."""
    return np.exp(np.minimum(0.0, log_scale + scores))


def find_log_scale(scores: Floats, budget: float) -> float:
    """The logarithm of the c at which the mean acceptance of the drawings scored is the budget.

    Args:
        scores: Logarithms of density ratios, ``(D,)``, D at least 1.
        budget: Above 0 and below 1.
    """
    low, high = -float(scores.max()) - 50.0, -float(scores.min())  # none; all
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if acceptance(scores, middle).mean() < budget:
            low = middle
        else:
            high = middle
    return (low + high) / 2
