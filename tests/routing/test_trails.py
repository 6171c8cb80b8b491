"""Walks through a transition system whose pairing is known."""

from __future__ import annotations

import numpy as np
import pytest

from strokebook.routing.line_graph import Edge, LineGraph
from strokebook.routing.route import RouteOptions, build_transitions
from strokebook.routing.trails import trails, walk
from strokebook.routing.transition_graph import reverse
from strokebook.routing.transitions import TransitionSystem

# A cross of four edges: west, east, north and south of node 0.
NODES = np.array([[50, 50], [0, 50], [100, 50], [50, 0], [50, 100]], np.float32)


@pytest.fixture
def cross() -> TransitionSystem:
    edges = tuple(
        Edge(0, n, np.linspace(NODES[0], NODES[n], 51).astype(np.float32)) for n in range(1, 5)
    )
    graph = LineGraph(NODES, np.full(5, 1, np.float32), edges, np.zeros((0, 2), np.float32), 2.0)
    lines = [e.points.astype(np.float64) for e in edges]
    return build_transitions(graph, lines, RouteOptions())


def test_a_crossing_is_two_trails(cross: TransitionSystem) -> None:
    cross.pair()
    assert [cross.successor[b] for b in (0, 2, 4, 6)] == [2, 0, 6, 4]
    assert list(trails(cross)) == [([1, 2], False), ([5, 6], False)]
    assert walk(cross, 3) == ([3, 0], False)


def test_without_pairs_every_edge_is_a_trail(cross: TransitionSystem) -> None:
    assert [trail for trail, _ in trails(cross)] == [[0], [2], [4], [6]]


def test_a_junction_that_was_merged_has_no_number_any_more(cross: TransitionSystem) -> None:
    graph = cross.graph
    graph.merge((1, 2), graph.junction(1))
    with pytest.raises(LookupError, match="Junction 2"):
        graph.junction(2)
    assert [n for n, _ in graph.active()] == [0, 1, 3, 4]


def test_a_path_backwards_enters_the_same_edges_at_their_other_ends() -> None:
    assert reverse((0, 5, 6)) == (7, 4, 1)
