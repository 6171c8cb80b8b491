"""Composition: one figure, or a chain or pattern of many figures that separation left as one.

Two things are asked of a drawing. The *classifier* (``composition_classifier.py``) weighs 65
measures (``drawing_measures.py``) and says how likely the drawing is one figure, a chain of two to
four, or a pattern of more. A drawing is dropped only where that is sure (``drop_certainty``); what
is in doubt keeps its place, and ``strokebook review --drawings`` shows it first.

The *turns*, the rule of before, stay as a second limit: the sum of the absolute changes of
direction along every stroke, in full turns, after a light simplification that takes the scanner's
jitter out. It adds up over figures, whatever their size and however they touch. Measured on traced,
joined and separated scans of one artist's drawings laid out by program, with the default of 62
turns: 1 of 489 single figures was dropped, all 44 drawings of twelve figures, 21 of 23 of 6 to 9,
17 of 21 of 4 or 5, and only 4 of 13 of 2 or 3: those are the classifier's to find.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from strokebook.base.array_types import Bools
from strokebook.base.options import option
from strokebook.geometry.boxes import areas, boxes_of
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.simplify import simplify
from strokebook.vision.composition.composition_classifier import packaged_classifier
from strokebook.vision.composition.drawing_measures import measure_composition
from strokebook.vision.composition.measure_words import TOLD

CompositionKind = Literal["single", "chain", "pattern"]
COMPOSITIONS: tuple[CompositionKind, ...] = ("single", "chain", "pattern")
NEVER = 1.01  # a certainty that nothing reaches
FRAME = 200.0  # lengths are stated in a frame whose longer side is this


@dataclass(frozen=True)
class CompositionOptions:
    """When a drawing counts as a pattern or a chain in an unattended run."""

    drop_certainty: float = option(
        0.82,
        "A drawing is dropped as a chain or pattern from this certainty on that it is not one"
        " figure; over 1: never.",
        low=0.5,
        high=NEVER,
    )
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
        value: Its turns, as the limit counts them.
        chances: Of each of :data:`COMPOSITIONS`; they add up to 1.
        told: The measures that are told of it, by name.
    """

    keep: bool
    reason: str
    value: float
    chances: tuple[float, ...]
    told: dict[str, float] = field(repr=False)

    @property
    def kind(self) -> CompositionKind:
        """The likeliest."""
        return COMPOSITIONS[int(np.argmax(self.chances))]


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
    crowd = int(alike.sum()) if 0 < options.max_figures <= int(alike.sum()) else 0
    judged = []
    for drawing, turned, is_alike in zip(figures_on_page, turns, alike, strict=True):
        measures = measure_composition(drawing)
        chances = packaged_classifier().chances(measures)
        reason = _reason(chances, turned, crowd if is_alike else 0, options)
        told = {name: round(measures[name], 3) for name in TOLD}
        judged.append(CompositionVerdict(not reason, reason, round(turned, 2), chances, told))
    return judged


def _reason(
    chances: tuple[float, ...], turns: float, crowd: int, options: CompositionOptions
) -> str:
    """Why a drawing is not kept; "" where it is."""
    many = 1 - chances[0]
    if many >= options.drop_certainty:
        what = "a chain of figures" if chances[1] >= chances[2] else "a pattern of figures"
        return f"{what} in one drawing ({min(round(100 * many), 99)} % sure that it is not one)"
    if turns > options.max_turns:
        return (
            f"many figures in one drawing ({turns:.1f} turns of the line > {options.max_turns:g})"
        )
    return f"one of a pattern ({crowd} drawings of like size on the page)" if crowd else ""


def _like_sized(figures: Sequence[Drawing]) -> Bools:
    """Which drawings have a box of a third to three times the median area."""
    if not figures:
        return np.zeros(0, bool)
    area = areas(boxes_of([d.points if d.strokes else np.zeros((1, 2)) for d in figures]))
    middle = float(np.median(area))
    return np.asarray((area >= middle / 3) & (area <= middle * 3), bool)
