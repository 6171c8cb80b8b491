import numpy as np

from strokebook.routing.half_edges import edge_of, half_edge, side_of, twin


def test_an_edge_has_two_half_edges_that_are_each_others_twins():
    assert [half_edge(3, side) for side in (0, 1)] == [6, 7]
    assert twin(6) == 7
    assert twin(7) == 6
    assert edge_of(6) == edge_of(7) == 3
    assert [side_of(6), side_of(7)] == [0, 1]


def test_arrays_of_half_edges_are_numbered_alike():
    halves = np.arange(6, dtype=np.int32)
    np.testing.assert_array_equal(half_edge(edge_of(halves), 0) + side_of(halves), halves)
    np.testing.assert_array_equal(edge_of(twin(halves)), edge_of(halves))
