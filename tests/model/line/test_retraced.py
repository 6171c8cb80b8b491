"""Ink that was gone over twice lies in one place; other lines that come near each other stay."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from strokebook.geometry.drawing import Drawing
from strokebook.geometry.polyline import evenly
from strokebook.model.line.retraced import merge_retraced


def there_and_back(apart: float) -> Drawing:
    """A line to the right, and back beside itself, in one stroke."""
    x = np.arange(0.0, 41.0, 5.0)
    there = np.stack([x, np.zeros_like(x)], 1)
    back = np.stack([x[::-1], np.full_like(x, apart)], 1)
    return Drawing.of([np.concatenate([there, [[46.0, apart / 2]], back])])


def sliver(drawing: Drawing, points: int) -> float:
    """How far the way back lies from the first ``points`` points' line, in its middle."""
    stroke = drawing.strokes[0].astype(float)
    there = evenly(stroke[:points], 400)
    back = stroke[(np.arange(len(stroke)) > points) & (stroke[:, 0] > 5) & (stroke[:, 0] < 35)]
    return float(cKDTree(there).query(back)[0].max())


def test_the_way_back_lies_on_the_way_there() -> None:
    drawing = there_and_back(1.2)
    merged = merge_retraced(drawing)
    assert sliver(drawing, 9) > 1.1
    assert sliver(merged, 9) < 0.15
    assert np.array_equal(merged.strokes[0][:10], drawing.strokes[0][:10])  # the first pass stays
    assert np.array_equal(merged.points[-1].round(0), drawing.points[-1].round(0))


def test_units_are_those_of_the_data() -> None:
    drawing = there_and_back(1.2)
    small, large = (drawing.with_strokes(s * f for s in drawing.strokes) for f in (0.1, 3.0))
    merged = merge_retraced(drawing).points
    assert np.allclose(merge_retraced(small, 10.0).points, merged / 10, atol=1e-5)
    middle = merge_retraced(large).strokes[0][-8:]
    assert np.array_equal(middle, large.strokes[0][-8:])


@pytest.mark.parametrize(
    "other",
    [
        [[20, -30], [20, 30]],  # across
        [[0, 3], [40, 3]],  # parallel, farther than rounding moves points
        [[0, -15], [40, 15]],  # crosses at 37 degrees
    ],
)
def test_other_lines_stay_as_they_are(other: list[list[float]]) -> None:
    drawing = Drawing.of([[[0, 0], [20, 0], [40, 0]], other])
    merged = merge_retraced(drawing)
    assert all(map(np.array_equal, merged.strokes, drawing.strokes))


def test_a_second_stroke_beside_the_first_is_laid_on_it() -> None:
    drawing = Drawing.of([[[0, 0], [40, 0]], [[10, 1], [20, 1], [30, 1], [30, 20]]])
    merged = merge_retraced(drawing)
    assert np.array_equal(merged.strokes[0], drawing.strokes[0])
    low = merged.strokes[1][(merged.strokes[1][:, 0] > 13) & (merged.strokes[1][:, 0] < 26)]
    assert len(low) and np.abs(low[:, 1]).max() < 0.01
    assert np.array_equal(merged.strokes[1][-1], [30, 20])


def test_what_a_person_drew_stays_and_the_model_may_lie_on_it() -> None:
    drawing = there_and_back(1.2)
    whole = merge_retraced(drawing, start_points=drawing.n_points)
    assert np.array_equal(whole.points, drawing.points)
    merged = merge_retraced(drawing, start_points=12)
    assert np.array_equal(merged.points[:12], drawing.points[:12])
    assert merged.n_points != drawing.n_points


@pytest.mark.parametrize("strokes", [[], [[[3, 3]]], [[[3, 3], [3, 3]], [[5, 5]]]])
def test_spots_and_nothing_stay(strokes: list[list[list[float]]]) -> None:
    drawing = Drawing.of(strokes)
    assert merge_retraced(drawing) is drawing
