"""The silhouette over the number of clusters: its best, its sentence, its picture."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import silhouette_score

from strokebook.vision.clusters import silhouette
from strokebook.vision.clusters.k_means import cluster
from strokebook.vision.clusters.silhouette import (
    SilhouetteCurve,
    silhouette_curve,
    silhouette_picture,
)


def heaps() -> np.ndarray:
    rng = np.random.default_rng(3)
    return (np.repeat(np.eye(4, 6), 15, axis=0) + rng.normal(size=(60, 6)) * 0.05).astype(
        np.float32
    )


def test_the_best_number_is_that_of_the_heaps() -> None:
    curve = silhouette_curve(heaps(), range(1, 9))
    assert sorted(curve.scores) == list(range(2, 9))
    assert curve.best == 4
    plain = silhouette_score(heaps(), cluster(heaps(), 4).numbers)
    assert curve.scores[4] == pytest.approx(plain, abs=1e-3)
    picture = silhouette_picture(curve, 6)
    orange = (np.asarray(picture) == (213, 94, 0)).all(axis=2)
    assert orange.sum() > 40


def test_of_many_a_sample_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silhouette, "MOST", 40)
    curve = silhouette_curve(heaps(), [4])
    assert (curve.sampled, curve.total) == (40, 60)
    assert curve.scores[4] > 0.8


def test_equal_vectors_have_no_silhouette() -> None:
    assert silhouette_curve(np.ones((9, 3), np.float32), range(2, 5)).scores == {}


@pytest.mark.parametrize(
    ("scores", "setting", "told"),
    [
        ({2: 0.3, 4: 0.5}, 4, "is what the setting has"),
        ({2: 0.50, 4: 0.49}, 4, "says nothing"),
        ({2: 0.1, 4: 0.5}, 2, "'clusters = 4'"),
        ({2: 0.1}, 16, "too few"),
    ],
)
def test_the_sentence_names_the_best_and_the_setting(
    scores: dict[int, float], setting: int, told: str
) -> None:
    sentence = SilhouetteCurve(scores, 9, 9).sentence(setting)
    assert told in sentence
    assert str(max(scores, key=scores.__getitem__)) in sentence
