import numpy as np
import plain_rules
import pytest
from hypothesis import given
from strategies import pages

from strokebook.geometry.boxes import boxes_of
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.separate import SeparateOptions, group_strokes, separate, stroke_gaps


def frame(x0, y0, x1, y1):
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]


def groups(strokes, **options):
    return group_strokes(Drawing.of(strokes), SeparateOptions(**options))


@given(strokes=pages)
@pytest.mark.parametrize("least", [0.05, 0.3])
def test_faithful_groups_are_those_of_the_rule_written_out(strokes, least):
    boxes = boxes_of(strokes).tolist() if strokes else []
    assert groups(strokes, mode="faithful", iou=least) == plain_rules.separate(boxes, least)


THREE = [frame(0, 0, 10, 10), frame(2, 0, 12, 10), frame(6, 0, 20, 10)]


def test_faithful_can_put_a_stroke_in_two_drawings_and_mended_never_does():
    assert groups(THREE[:2], mode="faithful") == [[0, 1]]
    doubled = [*THREE, frame(60, 0, 70, 10), frame(61, 0, 71, 10)]
    found = groups(doubled, mode="faithful")
    assert sorted(k for g in found for k in g) != list(range(5))
    assert sorted(k for g in groups(doubled, mode="mended") for k in g) == list(range(5))


def test_mended_merges_a_small_box_inside_a_large_one():
    strokes = [frame(0, 0, 100, 100), frame(45, 45, 49, 49)]
    assert groups(strokes, mode="faithful") == [[0], [1]]
    assert groups(strokes, mode="mended", gap=2.0) == [[0, 1]]


def test_mended_goes_by_gaps_between_points_through_others():
    dots = [[(10 * k, 0), (10 * k + 1, 0)] for k in range(4)]
    assert groups(dots, mode="mended", gap=9.0) == [[0, 1, 2, 3]]
    assert groups(dots, mode="mended", gap=8.9) == [[0], [1], [2], [3]]


def test_mended_drawings_come_in_reading_order():
    corners = [
        frame(60, 62, 80, 80),
        frame(0, 60, 20, 80),
        frame(60, 0, 80, 20),
        frame(0, 5, 20, 25),
    ]
    assert groups(corners, mode="mended", gap=5.0) == [[3], [2], [1], [0]]


@given(pages)
def test_mended_puts_every_stroke_in_one_drawing_and_boxes_hardly_overlap(strokes):
    options = SeparateOptions(mode="mended", gap=2.0)
    drawing = Drawing.of(strokes)
    found = group_strokes(drawing, options)
    assert sorted(k for g in found for k in g) == list(range(len(drawing)))
    boxes = [boxes_of(drawing.strokes)[g] for g in found]
    around = [[*b[:, :2].min(0), *b[:, 2:].max(0)] for b in boxes]
    for i, a in enumerate(around):
        assert all(plain_rules.overlap(a, b) < 0.05 for b in around[i + 1 :])


def test_small_boxes_are_dropped_with_the_reason():
    drawing = Drawing.of([frame(0, 0, 25, 20), frame(100, 0, 124, 20)])
    result = separate(drawing)
    assert [f.members for f in result.kept] == [(0,)]  # 500 itself is kept
    assert [f.members for f in result.dropped] == [(1,)]
    assert result.dropped[0].reason == "Its box covers 480 square units, under 500."
    np.testing.assert_array_equal(result.kept[0].box, [0, 0, 25, 20])


def test_gaps_are_least_distances_between_points():
    gaps = stroke_gaps(Drawing.of([[(0, 0), (5, 0)], [(8, 4), (50, 50)]]).strokes)
    np.testing.assert_allclose(gaps, [[0, 5], [5, 0]])


def test_an_empty_page_has_no_drawings():
    assert separate(Drawing.of([])).kept == ()
