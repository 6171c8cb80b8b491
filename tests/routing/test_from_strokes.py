from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strokebook.geometry.drawing import Drawing
from strokebook.routing.from_strokes import graph_of_strokes


def degrees(graph) -> list[int]:
    counts = np.zeros(len(graph.nodes), int)
    for edge in graph.edges:
        counts[edge.a] += 1
        counts[edge.b] += 1
    return sorted(counts.tolist())


def test_lines_that_cross_are_split_there():
    graph = graph_of_strokes(Drawing.of([[(0, 0), (10, 10)], [(0, 10), (10, 0)]]), 0.1)
    assert degrees(graph) == [1, 1, 1, 1, 4]
    assert any(np.allclose(node, (5, 5)) for node in graph.nodes)
    for edge in graph.edges:
        assert np.allclose(edge.points[0], graph.nodes[edge.a])
        assert np.allclose(edge.points[-1], graph.nodes[edge.b])


def test_a_crossing_in_a_vertex_counts_once():
    graph = graph_of_strokes(
        Drawing.of([[(0, 0), (5, 5), (10, 10)], [(0, 10), (5, 5), (10, 0)]]), 0.1
    )
    assert degrees(graph) == [1, 1, 1, 1, 4]


def test_an_end_that_nearly_touches_a_line_joins_it():
    strokes = [[(0, 0), (10, 0)], [(5, 0.4), (5, 8)]]
    assert degrees(graph_of_strokes(Drawing.of(strokes), 0.5)) == [1, 1, 1, 3]
    assert degrees(graph_of_strokes(Drawing.of(strokes), 0.3)) == [1, 1, 1, 1]


def test_an_end_that_sticks_out_of_a_line_is_cut_off():
    graph = graph_of_strokes(Drawing.of([[(0, 0), (10, 0)], [(5, -0.4), (5, 8)]]), 0.5)
    assert degrees(graph) == [1, 1, 1, 3]
    assert any(np.allclose(node, (5, 0), atol=1e-5) for node in graph.nodes)


def test_ends_that_meet_become_one_node():
    graph = graph_of_strokes(Drawing.of([[(0, 0), (10, 0)], [(10.2, 0.1), (20, 5)]]), 0.5)
    assert degrees(graph) == [1, 1, 2]


def test_a_closed_stroke_is_a_loop():
    square = [(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)]
    graph = graph_of_strokes(Drawing.of([square]), 0.5)
    assert degrees(graph) == [2]
    assert graph.edges[0].length == pytest.approx(40)


def test_a_stroke_that_crosses_itself():
    graph = graph_of_strokes(Drawing.of([[(0, 0), (10, 0), (10, 5), (5, 5), (5, -5)]]), 0.1)
    assert degrees(graph) == [1, 1, 4]


def test_points_are_dots_and_so_are_specks():
    graph = graph_of_strokes(
        Drawing.of([[(3, 4)], [(8, 8), (8, 8)], [(20, 20), (20.01, 20)], [(0, 0), (0, 9)]]), 0.5
    )
    assert len(graph.edges) == 1
    assert sorted(map(tuple, graph.dots.round(1).tolist())) == [(3, 4), (8, 8), (20, 20)]


def test_nothing_gives_an_empty_graph():
    graph = graph_of_strokes(Drawing.of([]))
    assert (len(graph.nodes), len(graph.edges), len(graph.dots)) == (0, 0, 0)


def test_the_pen_width_is_the_drawing_s_and_snaps():
    drawing = Drawing.of([[(0, 0), (10, 0)], [(5, 0.4), (5, 8)]], pen_width=0.5)
    assert graph_of_strokes(drawing).pen_width == 0.5
    assert degrees(graph_of_strokes(drawing)) == [1, 1, 1, 3]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.lists(
            st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=2, max_size=8, unique=True
        ),
        min_size=1,
        max_size=5,
    )
)
def test_the_ink_is_kept(strokes):
    """Length is lost only where strokes end within a snap of a line."""
    drawing = Drawing.of(strokes)
    graph = graph_of_strokes(drawing, 0.01)
    length = sum(e.length for e in graph.edges)
    assert length == pytest.approx(drawing.length, abs=0.02 * (len(graph.edges) + len(strokes)))
    assert sum(degrees(graph)) == 2 * len(graph.edges)
