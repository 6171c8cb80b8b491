"""What the artist says: names of clusters, labels of pages, tags, drawings kept and dropped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from strokebook.base.errors import UsageError
from strokebook.library.filing import SyncReport, sync
from strokebook.library.kinds import check_label
from strokebook.library.privacy import hide_private
from strokebook.library.records import Cluster, DrawingRecord, Page
from strokebook.pipeline.project import Project

KEEP, DROP = "keep", "drop"
_ASSIGNMENT = re.compile(r"(\d+(?:,\d+)*)=(.+)")


@dataclass(frozen=True)
class Naming:
    """``5,7=drawings`` taken apart."""

    numbers: tuple[int, ...]
    name: str


def parse_naming(text: str) -> Naming:
    """Read ``3=watercolours`` or ``5,7=drawings``.

    Raises:
        UsageError: Not of that form, or a label that cannot be used.
    """
    match = _ASSIGNMENT.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"{text!r} names no clusters.", "Write NUMBERS=LABEL, as in 5,7=drawings.")
    return Naming(tuple(map(int, match[1].split(","))), check_label(match[2]))


def label_clusters(project: Project, texts: Sequence[str]) -> list[Cluster]:
    """Name clusters of pages by hand; their pages get the label at once."""
    named: list[Cluster] = []
    for naming in [parse_naming(text) for text in texts]:
        named += project.catalogue.name_cluster("pages", naming.numbers, naming.name, "hand")
    return named


def correct(project: Project, names: Sequence[str], label: str) -> list[Page]:
    """Label pages by hand; it wins over their clusters for ever."""
    return project.catalogue.set_hand_labels(dict.fromkeys(names, label))


def tag(project: Project, names: Sequence[str], tag_name: str, remove: bool = False) -> list[Page]:
    """Tag pages or take a tag away; what was made of a page that is private now is removed."""
    act = project.catalogue.untag if remove else project.catalogue.tag
    pages = [act(name, tag_name) for name in names]
    forget_private(project)
    return pages


def decide(project: Project, names: Sequence[str], kept: bool) -> list[DrawingRecord]:
    """Keep or drop drawings by hand; ``cluster:3`` stands for all drawings of cluster 3."""
    clusters = [int(n.partition(":")[2]) for n in names if re.fullmatch(r"cluster:\d+", n)]
    singles = [n for n in names if not re.fullmatch(r"cluster:\d+", n)]
    for number in clusters:
        word = KEEP if kept else DROP
        project.catalogue.name_cluster("drawings", [number], word, "hand")
    decided = project.catalogue.decide(singles, kept) if singles else []
    apply_cluster_decisions(project)
    in_clusters = [d for d in project.catalogue.drawings() if d.cluster in clusters]
    return decided + in_clusters


def apply_cluster_decisions(project: Project) -> None:
    """Let every drawing follow its cluster where the artist kept or dropped that."""
    # One transaction: what a run read before an edit must not be written after it.
    with project.catalogue.transaction():
        _apply_cluster_decisions(project)


def _apply_cluster_decisions(project: Project) -> None:
    said = {
        c.number: c.name == KEEP
        for c in project.catalogue.clusters("drawings")
        if c.name in (KEEP, DROP) and c.name_source == "hand"
    }
    verdicts = {
        d.key: (
            said[d.cluster],
            f"its cluster {d.cluster} was {'kept' if said[d.cluster] else 'dropped'}",
        )
        for d in project.catalogue.drawings()
        if d.cluster in said
    }
    project.catalogue.set_verdicts("cluster", verdicts)


def sync_folders(project: Project) -> SyncReport:
    """Record where the artist moved filed pages, as labels by hand."""
    return sync(project.catalogue, project.library, project.folder)


def forget_private(project: Project) -> list[str]:
    """Remove everything made of pages that are private now, the pictures and models included.

    Returns:
        The images concerned.
    """
    from strokebook.pipeline.privacy import forget_products

    if project.options.include_private:
        return []
    hidden = hide_private(project.catalogue, project.folder)
    if hidden:
        forget_products(project, hidden)
    return hidden
