import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strokebook.base.errors import InputRefused
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.simplify import TOLERANCE, simplify, simplify_to_budget, without_repeats

from strategies import pages


def wave(n=400):
    t = np.linspace(0, 12, n)
    return np.c_[16 * t, 40 * np.sin(t) + 5 * np.sin(7 * t)]


def test_points_on_the_line_go_and_corners_stay():
    bent = Drawing.of([[(0, 0), (1, 0.01), (2, 0), (2, 0), (2, 5)]])
    np.testing.assert_array_equal(simplify(bent, 0.1).strokes[0], [(0, 0), (2, 0), (2, 5)])


def test_repeats_go_even_without_epsilon():
    dotted = Drawing.of([[(0, 0), (0, 0), (1, 0), (0, 0)], [(3, 3), (3, 3)]])
    assert [len(s) for s in without_repeats(dotted).strokes] == [3, 1]
    assert simplify(dotted, 0.0).n_points == 4


def test_the_line_stays_within_epsilon():
    line = Drawing.of([wave()])
    thin = simplify(line, 0.5).strokes[0].astype(float)
    a, b, p = thin[:-1, None], thin[None, 1:].swapaxes(0, 1), line.strokes[0].astype(float)[None]
    along = np.clip(((p - a) * (b - a)).sum(-1) / ((b - a) ** 2).sum(-1), 0, 1)[..., None]
    gap = np.linalg.norm(p - (a + along * (b - a)), axis=-1).min(axis=0)
    assert len(thin) < 100
    assert gap.max() <= 0.5 + 1e-4


def test_the_epsilon_is_the_smallest_that_does_it():
    line = Drawing.of([wave(), wave()[::-1] + 3])
    thin, epsilon = simplify_to_budget(line, budget=100)
    assert thin.n_points < 100
    assert simplify(line, epsilon - 2 * TOLERANCE).n_points >= 100
    np.testing.assert_array_equal(thin.points, simplify(line, epsilon).points)


def test_a_drawing_under_the_budget_only_loses_repeats():
    thin, epsilon = simplify_to_budget(Drawing.of([[(0, 0), (1, 0), (1, 0), (2, 0)]]), 4)
    assert (thin.n_points, epsilon) == (3, 0.0)


def test_the_budget_itself_is_too_many():
    assert simplify_to_budget(Drawing.of([[(0, 0), (1, 9), (2, 0)]]), 3)[0].n_points == 2


def test_too_many_strokes_are_refused_with_the_reason():
    page = Drawing.of([[(k, 0), (k, 5), (k, 9)] for k in range(5)], source="sb48p005")
    with pytest.raises(InputRefused, match="sb48p005: its 5 strokes have 10 ends"):
        simplify_to_budget(page, 10)
    assert simplify_to_budget(page, 11)[0].n_points == 10


@given(pages, st.integers(2, 20))
def test_under_budget_or_refused_and_ends_stay(strokes, budget):
    drawing = Drawing.of(strokes)
    try:
        thin, _ = simplify_to_budget(drawing, budget)
    except InputRefused:
        assert sum(min(2, len(s)) for s in without_repeats(drawing).strokes) >= budget
        return
    assert thin.n_points < budget
    for before, after in zip(drawing.strokes, thin.strokes, strict=True):
        np.testing.assert_array_equal(after[[0, -1]], before[[0, -1]])


@given(pages, st.floats(0, 5), st.floats(0, 5))
def test_a_larger_epsilon_never_keeps_more(strokes, one, two):
    drawing = Drawing.of(strokes)
    assert simplify(drawing, max(one, two)).n_points <= simplify(drawing, min(one, two)).n_points
