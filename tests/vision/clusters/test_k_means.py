"""k-means with few, equal or no vectors; stable numbers; nearest centroids; similar pages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strokebook.base.errors import StrokebookError
from strokebook.vision.clusters import k_means
from strokebook.vision.clusters.k_means import assign, cluster, similar

CORNERS = np.array([[0, 0], [10, 0], [0, 10]], np.float32)


def heaps(sizes: tuple[int, ...] = (5, 9, 3), seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.concatenate(
        [CORNERS[i] + rng.normal(size=(n, 2)) * 0.1 for i, n in enumerate(sizes)]
    ).astype(np.float32)


def test_heaps_are_found_and_numbered_by_size() -> None:
    clusters = cluster(heaps(), 3)
    assert clusters.numbers.tolist() == [1] * 5 + [0] * 9 + [2] * 3
    assert clusters.sizes.tolist() == [9, 5, 3]
    np.testing.assert_allclose(clusters.centroids, CORNERS[[1, 0, 2]], atol=0.3)


def test_numbers_do_not_depend_on_the_seed_where_the_heaps_are_plain() -> None:
    numbers = [cluster(heaps(), 3, seed).numbers.tolist() for seed in range(4)]
    assert numbers == [numbers[0]] * 4


@pytest.mark.parametrize(("n", "k"), [(0, 0), (1, 1), (3, 3), (16, 16), (17, 16)])
def test_fewer_vectors_than_clusters(n: int, k: int) -> None:
    vectors = np.random.default_rng(0).normal(size=(n, 4)).astype(np.float32)
    clusters = cluster(vectors, 16)
    assert clusters.k == k
    assert sorted(set(clusters.numbers.tolist())) == list(range(k))


def test_identical_vectors_are_one_cluster() -> None:
    clusters = cluster(np.ones((7, 3), np.float32), 16)
    assert clusters.k == 1
    assert clusters.numbers.tolist() == [0] * 7


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 30), st.integers(1, 8), st.integers(0, 100))
def test_every_vector_is_nearest_its_own_centroid(n: int, k: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    vectors = rng.integers(0, 3, size=(n, 3)).astype(np.float32)
    clusters = cluster(vectors, k, seed)
    away = np.linalg.norm(vectors[:, None] - clusters.centroids[None], axis=2)
    own = away[np.arange(n), clusters.numbers]
    np.testing.assert_allclose(own, away.min(axis=1), atol=1e-4)
    assert (np.diff(clusters.sizes) <= 0).all()
    assert clusters.sizes.min() >= 1


def test_new_vectors_go_to_the_nearest_centroid() -> None:
    assert assign(np.array([[9, 1], [1, 8], [0.2, 0]], np.float32), CORNERS).tolist() == [1, 2, 0]
    assert assign(np.zeros((0, 2), np.float32), CORNERS).tolist() == []


@pytest.mark.parametrize(
    ("vectors", "centroids"),
    [
        (np.zeros((2, 3)), CORNERS),
        (np.zeros((2, 2)), np.zeros((0, 2))),
        (np.full((2, 2), np.nan), CORNERS),
        (np.zeros(2), CORNERS),
    ],
)
def test_what_cannot_be_assigned_is_reported(vectors: np.ndarray, centroids: np.ndarray) -> None:
    with pytest.raises(StrokebookError, match=r"again|Cluster the pages"):
        assign(vectors, centroids)


def test_no_clusters_cannot_be_asked_for() -> None:
    with pytest.raises(StrokebookError):
        cluster(CORNERS, 0)


def test_of_very_many_vectors_a_sample_begins_and_all_decide(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(k_means, "LARGE", 60)
    monkeypatch.setattr(k_means, "SAMPLE", 50)
    monkeypatch.setattr(k_means, "BLOCK", 32)
    vectors = heaps((30, 80, 40))
    np.save(tmp_path / "rows.npy", vectors.astype(np.float16))
    rows = np.load(tmp_path / "rows.npy", mmap_mode="r")
    fit = cluster(rows, 3, seed=2)
    assert fit.sizes.tolist() == [80, 40, 30]
    assert fit.numbers.tolist() == cluster(vectors[:], 3, seed=2).numbers.tolist()
    np.testing.assert_allclose(fit.centroids, CORNERS[[1, 2, 0]], atol=0.1)
    rows = np.array(rows)
    rows[140, 1] = np.inf
    with pytest.raises(StrokebookError, match="finite"):
        cluster(rows, 3)


def test_similar_pages_by_cosine() -> None:
    vectors = np.array([[1, 0], [0, 1], [5, 0.5], [-1, 0], [0, 0]], np.float32)
    matches = similar(vectors, vectors[0], 3)
    assert [row for row, _ in matches] == [0, 2, 1]
    assert matches[0][1] == pytest.approx(1)
    assert matches[1][1] == pytest.approx(5 / np.hypot(5, 0.5))
    assert len(similar(vectors, vectors[0], 99)) == 5
    assert similar(vectors[:0], vectors[0]) == []
