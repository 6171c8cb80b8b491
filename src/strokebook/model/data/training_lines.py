"""Training lines: drawings varied as the artist drew them, and simplified anew every time.

A data set's points are what simplifying and rounding have left of a line, and where they lie on it
is half chance. A model that sees the same points in every epoch learns that chance by heart. So
where the lines are known, a line is varied first, then simplified and rounded just as the data set
was: every epoch has other points of the same hand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from strokebook.base.errors import InputRefused
from strokebook.geometry.drawing import Drawing, Stroke3
from strokebook.geometry.stroke3 import from_stroke3, to_stroke3
from strokebook.model.config import TrainOptions
from strokebook.model.data.augment import Augmentation
from strokebook.model.data.batches import Epochs, scaled
from strokebook.model.data.training_data import TrainingData

# Drawings that are made anew from their lines at most: of more none is learnt by heart.
MOST_LINES = 20_000


@dataclass(frozen=True, eq=False)
class TrainingLines:
    """The lines that training drawings are made of.

    Attributes:
        lines: Of each training drawing, in units of the data; None where it is not known.
        simplify: Gives the rows ``(N, 3)`` of a line, by the rule that gave the data set's;
            raises InputRefused where the line is none for the data set.
        step: Of the points between corners, by that rule; 0: RDP alone.
        tolerance: Of its RDP.
    """

    lines: Sequence[Drawing | None]
    simplify: Callable[[Drawing], Stroke3]
    step: float = 0.0
    tolerance: float = 0.0

    def at(self, places: Sequence[int]) -> TrainingLines:
        """Those of the drawings at some places."""
        return replace(self, lines=[self.lines[k] for k in places])


@dataclass(frozen=True, eq=False)
class LineAugmentation:
    """Training drawings made anew from their lines.

    Attributes:
        lines: Of all training drawings.
        vary: Changes a line.
        scale_augment: Width and height are each scaled by a factor within 1 ± this.
        scale: Units of the data per unit of the net.
        most: Points that a drawing has at most.
    """

    lines: TrainingLines
    vary: Augmentation
    scale_augment: float
    scale: float
    most: int

    def __call__(self, number: int, rng: np.random.Generator) -> Stroke3 | None:
        """Rows of drawing ``number`` in units of the net; None where its points have to do."""
        line = self.lines.lines[number]
        if line is None:
            return None
        varied = scaled(self.vary(to_stroke3(line), rng), self.scale_augment, rng)
        # Where on the grid of whole units a drawing lies is chance too.
        corner = rng.random(2).astype(np.float32)
        moved = from_stroke3(varied)
        try:
            rows = self.lines.simplify(moved.with_strokes(s + corner for s in moved.strokes))
        except InputRefused:
            return None
        if not 2 <= len(rows) <= self.most:
            return None
        return np.asarray(rows / np.array((self.scale, self.scale, 1.0)), np.float32)


def training_epochs(
    data: TrainingData, options: TrainOptions, lines: TrainingLines | None
) -> Epochs:
    """The batches of a training, augmented as its options say."""
    vary, remake = Augmentation.of(options), None
    if lines is not None and options.line_augment:
        statistics = data.statistics
        remake = LineAugmentation(
            lines.at(data.places),
            vary,
            options.scale_augment,
            statistics.scale,
            statistics.longest,
        )
    return Epochs(
        data.train,
        options.batch,
        options.seed,
        options.scale_augment,
        options.point_drop,
        vary or None,
        remake,
    )
