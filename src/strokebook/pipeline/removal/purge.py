"""What was made of pages goes when they become private, wholly, however often we are killed.

That a page is private holds from the moment it is marked; what was made of it is noted for removal
in the same transaction (``purge`` in the catalogue) and removed when the artist has confirmed it.
The note goes last, so that a removal that was cut short is gone through again at the next command.

What is derived of a page, and where (``tests/pipeline/test_private_traces.py`` looks everywhere):

=====================================================  ==========================================
its preview, trace, drawings, vectors, map points,     its own files and rows
cluster memberships, labels by rule, results, filed
copy, half-written files, what was read on it, the day
in its file
the centroid of its cluster                            computed anew without it
a sketchbook's date that was read on it                its own row
the vision network, if it was tuned on pages           the network and its vectors
vectors as one file, which pairs of pages were laid    all of them
onto each other
the label classifier, if it looked at them when it     the classifier and all labels it gave; the
learnt                                                 next run fits another, in seconds
pictures, contact sheets, maps, the report             all of them
data set, model, trainings begun, what they drew       all, if its drawings ever were in a data set
vectors that the model gave to drawings                likewise: of all drawings
backups of the catalogue, the trash, undo              all backups; the trash; rows are emptied
hand.json                                              its id and its private mark alone are left
what was exported or drawn outside of the project        named, never deleted
free pages and journal of the database                 overwritten, and the file written anew
=====================================================  ==========================================
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from strokebook.base import owned, trees
from strokebook.base.errors import Diagnostic, StrokebookError
from strokebook.base.files import file_digest
from strokebook.library.catalogue.filed_rows import FILED, LIST, write_list
from strokebook.library.catalogue.purge_rows import hide_image
from strokebook.library.disk.backup_files import damaged_files
from strokebook.library.edits import twin
from strokebook.pipeline.check.private import private_files
from strokebook.pipeline.locks import run_ended
from strokebook.pipeline.project import Project
from strokebook.pipeline.removal.ownership import ALSO, FILES, FOLDERS
from strokebook.vision.labels.head_files import ARRAYS, CARD

# Folders of what mixes several pages: the next run makes it again from the pages that may be used.
SHOWING, LEARNT = ("pictures",), ("drawn", "datasets", "models", "trash")
VISION = Path("models", "vision")
VECTORS = Path("cache", "vectors")  # vectors of all pages as one file (``seeing/vector_file.py``)
COMPARED = "compared"  # results that name the pages that a page was laid onto (``seeing/pairs.py``)
LABELS_STAGE = "labels"  # of the classifier's result
HEAD_FILES = (ARRAYS, CARD)
LEFT = "purge_left"  # a note in the catalogue: files that are the artist's to remove
MODEL = "model-"  # vectors of drawings that a model gave: with its digest, see drawing_index
_LEARNT_RESULTS = ("dataset", "train", "draw")


@dataclass(frozen=True)
class PurgePlan:
    """What a purge takes away.

    Attributes:
        images: Of the private pages, in all their versions.
        pages: Their ids.
        files: Files of ours that go.
        outside: What lies outside of the project and is the artist's to remove: (path, what).
        model_seconds: How long the model that goes was trained; 0: no model goes.
        network: The vision network goes, and all pages are looked at again.
        classifier: The label classifier goes, and the next run fits another.
    """

    images: tuple[str, ...]
    pages: tuple[str, ...]
    files: tuple[Path, ...]
    outside: tuple[tuple[str, str], ...]
    model_seconds: float
    network: bool
    classifier: bool = False


@dataclass(frozen=True)
class PurgeReport:
    """What a purge did.

    Attributes:
        plan: What it set out to do.
        left: Files that show a private page and are not ours to delete: changed since we made
            them, or copied by the artist.
    """

    plan: PurgePlan
    left: tuple[Path, ...]

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """What is left, as a run tells it."""
        return [
            Diagnostic(
                str(path),
                "is a link, so what lies behind it stays, and may show a private page."
                if path.is_symlink()
                else "shows a private page and is not as strokebook wrote it, so it stays.",
                "Delete or move it; it is never read.",
            )
            for path in self.left
        ]


def _root(project: Project) -> Path:
    """The project's folder as manifests have it, wherever the command was begun."""
    return owned.absolute(project.folder)


def plan_purge(project: Project, *, confirmed: bool | None = None) -> PurgePlan:
    """What the removal of what private pages left would take away; nothing is changed.

    Args:
        project: Open.
        confirmed: Only removals that were confirmed, or only those that were not; None: all.
    """
    catalogue = project.catalogue
    noted = catalogue.purges(confirmed=confirmed)
    images = tuple(dict.fromkeys(i for image in noted for i in catalogue.versions_of(image)))
    trained = bool(images) and bool(catalogue.trained_among(images))
    network = network_knows(project, images)
    classifier = classifier_knows(project, images)
    goes = _Learnt(trained, network, classifier)
    result = catalogue.result("train", "all")
    return PurgePlan(
        images=images,
        pages=tuple(noted.values()),
        files=tuple(_files(project, images, goes)) if images else (),
        outside=tuple(catalogue.outside_of(images, trained=trained)),
        model_seconds=result.seconds if trained and result else 0.0,
        network=network,
        classifier=classifier,
    )


def purge(project: Project) -> PurgeReport | None:
    """Remove what confirmed private pages left; goes through it again until all of it is gone.

    A training that may have used one of them is stopped, and what it had begun is discarded.

    Returns:
        What was done; None when there was nothing to do.

    Raises:
        StrokebookError: A file of ours cannot be deleted, or a run does not stop; the rest is
            done, and it is tried again with the next command.
    """
    if project.options.include_private or not project.catalogue.purges(confirmed=True):
        return None
    with _no_run_beside(project):
        plan = plan_purge(project, confirmed=True)
        left = _remove_files(project, plan) + _left_before(project)
        left += damaged_files(project.folder)
        for image in plan.images:
            hide_image(project.catalogue, project.folder, image)
        _forget_rows(project, plan)
        left += [*_in_filed(project, plan), *_named(project), *_links(project)]
        if project.at(FILED.name, LIST).exists():  # it names the page, and under which label
            write_list(project.at(FILED.name), project.catalogue.filed().values())
        if project.catalogue.hand_file is not None and project.catalogue.hand_file.exists():
            twin.rewrite(project.catalogue.db, project.catalogue.hand_file)
        left = sorted({owned.absolute(path) for path in left})
        names = [path.relative_to(_root(project)).as_posix() for path in left]
        project.catalogue.set_note(LEFT, json.dumps(names))
        if project.catalogue.db.compact() and not left:
            project.catalogue.end_purges(project.catalogue.purges(confirmed=True))
    return PurgeReport(plan, tuple(left))


def _left_before(project: Project) -> list[Path]:
    """Files that an earlier round named and that are there still."""
    names = json.loads(project.catalogue.note(LEFT) or "[]")
    paths = [_root(project) / name for name in names]
    # A folder in the place of a link that was named is ours again.
    return [path for path in paths if path.is_file() or path.is_symlink()]


def refuse_unpurged(project: Project) -> None:
    """Make sure that no private page's removal waits, before what may show it is used.

    Raises:
        StrokebookError: One does.
    """
    waiting = project.catalogue.purges()
    if waiting and not project.options.include_private:
        trained = project.catalogue.trained_among(waiting)
        if trained:
            pages = ", ".join(sorted(waiting[image] for image in trained))
            raise StrokebookError(
                f"The model may have learnt from {pages}, which is private now; it is not used.",
                f"Remove it (strokebook tag {pages.partition(',')[0]} private --yes) and run "
                "again, or take the mark back (--remove).",
            )


@contextmanager
def _no_run_beside(project: Project) -> Iterator[None]:
    """No other process's run is at work: it could write what has just been removed."""
    with run_ended(project, "A page became private; the run ends, and can be begun again.") as done:
        if not done:
            raise StrokebookError(
                f"The run at work in {project.folder} has not stopped yet.",
                "What was made of private pages is removed by the next command after it ends.",
            )
        yield


def network_knows(project: Project, images: Sequence[str]) -> bool:
    """Whether the vision network may have been tuned on one of the images."""
    if not images:
        return False
    result = project.catalogue.result("backbone", "all")
    if result is None:
        return project.at(*VISION.parts).exists()
    tuned_on = result.summary.get("tuned_on")
    return tuned_on is None or not set(images).isdisjoint(tuned_on)


def classifier_knows(project: Project, images: Sequence[str]) -> bool:
    """Whether the label classifier may have learnt from one of the images."""
    if not images:
        return False
    result = project.catalogue.result(LABELS_STAGE, "all")
    if result is None:
        return any(project.at(*VISION.parts, name).exists() for name in HEAD_FILES)
    return not set(images).isdisjoint(result.summary["learnt_on"])


@dataclass(frozen=True)
class _Learnt:
    """What goes because it has learnt from private pages."""

    trained: bool
    network: bool
    classifier: bool


def _files(project: Project, images: Sequence[str], goes: _Learnt) -> Iterator[Path]:
    private = frozenset(images)
    for name in (*FOLDERS, *FILES):
        folder = project.at(name) if name in FOLDERS else project.folder
        if folder.is_symlink():
            continue
        for file, entry in owned.listed(folder):
            # What a drawing command wrote for the artist has no stage: it is not ours to delete.
            mixed = bool(entry.stage) and _goes(project, name, file, goes)
            # One deleted just before a kill is gone, and its line in our list is still to go.
            if entry.owner in private or ((mixed or name == "backups") and file.exists()):
                yield file


def _goes(project: Project, name: str, file: Path, goes: _Learnt) -> bool:
    if file.is_relative_to(_root(project) / VISION):
        return goes.classifier if file.name in HEAD_FILES else goes.network
    if file.is_relative_to(_root(project) / VECTORS):
        return True
    return name in SHOWING or file.name in FILES or (goes.trained and name in LEARNT)


def _remove_files(project: Project, plan: PurgePlan) -> list[Path]:
    changed = [file for file in plan.files if not owned.remove(file)]
    for name in FOLDERS:
        folder = project.at(name)
        if owned.is_marked(folder) and not folder.is_symlink():
            for file, entry in owned.listed(folder):
                if entry.owner in plan.images and not os.path.lexists(file):
                    owned.remove(file)  # gone already: its name goes from the list
            trees.prune(plan.files, folder)
            trees.remove_parts(folder)
            owned.manifest(folder).compact()
    return changed


def _forget_rows(project: Project, plan: PurgePlan) -> None:
    catalogue = project.catalogue
    trained = bool(catalogue.trained_among(plan.images))
    with catalogue.transaction():
        for image in plan.images:
            catalogue.forget_edits_of(image)
            catalogue.forget_filed_of(image)
        catalogue.forget_results("picture")
        catalogue.forget_results(COMPARED)
        catalogue.forget_results("report")
        if trained:
            for stage in _LEARNT_RESULTS:
                catalogue.forget_results(stage)
            catalogue.forget_trained()
            catalogue.forget_vectors_of("search", MODEL)
        if plan.classifier:
            catalogue.forget_results(LABELS_STAGE)
            catalogue.forget_class_labels()
        if plan.network:
            catalogue.forget_results("backbone")
            catalogue.forget_vectors()


def _in_filed(project: Project, plan: PurgePlan) -> list[Path]:
    """Files in ``filed/`` that show the pages, or are called as them: not ours to delete."""
    sizes = {project.catalogue.size_of(image) for image in plan.images}
    files = []
    for path in project.at(FILED.name).rglob("*"):
        if path.is_symlink() or not path.is_file():
            continue
        same = path.stat().st_size in sizes and file_digest(path) in plan.images
        if same or path.stem.lower() in plan.pages:
            files.append(path)
    return files


def _named(project: Project) -> list[Path]:
    """Files in our folders that are called as a private page, and that we cannot prove ours."""
    links = [owned.absolute(link) for link in _links(project)]
    files = [owned.absolute(f) for f in private_files(project) if os.path.lexists(f)]
    return [f for f in files if not any(f.is_relative_to(link) for link in links)]


def _links(project: Project) -> list[Path]:
    """Links that stand where our folders should be: nothing is deleted behind them."""
    return [path for name in (*FOLDERS, *ALSO) if (path := project.at(name)).is_symlink()]
