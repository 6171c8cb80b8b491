"""Preparation of a page: resample, frame, join and splice, separate, drop.

Long strokes come about in one of three ways (``path``): they are joined end to end and spliced,
left as the tracing has them, or routed through the graph of all their lines.

The artist joins and splices the whole page and separates then, so that two drawings may be joined
into one. Separating first (``separate_first``) keeps every join and splice inside one drawing, and
goes by all traced strokes: those too short to be resampled still hold a broken line together, and
lie within their drawing's box.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from strokebook.base.options import option
from strokebook.figures.join import JoinOptions, join
from strokebook.figures.separate import (
    Figure,
    Groups,
    SeparateOptions,
    Separation,
    as_figures,
    group_boxes,
    group_strokes,
    separate,
)
from strokebook.figures.splice import SpliceOptions, splice
from strokebook.geometry.boxes import Boxes
from strokebook.geometry.drawing import Drawing, Points
from strokebook.geometry.resample import Placement, point_counts, resample, to_frame
from strokebook.routing.from_strokes import graph_of_strokes
from strokebook.routing.route import RouteOptions, route

Step = Callable[[Drawing], Drawing]


@dataclass(frozen=True)
class PageOptions:
    """Settings of a page's frame and the order of the steps."""

    points: int = option(1000, "Points on a page after resampling, at least.", low=10)
    step: float = option(
        0.5,
        "The longest step between two points of a line, in pen widths: of lines that are sampled "
        "more coarsely corners and small features are lost. 0: as long as points makes it.",
        low=0.0,
    )
    least_points: int = option(
        3, "Strokes that would get fewer of these points are dropped, whatever step.", low=2
    )
    frame: float = option(200.0, "Longer side of the frame, in units.", low=1.0)
    path: str = option(
        "join",
        "How strokes become long. join: joined end to end and spliced; traced: left as the tracing "
        "has them; route: routed through the graph of their lines.",
        choices=("join", "traced", "route"),
    )
    separate_first: bool = option(
        True, "With mended separation: separate first, so that two drawings are never joined."
    )


@dataclass(frozen=True)
class StepCount:
    """How many strokes and points a page had after a step."""

    step: str
    strokes: int
    points: int


@dataclass(frozen=True)
class PreparedPage:
    """A page's drawings and how they came about.

    Attributes:
        placement: Where the frame lies on the page.
        framed: The resampled page in the frame, before joining.
        joined: The page after joining (or routing), in the frame.
        spliced: The page after splicing, in the frame.
        kept: The drawings in page pixels, with their boxes in page pixels.
        dropped: The same for those left out, with their reason.
        counts: Strokes and points after each step, from the tracing on.
    """

    placement: Placement
    framed: Drawing
    joined: Drawing
    spliced: Drawing
    kept: tuple[Figure, ...]
    dropped: tuple[Figure, ...]
    counts: tuple[StepCount, ...]


def prepare_page(
    traced: Drawing,
    page: PageOptions | None = None,
    joining: JoinOptions | None = None,
    splicing: SpliceOptions | None = None,
    separating: SeparateOptions | None = None,
    routing: RouteOptions | None = None,
) -> PreparedPage:
    """Everything between a page's tracing and its drawings.

    Args:
        traced: The page's strokes in page pixels.
        page: The frame, and the order of the steps.
        joining: Path joining.
        splicing: Path splicing.
        separating: Separation and dropping.
        routing: Path routing.
    """
    page, separating = page or PageOptions(), separating or SeparateOptions()
    lengthen, insert = _steps(page, joining, splicing, routing)
    step = page.step * (traced.pen_width or 0.0)
    sampled = resample(traced, page.points, page.least_points, step)
    framed, placement = to_frame(sampled, page.frame)
    # The faithful rule may put a stroke in two drawings, which only works as the last step.
    first = page.separate_first and separating.mode == "mended" and len(framed) > 0
    groups, boxes = _parts(traced, placement, page, separating) if first else (None, None)
    joined, groups = _by_group(framed, groups, lengthen)
    spliced, groups = _by_group(joined, groups, insert)
    parted = (
        separate(spliced, separating)
        if groups is None
        else as_figures(spliced, groups, separating, boxes)
    )
    steps = {"traced": traced, "resampled": framed, "joined": joined, "spliced": spliced}
    counts = [StepCount(name, len(d), d.n_points) for name, d in steps.items()]
    return PreparedPage(
        placement,
        framed,
        joined,
        spliced,
        tuple(_on_page(f, traced, placement) for f in parted.kept),
        tuple(_on_page(f, traced, placement) for f in parted.dropped),
        (*counts, _count("kept", parted)),
    )


def _steps(
    page: PageOptions,
    joining: JoinOptions | None,
    splicing: SpliceOptions | None,
    routing: RouteOptions | None,
) -> tuple[Step, Step]:
    """What makes strokes long: two steps, either of which may leave them as they are."""
    if page.path == "traced":
        return _as_is, _as_is
    if page.path == "route":
        return (lambda d: _routed(d, routing)), _as_is
    return (lambda d: join(d, joining)), (lambda d: splice(d, splicing))


def _as_is(drawing: Drawing) -> Drawing:
    return drawing


def _routed(drawing: Drawing, options: RouteOptions | None) -> Drawing:
    return drawing.with_strokes(route(graph_of_strokes(drawing), options).strokes)


def _parts(
    traced: Drawing, placement: Placement, page: PageOptions, options: SeparateOptions
) -> tuple[Groups, Boxes]:
    """The resampled strokes of each drawing of a page, and the boxes of all its traced strokes."""
    whole = traced.with_strokes(placement.to_frame(s) for s in traced.strokes)
    stays = point_counts(traced, page.points) >= page.least_points
    number = np.cumsum(stays) - 1
    parts = [(g, [int(number[k]) for k in g if stays[k]]) for g in group_strokes(whole, options)]
    parts = [(g, left) for g, left in parts if left]
    return [left for _, left in parts], group_boxes(whole, [g for g, _ in parts])


def _by_group(drawing: Drawing, groups: Groups | None, step: Step) -> tuple[Drawing, Groups | None]:
    """``step`` on each group of strokes alone (or the whole page), and the groups' new numbers."""
    if groups is None:
        return step(drawing), None
    strokes: list[Points] = []
    renewed: Groups = []
    for group in groups:
        part = step(drawing.with_strokes(drawing.strokes[k] for k in group))
        renewed.append(list(range(len(strokes), len(strokes) + len(part))))
        strokes += part.strokes
    return drawing.with_strokes(strokes), renewed


def _on_page(figure: Figure, page: Drawing, placement: Placement) -> Figure:
    """A figure of the frame in page pixels."""
    drawing = placement.page_drawing(figure.drawing, page)
    return replace(figure, drawing=drawing, box=placement.to_page(figure.box))


def _count(step: str, parted: Separation) -> StepCount:
    parts = [f.drawing for f in parted.kept]
    return StepCount(step, sum(map(len, parts)), sum(d.n_points for d in parts))
