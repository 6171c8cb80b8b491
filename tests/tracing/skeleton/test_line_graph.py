from collections import Counter

import cv2
import numpy as np
import pytest

from strokebook.routing.line_graph import LineGraph
from strokebook.tracing.binarisation.binarise import find_ink
from strokebook.tracing.options import TraceOptions
from strokebook.tracing.skeleton.centerline_graph import centerlines

SIDE = 300


def page(*lines: np.ndarray, pen: float = 4, grey: int = 40, side: int = SIDE) -> np.ndarray:
    """A page with a round pen's lines, (side, side) grey; the paper has a little grain."""
    over = 4
    blank = np.full((side * over, side * over), 255, np.uint8)
    for line in lines:
        cv2.polylines(blank, [np.round(line * over - 0.5).astype(np.int32)], False, 0)
    near = cv2.distanceTransform(blank, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) <= (pen * over - 1) / 2
    share = cv2.resize(near.astype(np.float32), (side, side), interpolation=cv2.INTER_AREA)
    grain = np.random.default_rng(0).normal(size=(side, side)) * 2
    return (240 + (grey - 240) * share + grain).clip(0, 255).astype(np.uint8)


def graph_of(pixels: np.ndarray) -> LineGraph:
    ink = find_ink(pixels, TraceOptions())
    assert ink is not None
    return centerlines(ink).graph


def degrees(graph: LineGraph) -> dict[int, int]:
    """How many nodes there are of each degree."""
    ends = Counter(n for e in graph.edges for n in (e.a, e.b))
    return dict(Counter(ends[n] for n in range(len(graph.nodes))))


def off(graph: LineGraph, *lines: np.ndarray) -> tuple[float, float]:
    """RMS distance of the edges from the true lines; greatest of the true lines from an edge."""
    true = np.vstack([dense(line) for line in lines])
    points = np.vstack([e.points for e in graph.edges])
    gaps = np.linalg.norm(points[:, None] - true[None], axis=2)
    return float(np.sqrt((gaps.min(axis=1) ** 2).mean())), float(gaps.min(axis=0).max())


def dense(line: np.ndarray) -> np.ndarray:
    """The line in steps of a quarter pixel."""
    along = np.r_[0, np.hypot(*np.diff(line, axis=0).T).cumsum()]
    at = np.arange(0, along[-1], 0.25)
    return np.stack([np.interp(at, along, line[:, 0]), np.interp(at, along, line[:, 1])], 1)


def bar(degrees_: float, middle: tuple[float, float] = (150, 150), half: float = 110) -> np.ndarray:
    turn = np.radians(degrees_)
    way = np.array([np.cos(turn), np.sin(turn)]) * half
    return np.array([middle - way, middle + way])


def ring(radius: float = 80) -> np.ndarray:
    t = np.linspace(0, 2 * np.pi, 200)
    return np.stack([150 + radius * np.cos(t), 150 + radius * np.sin(t)], 1)


SPIRAL = np.stack(
    [150 + (t := np.linspace(3, 22, 600)) * 5 * np.cos(t), 150 + t * 5 * np.sin(t)], 1
)
LOOP = np.stack(  # a line with one loop: it crosses itself once
    [(u := np.linspace(-1.6, 1.6, 300)) * 60 + 150 - 130 * u * np.exp(-3 * u * u),
     230 - 130 * np.exp(-3 * u * u)], 1
)  # fmt: skip
PENS = [1.5, 4, 9]


@pytest.mark.parametrize("pen", PENS)
@pytest.mark.parametrize("angle", [90, 45, 30, 20])
def test_a_crossing_is_one_node(angle: float, pen: float) -> None:
    lines = bar(17), bar(17 + angle)
    graph = graph_of(page(*lines, pen=pen))
    assert degrees(graph) == {1: 4, 4: 1}
    middle = graph.nodes[np.argmax(graph.radii)]
    assert np.linalg.norm(middle - 150) < 0.5 + 0.1 * pen
    wrong, missed = off(graph, *lines)
    assert wrong < 0.5 and missed < 1 + 0.4 * pen


@pytest.mark.parametrize("pen", PENS)
@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([bar(30)], {1: 2}),
        ([ring()], {2: 1}),
        ([SPIRAL], {1: 2}),
        ([LOOP], {1: 2, 4: 1}),
        ([bar(0), np.array([[150.0, 150], [150, 260]])], {1: 3, 3: 1}),
        ([np.array([[60.0, 60], [150, 240], [240, 60]])], {1: 2}),  # a corner of 53 degrees
        ([np.array([[60.0, 240], [60, 60], [240, 60]])], {1: 2}),  # a right angle
        ([np.array([[100.0, 40], [150, 270], [200, 40]])], {1: 2}),  # 25 degrees
        ([bar(0), bar(90), bar(45)], {1: 6, 6: 1}),
    ],
    ids=["line", "ring", "spiral", "loop", "T", "V", "L", "sharp V", "star"],
)
def test_nodes_and_centres(lines: list[np.ndarray], expected: dict[int, int], pen: float) -> None:
    graph = graph_of(page(*lines, pen=pen))
    assert degrees(graph) == expected
    wrong, missed = off(graph, *lines)
    assert wrong < 0.5 and missed < 1 + 0.4 * pen
    assert graph.pen_width == pytest.approx(pen, abs=0.5)


@pytest.mark.parametrize("angle", [30, 40, 50, 65, 80, 95])
@pytest.mark.parametrize("turned", [0, 25, 70])
def test_a_corner_reaches_the_turning_point_of_the_pen(angle: float, turned: float) -> None:
    pen, tip = 9.0, np.array([150.0, 150.0])
    legs = np.radians([turned - angle / 2, turned + angle / 2])
    a, b = tip + 100 * np.stack([np.cos(legs), np.sin(legs)], 1)
    graph = graph_of(page(np.array([a, tip, b]), pen=pen))
    points = np.vstack([e.points for e in graph.edges])
    assert np.linalg.norm(points - tip, axis=1).min() < 0.2 * pen


def test_edges_run_from_node_to_node_in_short_steps() -> None:
    graph = graph_of(page(LOOP, bar(10), bar(100), pen=5))
    for edge in graph.edges:
        assert np.array_equal(edge.points[0], graph.nodes[edge.a])
        assert np.array_equal(edge.points[-1], graph.nodes[edge.b])
        assert np.linalg.norm(np.diff(edge.points, axis=0), axis=1).max() < 2.5


@pytest.mark.parametrize("pen", [2, 4, 9])
def test_dots_stay_dots(pen: float) -> None:
    dot = np.array([[80.0, 60], [80, 60.1]])
    graph = graph_of(page(bar(20), dot, pen=pen))
    assert degrees(graph) == {1: 2}
    assert graph.dots.shape == (1, 2) and np.abs(graph.dots[0] - [80, 60]).max() < 1


def test_lines_that_run_together_share_an_edge() -> None:
    """Two lines that meet, go on as one for 60 pixels, and part again: no crossing."""
    upper = np.array([[20.0, 60], [110, 149], [190, 149], [280, 60]])
    graph = graph_of(page(upper, upper * [1, -1] + [0, 300], pen=4))
    assert degrees(graph) == {1: 4, 3: 2}
    shared = [e for e in graph.edges if {e.a, e.b} <= set(np.flatnonzero(graph.radii > 2.4))]
    assert any(60 < e.length < 100 for e in shared)


def test_close_lines_stay_apart() -> None:
    lines = bar(8), bar(8) + [0, 7]
    assert degrees(graph_of(page(*lines, pen=4))) == {1: 4}


def test_faint_beside_dark() -> None:
    dark = page(bar(90), pen=5, grey=20)
    faint = np.minimum(dark, page(bar(0), pen=3, grey=175))
    graph = graph_of(faint)
    assert degrees(graph) == {1: 4, 4: 1}
    assert off(graph, bar(0), bar(90))[1] < 3


def test_rough_rims_make_no_spurs() -> None:
    """Ink on rough paper: the rim jitters by a pixel, and the line is still one line."""
    rng = np.random.default_rng(3)
    noise = cv2.GaussianBlur(rng.normal(size=(SIDE, SIDE)).astype(np.float32), (0, 0), 1.5)
    clean = page(ring(), bar(30, half=50), pen=8).astype(np.float32)
    rough = (clean + noise / noise.std() * 12).clip(0, 255).astype(np.uint8)
    assert degrees(graph_of(rough)) == {2: 1, 1: 2}
