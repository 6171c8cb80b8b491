"""Map of the collection: pages that look alike lie close together."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from strokebook.base.array_types import Floats, Floats32, Ints
from strokebook.base.errors import StrokebookError
from strokebook.vision.clusters.k_means import finite

Vectors = Floats32
Places = Floats32  # (N, 2)

LEAST = 10  # under as many points neighbourhoods mean nothing; their principal plane is shown
PERPLEXITY = 30.0  # neighbours that count; van der Maaten & Hinton 2008 advise 5 to 50
MANY = 20_000  # points whose components come from their scatter matrix
OLD_ROWS = 8192  # vectors of the map that are looked at together: 40 MB of 1,280 numbers each
TABLE = 1 << 22  # similarities at a time: 16 MB
NEIGHBOURS = 5  # of a new page, whose median is its place


def fit_map(vectors: Vectors, seed: int = 0) -> Places:
    """Places on a map for vectors.

    t-SNE (van der Maaten & Hinton 2008, JMLR 9), started from the principal components, which
    keeps the large-scale order and makes maps alike (Kobak & Berens 2019, Nat. Commun. 10). With
    fewer than ten vectors the first two principal components are the map.

    Args:
        vectors: ``(N, D)``; N may be 0.
        seed: Of what randomness is left (the neighbour search).

    Returns:
        ``(N, 2)`` float32, centred on 0, no place further than 1 from it on either axis.
    """
    points = np.asarray(vectors, np.float32)
    if points.ndim != 2 or not finite(points):
        raise StrokebookError("A map needs an (N, D) table of finite numbers.", "Embed again.")
    start = principal(points)
    if len(points) < LEAST or not start.any():
        return start
    from openTSNE import TSNE

    perplexity = min(PERPLEXITY, (len(points) - 1) / 3)
    # openTSNE wants a start of standard deviation 1e-4, so that no attraction is lost at first.
    begin = start / max(float(start[:, 0].std()), 1e-12) * 1e-4
    tsne = TSNE(
        perplexity=perplexity,
        metric="cosine",
        initialization=begin.astype(np.float64),
        random_state=seed,
        n_jobs=1,  # sums in another order would move the map
        neighbors="exact" if len(points) < 2000 else "auto",
        negative_gradient_method="bh",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of scikit-learn's deprecations inside openTSNE
        return _framed(np.asarray(tsne.fit(points), np.float32))


def extend_map(old_vectors: Vectors, old_xy: Places, new_vectors: Vectors) -> Places:
    """Places for new vectors on a map that does not move.

    Each goes to the median of the places of its five nearest old neighbours by cosine, as
    openTSNE starts its own transform (Poličar, Stražar & Zupan 2019); a median is never drawn
    into the empty middle between two islands by one stray neighbour.

    Args:
        old_vectors: ``(N, D)``, those on the map.
        old_xy: ``(N, 2)``, their places.
        new_vectors: ``(M, D)``.

    Returns:
        ``(M, 2)`` float32; the middle of the map where the old one is empty.
    """
    new = np.asarray(new_vectors, np.float32)
    if len(old_vectors) == 0:
        return np.zeros((len(new), 2), np.float32)
    old, xy = np.asarray(old_vectors, np.float32), np.asarray(old_xy, np.float32)
    places = np.empty((len(new), 2), np.float32)
    step = TABLE // min(len(old), OLD_ROWS)
    for first in range(0, len(new), step):
        nearest = _nearest(_unit(new[first : first + step]), old)
        places[first : first + step] = np.median(xy[nearest], axis=1)
    return places


def _nearest(new: Vectors, old: Vectors) -> Ints:
    """The nearest old rows of each new one by cosine, ``(M, 5)``, the nearest first.

    Strategy: the old rows come block by block; of each block and the best so far the five best
    stay. Of equals the earlier rows are the nearer ones, as in one stable sort of all.
    """
    best = np.zeros((len(new), 0), np.float32)
    rows = np.zeros((len(new), 0), np.intp)
    for first in range(0, len(old), OLD_ROWS):
        block = new @ _unit(old[first : first + OLD_ROWS]).T  # (M, OLD_ROWS)
        numbers = np.broadcast_to(np.arange(first, first + block.shape[1]), block.shape)
        best, rows = np.hstack([best, block]), np.hstack([rows, numbers])
        order = np.argsort(-best, axis=1, kind="stable")[:, :NEIGHBOURS]
        best = np.take_along_axis(best, order, axis=1)
        rows = np.take_along_axis(rows, order, axis=1)
    return rows


def principal(points: Vectors) -> Places:
    """The first two principal components, ``(N, 2)``, framed; each axis's sign is fixed."""
    if len(points) == 0:
        return np.zeros((0, 2), np.float32)
    two = _two_components(points) if len(points) <= MANY else _two_of_many(points)
    # The sign of a component is free; its largest entry is made positive to fix the picture.
    signs = np.sign(two[np.abs(two).argmax(axis=0), [0, 1]])
    return _framed(np.asarray(two * np.where(signs == 0, 1, signs), np.float32))


def _two_components(points: Vectors) -> Floats:
    """Every point on the two largest components, ``(N, 2)``; 0 where there are fewer."""
    centred = points.astype(np.float64) - points.mean(axis=0, dtype=np.float64)
    left, size, _ = np.linalg.svd(centred, full_matrices=False)
    two = np.zeros((len(points), 2))
    used = min(2, int((size > 1e-6 * max(size.max(initial=0.0), 1e-12)).sum()))
    if size.max(initial=0.0) > 1e-9:
        two[:, :used] = left[:, :used] * size[:used]
    return two


def _two_of_many(points: Vectors) -> Floats:
    """The same from the (D, D) scatter matrix, block by block: the SVD would copy all points."""
    blocks = [slice(i, i + OLD_ROWS) for i in range(0, len(points), OLD_ROWS)]
    mean = points.mean(axis=0, dtype=np.float64)
    scatter = np.zeros((points.shape[1], points.shape[1]))
    for block in blocks:
        centred = points[block].astype(np.float64) - mean
        scatter += centred.T @ centred
    variance, axes = np.linalg.eigh(scatter)
    used = [i for i in (-1, -2) if len(variance) >= -i and variance[i] > 1e-12 * variance[-1] > 0]
    two = np.zeros((len(points), 2))
    for block in blocks:
        two[block, : len(used)] = (points[block].astype(np.float64) - mean) @ axes[:, used]
    return two


def _framed(places: Places) -> Places:
    centred = places - (places.max(axis=0) + places.min(axis=0)) / 2
    reach = float(np.abs(centred).max(initial=0.0))
    return np.asarray(centred / reach if reach > 0 else centred, np.float32)


def _unit(points: Vectors) -> npt.NDArray[Any]:
    return np.asarray(points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-12))
