"""The truth benchmark's measures on answers that are known."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from benchmarks.truth.crossings import clear_crossings, crossing_points, passed_straight
from benchmarks.truth.ink import retraced, sample
from benchmarks.truth.measures import measure
from benchmarks.truth.order import measure_order
from benchmarks.truth.warping import either_way, warped

PEN = 1.0


def loop() -> np.ndarray:
    """A line that crosses itself once, at right angles, at (100, 100)."""
    corners = [(20, 100), (100, 100), (180, 100), (180, 20), (100, 20), (100, 100), (100, 180)]
    return np.array(corners, float)


def lissajous() -> np.ndarray:
    """Seven crossings, open."""
    t = np.linspace(0.1, 2 * np.pi + 0.05, 900)
    return np.c_[100 + 100 * np.sin(2 * t), 100 + 100 * np.sin(3 * t + 0.4)]


def turned_loop() -> np.ndarray:
    """The same ink as :func:`loop`, its loop run the other way round: turns at the crossing."""
    line = loop()
    return np.vstack([line[:2], line[2:5][::-1], line[5:]])


def split(line: np.ndarray, at: int) -> list[np.ndarray]:
    return [line[: at + 1], line[at:]]


@pytest.mark.parametrize("line", [loop(), lissajous()])
def test_the_truth_measures_as_perfect(line):
    m = measure([line], [line], PEN)
    assert (m.order, m.by_stroke, m.chamfer, m.invented) == (0, 0, 0, 0)
    assert (m.precision, m.recall, m.f_pen, m.f_unit) == (1, 1, 1, 1)
    assert (m.strokes, m.true_strokes, m.as_drawn) == (1, 1, 1)
    assert m.clear > 0
    assert m.straight == 1
    assert m.length == m.true_length == pytest.approx(np.hypot(*np.diff(line, axis=0).T).sum())


def test_the_reversed_truth_has_no_order_error_but_runs_against_the_pen():
    m = measure([lissajous()], [lissajous()[::-1]], PEN)
    assert m.order == pytest.approx(0, abs=1e-9)
    assert m.straight == 1
    assert m.as_drawn == 0


def test_other_samples_of_the_same_line_cost_less_than_their_spacing():
    line = lissajous()
    assert measure([line], [line[::7]], PEN).order < 0.5


def test_turning_at_a_crossing_is_seen_by_crossings_and_order_and_not_by_ink():
    m = measure([loop()], [turned_loop()], PEN)
    assert (m.clear, m.straight) == (1, 0)
    assert m.order > 5
    assert m.f_unit == pytest.approx(1)


def test_one_of_several_crossings_swapped_lowers_the_share():
    line = sample([lissajous()]).strokes[0]
    clear = clear_crossings([line], PEN)
    at = clear[len(clear) // 2].at
    near = np.flatnonzero(np.linalg.norm(line - at, axis=1) < 0.15)
    first, last = near[0], near[-1]
    swapped = np.vstack([line[:first], line[first : last + 1][::-1], line[last + 1 :]])
    m = measure([line], [swapped], PEN)
    assert m.clear == len(clear) >= 5
    assert m.straight == pytest.approx(1 - 1 / m.clear)


def test_a_stroke_cut_at_a_crossing_does_not_pass_it():
    crossing = clear_crossings(sample([loop()]).strokes, PEN)[0]
    whole, cut = sample([loop()]).strokes, sample(split(loop(), 1)).strokes
    assert passed_straight(crossing, whole)
    assert not passed_straight(crossing, cut)


def test_split_strokes_count_and_keep_the_order():
    m = measure([lissajous()], split(lissajous(), 300), PEN)
    assert (m.strokes, m.true_strokes) == (2, 1)
    assert m.order < 0.5
    shuffled = measure([lissajous()], split(lissajous(), 300)[::-1], PEN)
    assert shuffled.order > 5


def test_order_among_strokes_and_errors_by_stroke():
    strokes = [np.array([(0, y), (100.0, y)]) for y in (0.0, 50.0, 100.0)]
    assert measure_order(strokes, strokes).in_order == 1
    backwards = measure_order(strokes, strokes[::-1])
    assert backwards.by_stroke == 0
    assert backwards.in_order == 0
    assert backwards.whole > 10
    mixed = measure_order(strokes, [strokes[0], strokes[2][::-1], strokes[1]])
    assert mixed.by_stroke == pytest.approx(0)
    assert mixed.in_order == pytest.approx(2 / 3)
    assert mixed.as_drawn == pytest.approx(2 / 3)


def test_ink_that_is_missed_and_ink_that_is_invented():
    true = [np.array([(0, 0), (200.0, 0)])]
    half = measure(true, [np.array([(0, 0), (100.0, 0)])], PEN)
    assert half.precision == 1
    assert half.recall == pytest.approx(0.5, abs=0.01)
    astray = measure(true, [*true, np.array([(0, 10), (30.0, 10)])], PEN)
    assert astray.invented == pytest.approx(30)
    assert astray.recall == 1
    assert astray.precision == pytest.approx(200 / 230)


def test_a_shift_of_one_pen_is_within_a_unit_but_not_within_half_a_pen():
    true = [np.array([(0, 0), (200.0, 0)])]
    m = measure(true, [true[0] + (0, 0.8)], PEN)
    assert m.f_pen < 0.02
    assert m.f_unit == 1
    assert m.chamfer == pytest.approx(0.8, abs=0.02)
    assert m.invented == 0


def test_retraced_length():
    there_and_back = np.array([(0, 0), (100.0, 0), (40.0, 0)])
    assert retraced(sample([there_and_back]), PEN) == pytest.approx(60, abs=3)
    assert retraced(sample([np.array([(0, 0), (100.0, 0)])]), PEN) == 0
    assert retraced(sample([loop()]), PEN) == 0  # crossing is no retracing


def test_crossings_are_found_once_and_not_at_corners():
    assert crossing_points([loop()]).tolist() == [[100.0, 100.0]]
    square = np.array([(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)], float)
    assert len(crossing_points([square])) == 0
    bars = [np.array([(0, 5), (10.0, 5)]), np.array([(5, 0), (5.0, 10)])]
    assert crossing_points(bars).tolist() == [[5.0, 5.0]]
    assert len(crossing_points([])) == 0


def test_a_crossing_at_a_flat_angle_is_not_clear():
    flat = [np.array([(0, 0), (100.0, 0)]), np.array([(0, -3), (100.0, 3)])]
    assert len(crossing_points(flat)) == 1
    assert clear_crossings(sample(flat).strokes, PEN) == []


def test_nothing_traced():
    m = measure([loop()], [], PEN)
    assert (m.recall, m.f_unit, m.strokes, m.length) == (0, 0, 0, 0)
    assert math.isnan(m.order)


def test_warping_is_the_least_of_all_warpings():
    rng = np.random.default_rng(3)
    a, b = rng.random((4, 2)), rng.random((3, 2))
    cost = np.linalg.norm(a[:, None] - b[None], axis=2)
    best = min(paths(4, 3), key=lambda path: sum(cost[i, j] for i, j in path))
    assert warped(a, b) == pytest.approx(np.mean([cost[i, j] for i, j in best]))
    assert either_way(a, a[::-1]) == (0.0, False)


def paths(n: int, m: int) -> list[list[tuple[int, int]]]:
    """All monotone ways from (0, 0) to (n - 1, m - 1)."""
    paths_of = []
    for steps in itertools.chain.from_iterable(
        itertools.product([(1, 0), (0, 1), (1, 1)], repeat=k) for k in range(1, n + m - 1)
    ):
        ways = [(0, 0)]
        for di, dj in steps:
            ways.append((ways[-1][0] + di, ways[-1][1] + dj))
        if ways[-1] == (n - 1, m - 1):
            paths_of.append(ways)
    return paths_of
