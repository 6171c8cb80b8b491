"""Composition: one figure, or a pattern or chain of many figures that separation left as one.

The measure is the line's turning: the sum of the absolute changes of direction along every stroke,
in full turns, after a light simplification that takes the scanner's jitter out. It adds up over
figures, whatever their size and however they touch, while the length of the line, its points and
its box do not: a page has about as many points with twelve figures on it as with one. A hand that
draws single figures of about 25 turns draws a pattern of twelve in about 90.

Measured on traced, joined and separated scans of one artist's drawings laid out by program, with
the default of 62 turns, which was chosen on another layout of the same pool of drawings: 1 of 489
single figures was dropped (it made 70 turns, the next densest 59). Found were all 44 drawings of
twelve figures (the least made 78 turns), 21 of 23 of 6 to 9 figures, 17 of 21 of 4 or 5, and 4 of
13 of 2 or 3: a chain of two or three makes no more turns than one dense portrait. A hand of other
habits needs another limit: between its densest single figure and its sparsest pattern.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from strokebook.base.array_types import Bools
from strokebook.base.options import option
from strokebook.geometry.boxes import areas, boxes_of
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.simplify import simplify

FRAME = 200.0  # lengths are stated in a frame whose longer side is this


@dataclass(frozen=True)
class CompositionOptions:
    """When a drawing counts as a pattern or a chain in an unattended run."""

    max_turns: float = option(
        62.0, "A drawing whose line makes more full turns than this is many figures.", low=1.0
    )
    max_figures: int = option(
        6, "A page with this many drawings of like size is a pattern; 0: never.", low=0
    )
    epsilon: float = option(
        0.5, "Simplification before turns are counted, in units of a page of 200.", low=0.0
    )


@dataclass(frozen=True)
class Composition:
    """The measures of one drawing.

    Attributes:
        turns: Full turns that the line makes (sum of absolute changes of direction / 2π).
        length: Ink over the square root of its box's area; no unit.
        strokes: Pen strokes.
        aspect: Width over height of its box.
    """

    turns: float
    length: float
    strokes: int
    aspect: float


@dataclass(frozen=True)
class CompositionVerdict:
    """Whether a drawing is kept as one figure.

    Attributes:
        keep: True for a single figure.
        reason: Why not; empty when it is kept.
        value: Its turns.
    """

    keep: bool
    reason: str
    value: float


def composition(drawing: Drawing, epsilon: float = 0.0) -> Composition:
    """Measure one drawing.

    Args:
        drawing: In any unit.
        epsilon: Tolerance of the simplification before turns are counted, in the same unit.
    """
    if not drawing.strokes:
        return Composition(0.0, 0.0, 0, 1.0)
    width, height = np.maximum(np.ptp(drawing.points.astype(np.float64), axis=0), 1e-9)
    return Composition(
        turns=sum(turning(s) for s in simplify(drawing, epsilon).strokes),
        length=drawing.length / float(np.sqrt(max(width * height, 1e-9))),
        strokes=len(drawing),
        aspect=float(width / height),
    )


def turning(stroke: npt.ArrayLike) -> float:
    """Full turns along a stroke ``(P, 2)``: absolute changes of direction, left and right alike."""
    steps = np.diff(np.asarray(stroke, np.float64), axis=0)
    steps = steps[np.any(steps != 0, axis=1)]
    headings = np.arctan2(steps[:, 1], steps[:, 0])
    bends = (np.diff(headings) + np.pi) % (2 * np.pi) - np.pi
    return float(np.abs(bends).sum() / (2 * np.pi))


def judge_composition(
    figures_on_page: Sequence[Drawing],
    page_size: tuple[float, float],
    options: CompositionOptions | None = None,
) -> list[CompositionVerdict]:
    """Which of a page's separated drawings are single figures.

    Args:
        figures_on_page: In page pixels, as separation gives them.
        page_size: Width and height of the page in pixels.
        options: The defaults where None.

    Returns:
        A verdict for each drawing, in order.
    """
    options = options or CompositionOptions()
    epsilon = options.epsilon * max(page_size) / FRAME
    turns = [composition(d, epsilon).turns for d in figures_on_page]
    alike = _like_sized(figures_on_page)
    crowded = 0 < options.max_figures <= int(alike.sum())
    return [
        _verdict(t, bool(crowded and a), int(alike.sum()), options)
        for t, a in zip(turns, alike, strict=True)
    ]


def _verdict(
    turns: float, crowded: bool, count: int, options: CompositionOptions
) -> CompositionVerdict:
    reason = ""
    if turns > options.max_turns:
        reason = (
            f"many figures in one drawing ({turns:.1f} turns of the line > {options.max_turns:g})"
        )
    elif crowded:
        reason = f"one of a pattern ({count} drawings of like size on the page)"
    return CompositionVerdict(not reason, reason, round(turns, 2))


def _like_sized(figures: Sequence[Drawing]) -> Bools:
    """Which drawings have a box of a third to three times the median area."""
    if not figures:
        return np.zeros(0, bool)
    area = areas(boxes_of([d.points if d.strokes else np.zeros((1, 2)) for d in figures]))
    middle = float(np.median(area))
    return np.asarray((area >= middle / 3) & (area <= middle * 3), bool)
