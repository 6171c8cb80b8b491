import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strokebook.base.errors import StrokebookError
from strokebook.geometry.corner_sampling import reduce_points
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.stroke3 import longer_side, to_stroke3
from strokebook.model.data.rescale import fit
from strokebook.model.data.statistics import DataStatistics, measure, pen_down_lengths

FACTS = DataStatistics(
    scale=5.0, drawings=9, longest=100, points=50, extent=200, start_extent=100, offset=8,
    long_offset=20,
)  # fmt: skip


def circle(points: int, radius: float) -> Drawing:
    turn = np.linspace(0, 2 * np.pi, points)
    return Drawing.of([np.stack((np.cos(turn), np.sin(turn)), 1) * radius + radius])


def test_far_too_many_points_are_one_sentence_before_any_work() -> None:
    with pytest.raises(StrokebookError, match="400,000 points, over the limit of 100,000"):
        fit(circle(400_000, 50), FACTS, 100)


def test_a_scribble_that_stays_long_is_refused_before_it_is_cut_in_steps() -> None:
    scribble = np.random.default_rng(0).random((90_000, 2))
    with pytest.raises(StrokebookError, match="over the limit of 50,000"):
        fit(Drawing.of([scribble]), FACTS, 100)
    assert len(fit(Drawing.of([scribble[:20_000]]), FACTS, 100).rows) > 20_000


def test_measures() -> None:
    rows = np.array([[0, 0, 0], [3, 4, 0], [10, 0, 1], [0, 7, 0], [6, 8, 1]], np.float32)
    assert pen_down_lengths(rows).tolist() == [5, 10, 10]
    assert longer_side(rows) == 19
    statistics = measure([rows])
    assert (statistics.extent, statistics.start_extent, statistics.offset, statistics.longest) == (
        19,
        13,
        10,
        5,
    )
    assert statistics.n_max == 6


@settings(max_examples=25, deadline=None)
@given(st.floats(0.01, 1000), st.integers(20, 600))
def test_size_and_density_come_to_the_data(radius: float, points: int) -> None:
    fitted = fit(circle(points, radius), FACTS, 100.0)
    rows = fitted.rows * (FACTS.scale, FACTS.scale, 1)
    assert longer_side(rows) == pytest.approx(100, rel=0.12)
    assert 0.5 * 8 <= np.median(pen_down_lengths(rows)) <= 20
    assert fitted.unit * 100 / FACTS.scale == pytest.approx(2 * radius, rel=0.01)


def test_a_start_is_read_on_the_grid_of_the_data() -> None:
    facts = dataclasses.replace(FACTS, rounding=1.0)
    line = Drawing.of([[[0.3, 0.3], [10.6, 0.4], [10.7, 0.5], [20.9, 7.2]], [[21.2, 7.4], [30, 7]]])
    rows = fit(line, facts, 20.0, zoom=1.0).rows * (facts.scale, facts.scale, 1)
    wanted = [[0, 0, 0], [10, 0, 0], [11, 7, 0], [9, 0, 1]]  # from the first point on
    assert np.allclose(rows, wanted, atol=1e-5)
    spot = Drawing.of([[[0, 0], [0.2, 0.1]]])
    assert len(fit(spot, facts, 20.0, zoom=1.0).rows) == 2  # it would be nothing


def test_a_known_zoom_is_used() -> None:
    line = Drawing.of([[[0, 0], [10, 0], [20, 0]]])
    assert fit(line, FACTS, 100.0, zoom=1.0).rows[:, 0].tolist() == [0, 2, 2]


def test_long_offsets_are_subdivided_but_not_lifts() -> None:
    line = Drawing.of([[[0, 0], [100, 0]], [[0, 50], [0, 60]]])
    rows = fit(line, FACTS, 100.0).rows
    assert rows[:, 2].tolist() == [0, 0, 0, 0, 1, 0, 1]
    assert np.allclose(rows[1:5, 0], 5)
    assert rows[5, 0] == -20


def test_a_drawing_at_home_is_left_as_it_is() -> None:
    rng = np.random.default_rng(0)
    line = Drawing.of([np.cumsum(rng.normal(0, 7, (40, 2)), axis=0)])
    fitted = fit(line, FACTS, 100.0, zoom=1.0)
    expected = to_stroke3(line)
    np.testing.assert_allclose(fitted.rows[:, :2], expected[:, :2] / 5, atol=1e-5)


def test_a_line_gets_the_points_that_the_data_set_would_leave_of_it() -> None:
    t = np.linspace(0, 3 * np.pi, 900)
    wave = np.c_[12 * t, 25 * np.sin(t)]
    corner = np.vstack([wave, wave[-1] + np.linspace(0, 12, 60)[1:, None] * (0.0, 1.0)])
    drawing = Drawing.of([corner])
    known = measure([to_stroke3(reduce_points(drawing, 6.0, 0.5))])
    by_rule = dataclasses.replace(known, step=6.0, tolerance=0.5, rounding=1.0)
    fitted = fit(drawing, by_rule, 200.0, zoom=1.0)
    (kept,) = reduce_points(drawing, 6.0, 0.5).strokes
    offsets = np.diff(np.round(kept - kept[0]), axis=0)
    assert np.allclose(fitted.rows[1:, :2] * by_rule.scale, offsets, atol=1e-4)
    other = fit(drawing, dataclasses.replace(by_rule, step=0.0), 200.0, zoom=1.0)
    assert len(other.rows) != len(fitted.rows) or not np.allclose(other.rows, fitted.rows)
