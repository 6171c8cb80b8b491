"""The vectors that drawings are sought by, made when first asked for and kept in the catalogue.

They lie in the table of vectors under the drawings' keys, in a space of their own, so that whatever
removes a drawing (a purge, a new separation) removes them. A model's carry its digest: those of
another model go when the next one's are made, and with their model when that is purged.

Shape letters: D drawings, V numbers of a packed vector, P points of an ink.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from strokebook.base.array_types import Floats32
from strokebook.library.catalogue.records import DrawingRecord, Space
from strokebook.model.checkpoints.folder import has_checkpoint
from strokebook.pipeline.project import Project
from strokebook.pipeline.removal import purge
from strokebook.pipeline.stages.figures import load_figure
from strokebook.pipeline.stages.train import model_folder
from strokebook.vision.search.drawing_search import DrawingStore
from strokebook.vision.search.drawing_vectors import (
    VERSION,
    Measured,
    Part,
    measure_drawing,
    pack,
    unpack,
)
from strokebook.vision.search.line_points import LinePoints

if TYPE_CHECKING:
    from strokebook.model.checkpoints.checkpoint import SketchModel

SPACE: Space = "search"
LINE, INK = f"line-{VERSION}", f"ink-{VERSION}"
MODEL = f"{purge.MODEL}{VERSION}:"  # and the digest of the model's weights
BATCH = 64  # drawings between two commits: what a kill costs


@dataclass(frozen=True, eq=False)
class DrawingIndex:
    """Drawings that can be sought, row by row, and what they are sought by."""

    records: Sequence[DrawingRecord]
    store: DrawingStore
    model: SketchModel


def search_model(project: Project) -> SketchModel:
    """The project's model once it is trained, else the starter.

    Raises:
        StrokebookError: The model may have learnt from a page that is private now.
    """
    from strokebook.model.checkpoints import starter
    from strokebook.model.checkpoints.checkpoint import load_model

    own = model_folder(project)
    # Not that of a first training at work, whose weights change from minute to minute.
    if project.catalogue.result("train", "all") is None or not has_checkpoint(own):
        return load_model(starter.FOLDER)
    purge.refuse_unpurged(project)
    return load_model(own)


def index_drawings(project: Project, records: Sequence[DrawingRecord]) -> DrawingIndex:
    """Make the vectors that are missing, with progress, and give those of all the drawings.

    What is made is kept batch by batch, so that a killed one goes on. Drawings without a line (a
    dot) are left out.
    """
    model = search_model(project)
    name = MODEL + model.key
    _forget_other_models(project, name)
    known = set.intersection(*(_keys(project, n) for n in (LINE, INK, name)))
    due = [d for d in records if d.key not in known]
    batches = (due[first : first + BATCH] for first in range(0, len(due), BATCH))
    done = itertools.chain.from_iterable(_made(project, model, part) for part in batches)
    for _ in project.progress.track(done, "vectors of drawings", len(due)):
        pass
    ready = _keys(project, LINE) if due else known
    kept = [d for d in records if d.key in ready]
    return DrawingIndex(kept, _store(project, kept, name), model)


def _keys(project: Project, name: str) -> set[str]:
    return set(project.catalogue.vector_keys(SPACE, name))


def _forget_other_models(project: Project, name: str) -> None:
    project.catalogue.forget_vectors_of(SPACE, MODEL, but=name)


def _made(
    project: Project, model: SketchModel, part: Sequence[DrawingRecord]
) -> Sequence[DrawingRecord]:
    """Make and keep the vectors of some drawings; the same drawings."""
    measured = {d.key: m for d in part if (m := measure_drawing(load_figure(project, d)))}
    if measured:
        states = model_table(model, [m.rows for m in measured.values()])
        _keep(project, model, measured, states, {d.image for d in part})
    return part


def _keep(
    project: Project,
    model: SketchModel,
    measured: dict[str, Measured],
    states: Floats32,
    images: set[str],
) -> None:
    catalogue = project.catalogue
    # A page may have become private, or been separated anew, since its drawings were read.
    with catalogue.transaction():
        private = project.options.include_private
        there = {
            d.key
            for image in images
            for d in catalogue.drawings(image=image, include_private=private)
        }
        kept = {key: m for key, m in measured.items() if key in there}
        rows = {key: s for key, s in zip(measured, states, strict=True) if key in there}
        catalogue.put_vectors(SPACE, LINE, {key: pack(m.vectors) for key, m in kept.items()})
        catalogue.put_vectors(SPACE, INK, {key: m.ink.packed() for key, m in kept.items()})
        catalogue.put_vectors(SPACE, MODEL + model.key, rows)


def model_table(model: SketchModel, rows: Sequence[Floats32]) -> Floats32:
    """The model's vectors of normalised drawings: of its encoder, or of its decoder's states."""
    from strokebook.vision.search.model_vectors import encoded, pooled

    return encoded(model, rows) if model.net.encoder is not None else pooled(model, rows)


def _store(project: Project, records: Sequence[DrawingRecord], name: str) -> DrawingStore:
    keys = [d.key for d in records]
    if not keys:
        return DrawingStore({"layout": np.zeros((0, 1), np.float32)}, lambda _: [])
    catalogue = project.catalogue
    parts: dict[Part, Floats32] = unpack(catalogue.vectors(SPACE, LINE, keys))
    parts["model"] = catalogue.vectors(SPACE, name, keys)

    def inks(rows: Sequence[int]) -> Sequence[LinePoints]:
        table = catalogue.vectors(SPACE, INK, [keys[r] for r in rows])
        return [LinePoints.unpacked(row) for row in table]

    return DrawingStore(parts, inks)
