import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strokebook.base.errors import StrokebookError
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.resample import Placement, resample, to_frame

from strategies import pages


def test_points_are_shared_by_length_at_equal_steps():
    page = Drawing.of([[(0, 0), (30, 0)], [(0, 5), (10, 5)]])
    even = resample(page, total=40)
    assert [len(s) for s in even.strokes] == [30, 10]
    steps = np.linalg.norm(np.diff(even.strokes[0], axis=0), axis=1)
    np.testing.assert_allclose(steps, 30 / 29, rtol=1e-4)
    np.testing.assert_array_equal(even.strokes[1][[0, -1]], page.strokes[1])


def test_one_stroke_gets_all_points():
    page = Drawing.of([[(0, 0), (0.1, 0), (7.3, 3.1)]])
    assert resample(page, total=1000).n_points == 1000


def test_specks_are_dropped():
    page = Drawing.of([[(0, 0), (996, 0)], [(0, 5), (4, 5)], [(0, 9), (2, 9)], [(3, 3)]])
    even = resample(page, total=1002)
    assert [len(s) for s in even.strokes] == [996, 4]
    assert resample(Drawing.of([[(3, 3)], [(1, 1), (1, 1)]])).strokes == ()
    assert resample(Drawing.of([])).strokes == ()


@pytest.mark.parametrize("step", [0.3, 1.0, 7.0, 1e6])
def test_a_longest_step_adds_points_and_drops_no_more(step):
    page = Drawing.of([[(0, 0), (30, 0), (30, 40)], [(0, 5), (10, 5)], [(0, 9), (1, 9)]])
    coarse, fine = resample(page, total=40), resample(page, total=40, step=step)
    assert len(fine) == len(coarse) == 2
    for few, many in zip(coarse.strokes, fine.strokes, strict=True):
        steps = np.linalg.norm(np.diff(many, axis=0), axis=1)
        assert steps.max() <= step * 1.001 or len(many) == len(few)
        every = (len(many) - 1) // (len(few) - 1)
        np.testing.assert_allclose(many[::every], few, atol=1e-4)


def test_too_few_points_are_refused():
    with pytest.raises(StrokebookError, match="do not make a line"):
        resample(Drawing.of([[(0, 0), (1, 1)]]), total=1, least=1)


@given(pages, st.integers(3, 60))
def test_never_more_points_than_asked_and_never_outside(strokes, total):
    page = Drawing.of(strokes)
    even = resample(page, total)
    assert even.n_points <= total
    assert all(len(s) >= 3 for s in even.strokes)
    if even.strokes:
        assert (even.points.min(axis=0) >= page.points.min(axis=0) - 1e-4).all()
        assert (even.points.max(axis=0) <= page.points.max(axis=0) + 1e-4).all()


def test_the_longer_side_becomes_the_frame():
    page = Drawing.of([[(100, 50), (300, 450)]], size=(1240, 1754), pen_width=4.0, source="p")
    framed, place = to_frame(page)
    np.testing.assert_allclose(framed.points, [(0, 0), (100, 200)])
    assert (framed.size, framed.unit, framed.pen_width) == ((100.0, 200.0), "unit", 2.0)
    assert place == Placement(0.5, (100.0, 50.0))
    np.testing.assert_allclose(place.to_page([[0, 0, 100, 200]]), [[100, 50, 300, 450]])
    back = place.page_drawing(framed, page)
    assert (back.size, back.unit, back.pen_width, back.source) == ((1240, 1754), "px", 4.0, "p")
    np.testing.assert_allclose(back.points, page.points)


@given(pages)
def test_to_page_undoes_to_frame(strokes):
    page = Drawing.of(strokes)
    framed, place = to_frame(page)
    np.testing.assert_allclose(place.to_page(framed.points), page.points, atol=1e-3)
    np.testing.assert_allclose(
        place.to_frame(place.to_page(framed.points)), framed.points, atol=1e-3
    )


def test_a_page_without_extent_keeps_its_scale():
    assert to_frame(Drawing.of([[(7, 7)]]))[1].scale == 1.0
    assert to_frame(Drawing.of([]))[0].size == (200.0, 200.0)
