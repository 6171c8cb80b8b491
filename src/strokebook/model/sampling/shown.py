"""What is shown of a model's drawings: the artist's line between the points."""

from __future__ import annotations

from collections.abc import Iterable

from strokebook.geometry.drawing import Drawing
from strokebook.model.checkpoints.checkpoint import SketchModel
from strokebook.model.line.fairing import fair
from strokebook.model.line.retraced import merge_retraced
from strokebook.model.sampling.stream import ZOOM


def shown(model: SketchModel, drawings: Iterable[Drawing], *, plain: bool = False) -> list[Drawing]:
    """Drawings of a model's as people get to see them, ink that was gone over twice in one place.

    Whatever measures, chooses or reads a model's drawings takes the points; this comes last. What
    a person gave of a completion stays as it is.

    Args:
        model: It drew them.
        drawings: As the functions of :mod:`strokebook.model.sampling` give them.
        plain: Leave them as they are.
    """
    if plain:
        return list(drawings)
    # A line learnt elsewhere knows drawings of its own size.
    extent = model.statistics.extent
    size = model.line.extent / extent if extent > 0 else 1.0
    found = []
    for drawing in drawings:
        units, given = size * drawing.meta.get(ZOOM, 1.0), drawing.meta.get("start_points", 0)
        line = merge_retraced(model.line.restore(drawing, units, given), units, given)
        found.append(fair(line, model.line.tremor, units, given))
    return found
