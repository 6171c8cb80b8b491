import numpy as np

from strokebook.geometry.polyline import arc_length, evenly, polyline_length, step_lengths


def test_evenly_goes_round_corners():
    np.testing.assert_allclose(
        evenly([(0, 0), (2, 0), (2, 2)], 5), [(0, 0), (1, 0), (2, 0), (2, 1), (2, 2)]
    )


def test_arc_length_grows_by_each_step_to_the_length():
    line = [(0, 0), (3, 4), (3, 4), (3, 10)]
    np.testing.assert_array_equal(step_lengths(line), [5, 0, 6])
    np.testing.assert_array_equal(arc_length(line), [0, 5, 5, 11])
    assert polyline_length(line) == 11


def test_a_dot_has_no_length():
    assert polyline_length([(2, 3)]) == 0
    np.testing.assert_array_equal(arc_length([(2, 3)]), [0])
