import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from strokebook.routing.detours import insert_detours

LINE = (np.stack([np.arange(30.0), np.zeros(30)], axis=1), False)


def bit(*points, closed=False):
    return np.array(points, float), closed


def test_a_bit_that_hangs_on_a_line_is_drawn_there_and_back():
    strokes = insert_detours([LINE, bit((10, 3), (10, 2), (10, 0))], longest=5.0, near=0.5)
    assert len(strokes) == 1
    points, closed = strokes[0]
    assert not closed
    assert points[10:17].tolist() == [[10, 0], [10, 0], [10, 2], [10, 3], [10, 2], [10, 0], [10, 0]]
    assert points[[0, -1]].tolist() == [[0, 0], [29, 0]]


def test_a_small_loop_is_drawn_round():
    loop = bit((12, 2), (11, 1), (12, 0), (13, 1), (12, 2), closed=True)
    ((points, _),) = insert_detours([LINE, loop], longest=8.0, near=0.5)
    at = [p.tolist() for p in points].index([12, 2])
    assert points[at - 2].tolist() in ([12, 0], [11, 1], [13, 1])
    assert len(points) == 30 + 5 + 1


def test_what_hangs_on_nothing_and_what_is_long_stays():
    far = bit((10, 3), (10, 2))
    long = bit((5, 0), (5, 20))
    strokes = insert_detours([LINE, far, long], longest=5.0, near=0.5)
    assert [len(p) for p, _ in strokes] == [30, 2, 2]


def test_dots_stay():
    dot = bit((10, 0))
    assert len(insert_detours([LINE, dot], longest=5.0, near=0.5)) == 2


def test_short_strokes_alone_stay_as_they_are():
    strokes = [bit((0, 0), (1, 0)), bit((1, 0), (1, 1))]
    assert insert_detours(strokes, longest=5.0, near=0.5) is strokes


@given(st.lists(st.tuples(st.integers(0, 29), st.floats(0.5, 4)), max_size=6))
def test_no_ink_is_lost(places):
    bits = [bit((x, 0), (x, height)) for x, height in places]
    strokes = insert_detours([LINE, *bits], longest=5.0, near=0.5)
    assert len(strokes) == 1
    drawn = {tuple(p) for p in strokes[0][0].tolist()}
    assert {tuple(p) for points, _ in [LINE, *bits] for p in points.tolist()} <= drawn
