"""Junctions: the two forks of a thick crossing merged into one node.

Thinning turns a crossing into two forks with a short line between them, inside the crossing's
ink, and pulls lines that meet towards each other. Both are undone here: forks are merged by their
distance and by how straight the lines go on across (the idea of Choi et al. 2023, "mBEST"), and a
node is put where the lines, taken from outside the common ink, aim at.

Shape letters: K nodes, E edges, M points of all edges, G merged nodes.
"""

from __future__ import annotations

import math

import numpy as np

from strokebook.base.array_types import Bools, Floats, Ints32
from strokebook.base.jit import compiled
from strokebook.tracing.disjoint_sets import root_of
from strokebook.tracing.skeleton.incidence import (
    edge_of,
    half_edge,
    half_edges_by_node,
    node_of,
    side_of,
)

ALWAYS = 1.75  # pen widths: forks so near are one crossing, or cannot be told from one
INSIDE = 1.15  # half-widths: ink so wide all along is a crossing's
AT_MOST = 8.0  # pen widths: a crossing at 15 degrees has its forks so far apart
WIDE = 4.0  # pen widths: the widest crossing of several lines
STRAIGHT = 0.9  # radians that both lines together may bend in passing a long crossing
AIM = 1.5  # pen widths over which a line's direction is taken
PULL = 0.1  # weight of the skeleton's own node against the lines' aim, per line


def merge_forks(
    nodes: Floats,
    radii: Floats,
    a: Ints32,
    b: Ints32,
    starts: Ints32,
    points: Floats,
    widths: Floats,
    pen: float,
) -> tuple[Ints32, Bools]:
    """Which forks are one node.

    Args:
        nodes: ``(K, 2)``.
        radii: ``(K,)`` half-width of the ink at the node.
        a: ``(E,)`` node where an edge begins.
        b: ``(E,)`` and where it ends.
        starts: ``(E + 1,)`` edge e is ``points[starts[e]:starts[e + 1]]``.
        points: ``(M, 2)``.
        widths: ``(M,)`` distance of each point to the paper.
        pen: Width of the line.

    Returns:
        ``(K,)`` number of each node's group, from 0; ``(E,)`` True for edges within a crossing.
    """
    lengths = edge_lengths(starts, points)
    heads, offsets = half_edges_by_node(a, b, len(nodes))
    swollen = np.zeros(len(a), np.bool_)
    if len(a):
        swollen = np.minimum.reduceat(widths, starts[:-1]) > INSIDE * np.median(widths)
    short = np.flatnonzero((a != b) & (lengths < AT_MOST * pen)).astype(np.int32)
    short = short[np.argsort(lengths[short], kind="stable")]
    return _merge(nodes, radii, a, b, starts, points, lengths, heads, offsets, short, swollen, pen)


@compiled
def edge_lengths(starts: Ints32, points: Floats) -> Floats:
    """Length of each edge, ``(E,)``."""
    lengths = np.zeros(starts.size - 1)
    for e in range(lengths.size):
        for k in range(starts[e] + 1, starts[e + 1]):
            lengths[e] += math.hypot(
                points[k, 0] - points[k - 1, 0], points[k, 1] - points[k - 1, 1]
            )
    return lengths


@compiled
def branch(
    h: int, starts: Ints32, points: Floats, x: float, y: float, clear: float, aim: float
) -> tuple[float, float, float, float]:
    """A half-edge outside the ink of its node: its first point and its direction outwards.

    Args:
        h: The half-edge.
        starts: ``(E + 1,)``.
        points: ``(M, 2)``.
        x: The node's.
        y: The node's.
        clear: Points nearer to the node than this are left out (up to the middle of the edge).
        aim: Length over which the direction is taken.
    """
    e = edge_of(h)
    first, last, by = starts[e], starts[e + 1] - 1, 1
    if side_of(h):
        first, last, by = last, first, -1
    middle = (first + last) // 2
    k = first
    while k != middle and math.hypot(points[k, 0] - x, points[k, 1] - y) < clear:
        k += by
    far = k
    while (
        far != last
        and math.hypot(points[far, 0] - points[k, 0], points[far, 1] - points[k, 1]) < aim
    ):
        far += by
    dx, dy = points[far, 0] - points[k, 0], points[far, 1] - points[k, 1]
    size = math.hypot(dx, dy)
    if size < 1e-9:
        dx, dy = points[k, 0] - x, points[k, 1] - y
        size = max(math.hypot(dx, dy), 1e-9)
    return points[k, 0], points[k, 1], dx / size, dy / size


@compiled
def _turn(dx: float, dy: float, ex: float, ey: float) -> float:
    """Angle between two directions, 0…π."""
    return abs(math.atan2(dx * ey - dy * ex, dx * ex + dy * ey))


@compiled
def _bend(p: tuple[float, float, float, float], q: tuple[float, float, float, float]) -> float:
    """How much a line turns that comes in by one branch and goes out by the other."""
    cx, cy = q[0] - p[0], q[1] - p[1]
    return _turn(-p[2], -p[3], cx, cy) + _turn(cx, cy, q[2], q[3])


@compiled
def _crosses(
    p: tuple[float, float, float, float],
    q: tuple[float, float, float, float],
    r: tuple[float, float, float, float],
    s: tuple[float, float, float, float],
) -> bool:
    """Do the straight lines p–q and r–s cross?"""
    cx, cy = q[0] - p[0], q[1] - p[1]
    one = cx * (r[1] - p[1]) - cy * (r[0] - p[0])
    two = cx * (s[1] - p[1]) - cy * (s[0] - p[0])
    return one * two < 0


@compiled
def _goes_straight(
    e: int,
    nodes: Floats,
    radii: Floats,
    a: Ints32,
    b: Ints32,
    starts: Ints32,
    points: Floats,
    heads: Ints32,
    offsets: Ints32,
    pen: float,
) -> bool:
    """Do two lines cross along edge ``e`` between two forks, rather than touch or merge?"""
    lines = [(0.0, 0.0, 0.0, 0.0)]
    for node in (a[e], b[e]):
        if offsets[node + 1] - offsets[node] != 3:
            return False
        for k in range(offsets[node], offsets[node + 1]):
            if edge_of(heads[k]) != e:
                x, y = nodes[node, 0], nodes[node, 1]
                clear = radii[node] + 0.5 * pen
                lines.append(branch(heads[k], starts, points, x, y, clear, AIM * pen))
    if len(lines) != 5:
        return False
    p, r, q, s = lines[1], lines[2], lines[3], lines[4]
    one, two = _bend(p, q) + _bend(r, s), _bend(p, s) + _bend(r, q)
    if one < two:
        return one < STRAIGHT and _crosses(p, q, r, s)
    return two < STRAIGHT and _crosses(p, s, r, q)


@compiled
def _joins(a: Ints32, b: Ints32, heads: Ints32, offsets: Ints32, low: int, high: int) -> int:
    """How many edges run between two nodes."""
    count = 0
    for k in range(offsets[low], offsets[low + 1]):
        e = edge_of(heads[k])
        count += (a[e] == high and b[e] == low) or (a[e] == low and b[e] == high)
    return count


@compiled
def _merge(
    nodes: Floats,
    radii: Floats,
    a: Ints32,
    b: Ints32,
    starts: Ints32,
    points: Floats,
    lengths: Floats,
    heads: Ints32,
    offsets: Ints32,
    short: Ints32,
    swollen: Bools,
    pen: float,
) -> tuple[Ints32, Bools]:
    parent = np.arange(offsets.size - 1).astype(np.int32)
    spread = np.zeros(parent.size)  # longest way within a group
    inside = np.zeros(a.size, np.bool_)
    for e in short:
        if offsets[a[e] + 1] - offsets[a[e]] < 3 or offsets[b[e] + 1] - offsets[b[e]] < 3:
            continue
        low, high = root_of(parent, a[e]), root_of(parent, b[e])
        if low == high or _joins(a, b, heads, offsets, a[e], b[e]) > 1:
            continue  # two edges between two forks: a little loop with paper in it
        total = spread[low] + spread[high] + lengths[e]
        near = lengths[e] < ALWAYS * pen or (swollen[e] and lengths[e] < WIDE * pen)
        near = near and total < WIDE * pen
        if not near:
            if spread[low] + spread[high] > 0:
                continue
            if not _goes_straight(e, nodes, radii, a, b, starts, points, heads, offsets, pen):
                continue
        parent[high] = low
        spread[low] = total
        inside[e] = True
    group = np.empty(parent.size, np.int32)
    number = np.full(parent.size, -1, np.int32)
    count = 0
    for n in range(parent.size):
        root = root_of(parent, n)
        if number[root] < 0:
            number[root] = count
            count += 1
        group[n] = number[root]
    return group, inside


@compiled
def _gathered(group: Ints32, count: int, nodes: Floats, radii: Floats) -> tuple[Floats, Floats]:
    """Mean place of each group's nodes, and how far from it their ink reaches."""
    centre, reach, members = np.zeros((count, 2)), np.zeros(count), np.zeros(count)
    for n in range(group.size):
        g = group[n]
        centre[g] += nodes[n]
        members[g] += 1
    for g in range(count):
        centre[g] /= members[g]
    for n in range(group.size):
        g = group[n]
        apart = math.hypot(nodes[n, 0] - centre[g, 0], nodes[n, 1] - centre[g, 1])
        reach[g] = max(reach[g], apart + radii[n])
    return centre, reach


@compiled
def place_nodes(
    group: Ints32,
    count: int,
    inside: Bools,
    nodes: Floats,
    radii: Floats,
    a: Ints32,
    b: Ints32,
    starts: Ints32,
    points: Floats,
    pen: float,
) -> tuple[Floats, Floats, Ints32]:
    """Where merged nodes lie, how far their ink reaches, and how many edges end there.

    The place is that with the least squares of distances to the lines that meet, each taken from
    outside the common ink.

    Returns:
        ``(G, 2)``, ``(G,)`` and ``(G,)``.
    """
    centre, reach = _gathered(group, count, nodes, radii)
    degree = np.zeros(count, np.int32)
    # Normal equations of each node: [[m0, m1], [m1, m2]] (x - centre) = (v0, v1).
    m, v = np.zeros((count, 3)), np.zeros((count, 2))
    for k in range(2 * a.size):  # first where edges begin, then where they end
        e, side = k % a.size, k // a.size
        if inside[e]:
            continue
        h = half_edge(e, side)
        g = group[node_of(h, a, b)]
        degree[g] += 1
        x, y, dx, dy = branch(
            h, starts, points, centre[g, 0], centre[g, 1], reach[g] + 0.25 * pen, AIM * pen
        )
        x, y = x - centre[g, 0], y - centre[g, 1]
        off = dx * y - dy * x  # the line is where the normal (-dy, dx) measures this
        m[g, 0] += dy * dy + PULL
        m[g, 1] -= dx * dy
        m[g, 2] += dx * dx + PULL
        v[g, 0] -= dy * off
        v[g, 1] += dx * off
    for g in range(count):
        if degree[g] < 3:
            continue
        det = m[g, 0] * m[g, 2] - m[g, 1] * m[g, 1]
        x = (m[g, 2] * v[g, 0] - m[g, 1] * v[g, 1]) / det
        y = (m[g, 0] * v[g, 1] - m[g, 1] * v[g, 0]) / det
        size = math.hypot(x, y)
        most = reach[g] * 0.6
        share = min(1.0, most / size) if size > 0 else 0.0
        centre[g, 0] += share * x
        centre[g, 1] += share * y
    return centre, reach, degree
