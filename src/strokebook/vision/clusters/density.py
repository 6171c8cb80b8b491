"""Clusters by density (HDBSCAN): as many as there are, and pages that belong to none."""

from __future__ import annotations

import warnings

import numpy as np

from strokebook.base.array_types import Floats32, Ints64
from strokebook.base.random_streams import RandomStream, generator
from strokebook.vision.clusters.k_means import ClusterFit, Rows, Vectors, assign, by_size

DIMENSIONS = 16  # principal components that distances are measured in
SMALLEST = 5  # vectors in a cluster, at least
SHARE = 0.01  # of all vectors that a cluster has at least
MOST = 10_000  # vectors that are compared each with each; the others go to the nearest cluster


def cluster_by_density(vectors: Rows, seed: int = 0) -> ClusterFit:
    """Group vectors where they lie dense; those between are in no cluster (-1).

    HDBSCAN (Campello, Moulavi & Sander 2013) on the first principal components: distances between
    points of 1,280 numbers are all nearly alike, so that nothing would be dense. Its time grows
    with the square of the number of vectors; beyond :data:`MOST` a sample is clustered, and the
    others go to the nearest cluster whose reach they lie in.

    Args:
        vectors: ``(N, D)``; under :data:`SMALLEST` of them there is no cluster.
        seed: Of the sample and the components.
    """
    n = len(vectors)
    if n <= MOST:
        return _fit(np.asarray(vectors, np.float32), seed)
    chosen = np.sort(generator(seed, RandomStream.DENSITY_SAMPLE).choice(n, MOST, replace=False))
    fit = _fit(np.asarray(vectors[chosen], np.float32), seed)
    if fit.k == 0:
        return ClusterFit(fit.centroids, np.full(n, -1, np.int64), fit.reach)
    numbers = assign(vectors, fit.centroids, fit.reach)
    numbers[chosen] = fit.numbers
    return _with_reach(by_size(fit.centroids, numbers), vectors)


def _fit(points: Vectors, seed: int) -> ClusterFit:
    if len(points) < 2 * SMALLEST:
        empty = np.zeros((0, points.shape[1]), np.float32)
        return ClusterFit(empty, np.full(len(points), -1, np.int64), np.zeros(0, np.float32))
    from sklearn.cluster import HDBSCAN

    smallest = max(SMALLEST, round(SHARE * len(points)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of divisions by the distance 0 between equal pages
        found = HDBSCAN(min_cluster_size=smallest, min_samples=SMALLEST, copy=True).fit_predict(
            _components(points, seed)
        )
    numbers = np.where(found < 0, -1, found).astype(np.int64)
    k = int(numbers.max(initial=-1)) + 1
    centroids = np.array([points[numbers == c].mean(axis=0) for c in range(k)], np.float32)
    fit = by_size(centroids.reshape(k, points.shape[1]), numbers)
    return _with_reach(fit, points)


def _components(points: Vectors, seed: int) -> Vectors:
    from sklearn.decomposition import PCA

    most = min(DIMENSIONS, *points.shape)
    return np.asarray(PCA(most, random_state=seed).fit_transform(points), np.float32)


def _with_reach(fit: ClusterFit, points: Rows) -> ClusterFit:
    """The fit with the distance of each cluster's farthest member."""
    reach = np.zeros(fit.k, np.float32)
    for number in range(fit.k):
        reach[number] = _farthest(points, np.flatnonzero(fit.numbers == number), fit, number)
    return ClusterFit(fit.centroids, fit.numbers, reach)


def _farthest(points: Rows, rows: Ints64, fit: ClusterFit, number: int) -> float:
    away: Floats32 = np.linalg.norm(
        np.asarray(points[rows], np.float32) - fit.centroids[number], axis=1
    )
    return float(away.max(initial=0.0))
