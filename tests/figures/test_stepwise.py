import numpy as np

from strokebook.figures.stepwise import each_state, run_steps
from strokebook.geometry.drawing import Drawing

DRAWING = Drawing.of([[(0, 0), (1, 0)], [(5, 5), (6, 6)]])


class Dropped:
    """The strokes, one fewer each step."""

    def __init__(self):
        self.left = list(DRAWING.strokes)

    def lines(self):
        return list(self.left)


def steps():
    state = Dropped()
    while state.left:
        state.left.pop()
        yield state


def test_every_state_is_seen_from_the_drawing_as_it_is_on():
    assert [len(d) for d in each_state(DRAWING, steps())] == [2, 1, 0]
    seen = []
    assert len(run_steps(DRAWING, steps(), lambda d: seen.append(len(d)))) == 0
    assert seen == [1, 0]


def test_without_a_step_the_drawing_is_the_same_object():
    assert run_steps(DRAWING, []) is DRAWING
    np.testing.assert_array_equal(next(each_state(DRAWING, [])).points, DRAWING.points)
