"""Whole drawings: samples and completions, and the choice among many."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from strokebook.base.errors import UsageError
from strokebook.base.progress import SILENT, Progress
from strokebook.geometry.drawing import Drawing
from strokebook.model.checkpoints.checkpoint import SketchModel
from strokebook.model.distributions.temperature import Temperature
from strokebook.model.sampling import rejection, selection
from strokebook.model.sampling.rejection import Pool
from strokebook.model.sampling.starts import Start, cut, read_start
from strokebook.model.sampling.stream import check_count, stream


@dataclasses.dataclass(frozen=True)
class Choice:
    """Which drawings are shown, of how many.

    Attributes:
        choose: One of :data:`~strokebook.model.sampling.selection.CHOICES`; None: ``rejection``
            where the model has a chooser, else ``raw``.
        of: How many are drawn at most. None: with a chooser as many as are needed; without one,
            where there is a choice, four times as many as are shown.
        seconds: With a chooser, how long is drawn at most; None: 20 for up to nine drawings, for
            more as much longer; where ``of`` is given, any time. Drawing k is always the same,
            but how many there are to choose from then depends on the machine.
        progress: Hears how many were accepted, and where they were too few.
    """

    choose: str | None = None
    of: int | None = None
    seconds: float | None = None
    progress: Progress = SILENT


def sample(
    model: SketchModel,
    n: int = 9,
    temperature: Temperature | float | None = None,
    seed: int = 0,
    max_points: int | None = None,
    *,
    choose: str | None = None,
    of: int | None = None,
    seconds: float | None = None,
    progress: Progress = SILENT,
) -> list[Drawing]:
    """New drawings, in units of the training data.

    A model that needs z takes it from N(0, 1) for each.

    Args:
        model: Trained.
        n: How many.
        temperature: τ > 0; one for all, or for mixture and pen apart. None: what the model's
            chooser was calibrated at; 0.5 where there is none.
        seed: Of every random choice.
        max_points: Drawings that have not ended are cut there; None: as long as the longest
            training drawing.
        choose: Which drawings are shown: see :class:`Choice`, as for all that follows.
        of: How many are drawn at most.
        seconds: How long is drawn at most.
        progress: Hears how many were accepted.

    Raises:
        UsageError: A number out of range, or no such choice.
    """
    choice = Choice(choose, of, seconds, progress)
    return _chosen(model, None, n, temperature, seed, max_points, choice)


def complete(
    model: SketchModel,
    start: Drawing,
    n: int = 9,
    temperature: Temperature | float | None = None,
    seed: int = 0,
    max_points: int | None = None,
    *,
    zoom: float | None = None,
    lifted: bool = False,
    choose: str | None = None,
    of: int | None = None,
    seconds: float | None = None,
    progress: Progress = SILENT,
) -> list[Drawing]:
    """Different endings of one start.

    The start stays exactly as drawn, in its own coordinates; the line goes on from its last point.
    How it is read, see :func:`~strokebook.model.sampling.starts.read_start`.

    Args:
        model: Trained.
        start: At least two different points.
        n: How many endings.
        temperature: τ > 0; one for all, or for mixture and pen apart. None: what the model's
            chooser was calibrated at; 0.5 where there is none.
        seed: Of every random choice.
        max_points: Most points that are added; None: what the longest training drawing has left,
            at least half of it.
        zoom: Units of the training data per unit of the start, where known.
        lifted: The pen has left the paper after the start: the ending begins a new stroke.
        choose: Which drawings are shown: see :class:`Choice`, as for all that follows.
        of: How many are drawn at most.
        seconds: How long is drawn at most.
        progress: Hears how many were accepted.

    Returns:
        Drawings in the start's unit and frame, which an ending may leave; ``meta["start_points"]``
        says how many points are the start's, ``meta["nats"]``, where they were ranked, what a
        point costs (the less, the likelier); ``meta["score"]`` and ``meta["accepted"]``, where
        there is a chooser, the logarithm of its density ratio and whether it accepted the drawing.

    Raises:
        UsageError: A number out of range, or no such choice.
        StrokebookError: A start without extent.
    """
    choice = Choice(choose, of, seconds, progress)
    _check(model, n, choice)
    read = read_start(model, start, seed, zoom=zoom, lifted=lifted)
    return _chosen(model, read, n, temperature, seed, max_points, choice)


def continue_from(
    model: SketchModel,
    drawing: Drawing,
    point: int,
    n: int = 9,
    temperature: Temperature | float | None = None,
    seed: int = 0,
    max_points: int | None = None,
    *,
    choose: str | None = None,
    of: int | None = None,
    seconds: float | None = None,
    progress: Progress = SILENT,
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
        temperature: τ > 0; one for all, or for mixture and pen apart. None: what the model's
            chooser was calibrated at; 0.5 where there is none.
        seed: Of every random choice.
        max_points: As for :func:`complete`.
        choose: As there.
        of: As there.
        seconds: As there.
        progress: As there.

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
        seconds=seconds,
        progress=progress,
    )


def _check(model: SketchModel, n: int, choice: Choice) -> str:
    """Which choice is meant.

    Raises:
        UsageError: No such choice, or a number out of range.
    """
    choose = selection.find_choice(choice.choose, model.chooser is not None)
    check_count(n)
    selection.check(n, choose, choice.of)
    if choice.seconds is not None and not choice.seconds > 0:
        raise UsageError(f"seconds is {choice.seconds}, which is no time.", "Use a number over 0.")
    return choose


def _chosen(
    model: SketchModel,
    start: Start | None,
    n: int,
    temperature: Temperature | float | None,
    seed: int,
    max_points: int | None,
    choice: Choice,
) -> list[Drawing]:
    choose = _check(model, n, choice)
    if temperature is None:
        temperature = model.temperature
    temperature = Temperature.of(temperature)
    if model.chooser is not None and choose != "raw":
        return _accepted(model, start, n, temperature, seed, max_points, choose, choice)
    count, weighed = selection.check(n, choose, choice.of), choose != "raw"
    done = stream(model, start, count, temperature, seed, max_points, weighed=weighed).finish()
    candidates = done.drawings()
    if not weighed:
        return candidates
    nats = done.per_point
    kept = selection.chosen(candidates, nats, n, choose)
    return [_noting(candidates[k], nats=float(nats[k])) for k in kept]


def _accepted(
    model: SketchModel,
    start: Start | None,
    n: int,
    temperature: Temperature,
    seed: int,
    max_points: int | None,
    choose: str,
    choice: Choice,
) -> list[Drawing]:
    """The choice among what the model's chooser accepts."""
    ranked, seconds = choose != "rejection", choice.seconds
    if seconds is None:
        seconds = rejection.time_for(n) if choice.of is None else math.inf
    pool = rejection.draw_pool(
        model,
        start,
        selection.ACCEPTED * n if ranked else n,
        temperature,
        seed,
        max_points,
        most=choice.of,
        seconds=seconds,
        least=n,
        weighed=ranked,
        progress=choice.progress,
    )
    kept = rejection.best(pool, selection.ACCEPTED * n if ranked else n)
    choice.progress.say(rejection.report(pool, n))
    if ranked:
        drawings, nats = [pool.drawings[k] for k in kept], [pool.nats[k] for k in kept]
        kept = [kept[k] for k in selection.chosen(drawings, nats, n, choose)]
    return [_shown(pool, k, ranked) for k in kept]


def _shown(pool: Pool, number: int, ranked: bool) -> Drawing:
    notes: dict[str, object] = {
        "score": pool.scores[number],
        "accepted": pool.trusted and number in pool.accepted,
    }
    if ranked:
        notes["nats"] = pool.nats[number]
    return _noting(pool.drawings[number], **notes)


def _noting(drawing: Drawing, **notes: object) -> Drawing:
    return dataclasses.replace(drawing, meta=drawing.meta | notes)
