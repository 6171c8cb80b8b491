import numpy as np
import pytest

from strokebook.base.errors import StrokebookError
from strokebook.geometry.drawing import Drawing, as_stroke


def test_counts_points_and_length():
    d = Drawing.of([[(0, 0), (3, 4)], [], [(9, 2)]])
    assert (len(d), d.n_points, d.length, d.size) == (2, 3, 5.0, (9.0, 4.0))
    np.testing.assert_array_equal(d.points, [(0, 0), (3, 4), (9, 2)])
    assert d.points.dtype == np.float32


def test_an_empty_drawing_has_a_size_and_no_points():
    d = Drawing.of([])
    assert (len(d), d.n_points, d.length, d.size) == (0, 0, 0.0, (1.0, 1.0))
    assert d.points.shape == (0, 2)


def test_strokes_are_read_only_copies():
    mine = np.zeros((2, 2), np.float32)
    d = Drawing.of([mine])
    mine[0] = 7
    assert d.strokes[0][0, 0] == 0
    with pytest.raises(ValueError, match="read-only"):
        d.strokes[0][0] = 1


def test_with_strokes_keeps_all_but_the_strokes():
    d = Drawing.of([[(0, 0), (1, 1)]], size=(50, 60), unit="mm", source="x", pen_width=0.3)
    e = d.with_strokes([[(2, 2), (3, 3)], []])
    assert (e.size, e.unit, e.source, e.pen_width, len(e)) == ((50.0, 60.0), "mm", "x", 0.3, 1)


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        ([1, 2, 3], "shape"),
        ([(1, 2, 3)], "shape"),
        ([(0, np.nan)], "finite"),
        ([(np.inf, 0)], "finite"),
    ],
)
def test_what_is_no_stroke_is_refused(points, reason):
    with pytest.raises(StrokebookError, match=reason):
        as_stroke(points)
