import numpy as np
import pytest
from hypothesis import given

from strokebook.geometry.drawing import Drawing
from strokebook.geometry.stroke3 import from_stroke3, to_stroke3, to_stroke5

from strategies import pages

TWO = Drawing.of([[(1, 1), (2, 3)], [(5, 5)]])


def test_offsets_and_lifts():
    np.testing.assert_array_equal(to_stroke3(TWO), [[0, 0, 0], [1, 2, 1], [3, 2, 1]])
    assert to_stroke3(Drawing.of([])).shape == (0, 3)


@given(pages)
def test_there_and_back_but_for_the_place(strokes):
    drawing = Drawing.of(strokes)
    back = from_stroke3(to_stroke3(drawing))
    assert [len(s) for s in back.strokes] == [len(s) for s in drawing.strokes]
    if drawing.strokes:
        moved = drawing.points - drawing.points.min(axis=0)
        np.testing.assert_allclose(back.points, moved, atol=1e-3)


def test_a_margin_and_a_missing_last_lift():
    d = from_stroke3([[0, 0, 0], [4, 0, 1], [0, 6, 0]], margin=2.0)
    assert [s.tolist() for s in d.strokes] == [[[2, 2], [6, 2]], [[6, 8]]]
    assert (d.size, d.unit) == ((8.0, 10.0), "unit")


def test_stroke5_ends_and_is_padded():
    rows = to_stroke5(to_stroke3(TWO), 5)
    np.testing.assert_array_equal(rows[:, 2:].argmax(1), [0, 1, 1, 2, 2])
    np.testing.assert_array_equal(rows[:, 2:].sum(1), 1)
    with pytest.raises(ValueError, match="do not fit"):
        to_stroke5(to_stroke3(TWO), 3)
