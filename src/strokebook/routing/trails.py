"""Trails: walks through a transition system that use no edge twice, each a stroke of the pen."""

from __future__ import annotations

from collections.abc import Iterator

from strokebook.routing.half_edges import edge_of, half_edge, twin
from strokebook.routing.transitions import TransitionSystem

Trail = list[int]  # branches at which the pen enters an edge, in the order of the walk


def trails(system: TransitionSystem) -> Iterator[tuple[Trail, bool]]:
    """Every trail once, open ones first, each with whether it is closed."""
    graph, successor = system.graph, system.successor
    edges = range(len(graph.edges.ends))
    drawn = [False] * len(edges)
    inner = graph.inner
    free_ends = [b for b, s in enumerate(successor) if s < 0 and edge_of(b) not in inner]
    outer = [half_edge(e, 0) for e in edges if e not in inner]
    # Last the inner edges of junctions that nothing leaves.
    isolated = {e for _, j in graph.active() if len(j.members) < 2 for e in j.inside}
    for start in [*free_ends, *outer, *(half_edge(e, 0) for e in sorted(isolated))]:
        if not drawn[edge_of(start)]:
            trail, closed = walk(system, start)
            for branch in trail:
                drawn[edge_of(branch)] = True
            yield trail, closed


def walk(system: TransitionSystem, start: int) -> tuple[Trail, bool]:
    """The trail from branch ``start`` on to its end, and whether it comes round to its start."""
    graph = system.graph
    trail, branch = [start], start
    while True:
        arrival = twin(branch)
        branch = system.successor[arrival]
        if branch < 0:
            return trail, False
        trail += graph.path(graph.junction(graph.junction_of[arrival]), arrival, branch)
        if branch == start:
            return trail, True
        trail.append(branch)
