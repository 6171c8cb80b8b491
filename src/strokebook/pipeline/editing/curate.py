"""What the artist says: names of clusters, labels of pages, tags, drawings kept and dropped.

Each function is one command, one undo; it checks all that it was given before it changes anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from strokebook.base.errors import UsageError
from strokebook.base.options import nearest
from strokebook.library.catalogue.records import Cluster, DrawingRecord, Page
from strokebook.library.filing import SyncReport, sync
from strokebook.pipeline.editing.effects import Effects, Standing, compare
from strokebook.pipeline.editing.label_spelling import settle_label
from strokebook.pipeline.names import expand_names
from strokebook.pipeline.project import Project
from strokebook.pipeline.seeing.drawing_reasons import read_judgements
from strokebook.vision.composition.composition import COMPOSITIONS

KEEP, DROP = "keep", "drop"
_ASSIGNMENT = re.compile(r"(\d+(?:,\d+)*)=(.+)")
_CLUSTER = re.compile(r"cluster:(\d+)")
_MEASURE = "measure:"


@dataclass(frozen=True)
class Naming:
    """``5,7=drawings`` taken apart."""

    numbers: tuple[int, ...]
    name: str


@dataclass
class EditResult:
    """What a command came to.

    Attributes:
        pages: The pages concerned, as they are now.
        clusters: The clusters concerned, as they are now.
        drawings: The drawings concerned, as they are now.
        effects: What it changes further on.
    """

    pages: list[Page] = field(default_factory=list)
    clusters: list[Cluster] = field(default_factory=list)
    drawings: list[DrawingRecord] = field(default_factory=list)
    effects: Effects = field(default_factory=Effects)


@contextmanager
def _watched(project: Project, result: EditResult) -> Iterator[None]:
    """Let the classifier learn; compare what would be traced and learnt from before and after."""
    from strokebook.pipeline.stages.labelling import relabel

    before = Standing.of(project)
    yield
    relabel(project)
    result.effects = compare(before, Standing.of(project))


def parse_naming(text: str) -> Naming:
    """Read ``3=watercolours`` or ``5,7=drawings``.

    Raises:
        UsageError: Not of that form.
    """
    match = _ASSIGNMENT.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"{text!r} names no clusters.", "Write NUMBERS=LABEL, as in 5,7=drawings.")
    return Naming(tuple(map(int, match[1].split(","))), match[2].strip())


def label_clusters(
    project: Project, texts: Sequence[str], *, kind: str | None = None, new: bool = False
) -> EditResult:
    """Name clusters of pages by hand; their pages get the label at once.

    Args:
        project: Open.
        texts: ``NUMBERS=LABEL`` each.
        kind: What kind of page a new label means; default: what the clusters' pages are now.
        new: A label that is nearly a known one is meant as it is written.
    """
    catalogue, result = project.catalogue, EditResult()
    namings = [parse_naming(text) for text in texts]
    pages = catalogue.pages()
    with _watched(project, result), catalogue.hand_edit():
        for naming in namings:
            kinds = {p.kind for p in pages if p.cluster in naming.numbers}
            name, kind_of_label = settle_label(project, naming.name, kinds, kind=kind, new=new)
            if kind_of_label is not None:
                catalogue.set_label_kind(name, kind_of_label)
            result.clusters += catalogue.name_cluster("pages", naming.numbers, name, "hand")
    return result


def correct(
    project: Project,
    names: Sequence[str],
    label: str,
    *,
    kind: str | None = None,
    new: bool = False,
) -> EditResult:
    """Label pages by hand; it wins over their clusters for ever."""
    catalogue, result = project.catalogue, EditResult()
    kinds = {catalogue.page(name).kind for name in names}
    name, kind_of_label = settle_label(project, label, kinds, kind=kind, new=new)
    with _watched(project, result), catalogue.hand_edit():
        if kind_of_label is not None:
            catalogue.set_label_kind(name, kind_of_label)
        result.pages = catalogue.set_hand_labels(dict.fromkeys(names, name))
    return result


def uncorrect(project: Project, names: Sequence[str]) -> EditResult:
    """Take labels by hand back; the pages have their clusters' labels again."""
    result = EditResult()
    with _watched(project, result):
        result.pages = project.catalogue.clear_hand_labels(names)
    return result


def tag(project: Project, names: Sequence[str], tag_name: str, remove: bool = False) -> EditResult:
    """Tag pages or take a tag away, all of them or none.

    A page tagged private is so at once; what was made of it is removed by
    :func:`strokebook.pipeline.removal.purge.purge`.
    """
    catalogue, result = project.catalogue, EditResult()
    act = catalogue.untag_pages if remove else catalogue.tag_pages
    with _watched(project, result):
        result.pages = act(names, tag_name)
    return result


def decide(project: Project, names: Sequence[str], kept: bool) -> EditResult:
    """Keep or drop drawings by hand.

    Args:
        project: Open.
        names: Drawings' ids; a page's id stands for all of its drawings, ``cluster:3`` for all
            drawings of cluster 3, also those that join it later; ``measure:chain`` for all that
            the measures take for a chain at present (or ``pattern``, ``single``).
        kept: Keep, or drop.

    Raises:
        UsageError: There is no such drawing, cluster or kind.
    """
    catalogue, result = project.catalogue, EditResult()
    clusters = [int(m[1]) for n in names if (m := _CLUSTER.fullmatch(n))]
    measured = [n.removeprefix(_MEASURE) for n in names if n.startswith(_MEASURE)]
    alike = {kind: _taken_for(project, kind) for kind in measured}
    others = [n for n in names if not (_CLUSTER.fullmatch(n) or n.startswith(_MEASURE))]
    singles = expand_names(project, others) if others else []
    with _watched(project, result), catalogue.hand_edit():
        if clusters:
            catalogue.name_cluster("drawings", clusters, KEEP if kept else DROP, "hand")
        result.drawings = catalogue.decide(singles, kept) if singles else []
        for kind, keys in alike.items():
            result.drawings += catalogue.decide(keys, kept, f"by hand, as {kind} by its measures")
        apply_cluster_decisions(project)
    result.drawings += [d for d in catalogue.drawings() if d.cluster in clusters]
    return result


def _taken_for(project: Project, kind: str) -> list[str]:
    """The drawings that the measures take for a kind of composition and no hand decided on; keys.

    Raises:
        UsageError: There is no such kind, or no such drawing.
    """
    if kind not in COMPOSITIONS:
        raise UsageError(
            f"There is no composition {kind!r}.",
            nearest(kind, COMPOSITIONS) or f"Write one of {', '.join(COMPOSITIONS)}.",
        )
    judged = read_judgements(project)
    keys = [
        d.key
        for d in project.catalogue.drawings()
        if d.reason_source != "hand" and d.key in judged and judged[d.key].kind == kind
    ]
    if not keys:
        raise UsageError(f"The measures take no drawing for a {kind}, or a hand decided on all.")
    return keys


def apply_cluster_decisions(project: Project) -> None:
    """Let every drawing follow its cluster where the artist kept or dropped that.

    A drawing that was in a cluster when that was kept or dropped follows it, whatever cluster a
    later clustering puts it into.
    """
    # One transaction: what a run read before an edit must not be written after it.
    with project.catalogue.transaction():
        _apply_cluster_decisions(project)


def _apply_cluster_decisions(project: Project) -> None:
    catalogue = project.catalogue
    words = {
        c.number: c.name
        for c in catalogue.clusters("drawings")
        if c.name in (KEEP, DROP) and c.name_source == "hand"
    }
    before = catalogue.names_of("drawings")
    verdicts = {}
    for drawing in catalogue.drawings():
        word = before.get(drawing.key)
        if drawing.cluster in words:
            word = words[drawing.cluster]
        if word in (KEEP, DROP):
            done = "kept" if word == KEEP else "dropped"
            verdicts[drawing.key] = (word == KEEP, f"its cluster was {done}")
    catalogue.set_verdicts("cluster", verdicts)


def sync_folders(project: Project) -> tuple[SyncReport, Effects]:
    """Record where the artist moved filed pages, as labels by hand."""
    result = EditResult()
    with _watched(project, result):
        report = sync(project.catalogue, project.library, project.folder)
    return report, result.effects
