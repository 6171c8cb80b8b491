from __future__ import annotations

import numpy as np
import pytest

from strokebook.geometry.drawing import Drawing
from strokebook.vision.trends.artist_measures import (
    DrawingMeasures,
    band_over_time,
    measure_drawing,
)

# Two strokes: a square that ends where it began, and a line through its middle.
SQUARE = [[0, 0], [100, 0], [100, 100], [0, 100], [0, 0]]
THROUGH = [[-50, 50], [150, 50]]


def test_measures_of_a_square_and_a_line_through_it() -> None:
    m = measure_drawing(Drawing.of([SQUARE, THROUGH], (400, 800)), side=800)
    assert m.length == pytest.approx(600 / 800)
    assert m.size == pytest.approx(200 / 800)
    assert (m.crossings, m.lifts, m.points) == (2, 1, 7)
    assert m.turns == pytest.approx(0.75)  # three corners of a quarter turn
    assert m.length_mm is None


def test_millimetres_where_the_resolution_is_known() -> None:
    m = measure_drawing(Drawing.of([THROUGH], (400, 800), meta={"dpi": 254.0}), side=800)
    assert m.length_mm == pytest.approx(20.0)
    assert m.size_mm == pytest.approx(20.0)


def test_the_same_drawing_scanned_twice_as_fine_counts_the_same() -> None:
    t = np.linspace(0, 6 * np.pi, 400)
    spiral = np.stack([300 + 20 * t * np.cos(t), 300 + 20 * t * np.sin(t)], axis=1)
    chord = [[-200.0, 290.0], [800.0, 310.0]]
    coarse = measure_drawing(Drawing.of([spiral, chord]), side=1000)
    fine = measure_drawing(Drawing.of([2 * spiral, 2 * np.array(chord)]), side=2000)
    assert fine.crossings == coarse.crossings > 3
    assert fine.turns == pytest.approx(coarse.turns, abs=0.01)
    assert fine.length == pytest.approx(coarse.length, rel=1e-3)


def test_a_dot_has_measures() -> None:
    m = measure_drawing(Drawing.of([[[5, 5]]], (10, 10)), side=10)
    assert (m.length, m.crossings, m.lifts, m.turns, m.size, m.points) == (0, 0, 0, 0, 0, 1)


def test_measures_outlive_being_kept() -> None:
    m = measure_drawing(Drawing.of([SQUARE], (400, 800)), side=800)
    assert DrawingMeasures.from_facts(m.as_facts()) == m


def test_a_band_is_median_and_quartiles_and_passes_over_empty_periods() -> None:
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 9.0])
    groups = [np.arange(6) < 5, np.zeros(6, bool), np.arange(6) == 5]
    band = band_over_time(values, groups, np.array([10.0, 20.0, 30.0]))
    assert band.at.tolist() == [10.0, 30.0]
    assert band.median.tolist() == [3.0, 9.0]
    assert (band.low[0], band.high[0]) == (2.0, 4.0)
    assert (band.low[1], band.high[1]) == (9.0, 9.0)  # of one drawing there are no quartiles
    assert band.counts.tolist() == [5, 1]
