import numpy as np

from strokebook.tracing.skeleton.incidence import half_edges_by_node, node_of

# A fork at node 1, and a loop at node 3.
A, B = np.array([[1, 0, 1, 3], [2, 1, 3, 3]], np.int32)


def test_each_nodes_half_edges_begin_there():
    halves, offsets = half_edges_by_node(A, B, 4)
    assert offsets.tolist() == [0, 1, 4, 5, 8]
    assert halves.tolist() == [2, 0, 4, 3, 1, 6, 5, 7]
    for node in range(4):
        assert {node_of(h, A, B) for h in halves[offsets[node] : offsets[node + 1]]} == {node}


def test_a_graph_without_edges_has_no_half_edges():
    none = np.zeros(0, np.int32)
    halves, offsets = half_edges_by_node(none, none, 2)
    assert len(halves) == 0
    assert offsets.tolist() == [0, 0, 0]
