"""Stage ``compose``: which separated drawings are single figures, and which look alike."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PIL import Image

from strokebook.base import owned
from strokebook.geometry.render import render
from strokebook.library.catalogue.records import DrawingRecord, Space
from strokebook.pipeline.editing.curate import apply_cluster_decisions
from strokebook.pipeline.locks import editing
from strokebook.pipeline.preview_images import OpenedLater
from strokebook.pipeline.project import Project
from strokebook.pipeline.project_backbone import BATCH, ProjectBackbone
from strokebook.pipeline.seeing.drawing_reasons import MEASURED, Judgement
from strokebook.pipeline.settings import fingerprint
from strokebook.pipeline.stage import Outcome, Timer, key_of
from strokebook.pipeline.stages.clustering import put_in_clusters
from strokebook.pipeline.stages.figures import load_figure
from strokebook.pipeline.stages.page_sheets import draw_drawing_clusters
from strokebook.vision.composition.composition import judge_composition

STAGE, VERSION = "compose", "2"
SPACE: Space = "drawings"
SIDE, PEN = 256, 2.0  # px: how a drawing is shown to the network, whatever its pen was


@owned.owning(STAGE)
def compose(project: Project) -> Outcome:
    """Measure, embed and cluster the drawings that are new; let the artist's clusters decide."""
    outcome, timer = Outcome(STAGE), Timer()
    records = project.catalogue.drawings(include_private=project.options.include_private)
    outcome.worked = _measure(project, records)
    outcome.ready = len(records) - outcome.worked
    eyes = ProjectBackbone(project)
    if records:
        _embed(project, eyes, records)
    # No edit between new clusters and their sheets: it would drop a cluster that nobody has seen.
    with editing(project):
        if records:
            looked = eyes.known_fingerprint or ""
            outcome.notes += put_in_clusters(project, SPACE, looked, [d.key for d in records])
        apply_cluster_decisions(project)
        outcome.seconds = timer.seconds
        if outcome.worked:
            project.catalogue.put_result(STAGE, "all", VERSION, timer.seconds, {})
        draw_drawing_clusters(project, eyes.known_fingerprint or "")
    return outcome


def _measure(project: Project, records: Sequence[DrawingRecord]) -> int:
    """Judge the drawings of pages that changed; how many drawings that were."""
    by_image: dict[str, list[DrawingRecord]] = {}
    for record in records:
        by_image.setdefault(record.image, []).append(record)
    done, due = project.catalogue.results(MEASURED), []
    for image, group in by_image.items():
        key = key_of(VERSION, fingerprint(project.settings.composition), *(d.key for d in group))
        if image not in done or done[image].key != key:
            due.append((image, group, key))
    judged = (
        (image, key, result)
        for image, group, key in project.progress.track(due, "measure drawings")
        if (result := _judged(project, image, group)) is not None
    )
    while part := list(itertools.islice(judged, BATCH)):
        verdicts = {name: v for _, _, result in part for name, v in result.verdicts.items()}
        with project.catalogue.transaction():
            project.catalogue.set_verdicts("measure", verdicts, replace=False)
            for image, key, result in part:
                facts = {name: j.as_dict() for name, j in result.judgements.items()}
                project.catalogue.put_result(
                    MEASURED, image, key, result.seconds, {"drawings": facts}
                )
    return sum(len(group) for _, group, _ in due)


@dataclass(frozen=True)
class Judged:
    """What the measures say of the drawings of one page, by key, and how long that took."""

    verdicts: Mapping[str, tuple[bool, str | None]]
    judgements: Mapping[str, Judgement]
    seconds: float


def _judged(project: Project, image: str, group: Sequence[DrawingRecord]) -> Judged | None:
    timer, page = Timer(), project.catalogue.page_of_image(image)
    if page is None:
        return None
    figures = [load_figure(project, d) for d in group]
    size = (float(page.width), float(page.height))
    judged = judge_composition(figures, size, project.settings.composition)
    verdicts = {d.key: (v.keep, v.reason) for d, v in zip(group, judged, strict=True)}
    judgements = {d.key: Judgement.of(v) for d, v in zip(group, judged, strict=True)}
    return Judged(verdicts, judgements, timer.seconds)


def figure_pictures(project: Project, records: Sequence[DrawingRecord]) -> Sequence[Image.Image]:
    """The drawings as the network sees them; each is drawn when it is asked for."""
    return OpenedLater(records, lambda d: render(load_figure(project, d), (SIDE, SIDE), PEN))


def _embed(project: Project, eyes: ProjectBackbone, records: Sequence[DrawingRecord]) -> None:
    known = project.catalogue.vector_keys(SPACE, eyes.known_fingerprint or "")
    due = [d for d in records if d.key not in known]
    for first in range(0, len(due), BATCH):
        part = due[first : first + BATCH]
        vectors = eyes.backbone.embed(figure_pictures(project, part), project.progress)
        rows = dict(zip([d.key for d in part], vectors, strict=True))
        project.catalogue.put_vectors(SPACE, eyes.backbone.fingerprint, rows)
