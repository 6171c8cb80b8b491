"""Classifier two-sample test (Lopez-Paz & Oquab 2017): can two sets of drawings be told apart.

Classifier two-sample tests: arXiv 1610.06545. The classifier is trained on four fifths of both sets
and asked about the rest, five times, so that it is asked about every drawing once. 50 % right: it
cannot; 100 %: always.

Shape letters: D drawings of each set, F features.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from strokebook.base.array_types import Floats, Ints64
from strokebook.base.random_streams import RandomStream
from strokebook.geometry.drawing import Stroke3
from strokebook.geometry.simplify import simplify
from strokebook.geometry.stroke3 import from_stroke3, to_stroke3
from strokebook.model.cells.noise import Noise
from strokebook.model.evaluation import picture_features
from strokebook.model.features import stroke_features
from strokebook.model.features.feature_table import table_of

FOLDS = 5
LEAST = 20  # drawings of each set; with fewer the answer is mostly luck
TREES, DEPTH = 150, 3
THIN = 0.01  # of a drawing's longer side
COMPONENTS = 64  # of the pictures' features
TELLING = 6  # features named


@dataclass(frozen=True)
class TwoSampleResult:
    """How well two sets were told apart.

    Attributes:
        accuracy: Share of right answers, 0.5 by luck.
        error: Its standard error, the answers taken as independent.
        drawings: D, of each set.
        telling: What the answers rest on most: feature, its share in the trees' decisions, its
            mean in the first and in the second set.
    """

    accuracy: float
    error: float
    drawings: int
    telling: tuple[tuple[str, float, float, float], ...] = ()


def by_strokes(first: Sequence[Stroke3], second: Sequence[Stroke3], seed: int) -> TwoSampleResult:
    """Told apart by the numbers of their strokes: boosted trees (Friedman 2001).

    The two sets are as many; at least 20 drawings each.
    """
    names, a = table_of(stroke_features.numbers, first)
    _, b = table_of(stroke_features.numbers, second)
    values, labels = _stacked(a, b)
    accuracy, error = _asked(_trees, values, labels, seed)
    weight = _trees(seed).fit(values, labels).feature_importances_
    most_telling = [
        (names[k], float(weight[k]), float(a[:, k].mean()), float(b[:, k].mean()))
        for k in np.argsort(-weight, kind="stable")[:TELLING]
    ]
    return TwoSampleResult(accuracy, error, len(a), tuple(most_telling))


def thinned(drawing: Stroke3) -> Stroke3:
    """The drawing with as few points as stay within 1 % of its longer side.

    Data sets are mostly simplified so; a model that puts a point where nobody can see it, in the
    middle of a straight line, is given away by it, and hardly by anything else.
    """
    whole = from_stroke3(drawing)
    return to_stroke3(simplify(whole, THIN * max(whole.size)))


def by_pictures(first: Sequence[Stroke3], second: Sequence[Stroke3], seed: int) -> TwoSampleResult:
    """Told apart by how they look: support vectors on the main components of their pictures.

    The two sets are as many; at least 20 drawings each.
    """
    a, b = picture_features.table(first), picture_features.table(second)
    values, labels = _stacked(a, b)
    accuracy, error = _asked(lambda s: _kernels(s, len(labels)), values, labels, seed)
    return TwoSampleResult(accuracy, error, len(a))


def chosen(drawings: Sequence[Stroke3], count: int, seed: int, what: int) -> list[Stroke3]:
    """``count`` of the drawings, without order; the same for the same seed."""
    order = Noise(seed, RandomStream.TWO_SAMPLE, what).rng.permutation(len(drawings))
    return [drawings[n] for n in sorted(order[:count].tolist())]


def _stacked(a: Floats, b: Floats) -> tuple[Floats, Ints64]:
    return np.vstack((a, b)), np.repeat([0, 1], (len(a), len(b)))


def _asked(
    make: Callable[[int], Any], values: Floats, labels: Ints64, seed: int
) -> tuple[float, float]:
    """Share of right answers about drawings not learnt from, and its standard error."""
    from sklearn.model_selection import StratifiedKFold

    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=_state(seed))
    right = np.zeros(len(labels), bool)
    for learn, ask in folds.split(values, labels):
        model = make(seed).fit(values[learn], labels[learn])
        right[ask] = model.predict(values[ask]) == labels[ask]
    share = float(right.mean())
    # At 0 % or 100 % the plain formula would claim certainty; one answer more of each kind (Agresti
    # & Coull 1998's idea) keeps it honest.
    level = (right.sum() + 1) / (len(right) + 2)
    return share, float(np.sqrt(level * (1 - level) / len(right)))


def _trees(seed: int) -> Any:
    from sklearn.ensemble import GradientBoostingClassifier

    return GradientBoostingClassifier(
        n_estimators=TREES,
        max_depth=DEPTH,
        subsample=0.7,
        max_features="sqrt",
        random_state=_state(seed),
    )


def _kernels(seed: int, drawings: int) -> Any:
    from sklearn.decomposition import PCA
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    del seed
    components = min(COMPONENTS, drawings * (FOLDS - 1) // FOLDS - 1)
    return make_pipeline(StandardScaler(), PCA(components, svd_solver="full"), SVC(C=3.0))


def _state(seed: int) -> int:
    return seed % (1 << 32)
