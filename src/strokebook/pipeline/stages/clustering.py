"""Items of a space (pages, drawings) into clusters: once over all, later ones to the nearest.

What the artist merged or split holds through every new fit: those items stay together under their
number, and the others are clustered around them. Clusters of a new fit take the numbers of the
older ones they share most items with, so that numbers, names and what was written down go along.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from strokebook.base.array_types import Ints64
from strokebook.library.catalogue.records import Clustering, Space, Vectors
from strokebook.pipeline.project import Project
from strokebook.pipeline.stage import key_of
from strokebook.vision.clusters.carry_over import compare_clusterings, match_clusters
from strokebook.vision.clusters.density import cluster_by_density
from strokebook.vision.clusters.k_means import ClusterFit, assign, cluster
from strokebook.vision.options import HDBSCAN


def put_in_clusters(
    project: Project, space: Space, looked: str, keys: Sequence[str], anew: bool = False
) -> list[str]:
    """Give every item a cluster; those that have one keep it, and the clusters their names.

    Args:
        project: Open.
        space: ``pages`` or ``drawings``.
        looked: Fingerprint of the network that made the vectors.
        keys: Every item, each with a vector.
        anew: Cluster everything again; names by hand go along where they fit.

    Returns:
        What a new fit changed, in sentences; nothing where there was none, or it was the first.
    """
    key = _key(project, looked)
    current = project.catalogue.clustering(space)
    if anew or current is None or current.key != key or _outgrown(project, current, keys):
        _fit_anew(project, space, looked, keys, key)
        return [] if current is None else _changes(project, space, current)
    new = [k for k in keys if k not in current.members and k not in current.outside]
    if new and current.used:
        vectors = project.catalogue.vectors(space, looked, new)
        numbers = nearest_clusters(vectors, current)
        project.catalogue.assign_members(space, dict(zip(new, numbers, strict=True)))
    return []


def _key(project: Project, looked: str) -> str:
    vision = project.settings.vision
    by_density = vision.clustering == HDBSCAN
    # The key of k-means is what it was before there was another way: nothing is clustered anew.
    return key_of(looked, HDBSCAN if by_density else str(vision.clusters))


def nearest_clusters(vectors: Vectors, clustering: Clustering) -> list[int | None]:
    """The cluster that each vector would join; None: it is too far from all.

    Clusters that have lost all their members (to a merge, say) take none.
    """
    used = clustering.used
    reach = [clustering.reach.get(number, np.inf) for number in used]
    limits = np.array(reach, np.float32) if clustering.reach else None
    rows = assign(vectors, clustering.centroids[used], limits)
    return [used[row] if row >= 0 else None for row in rows.tolist()]


def _fit_anew(project: Project, space: Space, looked: str, keys: Sequence[str], key: str) -> None:
    """Cluster all items but those that the artist grouped, whose clusters stay as they are."""
    catalogue = project.catalogue
    vectors = catalogue.vectors(space, looked, keys)
    grouped = catalogue.grouped(space)
    hand = np.array([grouped.get(k, -1) for k in keys], np.int64)
    free = np.flatnonzero(hand < 0)
    groups = sorted({*hand[hand >= 0].tolist()})
    fit = _fit(project, vectors[free] if groups else vectors, len(groups))
    current = catalogue.clustering(space)
    former = current.members if current is not None else {}
    before = np.array([former.get(k, -1) for k in keys], np.int64)
    names = match_clusters(before[free], fit.numbers, fit.k, groups) if former else None
    if names is None:
        names = np.array([n for n in range(fit.k + len(groups)) if n not in groups][: fit.k])
    clustering = _numbered(vectors, hand, free, fit, names.astype(np.int64))
    catalogue.new_clustering(
        space,
        len(clustering.centroids),
        clustering.centroids,
        {k: n if n >= 0 else None for k, n in zip(keys, clustering.numbers.tolist(), strict=True)},
        key,
        backbone=looked,
        reach=None if clustering.reach is None else clustering.reach.tolist(),
    )


def _fit(project: Project, vectors: Vectors, groups: int) -> ClusterFit:
    """Clusters of the items that the artist has not grouped, of which ``groups`` clusters are."""
    vision, seed = project.settings.vision, project.options.seed
    if vision.clustering == HDBSCAN:
        return cluster_by_density(vectors, seed)
    return cluster(vectors, max(1, vision.clusters - groups), seed)


def _numbered(
    vectors: Vectors, hand: Ints64, free: Ints64, fit: ClusterFit, names: Ints64
) -> ClusterFit:
    """The fit with the clusters' final numbers, and with the artist's groups in it.

    An item of the fit that is nearer to a group of the artist's than to its own cluster joins it.

    Args:
        vectors: ``(N, D)`` of all items.
        hand: ``(N,)``: the artist's group of each, or -1.
        free: Rows of the items in none, which were fitted.
        fit: Of them.
        names: ``(k,)``: the number of each cluster of the fit.
    """
    groups = np.unique(hand[hand >= 0])
    k = 1 + max([-1, *names.tolist(), *groups.tolist()])
    centroids = np.zeros((k, vectors.shape[1]), np.float32)
    reach = None if fit.reach is None else np.zeros(k, np.float32)
    centroids[names] = fit.centroids
    if reach is not None and fit.reach is not None:
        reach[names] = fit.reach
    for group in groups:
        centroids[group] = vectors[hand == group].mean(axis=0)
        if reach is not None:
            away = np.linalg.norm(vectors[hand == group] - centroids[group], axis=1)
            reach[group] = away.max()
    numbers = hand.copy()
    numbers[free] = np.where(fit.numbers >= 0, names[fit.numbers] if fit.k else -1, -1)
    if len(groups) and len(free):
        used = np.array(sorted({*names.tolist(), *groups.tolist()}))
        near = assign(vectors[free], centroids[used], None if reach is None else reach[used])
        joins = (near >= 0) & np.isin(used[near], groups)
        numbers[free[joins]] = used[near[joins]]
    return ClusterFit(centroids, numbers, reach)


def _changes(project: Project, space: Space, before: Clustering) -> list[str]:
    now = project.catalogue.clustering(space)
    if now is None:
        return []
    names = {c.number: c.name for c in project.catalogue.clusters(space) if c.name is not None}
    there = {*now.members, *now.outside}
    old: Mapping[str, int] = {k: n for k, n in before.members.items() if k in there}
    lines = compare_clusterings(old, now.members).sentences(names)
    if now.outside:
        lines.append(f"{len(now.outside)} of {len(there)} {space} are in no cluster.")
    return lines


def _outgrown(project: Project, current: Clustering, keys: Sequence[str]) -> bool:
    """Fewer clusters than asked for, since there were too few items; and none named by hand."""
    vision = project.settings.vision
    if vision.clustering == HDBSCAN:
        return not current.used and len(keys) > len(current.outside)
    unnamed = all(c.name_source != "hand" for c in project.catalogue.clusters(current.space))  # type: ignore[arg-type]
    return current.k < min(vision.clusters, len(keys)) and unnamed
