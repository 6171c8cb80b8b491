"""Clusters merged, split and renamed by hand; each is one command, one undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from strokebook.base.errors import StrokebookError, UsageError
from strokebook.library.catalogue.records import Cluster, Space
from strokebook.pipeline.editing.curate import EditResult, apply_cluster_decisions, label_clusters
from strokebook.pipeline.editing.effects import Standing, compare
from strokebook.pipeline.project import Project
from strokebook.pipeline.project_backbone import ProjectBackbone
from strokebook.pipeline.stages.page_sheets import draw_cluster_sheets
from strokebook.vision.clusters.k_means import cluster


@dataclass(frozen=True)
class Regrouping:
    """What a merge or a split came to.

    Attributes:
        clusters: The clusters that it was about, as they are now.
        result: With the effects further on.
        dropped_names: Names by hand of merged clusters that gave way to another.
    """

    clusters: list[Cluster]
    result: EditResult
    dropped_names: tuple[str, ...] = ()


def merge_clusters(project: Project, space: Space, numbers: Sequence[int]) -> Regrouping:
    """Make one cluster of several, under the number of the first.

    It has the first name that the artist gave one of them, in the order they are given in. The
    pages stay together in every later clustering.

    Raises:
        UsageError: Fewer than two, or no such cluster.
    """
    wanted = list(dict.fromkeys(numbers))
    if len(wanted) < 2:
        raise UsageError("A merge needs two clusters or more.", "strokebook clusters merge 3 7")
    clusters = _chosen(project, space, wanted)
    names = [c.name for c in clusters if c.name is not None and c.name_source == "hand"]
    members = _members(project, space, wanted)

    def act() -> None:
        project.catalogue.group_items(space, {wanted[0]: [k for n in wanted for k in members[n]]})
        if names:
            project.catalogue.name_cluster(space, wanted[:1], names[0], "hand")

    return _regroup(project, space, wanted[:1], act, tuple(dict.fromkeys(names))[1:])


def split_cluster(project: Project, space: Space, number: int, into: int = 2) -> Regrouping:
    """Split a cluster into parts that look alike, by k-means among its own members.

    The largest part keeps the number; the others get the lowest numbers that are free. A name goes
    to all parts until they get names of their own.

    Raises:
        UsageError: No such cluster, or it has fewer members that differ than parts are asked for.
        StrokebookError: Its pages were not looked at yet.
    """
    if into < 2:
        raise UsageError("A split makes two clusters or more.", "clusters split 4 --into 2")
    _chosen(project, space, [number])
    keys = _members(project, space, [number])[number]
    looked = ProjectBackbone(project).known_fingerprint
    if looked is None:
        raise StrokebookError("The pages were not looked at yet.", "Run 'strokebook run' first.")
    fit = cluster(project.catalogue.vectors(space, looked, keys), into, project.options.seed)
    if fit.k < into:
        raise UsageError(
            f"Cluster {number} has only {fit.k} different {space}; it cannot be split into {into}.",
            "Look at its sheet in pictures/clusters." if fit.k < 2 else f"Use --into {fit.k}.",
        )
    taken = {c.number for c in project.catalogue.clusters(space)}
    free = [n for n in range(len(taken) + into) if n not in taken][: into - 1]
    parts: dict[int, list[str]] = {n: [] for n in [number, *free]}
    for key, part in zip(keys, fit.numbers.tolist(), strict=True):
        parts[[number, *free][part]].append(key)

    def act() -> None:
        before = {c.number: c for c in project.catalogue.clusters(space)}[number]
        project.catalogue.group_items(space, parts)
        if before.name is not None and before.name_source == "hand":
            project.catalogue.name_cluster(space, free, before.name, "hand")

    return _regroup(project, space, list(parts), act)


def rename_cluster(
    project: Project,
    space: Space,
    number: int,
    name: str,
    *,
    kind: str | None = None,
    new: bool = False,
) -> EditResult:
    """Name a cluster by hand; pages of it have the name as their label at once.

    Args:
        project: Open.
        space: ``pages`` or ``drawings``.
        number: The cluster.
        name: Its name.
        kind: What kind of page a new label means (of pages).
        new: A label that is nearly a known one is meant as it is written (of pages).
    """
    if space == "pages":
        return label_clusters(project, [f"{number}={name}"], kind=kind, new=new)
    result, before = EditResult(), Standing.of(project)
    with project.catalogue.hand_edit():
        result.clusters = project.catalogue.name_cluster(space, [number], name, "hand")
        apply_cluster_decisions(project)
    result.effects = compare(before, Standing.of(project))
    return result


def _regroup(
    project: Project,
    space: Space,
    about: Sequence[int],
    act: Callable[[], None],
    dropped: tuple[str, ...] = (),
) -> Regrouping:
    """Do it as one command, and draw the sheets of what changed."""
    result, before = EditResult(), Standing.of(project)
    with project.catalogue.hand_edit():
        act()
        apply_cluster_decisions(project)
    result.effects = compare(before, Standing.of(project))
    looked = ProjectBackbone(project).known_fingerprint
    if looked is not None:
        draw_cluster_sheets(project, space, looked)
    now = [c for c in project.catalogue.clusters(space) if c.number in about]
    return Regrouping(now, result, dropped)


def _chosen(project: Project, space: Space, numbers: Sequence[int]) -> list[Cluster]:
    """The clusters of these numbers, in this order."""
    there = {c.number: c for c in project.catalogue.clusters(space)}
    project.catalogue.check_cluster_numbers(space, numbers)
    return [there[number] for number in numbers]


def _members(project: Project, space: Space, numbers: Sequence[int]) -> dict[int, list[str]]:
    clustering = project.catalogue.clustering(space)
    members: dict[int, list[str]] = {number: [] for number in numbers}
    for key, number in sorted(clustering.members.items()) if clustering is not None else ():
        if number in members:
            members[number].append(key)
    return members
