"""Shortest paths along a handful of edges."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence


def shortest(
    ends: Sequence[tuple[int, int]], weights: Mapping[int, float], start: int, goal: int
) -> tuple[int, ...]:
    """Branches where the shortest way enters its edges (Dijkstra 1959); empty if there is none.

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
            leaving.setdefault(ends[edge][side], []).append(2 * edge + side)
    queue: list[tuple[float, int, tuple[int, ...]]] = [(0.0, start, ())]
    done: set[int] = set()
    while queue:
        far, node, way = heapq.heappop(queue)
        if node == goal:
            return way
        if node in done:
            continue
        done.add(node)
        for branch in leaving.get(node, ()):
            onto = ends[branch // 2][1 - branch % 2]
            if onto not in done:
                heapq.heappush(queue, (far + weights[branch // 2], onto, (*way, branch)))
    return ()
