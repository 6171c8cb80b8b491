"""Clustering of very many vectors: seconds, memory, and how close to k-means over all of them.

    python -m benchmarks.seeing.clustering [--vectors 100000] [--dims 1280] [--seed 1] [--exact]

Vectors are made: 24 heaps of unequal size and spread along 40 hidden directions, with noise in all,
of length 1, as float16 rows of a memory-mapped file, which is what a store of 100,000 pages is.
Reported: seconds and the highest resident memory of the clustering alone, the mean squared distance
to the nearest centroid, the agreement with the heaps (adjusted Rand index); with ``--exact`` the
same of scikit-learn's KMeans over all vectors in memory (float32), ten starts.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

from strokebook.vision.clusters.k_means import BLOCK, cluster

HEAPS, HIDDEN = 24, 40


def make_rows(path: Path, n: int, dims: int, seed: int) -> npt.NDArray[np.int64]:
    """Write ``(n, dims)`` float16 rows; the heap that each row is of."""
    rng = np.random.default_rng(seed)
    directions = rng.normal(size=(HIDDEN, dims)).astype(np.float32) / np.sqrt(dims)
    middles = rng.normal(size=(HEAPS, HIDDEN)).astype(np.float32) * 2
    spread = rng.uniform(0.6, 1.4, HEAPS).astype(np.float32)
    shares = rng.dirichlet(np.full(HEAPS, 3.0))
    heaps = rng.choice(HEAPS, size=n, p=shares)
    rows = np.lib.format.open_memmap(path, "w+", np.float16, (n, dims))
    for first in range(0, n, BLOCK):
        of = heaps[first : first + BLOCK]
        hidden = (
            middles[of] + rng.normal(size=(len(of), HIDDEN)).astype(np.float32) * spread[of, None]
        )
        part = hidden @ directions
        part += rng.normal(size=part.shape).astype(np.float32) * 0.05
        rows[first : first + BLOCK] = part / np.linalg.norm(part, axis=1, keepdims=True)
    rows.flush()
    return heaps


def mean_square(rows: npt.NDArray[np.float16], centroids: npt.NDArray[np.float32]) -> float:
    """The mean squared distance to the nearest centroid."""
    total = 0.0
    for first in range(0, len(rows), BLOCK):
        part = np.asarray(rows[first : first + BLOCK], np.float32)
        away = (part**2).sum(1, keepdims=True) - 2 * part @ centroids.T + (centroids**2).sum(1)
        total += float(away.min(axis=1).sum())
    return total / len(rows)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--vectors", type=int, default=100_000)
    parser.add_argument("--dims", type=int, default=1280)
    parser.add_argument("--clusters", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--exact", action="store_true")
    options = parser.parse_args()
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.npy"
        heaps = make_rows(path, options.vectors, options.dims, options.seed)
        rows = np.load(path, mmap_mode="r")
        before, begun, busy = peak(), time.perf_counter(), time.process_time()
        fit = cluster(rows, options.clusters, options.seed)
        seconds, busy = time.perf_counter() - begun, time.process_time() - busy
        told = f"{options.vectors} x {options.dims}, k {options.clusters}, seed {options.seed}"
        print(f"{told}: {seconds:.1f} s ({busy:.1f} s of processor time)")
        print(f"  highest memory {peak():.0f} MB ({before:.0f} before)")
        print(f"  mean square {mean_square(rows, fit.centroids):.5f}")
        print(f"  agreement with the heaps {adjusted_rand_score(heaps, fit.numbers):.3f}")
        if options.exact:
            begun = time.perf_counter()
            full = KMeans(options.clusters, n_init=10, random_state=options.seed)
            full.fit(np.asarray(rows, np.float32))
            print(f"scikit-learn over all, ten starts: {time.perf_counter() - begun:.1f} s")
            print(f"  mean square {mean_square(rows, full.cluster_centers_):.5f}")
            print(f"  agreement with the heaps {adjusted_rand_score(heaps, full.labels_):.3f}")
            both = adjusted_rand_score(full.labels_, fit.numbers)
            print(f"  agreement with ours {both:.3f}")


def peak() -> float:
    """The highest resident memory so far, in MB; pages of the mapped file are in it."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
