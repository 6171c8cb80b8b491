"""Clusters by density: as many as there are heaps, what lies between is in none."""

from __future__ import annotations

import numpy as np
import pytest

from strokebook.vision.clusters import density
from strokebook.vision.clusters.density import cluster_by_density
from strokebook.vision.clusters.k_means import assign

CORNERS = np.eye(3, 24, dtype=np.float32) * 5


def heaps(n: int = 20) -> np.ndarray:
    rng = np.random.default_rng(0)
    rows = np.repeat(CORNERS, [2 * n, n, n], axis=0) + rng.normal(size=(4 * n, 24)) * 0.1
    between = CORNERS.mean(axis=0) + rng.normal(size=(3, 24)) * 3
    return np.concatenate([rows, between]).astype(np.float32)


def test_heaps_are_found_and_what_lies_between_is_in_none() -> None:
    fit = cluster_by_density(heaps())
    assert fit.k == 3
    assert fit.sizes.tolist() == [40, 20, 20]
    assert fit.numbers[:40].tolist() == [0] * 40
    assert fit.numbers[-3:].tolist() == [-1] * 3
    np.testing.assert_allclose(fit.centroids[0], CORNERS[0], atol=0.2)


def test_later_vectors_join_only_what_they_are_within_reach_of() -> None:
    fit = cluster_by_density(heaps())
    assert fit.reach is not None
    later = np.stack([CORNERS[0] + 0.01, CORNERS[:2].mean(axis=0)])
    assert assign(later, fit.centroids, fit.reach).tolist() == [0, -1]


@pytest.mark.parametrize("n", [0, 1, 9])
def test_few_vectors_have_no_cluster(n: int) -> None:
    fit = cluster_by_density(np.ones((n, 4), np.float32))
    assert fit.k == 0
    assert fit.numbers.tolist() == [-1] * n


def test_of_many_a_sample_is_clustered_and_the_others_join(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(density, "MOST", 60)
    vectors = heaps(30)
    fit = cluster_by_density(vectors)
    assert fit.k == 3
    named = [set(fit.numbers[part].tolist()) - {-1} for part in np.split(np.arange(120), [60, 90])]
    assert named in ([{0}, {1}, {2}], [{0}, {2}, {1}])
    assert (fit.numbers[:120] >= 0).mean() > 0.7
