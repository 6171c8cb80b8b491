"""Edges between settled nodes: clear of the nodes' ink, with their sharp corners.

Shape letters: E edges, M points of all edges, G nodes.
"""

from __future__ import annotations

import math

import numpy as np

from strokebook.base.array_types import Floats, Floats32, Ints32
from strokebook.base.jit import compiled

THINNED, HOOKED = 0.85, 0.4  # a free end's ink in half-widths, and its turn in radians
MOST_TRIMMED = 0.35  # of an edge's length, at either end
SWELL = 1.12  # half-widths of ink: a sharp corner swells so much at least
RIM, FARTHEST = 0.6, 2.0  # half-widths of ink; pen widths from the swelling to its rim
SHARPEST = 1.9  # radians between a corner's two legs: wider ones are as thinning drew them


@compiled
def _length(points: Floats, first: int, last: int) -> float:
    total = 0.0
    for k in range(first + 1, last + 1):
        total += math.hypot(points[k, 0] - points[k - 1, 0], points[k, 1] - points[k - 1, 1])
    return total


@compiled
def _back(points: Floats, k: int, stop: int, reach: float) -> int:
    """The first point from ``k`` towards ``stop`` that is at least ``reach`` away from it."""
    by = 1 if stop > k else -1
    x, y = points[k, 0], points[k, 1]
    while k != stop and math.hypot(points[k, 0] - x, points[k, 1] - y) < reach:
        k += by
    return k


@compiled
def _outside(
    points: Floats, first: int, last: int, by: int, x: float, y: float, reach: float, most: float
) -> int:
    """The first point of an edge outside its node's ink, at most ``most`` along."""
    k, along = first, 0.0
    while k != last and math.hypot(points[k, 0] - x, points[k, 1] - y) < reach:
        step = math.hypot(points[k + by, 0] - points[k, 0], points[k + by, 1] - points[k, 1])
        if along + step > most:
            break
        along += step
        k += by
    return k


@compiled
def _unhooked(points: Floats, widths: Floats, end: int, stop: int, base: float, pen: float) -> int:
    """Where a free end begins to bend off into a corner of its ink; ``end`` where it does not.

    Ink that ends squarely has two corners, and thinning runs into one of them.
    """
    by = 1 if stop > end else -1
    k, along = end, 0.0
    while k != stop and widths[k] < THINNED * base:
        k += by
        along += math.hypot(points[k, 0] - points[k - by, 0], points[k, 1] - points[k - by, 1])
        if along > pen:
            return end  # a line that grows thin
    far = _back(points, k, stop, pen)
    if k == end:
        return end
    hx, hy = points[end, 0] - points[k, 0], points[end, 1] - points[k, 1]
    lx, ly = points[k, 0] - points[far, 0], points[k, 1] - points[far, 1]
    turn = abs(math.atan2(hx * ly - hy * lx, hx * lx + hy * ly))  # 0 where nothing is left
    return k if turn > HOOKED else end


@compiled
def _put(out: Floats, filled: int, x: float, y: float) -> int:
    """Go straight to a point in steps of one pixel; gives how many points there are now."""
    if filled:
        dx, dy = x - out[filled - 1, 0], y - out[filled - 1, 1]
        steps = int(math.hypot(dx, dy))
        fx, fy = out[filled - 1, 0], out[filled - 1, 1]
        for s in range(1, steps):
            out[filled, 0], out[filled, 1] = fx + dx * s / steps, fy + dy * s / steps
            filled += 1
    out[filled, 0], out[filled, 1] = x, y
    return filled + 1


@compiled
def _distance_at(distance: Floats32, x: float, y: float) -> float:
    """Distance to the paper at a place between pixel centres, 0 beyond the page."""
    x, y = x - 0.5, y - 0.5
    i, j = math.floor(x), math.floor(y)
    if i < 0 or j < 0 or i + 1 >= distance.shape[1] or j + 1 >= distance.shape[0]:
        return 0.0
    u, v = x - i, y - j
    high = (1 - u) * distance[j, i] + u * distance[j, i + 1]
    low = (1 - u) * distance[j + 1, i] + u * distance[j + 1, i + 1]
    return float((1 - v) * high + v * low)


@compiled
def _tip(
    points: Floats,
    widths: Floats,
    distance: Floats32,
    k: int,
    first: int,
    last: int,
    base: float,
    pen: float,
) -> tuple[bool, float, float]:
    """The tip of a sharp corner whose ink swells at point ``k``, if there is one.

    Where a round pen turns by an acute angle, thinning cuts the corner. On the legs' bisector the
    ink is half a pen deep at the pen's turning point and ends half a pen farther: so the bisector
    is followed until the ink is less than ``RIM`` half-widths deep, and the tip lies as far before
    that as is missing.
    """
    reach = widths[k] + 0.25 * pen
    near, next_ = _back(points, k, first, reach), _back(points, k, last, reach)
    if near == first or next_ == last:
        return False, 0.0, 0.0
    far, farther = _back(points, near, first, 1.5 * pen), _back(points, next_, last, 1.5 * pen)
    ux, uy = points[far, 0] - points[near, 0], points[far, 1] - points[near, 1]
    vx, vy = points[farther, 0] - points[next_, 0], points[farther, 1] - points[next_, 1]
    u, v = math.hypot(ux, uy), math.hypot(vx, vy)
    if u < 0.75 * pen or v < 0.75 * pen:
        return False, 0.0, 0.0
    bx, by = -(ux / u + vx / v), -(uy / u + vy / v)
    size = math.hypot(bx, by)
    if size < 2 * math.cos(SHARPEST / 2):
        return False, 0.0, 0.0
    bx, by, along = bx / size, by / size, 0.0
    while _distance_at(distance, points[k, 0] + along * bx, points[k, 1] + along * by) > RIM * base:
        along += 0.25
        if along > FARTHEST * pen:
            return False, 0.0, 0.0
    along = max(along - (1 - RIM) * base, 0.0)
    return True, points[k, 0] + along * bx, points[k, 1] + along * by


@compiled
def _is_swell(widths: Floats, points: Floats, k: int, first: int, last: int, pen: float) -> bool:
    low, high = _back(points, k, first, pen), _back(points, k, last, pen)
    for j in range(low, high + 1):
        if widths[j] > widths[k] or (widths[j] == widths[k] and j < k):
            return False
    return True


@compiled
def _middle_part(
    points: Floats,
    widths: Floats,
    distance: Floats32,
    first: int,
    last: int,
    base: float,
    pen: float,
    out: Floats,
    filled: int,
) -> int:
    """Copy an edge's points, sharp corners with their tips."""
    k = first
    begun = filled
    for p in range(first, last + 1):
        if p < k:
            continue
        if widths[p] > SWELL * base and _is_swell(widths, points, p, first, last, pen):
            sharp, x, y = _tip(points, widths, distance, p, first, last, base, pen)
            if sharp:
                reach = widths[p]
                while (
                    filled > begun
                    and math.hypot(
                        out[filled - 1, 0] - points[p, 0], out[filled - 1, 1] - points[p, 1]
                    )
                    < reach
                ):
                    filled -= 1
                filled = _put(out, filled, x, y)
                k = _back(points, p, last, reach)
                filled = _put(out, filled, points[k, 0], points[k, 1])
                k += 1
                continue
        out[filled, 0], out[filled, 1] = points[p, 0], points[p, 1]
        filled += 1
        k = p + 1
    return filled


@compiled
def _room(a: Ints32, b: Ints32, widths: Floats, reach: Floats, base: float, pen: float) -> int:
    """How many points all edges have at most when they are drawn."""
    room = widths.size + 16 * a.size + 64
    for e in range(a.size):
        room += 4 * int(reach[a[e]] + reach[b[e]] + 2)
    for k in range(widths.size):  # corners' tips lie beyond the skeleton
        if widths[k] > SWELL * base:
            room += int(2 * FARTHEST * pen) + 4
    return room


@compiled
def _begin(
    points: Floats,
    widths: Floats,
    first: int,
    last: int,
    node: Floats,
    degree: int,
    reach: float,
    base: float,
    pen: float,
) -> int:
    """The point at which an edge's own course begins; a free end's node moves there, in place."""
    if degree == 1:
        k = _unhooked(points, widths, first, last, base, pen)
        node[:] = points[k]
        return k
    if degree < 3:
        return first
    low, high = min(first, last), max(first, last)
    most = MOST_TRIMMED * _length(points, low, high)
    by = 1 if last > first else -1
    return _outside(points, first, last, by, node[0], node[1], reach, most)


@compiled
def trim_edges(
    a: Ints32,
    b: Ints32,
    starts: Ints32,
    points: Floats,
    widths: Floats,
    distance: Floats32,
    nodes: Floats,
    reach: Floats,
    degree: Ints32,
    base: float,
    pen: float,
) -> tuple[Floats, Ints32]:
    """Every edge from its node to its node, in steps of about one pixel.

    Args:
        a: ``(E,)`` node where an edge begins.
        b: ``(E,)`` and where it ends.
        starts: ``(E + 1,)``.
        points: ``(M, 2)``.
        widths: ``(M,)`` distance of each point to the paper.
        distance: ``(H, W)`` the same of each pixel.
        nodes: ``(G, 2)``; free ends move with the lines' ends, in place.
        reach: ``(G,)`` how far their ink reaches.
        degree: ``(G,)``.
        base: Distance to the paper in the middle of a plain line.
        pen: Width of the line.

    Returns:
        ``(M', 2)`` points and ``(E + 1,)`` starts.
    """
    out, ends = np.empty((_room(a, b, widths, reach, base, pen), 2)), np.zeros(a.size + 1, np.int32)
    filled = 0
    for e in range(a.size):
        first, last = int(starts[e]), int(starts[e + 1]) - 1
        near, far = nodes[a[e]], nodes[b[e]]
        low = _begin(points, widths, first, last, near, degree[a[e]], reach[a[e]], base, pen)
        stop = low if degree[b[e]] == 1 else first
        high = last
        if stop < last or degree[b[e]] >= 3:
            high = _begin(points, widths, last, stop, far, degree[b[e]], reach[b[e]], base, pen)
        part, count = out[filled:], 0
        if degree[a[e]] >= 3:
            count = _put(part, count, near[0], near[1])
        if low <= high:
            count = _put(part, count, points[low, 0], points[low, 1])
            count = _middle_part(points, widths, distance, low + 1, high, base, pen, part, count)
        if degree[b[e]] >= 3:
            count = _put(part, count, far[0], far[1])
        filled += count
        ends[e + 1] = filled
    return out[:filled].copy(), ends
