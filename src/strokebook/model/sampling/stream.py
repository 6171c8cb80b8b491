"""Streams: drawings that come point by point.

Shape letters: n drawings, N points of one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from strokebook.base.array_types import Bools, Floats, Floats32, Ints64
from strokebook.base.errors import UsageError
from strokebook.geometry.drawing import Drawing, Points
from strokebook.geometry.stroke3 import from_stroke3
from strokebook.model.checkpoints.checkpoint import SketchModel
from strokebook.model.distributions.temperature import Temperature
from strokebook.model.sampling.rollout import (
    END,
    UP,
    DecoderBatch,
    Drawn,
    PresampledNoise,
    Rows,
    initial_batch,
    steps,
)
from strokebook.model.sampling.starts import Start, prior

LEAST = 2  # points of a new drawing
ZOOM = "zoom"  # in a drawing's meta: units of the training data per unit of the drawing


@dataclass(frozen=True, eq=False)
class Moment:
    """The next point of each of n drawings.

    Attributes:
        points: ``(n, 2)`` float32 in the start's coordinates (new drawings: units of the
            training data, from (0, 0) on); a drawing that has ended stays where it was.
        lifted: ``(n,)``: the pen leaves the paper after this point.
        ended: ``(n,)``: the drawing ended before this moment; it has no point here.
    """

    points: Floats32
    lifted: Bools
    ended: Bools


class Stream:
    """Drawings while they are drawn; made by :func:`stream`.

    Iterating draws; :meth:`drawings` gives what has come so far, at any time. Drawing k is the
    same however many are drawn beside it. One stops by not iterating on.
    """

    def __init__(
        self,
        model: SketchModel,
        decoders: DecoderBatch,
        draws: PresampledNoise,
        temperature: Temperature,
        seed: int,
        start: Start | None = None,
        *,
        weighed: bool = False,
        first: int = 0,
    ) -> None:
        least = LEAST if start is None else 1
        self.start, self.seed, self.n, self.first = start, seed, len(decoders.row), first
        self.scale = model.scale
        self._come: list[Drawn] = []
        self._steps = steps(
            *(model.net, decoders, draws, temperature, least),
            weighed=weighed,
            rounding=model.rounding,
        )

    def __iter__(self) -> Iterator[Moment]:
        unit, last = self.scale, np.zeros(2)
        if self.start is not None:
            unit, last = self.start.fitted.unit, self.start.fitted.last
        rows = [drawn.rows for drawn in self._come]
        moved = np.sum([r[:, :2] for r in rows], axis=0, dtype=np.float64) if rows else 0.0
        place = np.tile(last, (self.n, 1)) + unit * moved
        for drawn in self._steps:
            self._come.append(drawn)
            place = place + unit * drawn.rows[:, :2].astype(np.float64)
            pen = drawn.rows[:, 2:]
            yield Moment(place.astype(np.float32), pen[:, UP] > 0, pen[:, END] > 0)

    def finish(self) -> Stream:
        """Draw all that is left."""
        for _ in self:
            pass
        return self

    @property
    def per_point(self) -> Floats:
        """Nats per point so far under the model as it is (temperature 1), ``(n,)``.

        Position and pen of the drawn points, and the end where it was drawn; the lower, the
        likelier. Asks for a ``weighed`` stream.
        """
        nats = np.sum([drawn.nats for drawn in self._come], axis=0, dtype=np.float64)
        return np.asarray(nats / np.maximum(self._counts(), 1))

    def _counts(self) -> Ints64:
        """Points of each so far."""
        going = np.stack([drawn.rows[:, 2 + END] == 0 for drawn in self._come])
        return np.asarray(going.sum(0))

    def rows(self) -> list[Rows]:
        """Each drawing's points so far as stroke-3 in units of the net, the last point lifted."""
        whole = np.stack([drawn.rows for drawn in self._come], axis=1)  # (n, S, 5)
        return [stroke3_of(r[:count]) for r, count in zip(whole, self._counts(), strict=True)]

    def drawings(self) -> list[Drawing]:
        """What has come so far.

        Endings have the start before them exactly as it was, in its frame, which they may leave;
        their ``meta["start_points"]`` says how many points are the start's. A new drawing's box
        begins at (0, 0).
        """
        if not self._come:
            return [] if self.start is None else [self.start.drawing] * self.n
        numbered = enumerate(self.rows(), self.first)
        if self.start is None:
            return [drawing_of(rows, self.scale, self.seed, k) for k, rows in numbered]
        return [_ending(self.start, rows, self.scale, self.seed, k) for k, rows in numbered]


def stream(
    model: SketchModel,
    start: Start | None = None,
    n: int = 9,
    temperature: Temperature | float = 0.5,
    seed: int = 0,
    max_points: int | None = None,
    *,
    weighed: bool = False,
    first: int = 0,
) -> Stream:
    """Begin to draw n endings of a start, or n new drawings.

    Args:
        model: Trained.
        start: From :func:`~strokebook.model.sampling.starts.read_start`; None: new drawings (a
            model that needs z takes it from N(0, 1)).
        n: How many.
        temperature: τ; one for all, or for mixture and pen apart.
        seed: Of every random choice after the reading of the start.
        max_points: Most points that are drawn; None: what the longest training drawing has left,
            at least half of it.
        weighed: Whether :attr:`Stream.per_point` is wanted; costs a tenth of the time.
        first: Number of the first of them: 16 drawings from number 32 on are those that would be
            the last 16 of 48.

    Raises:
        UsageError: ``n``, ``temperature`` or ``max_points`` out of range.
    """
    check_count(n)
    temperature = Temperature.of(temperature)
    most = check_most(max_points, model, len(start.fitted.rows) if start else 0)
    decoders = (
        start.decoders_for(n, first)
        if start
        else initial_batch(model.net, n, prior(model, n, seed, first))
    )
    draws = PresampledNoise.of(seed, n, most, decoders.row, first=first)
    return Stream(model, decoders, draws, temperature, seed, start, weighed=weighed, first=first)


def check_count(n: int) -> None:
    """Refuse what nobody can want.

    Raises:
        UsageError: ``n`` out of range.
    """
    if not 1 <= n <= 10_000:
        raise UsageError(
            f"The number of drawings must be 1 to 10,000, and {n} was given.",
            "Use a number in that range.",
        )


def check_most(max_points: int | None, model: SketchModel, start_points: int = 0) -> int:
    """The most points that are drawn after ``given`` ones.

    Raises:
        UsageError: ``max_points`` out of range.
    """
    longest = model.statistics.longest
    most = max(longest - start_points, longest // 2, LEAST) if max_points is None else max_points
    if not LEAST <= most <= 100_000:
        raise UsageError(
            f"max_points must be {LEAST} to 100,000, and {most} was given.",
            "Use a number in that range.",
        )
    return most


def placed(rows: Rows, origin: Floats, unit: float) -> list[Points]:
    """Strokes whose first offset is taken from ``origin``."""
    points = origin + unit * np.cumsum(rows[:, :2], axis=0, dtype=np.float64)
    parts = np.split(points.astype(np.float32), np.flatnonzero(rows[:, 2] > 0.5) + 1)
    return [part for part in parts if len(part)]


def stroke3_of(real: Rows) -> Rows:
    """Rows ``(N, 5)`` without ends as stroke-3, the last point lifted."""
    out = np.concatenate((real[:, :2], real[:, 3:4]), axis=1)
    out[-1:, 2] = 1.0
    return out


def drawing_of(rows: Rows, scale: float, seed: int, place: int) -> Drawing:
    """A new drawing of stroke-3 ``(N, 3)`` in units of the net, number ``place`` of a seed."""
    scaled = rows * np.array((scale, scale, 1.0), np.float32)
    return from_stroke3(scaled, meta={"seed": seed, "index": place})


def _ending(start: Start, rows: Rows, scale: float, seed: int, place: int) -> Drawing:
    """The start with the drawn rows after it, in its own coordinates."""
    new = placed(rows, start.fitted.last, start.fitted.unit)
    old = list(start.drawing.strokes)
    if not start.lifted:
        old[-1:] = [np.concatenate((old[-1], *new[:1]))]
        new = new[1:]
    start_points = start.drawing.n_points
    meta = start.drawing.meta | {
        "start_points": start_points,
        "seed": seed,
        "index": place,
        ZOOM: scale / start.fitted.unit,
    }
    return dataclasses.replace(start.drawing.with_strokes([*old, *new]), meta=meta)
