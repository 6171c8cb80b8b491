from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pytest

from strokebook.geometry.drawing import Drawing
from strokebook.routing.from_strokes import graph_of_strokes
from strokebook.routing.line_graph import LineGraph
from strokebook.routing.route import RouteOptions, route

PEN = 2.0


def way(*corners: tuple[float, float], step: float = 1.0) -> npt.NDArray[np.float64]:
    """A polyline through ``corners`` with a point about every ``step``."""
    parts = [
        np.linspace(a, b, max(2, int(np.hypot(b[0] - a[0], b[1] - a[1]) / step)))[:-1]
        for a, b in itertools.pairwise(corners)
    ]
    return np.vstack([*parts, [corners[-1]]])


def graph(*strokes: npt.ArrayLike) -> LineGraph:
    return graph_of_strokes(Drawing.of(strokes, size=(200, 200), unit="unit", pen_width=PEN))


def ends(drawing: Drawing) -> list[set[tuple[int, int]]]:
    pairs = []
    for stroke in drawing.strokes:
        corners = (stroke[0], stroke[-1])
        pairs.append({(round(float(x)), round(float(y))) for x, y in corners})
    return pairs


def test_two_lines_that_cross_go_straight_on() -> None:
    crossing = graph(way((10, 10), (110, 90)), way((10, 90), (110, 10)))
    drawn = route(crossing)
    assert len(drawn) == 2
    assert {(10, 10), (110, 90)} in ends(drawn)
    assert {(10, 90), (110, 10)} in ends(drawn)


def test_one_line_with_a_loop_is_one_stroke_in_its_order() -> None:
    t = np.linspace(0, 2 * np.pi, 200)
    loop = np.c_[60 + 30 * np.sin(t), 60 - 30 * np.cos(t) + 30]
    line = np.vstack([way((10, 60), (60, 60)), loop, way((60, 60), (110, 60))])
    drawn = route(graph(line))
    assert len(drawn) == 1
    assert ends(drawn) == [{(10, 60), (110, 60)}]
    assert drawn.length == pytest.approx(Drawing.of([line]).length, rel=0.03)


def test_a_line_that_touches_another_stays_a_line_of_its_own() -> None:
    drawn = route(graph(way((10, 50), (110, 50)), way((60, 50), (60, 110))))
    assert len(drawn) == 2
    assert {(10, 50), (110, 50)} in ends(drawn)


def test_a_closed_line_stays_closed_and_starts_at_the_top() -> None:
    t = np.linspace(0, 2 * np.pi, 300)
    drawn = route(graph(np.c_[60 + 40 * np.cos(t), 60 + 40 * np.sin(t)]))
    assert len(drawn) == 1
    stroke = drawn.strokes[0]
    assert np.linalg.norm(stroke[0] - stroke[-1]) < PEN
    assert stroke[0, 1] == pytest.approx(stroke[:, 1].min(), abs=PEN)


def test_a_small_gap_is_bridged_where_the_line_goes_on_and_only_there() -> None:
    pieces = graph(way((10, 50), (58, 50)), way((62, 50), (110, 50)))
    assert len(route(pieces)) == 1
    assert len(route(pieces, RouteOptions(gap=0.0))) == 2
    aside = graph(way((10, 50), (58, 50)), way((60, 54), (60, 110)))
    assert len(route(aside)) == 2


def test_dots_are_strokes_of_one_point() -> None:
    drawn = route(graph(way((10, 50), (110, 50)), [(60, 80)]))
    assert min(len(s) for s in drawn.strokes) == 1
    assert len(drawn) == 2


def test_an_open_stroke_starts_at_its_higher_end() -> None:
    drawn = route(graph(way((10, 110), (60, 20))))
    assert drawn.strokes[0][0, 1] < drawn.strokes[0][-1, 1]


def test_nothing_gives_nothing() -> None:
    assert len(route(graph())) == 0


@pytest.mark.parametrize("seed", range(5))
def test_all_the_ink_is_drawn_and_no_more(seed: int) -> None:
    rng = np.random.default_rng(seed)
    corners = [tuple(p) for p in rng.uniform(10, 190, (9, 2))]
    line = way(*corners)  # type: ignore[arg-type]
    drawn = route(graph(line), RouteOptions(retrace="never"))
    assert drawn.length == pytest.approx(Drawing.of([line]).length, rel=0.05)
