"""The figures behind the rows of a data set: the artist's line before it was simplified."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from strokebook.base.array_types import Floats
from strokebook.base.errors import InputRefused
from strokebook.dataset.splits import Part
from strokebook.geometry.drawing import Drawing, Points
from strokebook.geometry.polyline import step_lengths
from strokebook.geometry.resample import Placement, to_frame
from strokebook.geometry.svg.io import read_drawing
from strokebook.library.catalogue.records import DrawingRecord, Page
from strokebook.pipeline.project import Project
from strokebook.pipeline.stages.dataset import load_dataset, npz_file, offered
from strokebook.pipeline.stages.figures import load_figure
from strokebook.pipeline.stages.trace import trace_file

MARGIN = 5.0  # units around a figure within which a traced stroke may be its own
FINE = 2.0  # units: a figure's segment that is shorter is the traced line


@dataclass(frozen=True, eq=False)
class FramedFigure:
    """A separated drawing, scaled to the data set's frame.

    Attributes:
        drawing: As it was joined: what the rows were simplified from.
        place: Where the frame lies on the page.
        page: The page it stands on.
    """

    drawing: Drawing
    place: Placement
    page: Page


def figure_names(project: Project, part: Part) -> list[str]:
    """The drawings' ids in the order of the part's rows; none where the two are not of one build.

    Only ids are read: whether their pages may still be looked at, :func:`framed_figures` asks.
    """
    npz = npz_file(project)
    flat = npz.with_name(f"{npz.stem}.flat.npz")
    if not flat.exists():
        return []
    with np.load(flat, allow_pickle=False) as arrays:
        names = [str(name) for name in arrays[f"{part}_ids"]]
    return names if len(names) == len(getattr(load_dataset(project), part)) else []


def framed_figures(project: Project, names: Sequence[str]) -> list[FramedFigure | None]:
    """The figure of each drawing named.

    None stands for drawings that were dropped or made private since, or cannot be read.
    """
    include = project.options.include_private
    pages = {p.image: p for p in project.catalogue.pages(include_private=include)}
    records = {d.id: d for d in offered(project)}
    return [_framed(project, records.get(name), pages) for name in names]


def _framed(
    project: Project, record: DrawingRecord | None, pages: dict[str, Page]
) -> FramedFigure | None:
    if record is None or record.image not in pages:
        return None
    try:
        drawing, place = to_frame(load_figure(project, record), project.settings.dataset.frame)
    except InputRefused:
        return None
    return FramedFigure(drawing, place, pages[record.image])


def traced_nearby(project: Project, figure: FramedFigure) -> list[Floats]:
    """The page's traced strokes in and about the figure, in its frame.

    Raises:
        InputRefused: The page's trace cannot be read.
    """
    frame = project.settings.dataset.frame
    page = read_drawing(trace_file(project, figure.page))
    whole = [figure.place.to_frame(s) for s in page.strokes]
    return [s for s in whole if (s.max(0) > -MARGIN).all() and (s.min(0) < frame + MARGIN).all()]


def traced_line(project: Project, figure: FramedFigure) -> Drawing:
    """The figure with the traced line between points that lie far apart, where tracing has one.

    A figure has a point every half pen's width and is the traced line itself, but where a page was
    resampled more coarsely. Where joining drew over a gap there is no ink, and the figure's own
    segment stays.
    """
    strokes = figure.drawing.strokes
    if not any((step_lengths(s) >= FINE).any() for s in strokes):
        return figure.drawing
    try:
        traced = traced_nearby(project, figure)
    except InputRefused:
        return figure.drawing
    from strokebook.model.line.pairs import sublines

    lines = iter(sublines(traced, strokes))
    return figure.drawing.with_strokes(
        _threaded(stroke, [next(lines) for _ in range(len(stroke) - 1)]) for stroke in strokes
    )


def _threaded(stroke: Points, lines: Sequence[Floats | None]) -> Floats | Points:
    """A stroke with the known lines between its points that lie far apart, both ends left out."""
    pieces: list[Floats | Points] = []
    for point, step, line in zip(stroke, step_lengths(stroke), lines, strict=False):
        # A line begins and ends at the nearest of places along the trace: within a short segment
        # it would go back and forth.
        far = line is not None and step >= FINE
        pieces += [point[None], line[1:-1]] if far and line is not None else [point[None]]
    return np.concatenate([*pieces, stroke[-1:]])
