"""Stepwise changes of a drawing's strokes: run to their end, or watched step by step.

Joining and splicing both change a list of strokes again and again until nothing is left to change.
Both yield their state after every step: the same object each time, changed in place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from strokebook.geometry.drawing import Drawing, Points

OnStep = Callable[[Drawing], None]


class StrokeState(Protocol):
    """The strokes while they are being changed."""

    def lines(self) -> list[Points]:
        """The strokes as they now are, ``(P, 2)`` each."""
        ...


def run_steps(
    drawing: Drawing, steps: Iterable[StrokeState], on_step: OnStep | None = None
) -> Drawing:
    """The drawing after all steps.

    Args:
        drawing: As it is before them.
        steps: The state after each step.
        on_step: Called with the drawing after each step.
    """
    state = None
    for state in steps:
        if on_step is not None:
            on_step(drawing.with_strokes(state.lines()))
    return drawing if state is None else drawing.with_strokes(state.lines())


def each_state(drawing: Drawing, steps: Iterable[StrokeState]) -> Iterator[Drawing]:
    """The drawing as it is, then after each step: for pictures and animation."""
    yield drawing
    for state in steps:
        yield drawing.with_strokes(state.lines())
