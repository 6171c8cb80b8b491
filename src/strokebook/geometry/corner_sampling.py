"""Corner sampling: a line's points at even steps from corner to corner, closer where it bends.

Ramer-Douglas-Peucker alone leaves the points of a smooth curve wherever chance put the farthest
one, and a model of the points spends itself on that chance. Even steps alone cut off corners. So
corners become points, the line between two of them is divided into equal steps, and a step from
which the line strays too far is halved until it does not.
"""

from __future__ import annotations

import math

import numpy as np

from strokebook.base.array_types import Bools, Floats
from strokebook.base.jit import compiled
from strokebook.geometry.drawing import Drawing, Points
from strokebook.geometry.polyline import arc_length, points_at
from strokebook.geometry.simplify import simplify

CORNER = math.radians(50.0)  # a turn from this on, between the arms to both sides, is a corner
ARM = 1 / 3  # of a step: the arms' length
LOOKS = 8  # places along an arm at which turns are looked for
HALVINGS = 4  # of a step at most
STRAY = 1.4  # RDP tolerances that a line may stray from a step before the step is halved


def reduce_points(drawing: Drawing, step: float, tolerance: float) -> Drawing:
    """The drawing with the few points that a data set keeps of it: sampled, then simplified.

    Args:
        drawing: Strokes whose points lie much closer than ``step``.
        step: Of the points between corners, in the drawing's unit; 0: RDP alone.
        tolerance: Of the RDP that comes last; 0: none, and the drawing stays as it is.
    """
    return simplify(sample_before_rdp(drawing, step, tolerance), tolerance)


def sample_before_rdp(drawing: Drawing, step: float, tolerance: float) -> Drawing:
    """What RDP of that tolerance is to simplify; arguments as for :func:`reduce_points`."""
    if not (step and tolerance):
        return drawing
    return sample_between_corners(drawing, step, STRAY * tolerance)


def sample_between_corners(drawing: Drawing, step: float, tolerance: float) -> Drawing:
    """The drawing with points at its corners and at near-equal steps between them.

    Args:
        drawing: Strokes whose points lie much closer than ``step``.
        step: Length of a step, in the drawing's unit; above 0.
        tolerance: How far the line may stray from a step before it is halved.
    """
    return drawing.with_strokes(_sampled(s, step, tolerance) for s in drawing.strokes)


def _sampled(stroke: Points, step: float, tolerance: float) -> Points:
    points = np.ascontiguousarray(stroke, np.float64)
    length = arc_length(points)
    if len(points) < 3 or not length[-1] > 0:
        return stroke
    at = _places(points, length, find_corners(points, length, step * ARM), step, tolerance)
    return points_at(points, length, at).astype(np.float32)


def find_corners(points: Floats, length: Floats, arm: float) -> Floats:
    """Lengths along a line at which it begins, turns sharply, and ends.

    Args:
        points: ``(P, 2)`` float64.
        length: Along the line up to each point, ``(P,)``; above 0 at the end.
        arm: Of the line to both sides of a place, in the same unit: what the turn there is
            between.
    """
    whole, look = length[-1], arm / LOOKS
    at = np.linspace(0.0, whole, int(whole / look) + 1)
    if len(at) < 2 * LOOKS + 2:
        return np.array([0.0, whole])
    x, y = (np.interp(at, length, points[:, k]) for k in (0, 1))
    turn = np.abs(_turns(x, y))
    inner = at[LOOKS:-LOOKS][_sharpest(turn)]
    return np.concatenate([[0.0], inner, [whole]])


@compiled
def _turns(x: Floats, y: Floats) -> Floats:
    """The turn at each place from the arm before it to the arm after it."""
    out = np.empty(x.size - 2 * LOOKS)
    for k in range(out.size):
        here, far = k + LOOKS, k + 2 * LOOKS
        ax, ay = x[here] - x[k], y[here] - y[k]
        bx, by = x[far] - x[here], y[far] - y[here]
        out[k] = math.atan2(ax * by - ay * bx, ax * bx + ay * by)
    return out


@compiled
def _sharpest(turn: Floats) -> Bools:
    """True where a turn is a corner, and the sharpest within an arm to either side."""
    out = np.zeros(turn.size, np.bool_)
    for k in range(turn.size):
        if turn[k] < CORNER:
            continue
        best = True
        for j in range(max(0, k - LOOKS), min(turn.size, k + LOOKS + 1)):
            if turn[j] > turn[k] or (turn[j] == turn[k] and j < k):
                best = False
                break
        out[k] = best
    return out


@compiled
def _at(points: Floats, length: Floats, place: float) -> tuple[float, float]:
    k = min(max(int(np.searchsorted(length, place)), 1), length.size - 1)
    run = length[k] - length[k - 1]
    share = (place - length[k - 1]) / run if run > 0 else 0.0
    return (
        points[k - 1, 0] + share * (points[k, 0] - points[k - 1, 0]),
        points[k - 1, 1] + share * (points[k, 1] - points[k - 1, 1]),
    )


@compiled
def _strays(points: Floats, length: Floats, first: float, last: float, tolerance: float) -> bool:
    """Whether the line between two places is somewhere farther from their chord than that."""
    px, py = _at(points, length, first)
    qx, qy = _at(points, length, last)
    vx, vy = qx - px, qy - py
    square = vx * vx + vy * vy
    k = int(np.searchsorted(length, first, "right"))
    while k < length.size and length[k] < last:
        wx, wy = points[k, 0] - px, points[k, 1] - py
        share = min(1.0, max(0.0, (wx * vx + wy * vy) / square)) if square > 0 else 0.0
        if math.hypot(wx - share * vx, wy - share * vy) > tolerance:
            return True
        k += 1
    return False


@compiled
def _places(
    points: Floats, length: Floats, corners: Floats, step: float, tolerance: float
) -> Floats:
    """Lengths along the line at which points are put."""
    most = 2**HALVINGS
    out = np.empty(1 + (corners.size + int(length[-1] / step) + 1) * most)
    out[0], filled = 0.0, 1
    for c in range(corners.size - 1):
        begin, run = corners[c], corners[c + 1] - corners[c]
        steps = max(1, math.floor(run / step + 0.5))
        for s in range(steps):
            low = begin + run * s / steps
            high = begin + run * (s + 1) / steps
            place, parts = 0, most  # the step from place to place + parts, in sixteenths
            while place < most:
                a = low + (high - low) * place / most
                b = low + (high - low) * (place + parts) / most
                if parts > 1 and _strays(points, length, a, b, tolerance):
                    parts //= 2
                    continue
                out[filled] = b
                filled += 1
                place += parts
                while parts < most and place % (2 * parts) == 0:
                    parts *= 2
    return out[:filled].copy()
