"""Lines and the rule by which they get their points, from a data set to a training."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from strokebook.dataset.build import DataSet, line_rows
from strokebook.dataset.options import DatasetOptions
from strokebook.dataset.splits import SplitArrays
from strokebook.geometry.drawing import Drawing

if TYPE_CHECKING:
    from strokebook.model.data.training_lines import TrainingLines


def lines_by_rule(
    lines: Sequence[Drawing | None], drawings: int, rule: DatasetOptions
) -> TrainingLines:
    """What a training makes its drawings of anew.

    Args:
        lines: Of the training drawings, in their order; none at all: they are not known.
        drawings: How many training drawings there are.
        rule: By which their rows were made.
    """
    from strokebook.model.data.training_lines import TrainingLines

    known = lines or [None] * drawings
    return TrainingLines(known, partial(line_rows, options=rule), rule.step, rule.epsilon)


def lines_of(data: DataSet | SplitArrays) -> TrainingLines | None:
    """The lines and the rule of a data set, as far as they are known; None: neither is."""
    from strokebook.model.data.training_lines import MOST_LINES

    if isinstance(data, DataSet):
        rule, lines = data.options, tuple(example.line for example in data.of("train"))
    elif data.rule is None:
        return None
    else:
        rule, lines = data.rule, data.lines
    return lines_by_rule(lines if len(lines) <= MOST_LINES else (), len(data.train), rule)
