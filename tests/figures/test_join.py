import numpy as np
import pytest
from hypothesis import given

from strokebook.figures.join import JoinOptions, join, join_states
from strokebook.geometry.drawing import Drawing

import plain_rules
from strategies import distances, pages


def lists(drawing):
    return [[tuple(p) for p in s.tolist()] for s in drawing.strokes]


def joined(strokes, **options):
    return lists(join(Drawing.of(strokes), JoinOptions(**options)))


@given(pages, distances)
def test_every_state_is_that_of_the_rule_written_out(strokes, distance):
    expected = plain_rules.repeat(plain_rules.join_once, strokes, distance)
    states = join_states(Drawing.of(strokes), JoinOptions(distance=distance, mode="faithful"))
    assert [lists(d) for d in states] == expected


@pytest.mark.parametrize(
    ("short", "expected"),
    [
        ([(3, 0), (3, 5)], [(0, 0), (1, 0), (2, 0), (3, 0), (3, 5)]),  # end to start
        ([(3, 5), (3, 0)], [(0, 0), (1, 0), (2, 0), (3, 0), (3, 5)]),  # end to end: it turns
        ([(0, 5), (0, 1)], [(0, 5), (0, 1), (0, 0), (1, 0), (2, 0)]),  # start to end: it precedes
        ([(0, 1), (0, 5)], [(0, 5), (0, 1), (0, 0), (1, 0), (2, 0)]),  # start to start
    ],
)
def test_the_longer_stroke_keeps_its_direction(short, expected):
    long = [(0, 0), (1, 0), (2, 0)]
    assert joined([short, long], distance=2, mode="faithful") == [expected]


def test_the_threshold_itself_is_not_joined_and_the_order_then_stays():
    strokes = [[(0, 0), (1, 0)], [(4, 0), (5, 0), (6, 0)]]
    assert joined(strokes, distance=3, mode="faithful") == strokes
    assert len(joined(strokes, distance=3.01, mode="faithful")) == 1


CROSS = [[(0, 10), (9.5, 10)], [(10, 9.4), (10, 0)], [(10.5, 10), (20, 10)], [(10, 20), (10, 10.6)]]


def test_mended_goes_straight_on_where_faithful_turns_a_corner():
    turned = joined(CROSS, distance=2, mode="faithful")[0]
    straight = joined(CROSS, distance=2, mode="mended")
    assert {turned[0], turned[-1]} & {(0, 10), (20, 10)} != {(0, 10), (20, 10)}
    ends = {frozenset((s[0], s[-1])) for s in straight}
    assert ends == {frozenset({(0, 10), (20, 10)}), frozenset({(10, 0), (10, 20)})}


@given(pages, distances)
def test_mended_keeps_every_point_and_joins_no_farther_than_the_threshold(strokes, distance):
    drawing = Drawing.of(strokes)
    after = join(drawing, JoinOptions(distance=distance, mode="mended"))
    assert sorted(map(tuple, after.points.tolist())) == sorted(map(tuple, drawing.points.tolist()))
    ends = [s[k] for s in after.strokes for k in (0, -1)]
    for i, a in enumerate(ends):
        for b in ends[i + 1 + (i % 2 == 0) :]:
            assert np.linalg.norm(np.float64(a) - b) >= distance


def test_on_step_sees_each_join_and_the_last_is_the_result():
    seen = []
    strokes = [[(k, 0), (k + 0.5, 0)] for k in range(4)]
    result = join(Drawing.of(strokes), JoinOptions(), seen.append)
    assert [len(d) for d in seen] == [3, 2, 1]
    assert lists(seen[-1]) == lists(result)


def test_the_options_given_for_the_drawing_are_kept_and_nothing_to_join_is_fine():
    empty = Drawing.of([], source="sb48p005")
    assert join(empty).source == "sb48p005"
    assert len(join(Drawing.of([[(1, 1)]]))) == 1


def test_more_ends_than_one_block_of_the_table():
    strokes = [[(10 * k, 0), (10 * k + 9, 0)] for k in range(300)]
    assert len(joined(strokes, distance=2)) == 1
