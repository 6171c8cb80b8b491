"""Gaps in the ink: bridged where the line on both sides points across them."""

from __future__ import annotations

import dataclasses

import numpy as np

from strokebook.base.array_types import Bools, Floats, Ints
from strokebook.routing.continuity import wrapped
from strokebook.routing.half_edges import edge_of
from strokebook.routing.line_graph import Edge, LineGraph
from strokebook.routing.tangents import Tangents, clearance, fit_tangents, index_edges


def bridge(graph: LineGraph, widest: float, turn: float) -> LineGraph:
    """The graph with an edge across each gap that a line goes on behind.

    Both ends must be free, and the gap's chord must deviate from the line on either side by no
    more than ``turn``. Of gaps that share an end, the one with the least bending and width goes
    first.

    Args:
        graph: Any graph.
        widest: The widest gap, in the graph's unit.
        turn: Radians.
    """
    from scipy.spatial import cKDTree

    ends = np.array([(e.a, e.b) for e in graph.edges], np.intp).reshape(-1, 2)
    degree = np.bincount(ends.ravel(), minlength=len(graph.nodes))
    free = np.flatnonzero(degree[ends.ravel()] == 1)
    if widest <= 0 or len(free) < 2:
        return graph
    node = ends.ravel()[free]
    lines = [e.points.astype(np.float64) for e in graph.edges]
    index = index_edges(lines)
    near = clearance(index, np.zeros(2 * len(lines)), graph.pen_width)
    at = fit_tangents(index, near, graph.pen_width)
    pairs = cKDTree(graph.nodes[node]).query_pairs(widest, output_type="ndarray")
    one, two = free[pairs[:, 0]], free[pairs[:, 1]]
    cost, ok = _gaps(graph, at, ends.ravel(), one, two, turn)
    taken: set[int] = set()
    new: list[Edge] = []
    for k in np.flatnonzero(ok)[np.argsort(cost[ok], kind="stable")]:
        a, b = int(ends.ravel()[one[k]]), int(ends.ravel()[two[k]])
        if a not in taken and b not in taken:
            taken |= {a, b}
            new.append(Edge(a, b, graph.nodes[[a, b]]))
    return dataclasses.replace(graph, edges=graph.edges + tuple(new)) if new else graph


def _gaps(
    graph: LineGraph,
    at: Tangents,
    node: Ints,
    one: Ints,
    two: Ints,
    turn: float,
) -> tuple[Floats, Bools]:
    """Cost of each gap, and whether both tangents agree with it."""
    chord = (graph.nodes[node[two]] - graph.nodes[node[one]]).astype(np.float64)
    width = np.linalg.norm(chord, axis=1)
    direction = np.arctan2(chord[:, 1], chord[:, 0])
    # A gap narrower than the pen has no direction of its own: there only the lines' count.
    trust = np.minimum(1.0, width / graph.pen_width)
    off = [
        wrapped(direction - at.heading[one] - np.pi) * trust,
        wrapped(at.heading[two] - direction) * trust,
        wrapped(at.heading[two] - at.heading[one] - np.pi),
    ]
    worst = np.max(np.abs(off), axis=0)
    cost = np.sum(np.square(off), axis=0) + 0.1 * width / graph.pen_width
    return cost, (worst <= turn) & (edge_of(one) != edge_of(two)) | (worst <= turn / 2)
