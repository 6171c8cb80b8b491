from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from strokebook.dataset.rows import ink_length, to_rows
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.stroke3 import from_stroke3

strokes = st.lists(
    hnp.arrays(
        np.float32,
        st.tuples(st.integers(1, 12), st.just(2)),
        # A coarse grid beside fine values makes repeated points and touching ends frequent.
        elements=st.one_of(
            st.integers(0, 8).map(float), st.floats(0, 200, width=32, allow_subnormal=False)
        ),
    ),
    min_size=1,
    max_size=6,
)


def drawn(points: np.ndarray, lifts: np.ndarray) -> np.ndarray:
    """Sample points of the ink, dots included."""
    t = np.linspace(0, 1, 9)[:, None]
    pieces = [points]
    for a, b, lifted in zip(points[:-1], points[1:], lifts[:-1], strict=True):
        if not lifted:
            pieces.append(a + t * (b - a))
    return np.vstack(pieces)


def ink_of(drawing: Drawing) -> np.ndarray:
    lifts = np.concatenate([np.arange(len(s)) == len(s) - 1 for s in drawing.strokes])
    return drawn(drawing.points.astype(float), lifts)


def ink_of_rows(rows: np.ndarray, start: np.ndarray) -> np.ndarray:
    return drawn(start + np.cumsum(rows[:, :2].astype(float), axis=0), rows[:, 2] > 0.5)


def farthest(a: np.ndarray, b: np.ndarray) -> float:
    gaps = np.linalg.norm(a[:, None] - b[None], axis=2)
    return float(gaps.min(axis=1).max())


@given(strokes)
def test_round_trip_stays_within_one_unit_both_ways(strokes: list[np.ndarray]) -> None:
    drawing = Drawing.of(strokes)
    rows = to_rows(drawing)
    start = np.rint(drawing.points[0].astype(float))
    before, after = ink_of(drawing), ink_of_rows(rows, start)
    assert farthest(before, after) <= 1.0
    assert farthest(after, before) <= 1.0


@given(strokes, st.sampled_from(["int16", "float32"]))
def test_only_the_first_row_stands_still_and_the_last_lifts(
    strokes: list[np.ndarray], dtype: str
) -> None:
    rows = to_rows(Drawing.of(strokes), dtype)
    assert rows.dtype == dtype
    assert len(rows) >= 1
    assert rows[0, :2].tolist() == [0, 0]
    assert np.any(rows[1:, :2] != 0, axis=1).all()
    assert rows[-1, 2] == 1
    assert set(rows[:, 2].tolist()) <= {0, 1}


@given(strokes)
def test_what_is_read_back_gives_the_same_rows(strokes: list[np.ndarray]) -> None:
    rows = to_rows(Drawing.of(strokes))
    assert np.array_equal(to_rows(from_stroke3(rows)), rows)


def test_repeats_are_dropped_and_lifts_stay() -> None:
    drawing = Drawing.of([[(0, 0), (0.2, 0.1), (3, 0)], [(10, 10), (10.3, 9.9)], [(20, 0), (9, 9)]])
    assert to_rows(drawing).tolist() == [
        [0, 0, 0],
        [3, 0, 1],
        [7, 10, 1],  # a stroke that shrank to a dot
        [10, -10, 0],
        [-11, 9, 1],
    ]


def test_a_stroke_that_starts_where_the_last_one_ended_goes_on() -> None:
    drawing = Drawing.of([[(0, 0), (5, 5)], [(5.1, 5.2), (9, 5)]])
    assert to_rows(drawing).tolist() == [[0, 0, 0], [5, 5, 0], [4, 0, 1]]


def test_rounding_errors_do_not_add_up() -> None:
    points = [(k * 0.6, k * 0.4) for k in range(300)]
    rows = to_rows(Drawing.of([points]))
    assert np.abs(rows[:, :2].sum(axis=0) - points[-1]).max() <= 0.51


def test_ink_length_leaves_out_travel_in_the_air() -> None:
    rows = to_rows(Drawing.of([[(0, 0), (3, 4)], [(100, 100), (100, 110)]]))
    assert ink_length(rows) == pytest.approx(15.0)


def test_nothing_gives_no_rows() -> None:
    assert to_rows(Drawing.of([])).shape == (0, 3)
