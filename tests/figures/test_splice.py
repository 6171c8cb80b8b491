import numpy as np
from hypothesis import given

from strokebook.figures.splice import SpliceOptions, splice, splice_states
from strokebook.geometry.drawing import Drawing

import plain_rules
from strategies import distances, pages


def lists(drawing):
    return [[tuple(p) for p in s.tolist()] for s in drawing.strokes]


def spliced(strokes, **options):
    return lists(splice(Drawing.of(strokes), SpliceOptions(**options)))


@given(pages, distances)
def test_every_state_is_that_of_the_rule_written_out(strokes, distance):
    expected = plain_rules.repeat(plain_rules.splice_once, strokes, distance)
    states = splice_states(Drawing.of(strokes), SpliceOptions(distance=distance, mode="faithful"))
    assert [lists(d) for d in states] == expected


LINE = [(0, 0), (10, 0), (20, 0), (30, 0)]


def test_a_loop_goes_in_before_the_nearest_vertex():
    loop = [(19, 1), (15, 9), (21, 1)]
    expected = [*LINE[:2], *loop, *LINE[2:]]
    assert spliced([LINE, loop], distance=10, mode="faithful") == [expected]


def test_the_threshold_itself_is_spliced():
    loop = [(20, 5), (25, 9), (20, 5)]
    assert len(spliced([LINE, loop], distance=10, mode="faithful")) == 1
    assert len(spliced([LINE, loop], distance=9.99, mode="faithful")) == 2


def test_mended_turns_a_loop_that_travels_less_backwards():
    loop = [(18, 1), (15, 9), (12, 1)]  # drawn from right to left
    assert spliced([LINE, loop], distance=40, mode="faithful")[0][1] == (18, 1)
    assert spliced([LINE, loop], distance=40, mode="mended") == [
        [*LINE[:2], *loop[::-1], *LINE[2:]]
    ]


def test_mended_tries_the_last_vertex():
    loop = [(30, 1), (35, 9), (30, 2)]
    assert len(spliced([LINE, loop], distance=5, mode="faithful")) == 2
    assert spliced([LINE, loop], distance=5, mode="mended") == [[*LINE, *loop]]


def test_mended_never_jumps_farther_than_it_may():
    hair = [(20, 1), (20, 25)]  # one end near, the other far
    assert len(spliced([LINE, hair], distance=40, mode="faithful")) == 1
    assert len(spliced([LINE, hair], distance=40, mode="mended", jump=10.0)) == 2
    assert len(spliced([LINE, hair], distance=40, mode="mended", jump=30.0)) == 1


@given(pages, distances)
def test_mended_keeps_every_point_and_leaves_nothing_within_reach(strokes, distance):
    drawing = Drawing.of(strokes)
    after = splice(drawing, SpliceOptions(distance=distance, mode="mended", jump=100.0))
    assert sorted(map(tuple, after.points.tolist())) == sorted(map(tuple, drawing.points.tolist()))
    parts = [s.astype(np.float64) for s in after.strokes]
    for i, one in enumerate(parts):
        for two in (p for j, p in enumerate(parts) if j != i):
            sums = np.linalg.norm(two - one[0], axis=1) + np.linalg.norm(two - one[-1], axis=1)
            assert sums.min() > distance


def test_on_step_sees_each_splice():
    seen = []
    loops = [[(10 * k, 1), (10 * k, 5), (10 * k, 1)] for k in (0, 1, 2)]
    result = splice(Drawing.of([LINE, *loops]), SpliceOptions(distance=3), seen.append)
    assert [len(d) for d in seen] == [3, 2, 1]
    assert lists(seen[-1]) == lists(result)


def test_nothing_to_splice_is_fine():
    assert splice(Drawing.of([])).strokes == ()
    assert len(splice(Drawing.of([LINE]))) == 1
    assert len(splice(Drawing.of([[(0, 0)], [(0, 0)]]), SpliceOptions(mode="faithful"))) == 2
