"""Clusters of pages that look alike: k-means, the cluster of a new page, similar pages."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from strokebook.base.array_types import Floats32, Ints64
from strokebook.base.errors import StrokebookError
from strokebook.base.random_streams import RandomStream, generator

Vectors = Floats32
Rows = npt.NDArray[np.floating]  # (N, D), float32 or float16, in memory or mapped from a file
BLOCK = 8192  # vectors looked at side by side: 40 MB of 1,280 numbers each
STARTS = 10  # k-means runs from as many beginnings, the tightest one is kept
LARGE = 20_000  # vectors; of more, a sample is clustered first
SAMPLE, COMPONENTS = 10_000, 64  # its rows, and the principal components it is clustered by
STEPS, SETTLED = 20, 0.001  # of Lloyd over all rows; ended when fewer than 0.1 % change cluster


@dataclass(frozen=True, eq=False)
class ClusterFit:
    """Groups of vectors.

    Shape letters: N vectors, D numbers each, k clusters.

    Attributes:
        centroids: ``(k, D)`` float32, the largest cluster first.
        numbers: ``(N,)``: which cluster each vector is in, from 0; the most numerous is 0. -1: in
            none, which only clustering by density says.
        reach: ``(k,)``: how far the farthest member is from its centroid, where a vector further
            away belongs to no cluster; None: every vector belongs to the nearest.
    """

    centroids: Vectors
    numbers: Ints64
    reach: Floats32 | None = None

    @property
    def k(self) -> int:
        """How many clusters there are; fewer than asked where vectors are few or the same."""
        return len(self.centroids)

    @property
    def sizes(self) -> Ints64:
        """Vectors in each cluster, ``(k,)``, falling."""
        inside = self.numbers[self.numbers >= 0]
        return np.bincount(inside, minlength=self.k).astype(np.int64)


def cluster(vectors: Rows, k: int = 16, seed: int = 0) -> ClusterFit:
    """Group vectors by k-means (Lloyd, started by k-means++, best of ten).

    Clusters are numbered by falling size (then by their first member), so that the numbers, and
    names written down for them, stay the same when the same vectors are clustered again.

    Of more than :data:`LARGE` vectors a sample is clustered by its principal components; from there
    Lloyd goes on over all of them, block by block, so that float16 rows of a memory-mapped file are
    never all in memory.

    Args:
        vectors: ``(N, D)``; N may be 0, 1 or less than k.
        k: Most clusters.
        seed: Of the starting points.

    Raises:
        StrokebookError: Not a table of finite numbers, or k under 1.
    """
    points = _checked(vectors) if len(vectors) <= LARGE else _checked_rows(vectors)
    if k < 1:
        raise StrokebookError(f"There is no clustering into {k} groups.", "Ask for one or more.")
    if len(points) == 0:
        return ClusterFit(_checked(points), np.zeros(0, np.int64))
    fit = _k_means if len(points) <= LARGE else _k_means_of_many
    centroids, numbers = fit(points, _different(points, k), seed)
    return by_size(centroids, numbers)


def by_size(centroids: Vectors, numbers: Ints64) -> ClusterFit:
    """Clusters numbered anew by falling size, then by first member; empty ones go.

    Args:
        centroids: ``(k, D)``.
        numbers: ``(N,)``, -1 for those in no cluster.
    """
    inside = np.flatnonzero(numbers >= 0)
    used, first, compact, sizes = np.unique(
        numbers[inside], return_index=True, return_inverse=True, return_counts=True
    )
    order = np.lexsort((first, -sizes))
    rank = np.empty(len(used), np.int64)
    rank[order] = np.arange(len(used))
    ranked = np.full(len(numbers), -1, np.int64)
    ranked[inside] = rank[compact]
    return ClusterFit(np.asarray(centroids[used][order], np.float32), ranked)


def _different(points: Rows, most: int) -> int:
    """How many of the rows are different, ``most`` at most; read no further than it takes."""
    seen: set[bytes] = set()
    for row in points:
        seen.add((row + 0.0).tobytes())  # -0.0 is 0.0
        if len(seen) == most:
            break
    return len(seen)


def _k_means(points: Vectors, k: int, seed: int) -> tuple[Vectors, Ints64]:
    if k == len(points):
        return points, np.arange(k)
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        # Nearly equal vectors can make a cluster run empty; that is cleaned up by the caller.
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = KMeans(k, n_init=STARTS, random_state=seed).fit(points)
    return fitted.cluster_centers_, fitted.labels_.astype(np.int64)


def _k_means_of_many(points: Rows, k: int, seed: int) -> tuple[Vectors, Ints64]:
    """k-means of a sample, then Lloyd's steps over all rows until hardly any changes cluster."""
    chosen = generator(seed, RandomStream.CLUSTER_SAMPLE).choice(len(points), SAMPLE, replace=False)
    sample = np.asarray(points[np.sort(chosen)], np.float32)
    begun = _k_means_of_components(sample, k, seed)
    centroids = np.array([sample[begun == c].mean(axis=0) for c in np.unique(begun)], np.float32)
    numbers, sums = _lloyd_step(points, centroids)
    for _ in range(STEPS):
        sizes = np.bincount(numbers, minlength=len(centroids))[:, None]
        centroids = np.where(sizes > 0, sums / np.maximum(sizes, 1), centroids).astype(np.float32)
        before = numbers
        numbers, sums = _lloyd_step(points, centroids)
        if (numbers != before).mean() < SETTLED:
            break
    return centroids, numbers


def _k_means_of_components(sample: Vectors, k: int, seed: int) -> Ints64:
    """The clusters of rows by their first principal components, at a twentieth of the time."""
    from sklearn.decomposition import PCA

    most = min(COMPONENTS, sample.shape[1])
    return _k_means(PCA(most, random_state=seed).fit_transform(sample), k, seed)[1]


def _lloyd_step(points: Rows, centroids: Vectors) -> tuple[Ints64, Vectors]:
    """The nearest centroid of each row, ``(N,)``, and the sum of each cluster's rows, (k, D)."""
    numbers = np.empty(len(points), np.int64)
    sums = np.zeros(centroids.shape, np.float64)
    for first, part in _blocks(points):
        near = _nearest_centroid(part, centroids)
        numbers[first : first + len(part)] = near
        inside = (near[None] == np.arange(len(centroids))[:, None]).astype(np.float32)
        sums += inside @ part
    return numbers, np.asarray(sums, np.float32)


def _blocks(points: Rows) -> Iterator[tuple[int, Vectors]]:
    """The rows block by block in float32, each with the number of its first row."""
    for first in range(0, len(points), BLOCK):
        yield first, np.asarray(points[first : first + BLOCK], np.float32)


def _nearest_centroid(part: Vectors, centroids: Vectors) -> Ints64:
    # |p - c|² = |p|² - 2 p·c + |c|²; |p|² is the same for every centroid.
    score = (centroids**2).sum(axis=1) - 2 * part @ centroids.T  # (BLOCK, k)
    return np.asarray(score.argmin(axis=1), np.int64)


def assign(vectors: Rows, centroids: Vectors, reach: Floats32 | None = None) -> Ints64:
    """The nearest centroid of each vector, ``(M,)``.

    Args:
        vectors: ``(M, D)`` from the same backbone as the centroids.
        centroids: ``(k, D)``.
        reach: ``(k,)``: a vector further from its nearest centroid is in no cluster, -1.

    Raises:
        StrokebookError: No centroids, or vectors of another length than theirs.
    """
    points, middles = _checked_rows(vectors), _checked(centroids)
    if len(middles) == 0:
        raise StrokebookError("There are no clusters yet.", "Cluster the pages first.")
    if points.shape[1] != middles.shape[1]:
        raise StrokebookError(
            f"Vectors of {points.shape[1]} numbers cannot go to clusters of {middles.shape[1]}.",
            "They come from two networks: embed and cluster all pages again.",
        )
    numbers = np.empty(len(points), np.int64)
    for first, part in _blocks(points):
        near = _nearest_centroid(part, middles)
        if reach is not None:
            away = np.linalg.norm(part - middles[near], axis=1)
            near = np.where(away <= reach[near], near, -1)
        numbers[first : first + len(part)] = near
    return numbers


def similar(vectors: Vectors, query: Vectors, n: int = 12) -> list[tuple[int, float]]:
    """The rows most like ``query``, best first, as (row, cosine).

    Args:
        vectors: ``(N, D)``.
        query: ``(D,)``; when it is itself one of the rows, that row comes first with cosine 1.
        n: Most rows.
    """
    points = _checked(vectors)
    if len(points) == 0 or n < 1:
        return []
    length = np.linalg.norm(points, axis=1) * max(float(np.linalg.norm(query)), 1e-12)
    cosine = points @ np.asarray(query, np.float32) / np.maximum(length, 1e-12)
    best = np.argsort(-cosine, kind="stable")[:n]
    return [(int(i), float(cosine[i])) for i in best]


def _checked(vectors: npt.ArrayLike) -> Vectors:
    return np.asarray(_checked_rows(np.asarray(vectors, np.float32)), np.float32)


def _checked_rows(points: Rows) -> Rows:
    """The same table, not copied, whatever its kind of floating-point number."""
    points = np.asanyarray(points)
    if points.ndim != 2 or points.dtype.kind not in "fiu" or not finite(points):
        raise StrokebookError(
            f"Vectors should be an (N, D) table of finite numbers, not {points.shape}.",
            "Embed the pages again.",
        )
    return points


def finite(points: Rows) -> bool:
    """Whether all numbers are finite, without a table of the answers."""
    return all(
        np.isfinite(points[first : first + BLOCK]).all() for first in range(0, len(points), BLOCK)
    )
