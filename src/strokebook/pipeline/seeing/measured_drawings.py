"""The measures of a project's drawings: taken once for each page, kept, and purged with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from strokebook.base.errors import InputRefused, StrokebookError
from strokebook.library.catalogue.records import DrawingRecord, Page
from strokebook.pipeline.project import Project
from strokebook.pipeline.stage import Timer, key_of
from strokebook.pipeline.stages.figures import load_figure
from strokebook.vision.trends.drawing_measures import VERSION, DrawingMeasures, measure_drawing

STAGE = "drawing-measures"


@dataclass(frozen=True)
class MeasuredDrawings:
    """Measures by drawing key, and the ids of drawings whose file could not be read."""

    measures: dict[str, DrawingMeasures]
    unread: tuple[str, ...]


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
    sides = {page.image: float(max(page.width, page.height)) for page in pages}
    groups: dict[str, list[DrawingRecord]] = {}
    for drawing in drawings:
        if drawing.image in sides:
            groups.setdefault(drawing.image, []).append(drawing)
    kept = project.catalogue.results(STAGE)
    keys = {i: key_of(STAGE, VERSION, *(d.key for d in g)) for i, g in groups.items()}
    due = [image for image in groups if image not in kept or kept[image].key != keys[image]]
    unread: list[str] = []
    for image in project.progress.track(due, "measure drawings over time"):
        unread += _measure_page(project, image, keys[image], groups[image], sides[image])
    if due:
        kept = project.catalogue.results(STAGE)
    measures = {
        key: DrawingMeasures.from_facts(facts)
        for image in groups
        if image in kept
        for key, facts in kept[image].summary.items()
    }
    return MeasuredDrawings(measures, tuple(unread))


def _measure_page(
    project: Project, image: str, key: str, drawings: Sequence[DrawingRecord], side: float
) -> list[str]:
    """Measure the drawings of one page; the ids of those whose file cannot be read.

    A page of which one is missing has no result, so that it is measured again next time.
    """
    timer, facts, unread = Timer(), {}, []
    for drawing in drawings:
        try:
            facts[drawing.key] = measure_drawing(load_figure(project, drawing), side).as_facts()
        except (InputRefused, StrokebookError, OSError):
            unread.append(drawing.id)
    project.catalogue.put_result(STAGE, image, "" if unread else key, timer.seconds, facts)
    return unread
