"""The measures of a project's drawings: taken once for each page, kept, and purged with it."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from strokebook.base.errors import Diagnostic, StrokebookError
from strokebook.base.files import inside
from strokebook.geometry.svg.io import read_drawing
from strokebook.library.catalogue.records import DrawingRecord, Page
from strokebook.pipeline.project import Project
from strokebook.pipeline.stage import Timer, key_of
from strokebook.pipeline.workers import each
from strokebook.vision.trends.artist_measures import VERSION, DrawingMeasures, measure_drawing

STAGE = "drawing-measures"
MANY = 200  # pages from which on worker processes are worth their start (2 s)


@dataclass(frozen=True)
class MeasuredDrawings:
    """Measures by drawing key, and the ids of drawings whose file could not be read."""

    measures: dict[str, DrawingMeasures]
    unread: tuple[str, ...]


@dataclass(frozen=True)
class MeasureJob:
    """A page whose drawings are to be measured.

    Attributes:
        image: The page's.
        key: Of the result.
        side: The page's longer side in pixels.
        files: Key, id and file of each drawing.
    """

    image: str
    key: str
    side: float
    files: tuple[tuple[str, str, Path], ...]


@dataclass(frozen=True)
class MeasuredPage:
    """The facts of a page's drawings by key, the ids of those that cannot be read, the time."""

    facts: dict[str, dict[str, Any]]
    unread: tuple[str, ...]
    seconds: float


def measure_drawings(
    project: Project, pages: Iterable[Page], drawings: Sequence[DrawingRecord]
) -> MeasuredDrawings:
    """The measures of drawings; those of pages that changed are taken now, the others are kept.

    A page's measures are one result, under its image: a purge of the page takes them away with
    all other results of it, also those of drawings that it had before.

    Args:
        project: Open.
        pages: Those that the drawings lie on.
        drawings: To measure; those of other pages are left out.
    """
    jobs = _jobs(project, pages, drawings)
    kept = project.catalogue.results(STAGE)
    due = [job for job in jobs if job.image not in kept or kept[job.image].key != job.key]
    unread: list[str] = []
    with contextlib.closing(_measured(project, due)) as measured:
        for job, done in project.progress.track(measured, "measure drawings", len(due)):
            unread += done.unread
            # A page of which a file is missing is measured again next time.
            key = "" if done.unread else job.key
            project.catalogue.put_result(STAGE, job.image, key, done.seconds, done.facts)
    kept = project.catalogue.results(STAGE) if due else kept
    measures = {
        key: DrawingMeasures.from_facts(facts)
        for job in jobs
        if job.image in kept
        for key, facts in kept[job.image].summary.items()
    }
    return MeasuredDrawings(measures, tuple(unread))


def _jobs(
    project: Project, pages: Iterable[Page], drawings: Sequence[DrawingRecord]
) -> list[MeasureJob]:
    groups: dict[str, list[DrawingRecord]] = {}
    for drawing in drawings:
        groups.setdefault(drawing.image, []).append(drawing)
    return [
        MeasureJob(
            page.image,
            key_of(STAGE, VERSION, *(d.key for d in group)),
            float(max(page.width, page.height)),
            tuple((d.key, d.id, inside(project.folder, d.svg)) for d in group),
        )
        for page in pages
        if (group := groups.get(page.image))
    ]


def _measured(
    project: Project, jobs: Sequence[MeasureJob]
) -> Generator[tuple[MeasureJob, MeasuredPage], None, None]:
    if len(jobs) < MANY:
        yield from ((job, measure_page(job)) for job in jobs)
        return
    done = each(measure_page, jobs, project.options.workers, lambda job: job.files[0][1])
    # Closed at once when something stops us: the workers end with it.
    with contextlib.closing(done) as outcomes:
        for job, outcome in outcomes:
            lost = MeasuredPage({}, tuple(name for _, name, _ in job.files), 0.0)
            yield job, lost if isinstance(outcome, Diagnostic) else outcome


def measure_page(job: MeasureJob) -> MeasuredPage:
    """Measure the drawings of one page, as far as their files can be read."""
    timer = Timer()
    facts: dict[str, dict[str, Any]] = {}
    unread = []
    for key, name, path in job.files:
        try:
            facts[key] = measure_drawing(read_drawing(path), job.side).as_facts()
        except (StrokebookError, OSError):
            unread.append(name)
    return MeasuredPage(facts, tuple(unread), timer.seconds)
