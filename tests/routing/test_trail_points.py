from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy.spatial import cKDTree

from strokebook.geometry.drawing import Drawing
from strokebook.geometry.polyline import evenly
from strokebook.routing.from_strokes import graph_of_strokes
from strokebook.routing.line_graph import Edge, LineGraph
from strokebook.routing.route import route

PEN = 4.0
REACH = 3.0  # of the ink at the node
Floats = npt.NDArray[np.float64]


def meeting(node: tuple[float, float], *ends: tuple[float, float], inked: bool = True) -> LineGraph:
    """Lines towards (60, 50) as the skeleton has them: clear of its ink straight to the node."""
    at, edges = np.array(node), []
    for end in ends:
        way = np.array(end) - (60, 50)
        far = float(np.hypot(*way))
        line = np.array((60, 50)) + way / far * np.arange(0.0, far, 0.5)[:, None]
        out = line[np.linalg.norm(line - at, axis=1) >= REACH]
        points = np.vstack([at, out, end]).astype(np.float32)
        widths = np.ones(len(points), np.float32) if inked else None
        edges.append(Edge(0, len(edges) + 1, points, widths))
    nodes = np.array([node, *ends], np.float32)
    radii = np.array([REACH] + [0.0] * len(ends), np.float32)
    return LineGraph(nodes, radii, tuple(edges), np.zeros((0, 2), np.float32), PEN)


def strokes_of(graph: LineGraph) -> list[Floats]:
    return [np.asarray(s, np.float64) for s in route(graph).strokes]


def off(stroke: Floats, through: tuple[float, float]) -> float:
    """The farthest that a stroke lies from the straight line of its ends' direction."""
    along = np.array(through) / np.hypot(*through)
    return float(np.abs((stroke - (60, 50)) @ (-along[1], along[0])).max())


CROSS = ((10.0, 50.0), (110.0, 50.0), (40.0, 10.0), (80.0, 90.0))


def test_lines_pass_a_node_that_lies_beside_them() -> None:
    crossing = meeting((61.0, 52.0), *CROSS)
    flat, steep = sorted(strokes_of(crossing), key=lambda s: float(np.ptp(s[:, 1])))
    assert off(flat, (1, 0)) < 0.05 and off(steep, (1, 2)) < 0.05
    assert np.linalg.norm(np.diff(flat, axis=0), axis=1).max() < 1.5


def test_strokes_that_were_never_ink_go_through_their_node() -> None:
    crossing = meeting((61.0, 52.0), *CROSS, inked=False)
    for stroke in strokes_of(crossing):
        assert np.abs(stroke - (61, 52)).sum(axis=1).min() == 0
    strokes = [np.array([(10, 10), (110, 90)], float), np.array([(10, 90), (110, 10)], float)]
    drawn = route(graph_of_strokes(Drawing.of(strokes, size=(200, 200), pen_width=PEN)))
    ratios = [(s[:, 1] - 50) / (s[:, 0] - 60 + 1e-9) for s in drawn.strokes]
    assert all(np.allclose(np.abs(r[np.abs(r) > 0.1]), 0.8, atol=1e-3) for r in ratios)


def test_a_corner_is_drawn_through_its_node() -> None:
    fork = meeting((60.0, 50.0), (10.0, 50.0), (60.0, 100.0), (60.0, 0.0))
    for stroke in strokes_of(fork):
        assert np.linalg.norm(stroke - (60, 50), axis=1).min() < 0.01


def test_a_node_on_another_line_is_no_way_of_this_one() -> None:
    aside = meeting((60.0, 58.0), *CROSS)  # two pen widths off: the ink goes there
    assert max(off(s, (1, 0)) for s in strokes_of(aside) if np.ptp(s[:, 0]) > 60) > 4


def dense(line: Floats) -> Floats:
    return np.asarray(evenly(line, 20 * len(line)), np.float64)


@pytest.mark.parametrize("turned", range(8))
def test_a_closed_line_that_crosses_itself_stays_closed(turned: int) -> None:
    t = np.linspace(0, 2 * np.pi, 400)[:, None] + turned * np.pi / 4
    eight = np.hstack([60 + 40 * np.sin(t), 50 + 30 * np.sin(2 * t)])
    out = np.linalg.norm(eight - (60, 51), axis=1) >= REACH
    lobes = [eight[out & ((eight[:, 0] - 60) * side > 0)] for side in (1, -1)]
    edges = []
    for lobe in lobes:
        gap = int(np.argmax(np.linalg.norm(np.diff(lobe, axis=0), axis=1))) + 1
        if np.linalg.norm(lobe[gap] - lobe[gap - 1]) > 2:
            lobe = np.roll(lobe, -gap, axis=0)
        points = np.vstack([(60, 51), lobe, (60, 51)]).astype(np.float32)
        edges.append(Edge(0, 0, points, np.ones(len(points), np.float32)))
    node, radius = np.array([[60, 51]], np.float32), np.array([REACH], np.float32)
    graph = LineGraph(node, radius, tuple(edges), np.zeros((0, 2), np.float32), PEN)
    (stroke,) = strokes_of(graph)
    assert np.array_equal(stroke[0], stroke[-1])
    apart, _ = cKDTree(dense(eight)).query(stroke)
    assert apart.max() < 0.3
