"""Shortest paths along a handful of edges."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence

from strokebook.routing.half_edges import edge_of, half_edge, side_of, twin


def shortest_path(
    ends: Sequence[tuple[int, int]], weights: Mapping[int, float], start: int, goal: int
) -> tuple[int, ...]:
    """Branches at which the shortest path enters its edges (Dijkstra 1959); empty if there is none.

    Args:
        ends: The nodes of every edge.
        weights: Of the edges that may be used; the few that are asked about.
        start: Node.
        goal: Node.
    """
    if start == goal:
        return ()
    leaving: dict[int, list[int]] = {}
    for edge in weights:
        for side in (0, 1):
            leaving.setdefault(ends[edge][side], []).append(half_edge(edge, side))
    queue: list[tuple[float, int, tuple[int, ...]]] = [(0.0, start, ())]
    done: set[int] = set()
    while queue:
        length, node, path = heapq.heappop(queue)
        if node == goal:
            return path
        if node in done:
            continue
        done.add(node)
        for branch in leaving.get(node, ()):
            after = ends[edge_of(branch)][side_of(twin(branch))]
            if after not in done:
                heapq.heappush(queue, (length + weights[edge_of(branch)], after, (*path, branch)))
    return ()
