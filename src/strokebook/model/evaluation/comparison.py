"""Comparison of the model's drawings with held-out ones: two-sample tests and novelty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from strokebook.base.progress import Progress
from strokebook.geometry.drawing import Drawing, Stroke3
from strokebook.geometry.stroke3 import to_stroke3
from strokebook.model.checkpoints.checkpoint import SketchModel
from strokebook.model.evaluation import novelty, two_sample
from strokebook.model.evaluation.eval_data import EvalData
from strokebook.model.evaluation.novelty import DistanceSpread, Near
from strokebook.model.evaluation.options import EvaluateOptions
from strokebook.model.evaluation.passages import copied_share
from strokebook.model.evaluation.two_sample import LEAST, TwoSampleResult, chosen
from strokebook.model.sampling import sample

MOST = 500  # drawings made where their number is left open
HELD, KNOWN, CONTROL = range(3)  # which choice of drawings


@dataclass(frozen=True, eq=False)
class Samples:
    """The model's drawings.

    Attributes:
        drawings: Stroke-3, in units of the data, rounded where the data is.
        cut: How many had not ended at the most points allowed.
    """

    drawings: list[Stroke3]
    cut: int


@dataclass(frozen=True)
class Tests:
    """Two-sample tests by name: ``strokes``, ``thinned`` strokes, ``pictures``.

    Attributes:
        model: The model's drawings against held-out ones.
        control: Training drawings against held-out ones: what a perfect model would get; empty
            where there are too few training drawings.
    """

    model: dict[str, TwoSampleResult]
    control: dict[str, TwoSampleResult]


@dataclass(frozen=True, eq=False)
class Novelty:
    """Distances to the nearest training drawings, mirrored ones included.

    Attributes:
        made: Of each of the model's drawings.
        held: Of each held-out drawing: the yardstick.
        nearer: Share of the model's drawings that are nearer than the nearest 5 % of the held-out.
        copied: Share of the stretches of the model's lines that repeat training drawings; None
            where there are no such stretches (:mod:`~strokebook.model.evaluation.passages`).
    """

    samples: list[Near]
    held: list[Near]
    nearer: float
    copied: float | None

    @property
    def samples_spread(self) -> DistanceSpread:
        """Of the model's drawings."""
        return novelty.spread_of(self.samples)

    @property
    def held_spread(self) -> DistanceSpread:
        """Of the held-out drawings."""
        return novelty.spread_of(self.held)


def make(model: SketchModel, data: EvalData, options: EvaluateOptions) -> Samples:
    """Let the model draw, at the size and on the grid of the data.

    Where all held-out coordinates are multiples of the unit, so are those of the drawings made:
    else a classifier would only have to look at the decimals.
    """
    count = options.samples or min(len(data.held), MOST)
    sampled = sample(
        model, count, options.temperature, options.seed, options.max_points, choose="raw"
    )
    step = options.unit if data.whole else 0.0
    rows = [_rows(d, data.zoom, step) for d in sampled]
    return Samples(rows, sum(d.n_points >= options.max_points for d in sampled))


def _rows(drawing: Drawing, zoom: float, step: float) -> Stroke3:
    """A drawing of the model's as stroke-3 in units of the data, on the grid of ``step`` if any."""
    strokes = [s.astype(np.float64) / zoom for s in drawing.strokes]
    if step:
        strokes = [np.round(s / step) * step for s in strokes]
    return to_stroke3(drawing.with_strokes(strokes))


def tell_apart(
    samples: Sequence[Stroke3], data: EvalData, seed: int, progress: Progress
) -> Tests | None:
    """The tests and their controls; None where there are too few drawings."""
    count = min(len(samples), len(data.held))
    if count < LEAST:
        return None
    progress.say(f"telling {count} drawings of the model's from {count} held-out ones")
    held = chosen(data.held, count, seed, HELD)
    model = _tests(samples[:count], held, seed)
    few = min(count, len(data.training))
    if few < LEAST:
        return Tests(model, {})
    known = chosen(data.training, few, seed, KNOWN)
    return Tests(model, _tests(known, chosen(data.held, few, seed, CONTROL), seed))


def _tests(
    first: Sequence[Stroke3], second: Sequence[Stroke3], seed: int
) -> dict[str, TwoSampleResult]:
    thin, other = ([two_sample.thinned(d) for d in part] for part in (first, second))
    return {
        "strokes": two_sample.by_strokes(first, second, seed),
        "thinned": two_sample.by_strokes(thin, other, seed),
        "pictures": two_sample.by_pictures(first, second, seed),
    }


def find_nearest(samples: Sequence[Stroke3], data: EvalData, progress: Progress) -> Novelty | None:
    """Each drawing's nearest training drawing; None where there are no training drawings."""
    if not data.training:
        return None
    progress.say(f"looking through {len(data.training)} training drawings for the nearest")
    near = novelty.nearest(samples, data.training, mirrored=True)
    held = novelty.nearest(data.held, data.training, mirrored=True)
    low = novelty.spread_of(held).low
    nearer = float(np.mean([n.distance < low for n in near]))
    return Novelty(near, held, nearer, copied_share(samples, data.held, data.training))
