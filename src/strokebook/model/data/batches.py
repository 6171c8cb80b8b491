"""Batches: padded stroke-5, checked, scaled, augmented, in buckets of like length.

Shape letters: N points of a drawing, T rows of a batch, B drawings in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from strokebook.base.array_types import Ints64
from strokebook.base.errors import Diagnostic, Severity, StrokebookError
from strokebook.base.random_streams import RandomStream, generator
from strokebook.geometry.drawing import Stroke3
from strokebook.geometry.stroke3 import to_stroke5

LIMIT = 1000.0  # offsets are clamped to ± this before scaling, as the reference does
START = (0.0, 0.0, 1.0, 0.0, 0.0)
SAFE_IN_STROKE = 2  # points after a pen lift that point dropping never touches
BUCKET_JITTER = 0.15  # lengths are shaken by this share before sorting, so that batches mix


class Batch(NamedTuple):
    """Drawings side by side, time first.

    Attributes:
        rows: Start token, points, end rows: ``(T + 1, B, 5)``; every drawing has its end row.
        lengths: Real points of each, ``(B,)`` int64.
    """

    rows: Tensor
    lengths: Tensor

    @property
    def inputs(self) -> Tensor:
        """What the decoder reads, ``(T, B, 5)``."""
        return self.rows[:-1]

    @property
    def targets(self) -> Tensor:
        """What it should say, ``(T, B, 5)``; also what the encoder reads."""
        return self.rows[1:]

    def to(self, device: torch.device) -> Batch:
        """The same on a device."""
        return Batch(self.rows.to(device), self.lengths.to(device))


def check(
    drawings: Sequence[npt.ArrayLike], max_points: int, what: str
) -> tuple[list[Stroke3], list[Diagnostic]]:
    """The usable drawings, with warnings on those left out.

    The first point's offset is set to 0 (it is the drawing's origin: where on its page a drawing
    began is not part of it), the last point lifts the pen, offsets are clamped to ± 1000.

    Raises:
        StrokebookError: Something that is not stroke-3, or a number that is not finite.
    """
    rows = [
        _as_stroke3(drawing, f"Drawing {n} of the {what} set") for n, drawing in enumerate(drawings)
    ]
    short = sum(len(r) < 2 for r in rows)
    long = sum(len(r) > max_points for r in rows)
    warnings = []
    if short:
        warnings.append(_left_out(short, what, "a single point or none", "Nothing needs doing."))
    if long:
        remedy = "Simplify them in the data set, or raise max_points."
        warnings.append(_left_out(long, what, f"more than {max_points} points", remedy))
    return [r for r in rows if 2 <= len(r) <= max_points], warnings


def _as_stroke3(drawing: npt.ArrayLike, name: str) -> Stroke3:
    rows = np.array(drawing, np.float32)
    if rows.ndim != 2 or rows.shape[1] != 3:
        raise StrokebookError(
            f"{name} has shape {rows.shape}; stroke-3 is (N, 3): dx, dy, lift.",
            "Make the data set anew.",
        )
    if not np.isfinite(rows).all():
        raise StrokebookError(
            f"{name} holds numbers that are not finite (NaN or infinity).",
            "Make the data set anew, or take that drawing out.",
        )
    np.clip(rows[:, :2], -LIMIT, LIMIT, out=rows[:, :2])
    rows[:1, :2] = 0.0
    rows[:, 2] = rows[:, 2] > 0.5
    rows[-1:, 2] = 1.0
    return rows


def _left_out(count: int, what: str, why: str, remedy: str) -> Diagnostic:
    some = "1 drawing" if count == 1 else f"{count} drawings"
    verb = "has" if count == 1 else "have"
    return Diagnostic(
        f"{some} of the {what} set", f"{verb} {why}, left out.", remedy, severity=Severity.WARNING
    )


def scale_of(drawings: Sequence[Stroke3]) -> float:
    """The standard deviation of all offsets dx, dy (about their mean, which stays in the data)."""
    return float(np.vstack([d[1:, :2] for d in drawings]).std(dtype=np.float64))


def batch_of(drawings: Sequence[Stroke3]) -> Batch:
    """Scaled drawings padded to the longest of them and its end row."""
    lengths = np.array([len(d) for d in drawings])
    rows = np.empty((lengths.max() + 2, len(drawings), 5), np.float32)
    rows[0] = START
    for column, drawing in enumerate(drawings):
        rows[1:, column] = to_stroke5(drawing, len(rows) - 1)
    return Batch(torch.from_numpy(rows), torch.from_numpy(lengths))


def in_order(drawings: Sequence[Stroke3], size: int) -> Iterator[Batch]:
    """All drawings once, without augmentation, the short ones first."""
    order = sorted(range(len(drawings)), key=lambda n: len(drawings[n]))
    for first in range(0, len(order), size):
        yield batch_of([drawings[n] for n in order[first : first + size]])


class Epochs:
    """The batches of endless training: batch ``step`` is a function of the seed and ``step``.

    Every epoch is shuffled anew, sorted roughly by length so that little is padding, and cut into
    batches of almost equal size, whose order is shuffled too. All drawings are used every epoch.
    """

    def __init__(
        self,
        drawings: Sequence[Stroke3],
        size: int,
        seed: int,
        scale_augment: float = 0.0,
        point_drop: float = 0.0,
        vary: Callable[[Stroke3, np.random.Generator], Stroke3] | None = None,
        remake: Callable[[int, np.random.Generator], Stroke3 | None] | None = None,
    ) -> None:
        """Plan nothing yet.

        Args:
            drawings: In units of the net.
            size: Drawings in a batch, about.
            seed: Of order and augmentation.
            scale_augment: See :func:`scaled`.
            point_drop: See :func:`dropped`.
            vary: Changes a drawing before these two.
            remake: Makes a drawing, by its number, from something better than its points; None:
                there is nothing better. Takes the place of all other augmentation.
        """
        self.drawings = drawings
        self.seed = seed
        self.vary, self.remake = vary, remake
        self.scale_augment, self.point_drop = scale_augment, point_drop
        self.per_epoch = max(1, round(len(drawings) / size))
        self._epoch = -1
        self._batches: list[Ints64] = []

    def __getitem__(self, step: int) -> Batch:
        """The batch of step ``step``, from 0."""
        epoch, place = divmod(step, self.per_epoch)
        if epoch != self._epoch:
            self._epoch, self._batches = epoch, self._plan(epoch)
        rng = generator(self.seed, RandomStream.AUGMENTATION, step)
        return batch_of([self._vary(int(n), rng) for n in self._batches[place]])

    def _plan(self, epoch: int) -> list[Ints64]:
        rng = generator(self.seed, RandomStream.BATCHES, epoch)
        lengths = np.array([len(d) for d in self.drawings])
        shaken = lengths * (1.0 + BUCKET_JITTER * rng.uniform(-1, 1, len(lengths)))
        batches = np.array_split(np.argsort(shaken, kind="stable"), self.per_epoch)
        return [batches[n] for n in rng.permutation(len(batches))]

    def _vary(self, number: int, rng: np.random.Generator) -> Stroke3:
        remade = self.remake(number, rng) if self.remake else None
        if remade is not None:
            return remade
        drawing = self.drawings[number]
        if self.vary:
            drawing = self.vary(drawing, rng)
        return scaled(dropped(drawing, self.point_drop, rng), self.scale_augment, rng)


class Prefetch:
    """Batches prepared by a thread while the step before them is computed.

    Which batch belongs to a step does not depend on it.
    """

    def __init__(self, epochs: Epochs) -> None:
        self.epochs = epochs
        self._executor = ThreadPoolExecutor(1, "strokebook-batch")
        self._next: tuple[int, Future[Batch]] | None = None

    def __getitem__(self, step: int) -> Batch:
        """The batch of step ``step``; that of the next one is begun."""
        ahead = self._next
        if ahead is None or ahead[0] != step:
            self.close()
            ahead = step, self._executor.submit(self.epochs.__getitem__, step)
        batch = ahead[1].result()
        self._next = step + 1, self._executor.submit(self.epochs.__getitem__, step + 1)
        return batch

    def close(self) -> None:
        """Let go of the batch that was begun."""
        if self._next is not None:
            self._next[1].cancel()
            self._next = None


def scaled(drawing: Stroke3, within: float, rng: np.random.Generator) -> Stroke3:
    """A copy whose width and height are each scaled by a factor within 1 ± ``within``."""
    out = drawing.copy()
    out[:, :2] *= rng.uniform(1.0 - within, 1.0 + within, 2)
    return out


def dropped(drawing: Stroke3, probability: float, rng: np.random.Generator) -> Stroke3:
    """A copy with points merged into the kept point before them, which moves to their place.

    Only a point that lies, like its predecessor, within a stroke, more than two points after the
    last lift, can go; so strokes keep their ends and their number.
    """
    lift = drawing[:, 2] > 0.5
    fixed = lift | np.concatenate(([True], lift[:-1]))
    index = np.arange(len(drawing))
    since = index - np.maximum.accumulate(np.where(fixed, index, 0))
    gone = ~fixed & (since > SAFE_IN_STROKE) & (rng.random(len(drawing)) < probability)
    firsts = np.flatnonzero(~gone)
    out = drawing[firsts]
    out[:, :2] = np.add.reduceat(drawing[:, :2], firsts, axis=0)
    return out
