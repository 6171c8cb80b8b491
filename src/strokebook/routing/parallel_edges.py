"""Parallel edges: slits in doubled lines, closed where the pen drew one stretch twice.

Where a line is drawn over again, the two do not lie quite on each other, and a sliver of paper
stays between them. Taken as two ways between two forks it would be a loop that nobody drew.
"""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np

from strokebook.geometry.polyline import evenly
from strokebook.routing.line_graph import Edge, LineGraph

_APART = 1.6  # pen widths between the middles of both lines: the paper between is 0.6 wide
_DOUBLE = 1.5  # width of the ink of a line drawn twice, in that of a single line


def close_parallel_edges(graph: LineGraph, longest: float) -> LineGraph:
    """The graph with one edge for each two that run side by side between the same two nodes.

    Args:
        graph: Any graph.
        longest: Edges longer than this stay, in the graph's unit; 0: all do.
    """
    edges: list[Edge | None] = list(graph.edges)
    between: dict[tuple[int, int], list[int]] = {}
    for number, edge in enumerate(graph.edges):
        if edge.a != edge.b and edge.length <= longest:
            between.setdefault((min(edge.a, edge.b), max(edge.a, edge.b)), []).append(number)
    for numbers in between.values():
        for one, two in itertools.combinations(numbers, 2):
            first, second = edges[one], edges[two]
            if first is None or second is None:
                continue
            middle = _middle(first, second, _APART * graph.pen_width)
            if middle is not None:
                edges[one], edges[two] = None, middle
    kept = tuple(edge for edge in edges if edge is not None)
    return graph if len(kept) == len(graph.edges) else dataclasses.replace(graph, edges=kept)


def _middle(one: Edge, two: Edge, apart: float) -> Edge | None:
    """The line halfway between two, if they are nowhere farther ``apart``."""
    count = max(len(one.points), len(two.points), 3)
    first = np.asarray(evenly(one.points, count), np.float64)
    other = two.points if two.a == one.a else two.points[::-1]
    second = np.asarray(evenly(other, count), np.float64)
    gaps = np.linalg.norm(first[:, None] - second[None], axis=2)
    if max(float(gaps.min(axis=0).max()), float(gaps.min(axis=1).max())) > apart:
        return None
    points = ((first + second) / 2).astype(np.float32)
    points[0], points[-1] = one.points[0], one.points[-1]
    return Edge(one.a, one.b, points, np.full(count, _DOUBLE, np.float32))
