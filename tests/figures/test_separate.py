import numpy as np
import pytest
from hypothesis import given, settings

from strokebook.figures.separate import SeparateOptions, group_strokes, page_gap, separate
from strokebook.figures.spanning_tree import link_strokes
from strokebook.geometry.boxes import boxes_of
from strokebook.geometry.drawing import Drawing

import plain_rules
from strategies import pages


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
    figures = groups(doubled, mode="faithful")
    assert sorted(k for g in figures for k in g) != list(range(5))
    assert sorted(k for g in groups(doubled, mode="mended") for k in g) == list(range(5))


def test_mended_merges_a_small_box_inside_a_large_one():
    strokes = [frame(0, 0, 100, 100), frame(45, 45, 49, 49)]
    assert groups(strokes, mode="faithful") == [[0], [1]]
    assert groups(strokes, mode="mended", gap=2.0) == [[0, 1]]


def test_mended_goes_by_gaps_between_points_through_others():
    dots = [[(10 * k, 0), (10 * k + 1, 0)] for k in range(4)]
    assert groups(dots, mode="mended", gap=9.0, reach=1.0) == [[0, 1, 2, 3]]
    assert groups(dots, mode="mended", gap=8.9, reach=1.0) == [[0], [1], [2], [3]]


def dashed(x0, y0, x1, y1, gap):
    """A frame whose sides are four strokes, each ending ``gap`` before the next corner."""
    return [
        [(x0, y0), (x1 - gap, y0)],
        [(x1, y0), (x1, y1 - gap)],
        [(x1, y1), (x0 + gap, y1)],
        [(x0, y1), (x0, y0 + gap)],
    ]


def test_mended_parts_close_unbroken_figures_and_keeps_broken_ones_together():
    """The same distance of 8 lies between two figures here and inside a figure there."""
    unbroken = [frame(0, 0, 60, 60), frame(68, 0, 128, 60)]
    assert groups(unbroken) == [[0], [1]]
    broken = dashed(0, 0, 60, 60, 8) + dashed(100, 0, 160, 60, 8)
    assert groups(broken) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert len(groups(broken, looseness=0.0, least_area=0.0)) > 2


def test_the_gap_of_a_page_stays_within_its_limits():
    def gap(broken, **options):
        links = link_strokes(Drawing.of(dashed(0, 0, 100, 100, broken)).strokes)
        return page_gap(links, SeparateOptions(**options))

    assert gap(0.1) == 6.0  # least_gap
    assert gap(1.0) == pytest.approx(12.0)  # looseness
    assert gap(5.0) == 20.0  # gap
    assert gap(5.0, gap=2.0) == 2.0


def test_a_part_too_small_to_be_a_drawing_reaches_farther():
    drawing, speck = frame(0, 0, 60, 60), frame(68, 20, 72, 24)
    assert groups([drawing, speck]) == [[0, 1]]
    assert groups([drawing, speck], reach=1.0) == [[0], [1]]
    assert groups([drawing, speck], least_area=16.0) == [[0], [1]]
    assert groups([drawing, frame(70, 20, 74, 24)]) == [[0], [1]]  # over 1.5 times 6


def test_mended_drawings_come_in_reading_order():
    corners = [
        frame(60, 62, 80, 80),
        frame(0, 60, 20, 80),
        frame(60, 0, 80, 20),
        frame(0, 5, 20, 25),
    ]
    assert groups(corners, mode="mended", gap=5.0) == [[3], [2], [1], [0]]


@settings(deadline=None)  # the first call loads scipy
@given(pages)
def test_mended_puts_every_stroke_in_one_drawing_and_boxes_hardly_overlap(strokes):
    options = SeparateOptions(mode="mended", gap=2.0)
    drawing = Drawing.of(strokes)
    figures = group_strokes(drawing, options)
    assert sorted(k for g in figures for k in g) == list(range(len(drawing)))
    boxes = [boxes_of(drawing.strokes)[g] for g in figures]
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


def test_an_empty_page_has_no_drawings():
    assert separate(Drawing.of([])).kept == ()
