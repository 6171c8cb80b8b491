"""Sharp corners that thinning made forks of, joined again at the pen's turning point.

Where the pen turns by an acute angle, both legs' ink is one before the tip, and the skeleton
forks there: two legs and a short stub. The stub's end is the pen's turning point.

Shape letters: E edges, M points of all edges, G nodes, H = 2 E half-edges.
"""

from __future__ import annotations

import math

import numpy as np

from strokebook.base.array_types import Bools, Floats, Ints32
from strokebook.base.jit import compiled
from strokebook.tracing.skeleton.incidence import (
    edge_of,
    half_edge,
    half_edges_by_node,
    node_of,
    side_of,
    twin,
)
from strokebook.tracing.skeleton.junctions import AIM, branch

WIDEST = 1.5  # radians between the legs
ASIDE = 0.7  # radians that the stub may point away from the corner's axis
LONGEST = 4.5  # pen widths of stub, however sharp
SLACK = 2.5  # pen widths that a stub may be longer than a perfect pen makes it


def corner_forks(
    a: Ints32,
    b: Ints32,
    starts: Ints32,
    points: Floats,
    lengths: Floats,
    places: Floats,
    reach: Floats,
    degree: Ints32,
    pen: float,
) -> tuple[Bools, Bools]:
    """Find forks that are corners; move their places to the tips, in place, with their reach.

    Args:
        a: ``(E,)`` node where an edge begins.
        b: ``(E,)`` and where it ends.
        starts: ``(E + 1,)`` edge e is ``points[starts[e]:starts[e + 1]]``.
        points: ``(M, 2)``.
        lengths: ``(E,)``.
        places: ``(G, 2)`` of the nodes.
        reach: ``(G,)`` of their ink.
        degree: ``(G,)``.
        pen: Width of the line.

    Returns:
        ``(G,)`` True for corners, ``(E,)`` True for their stubs.
    """
    heads, offsets = half_edges_by_node(a, b, len(places))
    return _corner_forks(a, b, starts, points, lengths, places, reach, degree, heads, offsets, pen)


@compiled
def _stub(
    g: int, a: Ints32, b: Ints32, degree: Ints32, lengths: Floats, heads: Ints32, offsets: Ints32
) -> int:
    """Place in ``heads`` of a node's shortest free branch; -1 where it has none."""
    shortest, least = -1, 1e30
    for k in range(offsets[g], offsets[g + 1]):
        e = edge_of(heads[k])
        if degree[node_of(twin(heads[k]), a, b)] == 1 and lengths[e] < least:
            shortest, least = k, lengths[e]
    return shortest


@compiled
def _corner_forks(
    a: Ints32,
    b: Ints32,
    starts: Ints32,
    points: Floats,
    lengths: Floats,
    places: Floats,
    reach: Floats,
    degree: Ints32,
    heads: Ints32,
    offsets: Ints32,
    pen: float,
) -> tuple[Bools, Bools]:
    corner, stubs = np.zeros(degree.size, np.bool_), np.zeros(a.size, np.bool_)
    for g in range(degree.size):
        if degree[g] != 3:
            continue
        stub = _stub(g, a, b, degree, lengths, heads, offsets)
        if stub < 0 or lengths[edge_of(heads[stub])] > LONGEST * pen:
            continue
        x, y, bx, by, ux, uy = places[g, 0], places[g, 1], 0.0, 0.0, 0.0, 0.0
        inner = 1.0
        for k in range(offsets[g], offsets[g + 1]):
            if k != stub:
                clear = reach[g] + 0.25 * pen
                line = branch(heads[k], starts, points, x, y, clear, AIM * pen)
                inner = line[2] * ux + line[3] * uy  # of both legs, after the second
                ux, uy = line[2], line[3]
                bx, by = bx - line[2], by - line[3]
        theta = math.acos(min(1.0, max(-1.0, inner)))
        if theta > WIDEST:
            continue
        e = edge_of(heads[stub])
        tip = starts[e] if side_of(heads[stub]) else starts[e + 1] - 1
        sx, sy = points[tip, 0] - x, points[tip, 1] - y
        aside = abs(math.atan2(bx * sy - by * sx, bx * sx + by * sy))
        perfect = (1.0 / max(math.sin(theta / 2), 0.05) - 1.0) * pen / 4
        if aside > ASIDE or lengths[e] > perfect + SLACK * pen:
            continue
        corner[g], stubs[e] = True, True
        reach[g] += math.hypot(sx, sy)
        places[g, 0], places[g, 1] = points[tip, 0], points[tip, 1]
    return corner, stubs


@compiled
def join_through(
    a: Ints32,
    b: Ints32,
    starts: Ints32,
    points: Floats,
    through: Bools,
    heads: Ints32,
    offsets: Ints32,
) -> tuple[Ints32, Ints32, Ints32, Floats]:
    """One edge of every two that meet at a node to be passed through.

    Args:
        a: ``(E,)`` node where an edge begins.
        b: ``(E,)`` and where it ends.
        starts: ``(E + 1,)``.
        points: ``(M, 2)``.
        through: ``(G,)`` nodes with two half-edges that are to vanish.
        heads: Half-edges by node.
        offsets: Where each node's half-edges begin.

    Returns:
        The new ``a``, ``b``, ``starts`` and ``points``. A closed line of nothing but such nodes
        keeps one of them.
    """
    edges = a.size
    used = np.zeros(edges, np.bool_)
    new_a, new_b = np.empty(edges, np.int32), np.empty(edges, np.int32)
    new_starts, out = np.zeros(edges + 1, np.int32), np.empty_like(points)
    count, filled = 0, 0
    for closed in (False, True):  # first those that begin at a node that stays
        for start in range(2 * edges):
            h = half_edge(start % edges, start // edges)
            first = node_of(h, a, b)
            if used[edge_of(h)] or (through[first] and not closed):
                continue
            new_a[count] = first
            while True:
                e = edge_of(h)
                used[e] = True
                low, high, by = starts[e], starts[e + 1], 1
                if side_of(h):
                    low, high, by = starts[e + 1] - 1, starts[e] - 1, -1
                if filled > new_starts[count]:
                    low += by  # the node that both share
                for k in range(low, high, by):
                    out[filled] = points[k]
                    filled += 1
                last = node_of(twin(h), a, b)
                if not through[last]:
                    break
                arrival = twin(h)
                here = offsets[last]
                h = heads[here + 1] if heads[here] == arrival else heads[here]
                if used[edge_of(h)]:
                    break
            new_b[count] = last
            count += 1
            new_starts[count] = filled
    return (
        new_a[:count].copy(), new_b[:count].copy(), new_starts[: count + 1].copy(),
        out[:filled].copy(),
    )  # fmt: skip
