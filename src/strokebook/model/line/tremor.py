"""Tremor: how much livelier a traced line is between its points than the restored one.

A restored line is a mean, faired, and so smoother than a hand and its tracing are. What is missing
is measured by how far the line turns from unit to unit, away from the points, where rounding does
not disturb it; turns of independent causes add up by their squares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from strokebook.base.array_types import Floats
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.polyline import arc_length, points_at
from strokebook.model.line.fairing import fair
from strokebook.model.line.pairs import Traced, sublines
from strokebook.model.line.restorer import LineRestorer

MOST = 20  # drawings that it is measured on
TRIAL = 0.05  # units: the tremor whose effect is measured
LARGEST = 0.3  # units: a larger one would be seen as shaking
UNIT = 1.0  # units of the line from turn to turn
AWAY = 1.6  # units from a segment's ends along the line
LEAST = 200  # turns that a median is worth taking of


def with_tremor(line: LineRestorer, drawings: Sequence[Traced]) -> LineRestorer:
    """The restorer with the tremor of a hand.

    Args:
        line: Fitted to the same hand.
        drawings: Of that hand.
    """
    few = drawings[:MOST]
    traced = _median_turn(few)
    smooth, trembling = (_median_turn(_restored(line, few, t)) for t in (0.0, TRIAL))
    gained = trembling**2 - smooth**2
    missing = traced**2 - smooth**2
    if not (gained > 0 and missing > 0):  # too little is known, or nothing is missing
        return replace(line, tremor=0.0)
    return replace(line, tremor=float(min(LARGEST, TRIAL * np.sqrt(missing / gained))))


def _restored(line: LineRestorer, drawings: Sequence[Traced], tremor: float) -> list[Traced]:
    return [
        (fair(line.restore(Drawing.of(list(simple))), tremor).strokes, simple)
        for _, simple in drawings
    ]


def _median_turn(drawings: Sequence[Traced]) -> float:
    """Median turn between units of the line away from its points, radians; NaN: too few."""
    turns = [_turns(part) for lines, simple in drawings for part in sublines(lines, simple)]
    known = np.concatenate([np.zeros(0), *turns])
    return float(np.median(known)) if len(known) >= LEAST else float("nan")


def _turns(part: Floats | None) -> Floats:
    if part is None:
        return np.zeros(0)
    length = arc_length(part)
    inner = length[-1] - 2 * AWAY
    if inner < 2 * UNIT:
        return np.zeros(0)
    count = int(inner / UNIT) + 1
    at = np.linspace(AWAY, length[-1] - AWAY, count)
    step = np.diff(points_at(part, length, at), axis=0)  # (count - 1, 2)
    a, b = step[:-1], step[1:]
    turn = np.arctan2(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0], (a * b).sum(1))
    return np.asarray(np.abs(turn))
