import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from strokebook.figures.spanning_tree import link_strokes
from strokebook.geometry.drawing import Drawing

from strategies import pages

_grid = st.tuples(st.integers(0, 6), st.integers(0, 6))
_plane = st.tuples(*[st.floats(0, 200, width=32)] * 2)
dots = st.lists(_grid, min_size=1, max_size=25) | st.lists(_plane, min_size=1, max_size=25)


def links(strokes):
    return link_strokes(Drawing.of(strokes).strokes)


def grown_tree(points):
    """The spanning tree's gaps, grown from the first point, always by the nearest one left."""
    left = dict.fromkeys(range(1, len(points)), math.inf)
    last, gaps = 0, []
    while left:
        for k in left:
            left[k] = min(left[k], math.dist(points[last], points[k]))
        last = min(left, key=left.__getitem__)
        gaps.append(left.pop(last))
    return sorted(gaps)


@settings(deadline=None)  # the first call loads scipy
@given(dots)
def test_gaps_are_those_of_the_spanning_tree(points):
    tree = links([[p] for p in points])
    np.testing.assert_allclose(tree.gaps, grown_tree(points), atol=1e-4)


@settings(deadline=None)
@given(pages)
def test_links_connect_every_stroke_shortest_first(strokes):
    assume(strokes)
    tree = links(strokes)
    assert (np.diff(tree.gaps) >= 0).all()
    reached = {0}
    for _ in strokes:
        reached |= {k for pair in tree.pairs.tolist() if reached & set(pair) for k in pair}
    assert reached == set(range(len(strokes)))
    assert len(tree.pairs) == len(strokes) - 1


def test_gaps_are_measured_between_lines_not_their_corners():
    tree = links([[(0, 0), (100, 0)], [(50, 8), (50, 90)]])
    np.testing.assert_allclose(tree.gaps, [8.0], atol=0.05)
    assert tree.ink == pytest.approx(182.0)


def test_looseness_is_the_gap_exceeded_once_in_so_much_ink():
    dashes = [[(x, 0), (x + 10, 0)] for x in (0, 11, 23, 36, 50)]  # gaps 1, 2, 3, 4; ink 50
    tree = links(dashes)
    assert [tree.looseness(every) for every in (60.0, 50.0, 20.0)] == pytest.approx([4, 3, 2])
    assert tree.looseness(10.0) == 0.0
    assert links(dashes[:1]).looseness(10.0) == 0.0
