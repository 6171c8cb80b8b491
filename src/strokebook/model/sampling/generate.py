"""Whole drawings: samples and completions, and the choice among many."""

from __future__ import annotations

import dataclasses

import numpy as np

from strokebook.geometry.drawing import Drawing
from strokebook.model.checkpoints.checkpoint import SketchModel
from strokebook.model.distributions.temperature import Temperature
from strokebook.model.sampling import selection
from strokebook.model.sampling.starts import Start, cut, read_start
from strokebook.model.sampling.stream import stream


def sample(
    model: SketchModel,
    n: int = 9,
    temperature: Temperature | float = 0.5,
    seed: int = 0,
    max_points: int | None = None,
    *,
    choose: str = "first",
    of: int | None = None,
) -> list[Drawing]:
    """New drawings, in units of the training data.

    A model that needs z takes it from N(0, 1) for each.

    Args:
        model: Trained.
        n: How many.
        temperature: τ > 0; one for all, or for mixture and pen apart.
        seed: Of every random choice.
        max_points: Drawings that have not ended are cut there; None: as long as the longest
            training drawing.
        choose: One of :data:`~strokebook.model.sampling.selection.CHOICES`.
        of: How many are drawn to choose from; None: four times as many.

    Raises:
        UsageError: A number out of range, or no such choice.
    """
    return _chosen(model, None, n, temperature, seed, max_points, choose, of)


def complete(
    model: SketchModel,
    start: Drawing,
    n: int = 9,
    temperature: Temperature | float = 0.5,
    seed: int = 0,
    max_points: int | None = None,
    *,
    zoom: float | None = None,
    lifted: bool = False,
    choose: str = "first",
    of: int | None = None,
) -> list[Drawing]:
    """Different endings of one start.

    The start stays exactly as drawn, in its own coordinates; the line goes on from its last point.
    How it is read, see :func:`~strokebook.model.sampling.starts.read_start`.

    Args:
        model: Trained.
        start: At least two different points.
        n: How many endings.
        temperature: τ > 0; one for all, or for mixture and pen apart.
        seed: Of every random choice.
        max_points: Most points that are added; None: what the longest training drawing has left,
            at least half of it.
        zoom: Units of the training data per unit of the start, where known.
        lifted: The pen has left the paper after the start: the ending begins a new stroke.
        choose: One of :data:`~strokebook.model.sampling.selection.CHOICES`.
        of: How many are drawn to choose from; None: four times as many.

    Returns:
        Drawings in the start's unit and frame, which an ending may leave; ``meta["start_points"]``
        says how many points are the start's, ``meta["nats"]``, where they were chosen, what a
        point costs (the less, the likelier).

    Raises:
        UsageError: A number out of range, or no such choice.
        StrokebookError: A start without extent.
    """
    selection.check(n, choose, of)
    read = read_start(model, start, seed, zoom=zoom, lifted=lifted)
    return _chosen(model, read, n, temperature, seed, max_points, choose, of)


def continue_from(
    model: SketchModel,
    drawing: Drawing,
    point: int,
    n: int = 9,
    temperature: Temperature | float = 0.5,
    seed: int = 0,
    max_points: int | None = None,
    *,
    choose: str = "first",
    of: int | None = None,
) -> list[Drawing]:
    """A drawing cut at a point, and other endings from there.

    The model reads it at the size that the whole drawing has among the training drawings, which
    a start alone could not tell. Where the drawing's pen left the paper at that point, the
    endings begin a new stroke.

    Args:
        model: Trained.
        drawing: Of at least ``point`` points.
        point: Number of the last point that is kept, in drawn order, from 1.
        n: How many endings.
        temperature: τ > 0; one for all, or for mixture and pen apart.
        seed: Of every random choice.
        max_points: As for :func:`complete`.
        choose: As there.
        of: As there.

    Returns:
        As :func:`complete`.

    Raises:
        UsageError: The drawing has no such point, or a number out of range, or no such choice.
        StrokebookError: A start without extent.
    """
    start, lifted = cut(drawing, point)
    side = float(np.ptp(drawing.points, axis=0).max())
    zoom = model.statistics.extent / side if side > 0 else None
    return complete(
        model,
        start,
        n,
        temperature,
        seed,
        max_points,
        zoom=zoom,
        lifted=lifted,
        choose=choose,
        of=of,
    )


def _chosen(
    model: SketchModel,
    start: Start | None,
    n: int,
    temperature: Temperature | float,
    seed: int,
    max_points: int | None,
    choose: str,
    of: int | None,
) -> list[Drawing]:
    count = selection.check(n, choose, of)
    weighed = choose != "first"
    done = stream(model, start, count, temperature, seed, max_points, weighed=weighed).finish()
    candidates = done.drawings()
    if not weighed:
        return candidates
    nats = done.per_point
    kept = selection.chosen(candidates, nats, n, choose)
    return [
        dataclasses.replace(candidates[k], meta=candidates[k].meta | {"nats": float(nats[k])})
        for k in kept
    ]
