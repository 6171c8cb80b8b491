"""Map of the collection: pages that look alike lie close together."""

from __future__ import annotations

import warnings
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from strokebook.base.array_types import Floats, Floats32, Ints64
from strokebook.base.errors import StrokebookError
from strokebook.vision.clusters.k_means import finite

Vectors = Floats32
Places = Floats32  # (N, 2)

LEAST = 10  # under as many points neighbourhoods mean nothing; their principal plane is shown
PERPLEXITY = 30.0  # neighbours that count; van der Maaten & Hinton 2008 advise 5 to 50
MANY = 20_000  # points whose components come from their scatter matrix
FEW_COMPONENTS = 50  # of so many points, which neighbours are sought by
OLD_ROWS = 8192  # vectors of the map that are looked at together: 40 MB of 1,280 numbers each
TABLE = 1 << 22  # similarities at a time: 16 MB
NEIGHBOURS = 5  # of a new page, whose median is where it begins; its perplexity
REFERENCES = 3 * NEIGHBOURS  # of a new page, that it is drawn to


class FittedMap(NamedTuple):
    """A map, and what openTSNE's own unit is on it.

    Attributes:
        places: ``(N, 2)``, centred on 0, none further than 1 from it on either axis.
        scale: What a place is to be multiplied by to be where openTSNE had it, which later points
            are placed by; 0 where the map is of principal components.
    """

    places: Places
    scale: float


def fit_map(vectors: Vectors, seed: int = 0) -> FittedMap:
    """Places on a map for vectors.

    t-SNE (van der Maaten & Hinton 2008, JMLR 9), started from the principal components, which
    keeps the large-scale order and makes maps alike (Kobak & Berens 2019, Nat. Commun. 10). With
    fewer than ten vectors the first two principal components are the map. Of more than
    :data:`MANY` vectors the neighbours are sought among their first components, so that memory
    grows with their number alone.

    Args:
        vectors: ``(N, D)``; N may be 0.
        seed: Of what randomness is left (the neighbour search).
    """
    points = np.asarray(vectors, np.float32)
    if points.ndim != 2 or not finite(points):
        raise StrokebookError("A map needs an (N, D) table of finite numbers.", "Embed again.")
    start = principal(points)
    if len(points) < LEAST or not start.any():
        return FittedMap(start, 0.0)
    from openTSNE import TSNE

    many = len(points) > MANY
    # openTSNE wants a start of standard deviation 1e-4, so that no attraction is lost at first.
    begin = start / max(float(start[:, 0].std()), 1e-12) * 1e-4
    tsne = TSNE(
        perplexity=min(PERPLEXITY, (len(points) - 1) / 3),
        metric="euclidean" if many else "cosine",
        initialization=begin.astype(np.float64),
        random_state=seed,
        n_jobs=1,  # sums in another order would move the map
        neighbors="exact" if len(points) < 2000 else "auto",
        negative_gradient_method="fft" if many else "bh",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of scikit-learn's deprecations inside openTSNE
        fitted = tsne.fit(_components_of_many(points, FEW_COMPONENTS) if many else points)
    raw = np.asarray(fitted, np.float32)
    return FittedMap(_framed(raw), _reach(raw))


def extend_map(
    old_vectors: Vectors, old_xy: Places, new_vectors: Vectors, scale: float = 0.0
) -> Places:
    """Places for new vectors on a map that does not move.

    By openTSNE's own transform (Poličar, Stražar & Zupan 2019): each begins at the median of the
    places of its five nearest old neighbours by cosine, since a median is never drawn into the
    empty middle between two islands by one stray neighbour, and is then moved as t-SNE would move
    it while all others hold still. So where a page comes to lie depends on no other new page.

    Args:
        old_vectors: ``(N, D)``, those on the map.
        old_xy: ``(N, 2)``, their places.
        new_vectors: ``(M, D)``.
        scale: That of the map (:class:`FittedMap`); 0: the medians are the places.

    Returns:
        ``(M, 2)`` float32; the middle of the map where the old one is empty.
    """
    new = np.asarray(new_vectors, np.float32)
    if len(old_vectors) == 0:
        return np.zeros((len(new), 2), np.float32)
    old, xy = np.asarray(old_vectors, np.float32), np.asarray(old_xy, np.float32)
    rows = np.empty((len(new), min(REFERENCES, len(old))), np.int64)
    cosine = np.empty(rows.shape, np.float32)
    step = TABLE // min(len(old), OLD_ROWS)
    for first in range(0, len(new), step):
        part = slice(first, first + step)
        rows[part], cosine[part] = _nearest(_unit(new[part]), old)
    medians = np.median(xy[rows[:, :NEIGHBOURS]], axis=1).astype(np.float32)
    if scale <= 0 or len(old) < LEAST or len(new) == 0:
        return medians
    return _transformed(xy, rows, 1 - cosine, medians, scale)


def _transformed(xy: Places, rows: Ints64, away: Floats32, begin: Places, scale: float) -> Places:
    """The new points after openTSNE's transform.

    Args:
        xy: ``(N, 2)``, the old places.
        rows: ``(M, K)``, the nearest old points of each new one.
        away: ``(M, K)``, how far they are.
        begin: ``(M, 2)``, where the new points begin.
        scale: From places on the map to openTSNE's.
    """
    from openTSNE.affinity import joint_probabilities_nn
    from openTSNE.tsne import PartialTSNEEmbedding, TSNEEmbedding
    from scipy.sparse import csr_matrix

    method = "fft" if len(xy) > MANY else "bh"
    # The old points' affinities matter to none but them, and they do not move.
    unused = SimpleNamespace(P=csr_matrix((len(xy), len(xy))))
    old = TSNEEmbedding(xy * scale, unused, negative_gradient_method=method)
    if method == "fft":
        old.prepare_interpolation_grid()
    affinity = joint_probabilities_nn(
        rows,
        np.maximum(away, 0),
        [min(NEIGHBOURS, rows.shape[1] / 3)],
        symmetrize=False,
        normalization="point-wise",
        n_reference_samples=len(xy),
    )
    partial = PartialTSNEEmbedding(
        begin * scale, old, affinity, n_jobs=1, **old.gradient_descent_params
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # The numbers are those of openTSNE's ``transform``.
        placed = partial.optimize(
            n_iter=250, learning_rate=0.1, exaggeration=1.5, momentum=0.8, max_grad_norm=0.25
        )
    # A point unlike all is pushed off the map; it stays at its border.
    return np.asarray(np.clip(np.asarray(placed) / scale, -1, 1), np.float32)


def _nearest(new: Vectors, old: Vectors) -> tuple[Ints64, Floats32]:
    """The nearest old rows of each new one by cosine, ``(M, K)``, the nearest first, and cosines.

    Strategy: the old rows come block by block; of each block and the best so far the K best
    stay. Of equals the earlier rows are the nearer ones, as in one stable sort of all.
    """
    best = np.zeros((len(new), 0), np.float32)
    rows = np.zeros((len(new), 0), np.int64)
    for first in range(0, len(old), OLD_ROWS):
        block = new @ _unit(old[first : first + OLD_ROWS]).T  # (M, OLD_ROWS)
        numbers = np.broadcast_to(np.arange(first, first + block.shape[1]), block.shape)
        best, rows = np.hstack([best, block]), np.hstack([rows, numbers])
        order = np.argsort(-best, axis=1, kind="stable")[:, :REFERENCES]
        best = np.take_along_axis(best, order, axis=1)
        rows = np.take_along_axis(rows, order, axis=1)
    return rows, best


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
    two = np.zeros((len(points), 2))
    few = _components_of_many(points, 2)
    two[:, : few.shape[1]] = few
    return two


def _components_of_many(points: Vectors, most: int) -> Floats:
    """Every point on the largest components, ``(N, most)``, fewer where there are fewer.

    From the (D, D) scatter matrix, block by block: the SVD would copy all points.
    """
    blocks = [slice(i, i + OLD_ROWS) for i in range(0, len(points), OLD_ROWS)]
    mean = points.mean(axis=0, dtype=np.float64)
    scatter = np.zeros((points.shape[1], points.shape[1]))
    for block in blocks:
        centred = points[block].astype(np.float64) - mean
        scatter += centred.T @ centred
    variance, axes = np.linalg.eigh(scatter)
    size = min(most, len(variance))
    used = [i for i in range(-1, -size - 1, -1) if variance[i] > 1e-12 * variance[-1] > 0]
    components = np.zeros((len(points), len(used)))
    for block in blocks:
        components[block] = (points[block].astype(np.float64) - mean) @ axes[:, used]
    return components


def _reach(places: Places) -> float:
    """How far the furthest place is from the middle, on either axis."""
    centred = places - (places.max(axis=0) + places.min(axis=0)) / 2
    return float(np.abs(centred).max(initial=0.0))


def _framed(places: Places) -> Places:
    centred = places - (places.max(axis=0) + places.min(axis=0)) / 2
    reach = float(np.abs(centred).max(initial=0.0))
    return np.asarray(centred / reach if reach > 0 else centred, np.float32)


def _unit(points: Vectors) -> npt.NDArray[Any]:
    return np.asarray(points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-12))
