"""Nearest neighbours: a picture of drawings beside the training drawings nearest to them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from strokebook.geometry.drawing import Stroke3
from strokebook.geometry.render import render, sheet
from strokebook.geometry.stroke3 import from_stroke3
from strokebook.model.evaluation.evaluate import Evaluation
from strokebook.model.evaluation.novelty import Near

PAIRS = 9  # in a part
COLUMNS = 6
CELL = 150  # px


def neighbours(evaluation: Evaluation) -> Image.Image | None:
    """The model's drawings nearest to training, typical ones, and the nearest held-out ones.

    Each stands left of its nearest training drawing. None where there is no training drawing.
    """
    if evaluation.novelty is None:
        return None
    samples, training = evaluation.samples.drawings, evaluation.data.training
    near, held = evaluation.novelty.samples, evaluation.novelty.held
    order = np.argsort([n.distance for n in near], kind="stable").tolist()
    first = np.argsort([n.distance for n in held], kind="stable").tolist()[:PAIRS]
    middle = max((len(order) - PAIRS) // 2, 0)
    parts = (
        (
            "The model's drawings that are nearest to a training drawing",
            samples,
            near,
            order[:PAIRS],
        ),
        ("Typical ones of the model's", samples, near, order[middle : middle + PAIRS]),
        ("For comparison: the nearest held-out drawings", evaluation.data.held, held, first),
    )
    return _stacked([_part(*part, training) for part in parts])


def _part(
    heading: str,
    drawings: Sequence[Stroke3],
    near: Sequence[Near],
    which: Sequence[int],
    training: Sequence[Stroke3],
) -> Image.Image:
    items, titles = [], []
    for n in which:
        items += [_picture(drawings[n]), _picture(training[near[n].index])]
        titles += [f"no. {n}", f"training {near[n].index}: {near[n].distance:.1f} away"]
    return sheet(items, COLUMNS, CELL, titles, heading)


def _picture(drawing: Stroke3) -> Image.Image:
    return render(from_stroke3(drawing), (CELL, CELL), 1.5)


def _stacked(parts: Sequence[Image.Image]) -> Image.Image:
    size = max(p.width for p in parts), sum(p.height for p in parts)
    page, top = Image.new("RGB", size, "white"), 0
    for part in parts:
        page.paste(part, (0, top))
        top += part.height
    return page
