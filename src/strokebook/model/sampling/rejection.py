"""Rejection: a model draws until enough of its drawings are accepted, or its time is over.

Drawing number k, its score and whether it is accepted depend on the seed and k alone, so that the
first n accepted are the same however they are drawn; a time limit changes only how many there are.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from strokebook.base.array_types import Floats
from strokebook.base.progress import SILENT, Progress
from strokebook.base.random_streams import RandomStream
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.stroke3 import to_stroke3
from strokebook.model.cells.noise import Noise
from strokebook.model.checkpoints.checkpoint import SketchModel
from strokebook.model.choosing.chooser import Chooser, acceptance, find_log_scale
from strokebook.model.distributions.temperature import Temperature
from strokebook.model.sampling.rollout import block_size
from strokebook.model.sampling.starts import Start
from strokebook.model.sampling.stream import Stream, stream

SECONDS, DRAWINGS = 20.0, 9  # so much time for so many; as much for each more
BLOCKS = 2  # drawn between two looks at what there is
# From so many drawings c is found anew, where they are not drawn as those of the calibration were.
CALIBRATED_ON = 64


def time_for(n: int) -> float:
    """Seconds that drawing n may take, where the caller does not say."""
    return SECONDS * max(1.0, n / DRAWINGS)


@dataclass(eq=False)
class Pool:
    """Drawings so far, in the order of their numbers, and what the chooser says of them.

    Attributes:
        drawings: All that were drawn.
        nats: What a point of each costs.
        scores: Logarithms of their density ratios.
        outside: Share of each one's features beyond what the chooser learnt from.
        accepted: Numbers of those accepted, ascending; empty before :func:`accept`.
        trusted: Whether the chooser knows drawings like these.
    """

    drawings: list[Drawing] = field(default_factory=list)
    nats: list[float] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    outside: list[float] = field(default_factory=list)
    accepted: list[int] = field(default_factory=list)
    trusted: bool = True


def draw_pool(
    model: SketchModel,
    start: Start | None,
    wanted: int,
    temperature: Temperature,
    seed: int,
    max_points: int | None,
    *,
    most: int | None,
    seconds: float,
    least: int,
    weighed: bool,
    progress: Progress = SILENT,
) -> Pool:
    """Draw until ``wanted`` are accepted, ``most`` are drawn, or the time is over.

    The acceptance's c is that of the calibration for new drawings at the chooser's temperature.
    Else it is found anew, so that the budget is met, on the first 64: endings of one start all
    have the same density of the start in their ratio, which c then takes up; so it is the ending
    that counts, however much of the drawing the start is.

    The chooser is not trusted, and all drawings count as accepted, where the median of the first
    drawings has a greater share of features out of range than nearly all that it learnt from.

    Args:
        model: With a chooser.
        start: None: new drawings.
        wanted: How many are to be accepted.
        temperature: Of the drawings.
        seed: Of every random choice.
        max_points: Most points that are drawn of each.
        most: Of drawings.
        seconds: After which no more are begun, and the last begun are given up.
        least: So many are drawn whatever the time.
        weighed: Whether nats are wanted.
        progress: Hears how many are accepted.
    """
    pool = Pool()
    limits = _Limits(wanted, most, time.monotonic() + seconds, least)
    asked = _Asked(model, start, temperature, seed, max_points, weighed)
    for _ in progress.track(_fill(pool, asked, limits), "drawing", wanted):
        pass
    return pool


@dataclass(frozen=True, eq=False)
class _Limits:
    wanted: int
    most: int | None
    end: float
    least: int


@dataclass(frozen=True, eq=False)
class _Asked:
    model: SketchModel
    start: Start | None
    temperature: Temperature
    seed: int
    max_points: int | None
    weighed: bool

    def stream(self, count: int, first: int) -> Stream:
        return stream(
            self.model,
            self.start,
            count,
            self.temperature,
            self.seed,
            self.max_points,
            weighed=self.weighed,
            first=first,
        )


def _fill(pool: Pool, asked: _Asked, limits: _Limits) -> Iterator[int]:
    """Draw into the pool, batch by batch; yields once for each accepted drawing more."""
    chooser = asked.model.chooser
    assert chooser is not None, "the caller asks"
    same = asked.start is None and asked.temperature == Temperature.of(chooser.temperature)
    size, announced = BLOCKS * block_size(asked.model.net), 0

    def late() -> bool:
        return len(pool.drawings) >= limits.least and time.monotonic() > limits.end

    while not late():
        first = len(pool.drawings)
        count = size if limits.most is None else min(size, limits.most - first)
        ready = first > 0 and (same or not pool.trusted or first >= CALIBRATED_ON)
        if count <= 0 or (ready and len(pool.accepted) >= limits.wanted):
            return
        batch = asked.stream(count, first)
        if not _drawn(batch, late):
            return
        _add(pool, batch, asked, chooser)
        accept(pool, chooser, asked.seed, same=same)
        accepted = min(len(pool.accepted), limits.wanted)
        yield from range(announced, accepted)
        announced = max(announced, accepted)


def _drawn(drawing: Stream, late: Callable[[], bool]) -> bool:
    """Draw to the end; false where it became too late."""
    return all(not late() for _ in drawing)


def _add(pool: Pool, batch: Stream, asked: _Asked, chooser: Chooser) -> None:
    new = batch.drawings()
    values = chooser.features([np.asarray(to_stroke3(d), np.float32) for d in new])
    pool.drawings += new
    pool.nats += batch.per_point.tolist() if asked.weighed else [0.0] * len(new)
    pool.scores += chooser.scores(values).tolist()
    pool.outside += chooser.outside(values).tolist()


def accept(pool: Pool, chooser: Chooser, seed: int, *, same: bool) -> None:
    """Note which drawings of a pool are accepted, and whether the chooser knows their like.

    Args:
        pool: At least one drawing.
        chooser: Calibrated.
        seed: Of the choice.
        same: The drawings are like those of the calibration: its c holds.
    """
    scores = np.array(pool.scores)
    head = scores[:CALIBRATED_ON]
    scale = chooser.log_scale if same else find_log_scale(head, chooser.budget)
    pool.trusted = float(np.median(pool.outside[:CALIBRATED_ON])) <= chooser.strange
    pool.accepted = list(range(len(scores)))
    if pool.trusted:
        pool.accepted = np.flatnonzero(
            _lots(seed, len(scores)) < acceptance(scores, scale)
        ).tolist()


def _lots(seed: int, count: int) -> Floats:
    """A uniform number for each drawing, by its own number."""
    lots = [Noise(seed, RandomStream.ACCEPTANCE, k).uniform(1)[0] for k in range(count)]
    return np.array(lots)


def best(pool: Pool, wanted: int) -> list[int]:
    """Numbers of ``wanted`` drawings: the first accepted, then by score; all where fewer are drawn.

    Where the chooser is not trusted, they are the first drawn.
    """
    kept = pool.accepted[:wanted]
    if len(kept) == wanted:
        return kept
    left = sorted(set(range(len(pool.drawings))) - set(kept), key=lambda k: (-pool.scores[k], k))
    return kept + left[: wanted - len(kept)]


def report(pool: Pool, n: int) -> str:
    """One sentence about a pool of which n are shown."""
    drawn, accepted = len(pool.drawings), len(pool.accepted)
    if not pool.trusted:
        return (
            "These drawings are unlike what the model learnt from, so they are shown as they came."
        )
    text = f"{accepted} of {drawn} drawings were accepted ({accepted / drawn:.0%})"
    if accepted >= n:
        return f"{text}."
    return f"{text}; {n} were wanted, so the best of the rest are among those shown."
