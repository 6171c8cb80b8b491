from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from strokebook.geometry.corner_sampling import HALVINGS, sample_between_corners
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.polyline import arc_length, evenly, polyline_length, step_lengths

STEP, TOLERANCE = 6.0, 0.7
Floats = npt.NDArray[np.floating]


def dense(*corners: tuple[float, float]) -> Floats:
    line = np.array(corners, float)
    return evenly(line, max(2, int(polyline_length(line) / 0.4)))


def sampled(line: Floats, step: float = STEP, tolerance: float = TOLERANCE) -> Floats:
    (stroke,) = sample_between_corners(Drawing.of([line]), step, tolerance).strokes
    return stroke


def test_corners_are_points_and_between_them_steps_are_equal() -> None:
    corners = [(0.0, 0.0), (40.0, 0.0), (40.0, 33.0), (90.0, 60.0), (20.0, 70.0)]
    points = sampled(dense(*corners))
    for corner in corners:
        assert np.linalg.norm(points - corner, axis=1).min() < 0.5
    at = [int(np.linalg.norm(points - c, axis=1).argmin()) for c in corners]
    for a, b in itertools.pairwise(at):
        steps = step_lengths(points[a : b + 1])
        assert np.ptp(steps) < 0.6 and abs(steps.mean() - STEP) < 1


def test_a_circle_has_even_steps() -> None:
    t = np.linspace(0, 2 * np.pi, 600)
    steps = step_lengths(sampled(np.c_[40 * np.cos(t), 40 * np.sin(t)]))
    assert np.ptp(steps) < 0.01 * steps.mean()
    assert steps.mean() == pytest.approx(STEP, rel=0.05)


def test_steps_are_halved_where_the_line_bends_and_only_there() -> None:
    t = np.linspace(0, np.pi, 60)
    bend = np.c_[60 + 3 * np.sin(t), 3 - 3 * np.cos(t)]
    points = sampled(np.vstack([dense((0, 0), (60, 0)), bend[1:-1], dense((60, 6), (0, 6))]))
    steps, middle = step_lengths(points), (points[1:, 0] + points[:-1, 0]) / 2
    assert np.ptp(steps[middle < 50]) < 0.1
    assert steps[middle > 60].max() < 0.6 * STEP


@given(st.integers(0, 10_000), st.floats(0.5, 20.0), st.floats(0.05, 3.0))
def test_points_lie_on_the_line_and_the_line_near_the_points(
    seed: int, step: float, tolerance: float
) -> None:
    rng = np.random.default_rng(seed)
    heading = np.cumsum(rng.normal(size=400) * rng.choice([0.05, 0.5]))
    line = np.cumsum(0.4 * np.c_[np.cos(heading), np.sin(heading)], axis=0)
    points = sampled(line, step, tolerance)
    assert np.allclose(points[[0, -1]], line[[0, -1]], atol=1e-4)
    fine = evenly(line, 40 * len(line))
    assert cKDTree(fine).query(points)[0].max() < 0.02
    reach = max(tolerance, step / 2**HALVINGS)  # a step as short as that is not halved again
    assert cKDTree(evenly(points, 40_000)).query(line)[0].max() <= reach + 0.05
    assert len(points) <= 2 + (arc_length(line)[-1] / step + 200) * 2**HALVINGS


def test_dots_and_lines_without_extent_stay() -> None:
    odd = Drawing.of([[(3, 3)], [(1, 1), (1, 1), (1, 1)], [(0, 0), (50, 0)]])
    kept = sample_between_corners(odd, STEP, TOLERANCE)
    assert [len(s) for s in kept.strokes][:2] == [1, 3]
    assert np.array_equal(kept.strokes[2], odd.strokes[2])
