"""The figures behind the rows of a data set: the artist's line before it was simplified."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from strokebook.base.errors import InputRefused
from strokebook.dataset.splits import Part
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.resample import to_frame
from strokebook.pipeline.project import Project
from strokebook.pipeline.stages.dataset import load_dataset, npz_file, offered
from strokebook.pipeline.stages.figures import load_figure


def figure_names(project: Project, part: Part) -> list[str]:
    """The drawings' ids in the order of the part's rows; none where the two are not of one build.

    Only ids are read: whether their pages may still be looked at, the caller asks.
    """
    npz = npz_file(project)
    flat = npz.with_name(f"{npz.stem}.flat.npz")
    if not flat.exists():
        return []
    with np.load(flat, allow_pickle=False) as arrays:
        names = [str(name) for name in arrays[f"{part}_ids"]]
    return names if len(names) == len(getattr(load_dataset(project), part)) else []


def framed_figures(project: Project, names: Sequence[str]) -> list[Drawing | None]:
    """The line of each drawing named, scaled to the data set's frame, as it was joined.

    None stands for drawings that were dropped or made private since, or cannot be read.
    """
    records = {d.id: d for d in offered(project)}
    figures: list[Drawing | None] = []
    for name in names:
        record = records.get(name)
        try:
            figure = None if record is None else load_figure(project, record)
        except InputRefused:
            figure = None
        framed = None if figure is None else to_frame(figure, project.settings.dataset.frame)[0]
        figures.append(framed)
    return figures
