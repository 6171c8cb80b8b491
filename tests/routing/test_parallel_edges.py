import numpy as np

from strokebook.routing.line_graph import Edge, LineGraph
from strokebook.routing.parallel_edges import close_parallel_edges


def slit(gap, length=10.0):
    """A line with two ways between x = 20 and x = 20 + length, ``gap`` apart in the middle."""
    x = np.linspace(20, 20 + length, 21)
    bow = gap / 2 * np.sin(np.linspace(0, np.pi, 21))
    upper = np.stack([x, bow], axis=1).astype(np.float32)
    lower = np.stack([x, -bow], axis=1).astype(np.float32)[::-1]
    nodes = np.array([[0, 0], [20, 0], [20 + length, 0], [60, 0]], np.float32)
    edges = (
        Edge(0, 1, nodes[[0, 1]]),
        Edge(1, 2, upper),
        Edge(2, 1, lower),
        Edge(2, 3, nodes[[2, 3]]),
    )
    return LineGraph(nodes, np.ones(4, np.float32), edges, np.zeros((0, 2), np.float32), 2.0)


def test_a_slit_becomes_one_line_in_the_middle():
    closed = close_parallel_edges(slit(gap=3.0), longest=16.0)
    assert len(closed.edges) == 3
    (middle,) = [e for e in closed.edges if {e.a, e.b} == {1, 2}]
    assert np.abs(middle.points[:, 1]).max() < 0.1
    np.testing.assert_allclose(
        middle.points[[0, -1]], closed.nodes[[middle.a, middle.b]], atol=1e-6
    )


def test_an_eye_stays_open():
    assert len(close_parallel_edges(slit(gap=5.0), longest=16.0).edges) == 4


def test_a_long_slit_stays_open():
    assert len(close_parallel_edges(slit(gap=3.0, length=30.0), longest=16.0).edges) == 4


def test_nothing_is_closed_when_switched_off():
    graph = slit(gap=3.0)
    assert close_parallel_edges(graph, longest=0.0) is graph
