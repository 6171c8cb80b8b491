"""Items of a space (pages, drawings) into clusters: once over all, later ones to the nearest."""

from __future__ import annotations

from collections.abc import Sequence

from strokebook.library.catalogue.records import Clustering, Space
from strokebook.pipeline.project import Project
from strokebook.pipeline.stage import key_of
from strokebook.vision.clusters.k_means import assign, cluster


def put_in_clusters(
    project: Project, space: Space, looked: str, keys: Sequence[str], anew: bool = False
) -> None:
    """Give every item a cluster; those that have one keep it, and the clusters their names.

    Args:
        project: Open.
        space: ``pages`` or ``drawings``.
        looked: Fingerprint of the network that made the vectors.
        keys: Every item, each with a vector.
        anew: Cluster everything again; names by hand go along where they fit.
    """
    k = project.settings.vision.clusters
    key = key_of(looked, str(k))
    current = project.catalogue.clustering(space)
    if anew or current is None or current.key != key or _outgrown(project, current, keys, k):
        vectors = project.catalogue.vectors(space, looked, keys)
        clustering = cluster(vectors, k, project.options.seed)
        members = dict(zip(keys, map(int, clustering.numbers), strict=True))
        project.catalogue.new_clustering(
            space, len(clustering.centroids), clustering.centroids, members, key
        )
        return
    new = [item for item in keys if item not in current.members]
    if new:
        numbers = assign(project.catalogue.vectors(space, looked, new), current.centroids)
        project.catalogue.assign_members(space, dict(zip(new, map(int, numbers), strict=True)))


def _outgrown(project: Project, current: Clustering, keys: Sequence[str], k: int) -> bool:
    """Fewer clusters than asked for, since there were too few items; and none named by hand."""
    unnamed = all(c.name_source != "hand" for c in project.catalogue.clusters(current.space))  # type: ignore[arg-type]
    return current.k < min(k, len(keys)) and unnamed
