"""Clusters of pages that look alike: k-means, the cluster of a new page, similar pages."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from strokebook.base.array_types import Floats32, Ints64
from strokebook.base.errors import StrokebookError

Vectors = Floats32
BLOCK = 8192  # vectors looked at side by side: 40 MB of 1,280 numbers each
STARTS = 10  # k-means runs from as many beginnings, the tightest one is kept


@dataclass(frozen=True, eq=False)
class ClusterFit:
    """Groups of vectors.

    Shape letters: N vectors, D numbers each, k clusters.

    Attributes:
        centroids: ``(k, D)`` float32, the largest cluster first.
        numbers: ``(N,)``: which cluster each vector is in, from 0; the most numerous is 0.
    """

    centroids: Vectors
    numbers: Ints64

    @property
    def k(self) -> int:
        """How many clusters there are; fewer than asked where vectors are few or the same."""
        return len(self.centroids)

    @property
    def sizes(self) -> Ints64:
        """Vectors in each cluster, ``(k,)``, falling."""
        return np.bincount(self.numbers, minlength=self.k).astype(np.int64)


def cluster(vectors: Vectors, k: int = 16, seed: int = 0) -> ClusterFit:
    """Group vectors by k-means (Lloyd, started by k-means++, best of ten).

    Clusters are numbered by falling size (then by their first member), so that the numbers, and
    names written down for them, stay the same when the same vectors are clustered again.

    Args:
        vectors: ``(N, D)``; N may be 0, 1 or less than k.
        k: Most clusters.
        seed: Of the starting points.

    Raises:
        StrokebookError: Not a table of finite numbers, or k under 1.
    """
    points = _checked(vectors)
    if k < 1:
        raise StrokebookError(f"There is no clustering into {k} groups.", "Ask for one or more.")
    if len(points) == 0:
        return ClusterFit(points, np.zeros(0, np.int64))
    centroids, numbers = _k_means(points, _different(points, k), seed)
    used, numbers = np.unique(numbers, return_inverse=True)
    sizes = np.bincount(numbers)
    first = np.array([np.flatnonzero(numbers == c)[0] for c in range(len(used))])
    order = np.lexsort((first, -sizes))
    rank = np.empty(len(used), np.int64)
    rank[order] = np.arange(len(used))
    return ClusterFit(np.asarray(centroids[used][order], np.float32), rank[numbers])


def _different(points: Vectors, most: int) -> int:
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


def assign(vectors: Vectors, centroids: Vectors) -> Ints64:
    """The nearest centroid of each vector, ``(M,)``.

    Args:
        vectors: ``(M, D)`` from the same backbone as the centroids.
        centroids: ``(k, D)``.

    Raises:
        StrokebookError: No centroids, or vectors of another length than theirs.
    """
    points, middles = _checked(vectors), _checked(centroids)
    if len(middles) == 0:
        raise StrokebookError("There are no clusters yet.", "Cluster the pages first.")
    if points.shape[1] != middles.shape[1]:
        raise StrokebookError(
            f"Vectors of {points.shape[1]} numbers cannot go to clusters of {middles.shape[1]}.",
            "They come from two networks: embed and cluster all pages again.",
        )
    # |p - c|² = |p|² - 2 p·c + |c|²; |p|² is the same for every centroid.
    lengths = (middles**2).sum(axis=1)
    numbers = np.empty(len(points), np.int64)
    for first in range(0, len(points), BLOCK):
        part = points[first : first + BLOCK]
        score = lengths - 2 * part @ middles.T  # (BLOCK, k)
        numbers[first : first + BLOCK] = score.argmin(axis=1)
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
    points = np.asarray(vectors, np.float32)
    if points.ndim != 2 or not finite(points):
        raise StrokebookError(
            f"Vectors should be an (N, D) table of finite numbers, not {points.shape}.",
            "Embed the pages again.",
        )
    return points


def finite(points: Vectors) -> bool:
    """Whether all numbers are finite, without a table of the answers."""
    return all(
        np.isfinite(points[first : first + BLOCK]).all() for first in range(0, len(points), BLOCK)
    )
