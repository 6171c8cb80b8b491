"""Redrawing: given drawings in the model's hand, varied, and ways from one to another.

For models without z (:mod:`~strokebook.model.sampling.latent` for those with one): a drawing is a
guide, which the model's own drawings follow more or less nearly
(:mod:`~strokebook.model.sampling.guided`).
"""

from __future__ import annotations

import dataclasses

import numpy as np

from strokebook.base.array_types import Floats, Ints64
from strokebook.geometry.drawing import Drawing
from strokebook.model.checkpoints.checkpoint import SketchModel
from strokebook.model.data.rescale import Rescaled, fit
from strokebook.model.distributions.temperature import Temperature
from strokebook.model.sampling.guided import PLACE, Guide, follow, width_of
from strokebook.model.sampling.stream import ZOOM, check_most, drawing_of, placed

MORPH_STRENGTH = 0.35  # halfway between two drawings, where the guide is nobody's drawing


def redraw(
    model: SketchModel,
    drawing: Drawing,
    n: int,
    strength: float,
    temperature: Temperature | float,
    seed: int,
    max_points: int | None,
    zoom: float | None,
) -> list[Drawing]:
    """The drawing in the model's hand, n times, where it lies and at its size.

    Args:
        model: One without an encoder.
        drawing: At least two different points.
        n: How many.
        strength: 0 (as near as the model can) to 1 (hardly guided).
        temperature: Of what is tried.
        seed: Of every random choice.
        max_points: Most points; None: twice what the longest training drawing has.
        zoom: Units of the training data per unit of the drawing, where known.

    Raises:
        StrokebookError: A drawing without extent.
    """
    fitted, guide = _guide_of(model, drawing, zoom)
    widths, most = [width_of(strength)] * n, _most(model, max_points)
    drawn = follow(model, [guide] * n, widths, Temperature.of(temperature), seed, most)
    scale = model.scale / fitted.unit
    found = []
    for index, rows in enumerate(drawn):
        again = drawing.with_strokes(placed(rows, fitted.origin, fitted.unit))
        meta = {"seed": seed, "index": index, ZOOM: scale}
        found.append(dataclasses.replace(again, meta=meta))
    return found


def morph(
    model: SketchModel,
    first: Drawing,
    last: Drawing,
    steps: int,
    temperature: Temperature | float,
    seed: int,
    max_points: int | None,
) -> list[Drawing]:
    """Drawings on the way from one to another, both ends included, in the model's hand.

    The two are laid on each other, their boxes' middles together, and each place along the ink of
    one goes straight to the place after the same share of the other's ink. Up to the middle the pen
    lifts where it does in the first, then where it does in the last. The less a guide is one of the
    two drawings, the more freedom the model has. All take the same random numbers.

    Raises:
        StrokebookError: A drawing without extent.
    """
    a, b = (_guide_of(model, d, None)[1] for d in (first, last))
    way = np.linspace(0.0, 1.0, steps).tolist()
    guides = [between_guides(a, b, t) for t in way]
    widths = [width_of(MORPH_STRENGTH * (1.0 - abs(2.0 * t - 1.0))) for t in way]
    most = _most(model, max_points)
    drawn = follow(model, guides, widths, Temperature.of(temperature), seed, most, same=True)
    return [drawing_of(rows, model.scale, seed, k) for k, rows in enumerate(drawn)]


def between_guides(a: Guide, b: Guide, t: float) -> Guide:
    """The guide at ``t`` of the way from a (0) to b (1)."""
    count = max(len(a.places), len(b.places))
    one, two = (_evenly_indexed(guide, count) for guide in (a, b))
    places = (1.0 - t) * _centred(a.places)[one] + t * _centred(b.places)[two]
    ends = a.ends[one] if t <= 0.5 else b.ends[two]
    last = np.flatnonzero(np.diff(ends, append=-1))  # of each stroke, in the new numbering
    return Guide(places - places[0], last[np.searchsorted(last, np.arange(count))], a.step)


def _evenly_indexed(guide: Guide, count: int) -> Ints64:
    return np.rint(np.linspace(0, guide.final, count)).astype(np.int64)


def _centred(places: Floats) -> Floats:
    return np.asarray(places - (places.min(0) + places.max(0)) / 2)


def _guide_of(model: SketchModel, drawing: Drawing, zoom: float | None) -> tuple[Rescaled, Guide]:
    fitted = fit(drawing, model.statistics, model.statistics.extent, zoom)
    return fitted, Guide.of(fitted.rows, PLACE / model.scale)


def _most(model: SketchModel, max_points: int | None) -> int:
    return check_most(2 * model.statistics.longest if max_points is None else max_points, model)
