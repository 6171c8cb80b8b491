"""Resampling at equal steps along the line, and the frame in which thresholds are stated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil

import numpy as np
import numpy.typing as npt

from strokebook.base.array_types import Floats, Ints
from strokebook.base.errors import StrokebookError
from strokebook.geometry.boxes import box_of
from strokebook.geometry.drawing import Drawing, Points
from strokebook.geometry.polyline import arc_length, evenly, polyline_length


@dataclass(frozen=True)
class Placement:
    """Where a frame lies on its page: ``frame = (page - offset) * scale``.

    Attributes:
        scale: Frame units per page pixel.
        offset: The frame's origin in page pixels, x and y.
    """

    scale: float
    offset: tuple[float, float]

    def to_page(self, points: npt.ArrayLike) -> Floats:
        """Points ``(..., 2)``, or boxes ``(..., 4)``, from the frame to page pixels."""
        p = np.asarray(points, np.float64)
        moved = p / self.scale + np.tile(self.offset, p.shape[-1] // 2)
        return np.asarray(moved, np.float64)

    def to_frame(self, points: npt.ArrayLike) -> Floats:
        """Points ``(..., 2)``, or boxes ``(..., 4)``, from page pixels to the frame."""
        p = np.asarray(points, np.float64)
        moved = (p - np.tile(self.offset, p.shape[-1] // 2)) * self.scale
        return np.asarray(moved, np.float64)

    def page_drawing(self, drawing: Drawing, page: Drawing) -> Drawing:
        """``drawing`` of the frame in the page pixels of ``page``."""
        pen = None if drawing.pen_width is None else drawing.pen_width / self.scale
        moved = drawing.with_strokes(self.to_page(s) for s in drawing.strokes)
        return replace(moved, size=page.size, unit=page.unit, pen_width=pen)


def resample(drawing: Drawing, total: int = 1000, least: int = 3, step: float = 0.0) -> Drawing:
    """The page with ``total`` points (or a little fewer) at near-equal steps of its ink.

    Each stroke gets the whole number of points that its share of the length allows; strokes with
    a share under ``least`` points are dropped: they are specks. Where these points lie farther
    apart than ``step``, more are put between them at equal steps.

    Args:
        drawing: Strokes in any unit.
        total: Points for the whole page.
        least: The fewest points that a stroke may get; at least 2, for its two ends.
        step: The longest step, in the drawing's unit; 0: as long as ``total`` makes it.

    Raises:
        StrokebookError: ``total`` or ``least`` is too small to make a line.
    """
    if least < 2 or total < least:
        raise StrokebookError(
            f"{total} points in all with at least {least} a stroke do not make a line.",
            "Use at least 2 points a stroke, and no fewer for the page.",
        )
    counts = point_counts(drawing, total).tolist()
    return drawing.with_strokes(
        evenly(s, _refined(s, n, step))
        for s, n in zip(drawing.strokes, counts, strict=True)
        if n >= least
    )


def _refined(stroke: Points, count: int, step: float) -> int:
    """So many points that steps are no longer than ``step``, those of ``count`` among them."""
    if step <= 0:
        return count
    return (count - 1) * max(1, ceil(polyline_length(stroke) / (count - 1) / step)) + 1


def point_counts(drawing: Drawing, total: int = 1000) -> Ints:
    """How many of ``total`` points each stroke's share of the length allows, ``(S,)``."""
    lengths = np.array([arc_length(s)[-1] for s in drawing.strokes])
    if lengths.sum() <= 0:
        return np.zeros(len(lengths), np.intp)
    # A share that is whole but for rounding counts as whole.
    return np.asarray(np.floor(total * lengths / lengths.sum() + 1e-9), np.intp)


def to_frame(drawing: Drawing, size: float = 200.0) -> tuple[Drawing, Placement]:
    """The drawing scaled evenly so that the longer side of its own box is ``size`` units.

    The box's upper left corner becomes the origin. A drawing without extent keeps its scale.

    Returns:
        The drawing with ``unit="unit"``, and where its frame lies on the page.
    """
    if not drawing.strokes:
        return replace(drawing, size=(size, size), unit="unit"), Placement(1.0, (0.0, 0.0))
    box = box_of(drawing.points)
    longer = float((box[2:] - box[:2]).max())
    place = Placement(size / longer if longer > 0 else 1.0, (float(box[0]), float(box[1])))
    width, height = (box[2:] - box[:2]) * place.scale
    pen = None if drawing.pen_width is None else drawing.pen_width * place.scale
    framed = drawing.with_strokes(place.to_frame(s) for s in drawing.strokes)
    return replace(framed, size=(float(width), float(height)), unit="unit", pen_width=pen), place
