"""Judges: classifiers of real against drawn, after the same preparation; novelty, diversity."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.hand import ink_judge
from benchmarks.hand.ink_judge import Judgement, interval
from strokebook.geometry.drawing import Drawing, Stroke3
from strokebook.model.evaluation import novelty, passages, two_sample
from strokebook.model.features.normalise import normalise

FEATURES = ("strokes", "pictures")


def judge(first: Sequence[Stroke3], second: Sequence[Stroke3], seed: int) -> dict[str, Judgement]:
    """The judges ``strokes`` and ``pictures`` about two sets; the larger is cut to the smaller."""
    count = min(len(first), len(second))
    a, b = ([normalise(d) for d in part[:count]] for part in (first, second))
    results = {
        "strokes": two_sample.by_strokes(a, b, seed),
        "pictures": two_sample.by_pictures(a, b, seed),
    }
    return {
        name: Judgement(r.accuracy, *interval(r.accuracy, 2 * count), count)
        for name, r in results.items()
    }


def numbers(found: Mapping[str, Judgement]) -> dict[str, dict[str, Any]]:
    """Judgements as they go into a JSON."""
    return {name: dataclasses.asdict(judgement) for name, judgement in found.items()}


def judge_ink(drawn: Sequence[Drawing], lines: Sequence[Drawing], seed: int) -> Judgement:
    """The judge ``ink``: what the model draws, as it is shown, against the artist's own lines."""
    return ink_judge.judge(drawn, lines, seed)


def spread(drawings: Sequence[Stroke3]) -> float:
    """Diversity: the mean distance of each drawing to its nearest other, units of 200."""
    return float(np.mean([_nearest_other(k, drawings) for k in range(len(drawings))]))


def _nearest_other(k: int, drawings: Sequence[Stroke3]) -> float:
    others = [*drawings[:k], *drawings[k + 1 :]]
    return novelty.nearest([drawings[k]], others)[0].distance


def copies(
    drawings: Sequence[Stroke3], held: Sequence[Stroke3], training: Sequence[Stroke3]
) -> dict[str, Any]:
    """Distances to the nearest training drawing, mirrored ones too: quantiles 5, 50 %.

    ``stretches`` is the share of half-frame stretches nearer than 5 % of held-out drawings' are.
    """
    near = novelty.nearest(drawings, training, mirrored=True)
    far = np.array([one.distance for one in near])
    low, middle = np.quantile(far, (0.05, 0.5))
    return {
        "low": float(low),
        "median": float(middle),
        "least": float(far.min()),
        "stretches": passages.copied_share(drawings, held, training),
    }
