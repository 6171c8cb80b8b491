"""The artist's line between the points of a data set, learnt beside a project's model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from strokebook.base.array_types import Floats
from strokebook.base.errors import InputRefused
from strokebook.base.random_streams import RandomStream, generator
from strokebook.dataset.splits import Rows
from strokebook.geometry.drawing import Points
from strokebook.pipeline.project import Project
from strokebook.pipeline.stages.dataset import load_dataset
from strokebook.pipeline.stages.dataset_figures import (
    figure_names,
    framed_figures,
    traced_nearby,
)

LEAST = 10  # drawings to learn a line from; with fewer the one in the package is better
MOST = 60  # of them: 11,000 segments of the sample library's
Pair = tuple[list[Floats], list[Points]]


def fit_line(project: Project, folder: Path) -> bool:
    """Learn the line from the drawings that a model learns from, into the model's folder.

    Held-out drawings and those of private pages are not looked at.

    Returns:
        Whether there were drawings enough; if not, nothing is written.
    """
    from strokebook.model.line.fitting import fit_restorer
    from strokebook.model.line.pairs import line_pairs
    from strokebook.model.line.restorer import PLACES
    from strokebook.model.line.stored_line import save_line
    from strokebook.model.line.tremor import with_tremor

    found = list(_pairs(project))
    if len(found) < LEAST:
        return False
    pairs = line_pairs(found, PLACES)
    if not len(pairs):
        return False
    extent = float(project.settings.dataset.frame)
    line = fit_restorer(pairs, project.settings.train.seed, extent=extent)
    save_line(folder, with_tremor(line, found))
    return True


def _pairs(project: Project) -> Iterator[Pair]:
    """Traced strokes and the points learnt from, of training drawings, in units of the frame."""
    named = _training_rows(project)
    figures = framed_figures(project, [name for name, _ in named])
    for figure, (_, rows) in zip(figures, named, strict=True):
        if figure is None:
            continue
        try:
            traced = traced_nearby(project, figure)
        except InputRefused:
            continue
        yield traced, _strokes(rows, figure.drawing.points[0])


def _training_rows(project: Project) -> list[tuple[str, Rows]]:
    """Names and rows of at most :data:`MOST` training drawings, chosen by the seed."""
    names = figure_names(project, "train")
    if not names:
        return []
    rows = load_dataset(project).train
    rng = generator(project.settings.train.seed, RandomStream.LINE_DRAWINGS)
    return [(names[k], rows[k]) for k in sorted(rng.permutation(len(rows))[:MOST])]


def _strokes(rows: Rows, first: Points) -> list[Points]:
    """Stroke-3 rows where the figure lies that they were made of."""
    start = np.rint(first) if np.asarray(rows).dtype.kind in "iu" else first
    points = np.cumsum(np.asarray(rows, np.float64)[:, :2], axis=0)
    points = (points - points[0] + start).astype(np.float32)
    ends = np.flatnonzero(np.asarray(rows)[:, 2] > 0.5) + 1
    return [s for s in np.split(points, ends) if len(s)]
