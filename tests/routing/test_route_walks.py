"""The walk as a whole, on graphs made by hand, by chance and from drawings of people."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import CubicSpline

from strokebook.geometry.drawing import Drawing
from strokebook.geometry.polyline import evenly
from strokebook.routing.from_strokes import graph_of_strokes
from strokebook.routing.line_graph import Edge, LineGraph
from strokebook.routing.matching import heaviest_matching
from strokebook.routing.pairing import best_pairs
from strokebook.routing.route import RouteOptions, route

Place = tuple[float, float]


def graph(nodes: Sequence[Place], lines: Sequence[tuple], pen: float = 1.0) -> LineGraph:  # type: ignore[type-arg]
    """Edges between numbered nodes, through the points named after them."""
    edges = []
    for a, b, *between in lines:
        points = np.array([nodes[a], *between, nodes[b]], np.float32)
        edges.append(Edge(a, b, evenly(points, 40)))
    radii = np.zeros(len(nodes), np.float32)
    return LineGraph(
        np.array(nodes, np.float32), radii, tuple(edges), np.zeros((0, 2), np.float32), pen
    )


def ends(drawing: Drawing) -> list[tuple[Place, ...]]:
    return sorted(
        tuple(sorted((float(x), float(y)) for x, y in s[[0, -1]])) for s in drawing.strokes
    )


def knot(seed: int, count: int = 12) -> npt.NDArray[np.float64]:
    keys = np.random.default_rng(seed).random((count, 2)) * 200
    return np.asarray(CubicSpline(np.arange(count), keys)(np.linspace(0, count - 1, 60 * count)))


def pieces(strokes: Sequence[npt.ArrayLike]) -> list[tuple[tuple[float, ...], ...]]:
    """Every segment, whichever way it runs."""
    out = []
    for s in strokes:
        points = [tuple(p) for p in np.round(np.asarray(s, np.float64), 3).tolist()]
        out += [tuple(sorted(pair)) for pair in itertools.pairwise(points)]
    return out


def flat_x() -> LineGraph:
    """Two lines that cross at a small angle: their middle is one stretch of ink."""
    return graph(
        [(95, 50), (105, 50), (0, 10), (0, 90), (200, 10), (200, 90)],
        [(0, 1), (2, 0), (3, 0), (1, 4), (1, 5)],
        pen=2.0,
    )


def test_lines_that_run_together_both_run_along_the_ink_they_share() -> None:
    routed = route(flat_x())
    assert ends(routed) == [((0, 10), (200, 90)), ((0, 90), (200, 10))]
    assert routed.meta["retraced"] == 1
    for stroke in routed.strokes:
        for shared in ((95, 50), (105, 50)):
            assert any(np.allclose(p, shared) for p in stroke)


def test_without_retracing_each_edge_is_drawn_once() -> None:
    routed = route(flat_x(), RouteOptions(retrace="never"))
    assert (len(routed), routed.meta["retraced"]) == (3, 0)
    assert routed.length == pytest.approx(sum(e.length for e in flat_x().edges), rel=1e-4)


def test_tips_are_drawn_there_and_back_and_the_last_two_odd_nodes_stay_ends() -> None:
    tips = graph(
        [(50, 40), (50, 20), (30, 100), (70, 100), (130, 40), (130, 20), (150, 100)],
        [
            (0, 1),
            (2, 0, (46, 50)),
            (0, 3, (54, 50)),
            (3, 4, (75, 101), (126, 50)),
            (4, 5),
            (4, 6, (134, 50)),
        ],
        pen=2.0,
    )
    routed = route(tips, RouteOptions(retrace="always"))
    assert ends(routed) == [((30, 100), (150, 100))]
    assert routed.length == pytest.approx(sum(e.length for e in tips.edges) + 40, rel=1e-3)
    assert len(route(tips, RouteOptions(retrace="never"))) == 3


def test_a_closed_line_starts_at_the_top_and_goes_to_the_left() -> None:
    t = np.linspace(0, 2 * np.pi, 200)
    circle = np.stack([100 + 50 * np.cos(t), 100 + 50 * np.sin(t)], axis=1)
    circle[-1] = circle[0]
    (ring,) = route(graph_of_strokes(Drawing.of([circle], pen_width=1.0), 0.2)).strokes
    assert (ring[0] == ring[-1]).all()
    assert ring[0][1] == pytest.approx(50, abs=0.1)
    assert ring[5][0] < ring[0][0]


@pytest.mark.parametrize("seed", range(6))
def test_a_smooth_knot_is_one_line_again(seed: int) -> None:
    line = knot(seed)
    (routed,) = route(graph_of_strokes(Drawing.of([line], pen_width=1.0), 0.2)).strokes
    ways = [np.linalg.norm(evenly(way, 300) - evenly(line, 300), axis=1)
            for way in (routed, routed[::-1])]  # fmt: skip
    assert min(float(np.median(w)) for w in ways) < 1.0


@settings(max_examples=40, deadline=None)
@given(
    nodes=st.lists(
        st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=3, max_size=10, unique=True
    ),
    data=st.data(),
    retrace=st.sampled_from(["never", "short", "always"]),
)
def test_every_edge_is_drawn_and_nothing_else(
    nodes: list[tuple[int, int]], data: st.DataObject, retrace: str
) -> None:
    """Edges are 20 pen widths and longer, so that no two nodes are taken as one."""
    places = [(20.0 * x, 20.0 * y) for x, y in nodes]
    number = st.integers(0, len(nodes) - 1)
    pairs = st.tuples(number, number).filter(lambda p: p[0] < p[1])
    whole = graph(places, data.draw(st.lists(pairs, min_size=1, max_size=14)))
    routed = route(whole, RouteOptions(retrace=retrace, gap=0.0))
    true, seen = pieces([e.points for e in whole.edges]), pieces(routed.strokes)
    assert set(seen) == set(true)
    if retrace == "never":
        assert sorted(seen) == sorted(true)


@pytest.mark.parametrize("scale", [0.01, 30.0])
def test_the_unit_does_not_matter(scale: float) -> None:
    line = knot(3)
    (one,) = route(graph_of_strokes(Drawing.of([line], pen_width=1.0), 0.2)).strokes
    scaled = Drawing.of([line * scale], pen_width=scale)
    (two,) = route(graph_of_strokes(scaled, 0.2 * scale)).strokes
    assert np.allclose(evenly(two, 50) / scale, evenly(one, 50), atol=0.5)


def test_a_grid_of_a_thousand_crossings_is_lines_again() -> None:
    lines = [[(k * 10, -5), (k * 10, 325)] for k in range(32)]
    lines += [[(-5, k * 10), (325, k * 10)] for k in range(32)]
    grid = Drawing.of([evenly(s, 400) for s in lines], pen_width=1.0)
    routed = route(graph_of_strokes(grid, 0.2))
    assert len(routed) == 64
    assert routed.length == pytest.approx(grid.length, rel=1e-4)


@given(st.lists(st.floats(0.0, 4.0), min_size=15, max_size=15), st.floats(0.2, 2.0))
def test_pairs_are_the_cheapest(costs: list[float], single: float) -> None:
    """Against every pairing of six branches there is."""
    table = np.full((6, 6), np.inf)
    table[np.triu_indices(6, 1)] = costs
    table = np.minimum(table, table.T)

    def cheapest(left: tuple[int, ...]) -> float:
        if not left:
            return 0.0
        first, rest = left[0], left[1:]
        with_one = [
            table[first, b] + cheapest(tuple(r for r in rest if r != b)) for b in rest
        ]  # fmt: skip
        return float(min([single + cheapest(rest), *with_one]))

    cost, mates = best_pairs(table.tolist(), single)
    assert cost == pytest.approx(cheapest(tuple(range(6))))
    assert all(m < 0 or mates[m] == k for k, m in enumerate(mates))


def test_the_heaviest_matching_is_not_the_greedy_one() -> None:
    weights = {(0, 1): 2.0, (1, 2): 3.0, (2, 3): 2.0}
    assert heaviest_matching(weights) == [(0, 1), (2, 3)]


def test_lines_drawn_by_people_are_mostly_one_stroke_again(shared: Path) -> None:
    from strokebook.dataset.quickdraw import read_quickdraw

    path = shared / "data" / "quickdraw_raw.ndjson.gz"
    drawings = (d for d in read_quickdraw(path, print, limit=600) if len(d) == 1)
    lines = list(itertools.islice((d for d in drawings if d.n_points >= 60), 40))
    counts = [
        len(route(graph_of_strokes(Drawing.of(d.strokes, pen_width=3.0), 0.5))) for d in lines
    ]
    assert np.median(counts) == 1
    assert np.mean(counts) < 1.3
