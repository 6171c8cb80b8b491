"""The restorer's forward step in plain Python, to port it by: one segment at a time.

:mod:`strokebook.model.line.restorer` does the same for all segments at once.
"""

from __future__ import annotations

from itertools import pairwise
from math import atan2, cos, hypot, log, sin, tanh

from strokebook.model.line.restorer import STRAIGHT, LineRestorer
from strokebook.model.line.segments import CLOSED, LEAST, REACH

Point = tuple[float, float]


def bend_segment(line: LineRestorer, points: list[Point], k: int) -> list[Point]:
    """How far the line lies from the segment of points k and k + 1 at each of its places, x and y.

    Args:
        line: The fitted numbers.
        points: A stroke, in units of the data.
        k: Which segment, from 0.
    """
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points)]
    n, last = len(steps), line.places - 1
    if hypot(*steps[k]) == 0:
        return [(0.0, 0.0)] * line.places
    ends = hypot(points[-1][0] - points[0][0], points[-1][1] - points[0][1])
    closed = len(points) > 3 and ends <= CLOSED
    own, seen = atan2(steps[k][1], steps[k][0]), []
    for j in range(k - REACH, k + REACH + 1):
        if 0 <= j < n or closed:
            dx, dy = steps[j % n]
            turn, length = atan2(dy, dx) - own, hypot(dx, dy)
            direction = (cos(turn), sin(turn)) if length > 0 else (0.0, 0.0)
            seen.append((1.0, *direction, log(max(length, LEAST))))
        else:
            seen.append((0.0, 0.0, 0.0, 0.0))
    off = [[0.0, 0.0] for _ in range(line.places)]
    for side in (1.0, -1.0):  # as it is, mirrored
        for back in (False, True):  # the pen's way, the other way
            ordered = seen[::-1] if back else seen
            out = _net(line, [v for a, b, c, d in ordered for v in (a, b, side * c, d)])
            for t in range(line.places):
                place, sign = (last - t, -0.25) if back else (t, 0.25)
                off[place][0] += sign * out[2 * t]
                off[place][1] += sign * side * out[2 * t + 1]
    shares = [t / last for t in range(line.places)]
    through = [
        [off[t][i] - (1 - s) * off[0][i] - s * off[last][i] for i in (0, 1)]
        for t, s in enumerate(shares)
    ]
    if max(abs(b) for _, b in through) <= STRAIGHT:
        return [(0.0, 0.0)] * line.places
    return [(a * cos(own) - b * sin(own), a * sin(own) + b * cos(own)) for a, b in through]


def _net(line: LineRestorer, features: list[float]) -> list[float]:
    x = [
        (v - float(m)) / float(s) for v, m, s in zip(features, line.mean, line.spread, strict=True)
    ]
    for layer, (weight, bias) in enumerate(zip(line.weights, line.biases, strict=True)):
        x = [
            sum(v * float(w) for v, w in zip(x, weight[:, j], strict=True)) + float(bias[j])
            for j in range(len(bias))
        ]
        if layer < 2:
            x = [tanh(v) for v in x]
    return x
