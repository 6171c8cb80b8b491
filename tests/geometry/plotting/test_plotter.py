import itertools
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strokebook.base.errors import UsageError
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.plotting.cells import box_of_ink, cells_for
from strokebook.geometry.plotting.options import Pen, PlotOptions
from strokebook.geometry.plotting.paths import cut_for_refills, split_by_points, thinned
from strokebook.geometry.plotting.plot_svg import plot_svg
from strokebook.geometry.plotting.plotter import layer_name, plot_drawings
from strokebook.geometry.svg.io import parse_svg

EXACT = PlotOptions(paper=(100, 200), margin=10, tolerance=0, shortest=0)
CORNER = Drawing.of([[(0, 0), (40, 0), (40, 20)], [(10, 10), (20, 10)]])
ENDED = replace(CORNER, meta={"start_points": 2, "model": "starter", "seed": 7})


def paths(drawing: Drawing, options: PlotOptions = EXACT) -> list[list[list[float]]]:
    layers = plot_drawings([drawing], options).layers
    return [np.round(p, 9).tolist() for layer in layers for p in layer.paths]


def test_ink_fills_the_room_and_stands_in_the_middle() -> None:
    assert paths(CORNER) == [
        [[10, 80], [90, 80], [90, 120]],  # 40 × 20 at a scale of 2: room is 80 × 180
        [[30, 100], [50, 100]],
    ]
    assert paths(CORNER, replace(EXACT, width=20))[0] == [[40, 95], [60, 95], [60, 105]]


def test_a_line_without_height_and_a_dot_have_their_place() -> None:
    assert paths(Drawing.of([[(3, 3), (7, 3)]])) == [[[10, 100], [90, 100]]]
    assert paths(Drawing.of([[(3, 3), (3, 3)]])) == [[[50, 100]]]
    svg = plot_svg(plot_drawings([Drawing.of([[(3, 3)]])], EXACT), [])
    assert '<polyline points="50.000,100.000 50.000,100.000"/>' in svg


def test_what_does_not_fit_is_told_with_what_would() -> None:
    with pytest.raises(UsageError, match="at most 80 mm"):
        paths(CORNER, replace(EXACT, width=81))
    with pytest.raises(UsageError, match="no room"):
        PlotOptions(paper=(20, 30), margin=10)
    with pytest.raises(UsageError, match="no line to plot"):
        plot_drawings([Drawing.of([])], EXACT)


def test_true_size_is_that_of_the_page() -> None:
    scan = replace(CORNER, meta={"dpi": 50.8})  # 0.5 mm a pixel
    assert paths(scan, replace(EXACT, true_size=True))[1] == [[45, 100], [50, 100]]
    with pytest.raises(UsageError, match="--width"):
        paths(CORNER, replace(EXACT, true_size=True))


def test_a_models_line_is_a_layer_after_the_persons_whatever_their_turns() -> None:
    plot = plot_drawings([ENDED], EXACT)
    assert [layer.name for layer in plot.layers] == ["1 person", "!2 model"]
    assert [len(layer.paths) for layer in plot.layers] == [1, 2]
    meeting = [layer.paths[0] for layer in plot.layers]
    assert meeting[0][-1].tolist() == meeting[1][0].tolist() == [90, 80]
    turns = replace(CORNER, meta={"model_strokes": [0]})
    assert [len(layer.paths) for layer in plot_drawings([turns], EXACT).layers] == [1, 1]
    only = replace(CORNER, meta={"start_points": 0})
    assert [layer.name for layer in plot_drawings([only], EXACT).layers] == ["2 model"]


@pytest.mark.parametrize(
    ("pen", "stops", "refill", "name"),
    [
        (Pen("person", "#000"), False, 0, "1 person"),
        (Pen("red", "#f00", speed=30, height=40, delay=500), True, 0, "!1+S30+H40+D500 red"),
        (Pen("person", "#000", speed=5), True, 2, "!1+S5 person, refill 2"),
    ],
)
def test_layer_names_are_an_axidraws_commands(
    pen: Pen, stops: bool, refill: int, name: str
) -> None:
    assert layer_name(1, pen, stops=stops, refill=refill) == name


@pytest.mark.parametrize(("what", "value"), [
    ("margin", -1), ("pen_width", 0), ("tolerance", float("nan")), ("speed_down", 0),
    ("split_points", 1), ("refill", float("inf")),
])  # fmt: skip
def test_options_that_make_no_sense(what: str, value: float) -> None:
    with pytest.raises(UsageError) as refused:
        replace(EXACT, **{what: value})
    assert refused.value.remedy


def test_pens_have_limits() -> None:
    for more in ({"speed": 0}, {"speed": 101}, {"height": 101}, {"delay": -1}):
        with pytest.raises(UsageError):
            Pen("person", "#000", **more)


def test_thinning_keeps_the_ends_and_drops_what_is_near() -> None:
    line = np.array([[0, 0], [1, 0.04], [2, 0], [2.03, 0], [2.06, 0], [5, 3], [5.01, 3]])
    assert thinned(line, 0.05, 0).tolist() == [[0, 0], [2.06, 0], [5.01, 3]]
    assert thinned(line, 0, 0.05)[:, 0].tolist() == [0, 1, 2, 2.06, 5, 5.01]
    assert thinned(line, 0, 0).tolist() == line.tolist()
    hairpin = np.array([[0, 0], [10, 0], [4, 0]])  # beyond its chord, on the line through it
    assert len(thinned(hairpin, 0.05, 0)) == 3


@settings(max_examples=60)
@given(
    st.lists(st.tuples(*[st.floats(0, 60, width=32)] * 2), min_size=2, max_size=40),
    st.floats(0.01, 5),
)
def test_a_thinned_line_stays_within_the_tolerance(
    points: list[tuple[float, float]], tolerance: float
) -> None:
    line = np.array(points, np.float64)
    kept = thinned(line, tolerance, 0)
    assert kept[0].tolist() == line[0].tolist() and kept[-1].tolist() == line[-1].tolist()
    for point in line:
        a, b = kept[:-1], kept[1:]
        along = ((point - a) * (b - a)).sum(1) / np.maximum(((b - a) ** 2).sum(1), 1e-30)
        nearest = a + np.clip(along, 0, 1)[:, None] * (b - a)
        assert np.hypot(*(point - nearest).T).min() <= tolerance + 1e-6


@pytest.mark.parametrize(("count", "most", "sizes"), [
    (5, 0, [5]), (5, 5, [5]), (5, 4, [4, 2]), (5, 3, [3, 3]), (5, 2, [2] * 4), (1, 2, [1]),
])  # fmt: skip
def test_splitting_shares_the_point_of_the_cut(count: int, most: int, sizes: list[int]) -> None:
    line = np.arange(2.0 * count).reshape(-1, 2)
    pieces = split_by_points(line, most)
    assert [len(p) for p in pieces] == sizes
    for before, after in itertools.pairwise(pieces):
        assert before[-1].tolist() == after[0].tolist()


def test_refills_come_before_the_limit_and_steps_are_never_cut() -> None:
    line = np.array([[0.0, 0], [600, 0], [1200, 0], [4000, 0], [4100, 0]])
    parts = cut_for_refills([line, line[:2]], 1.0)
    lengths = [[p[:, 0].tolist() for p in part] for part in parts]
    assert lengths == [[[0, 600]], [[600, 1200]], [[1200, 4000]], [[4000, 4100], [0, 600]]]
    assert [len(part) for part in cut_for_refills([line, line], 0)] == [2]


def test_metres_lifts_and_minutes() -> None:
    options = replace(EXACT, speed_down=10, speed_up=20, lift_seconds=3, split_points=2)
    measures = plot_drawings([CORNER], options).measures
    assert measures.metres == pytest.approx(0.140)  # 80 + 40 + 20 mm
    assert measures.lifts == 2  # the first stroke's two pieces meet
    up = np.hypot(60, 20)  # from 90, 120 to 30, 100
    assert measures.minutes == pytest.approx((140 / 10 + up / 20 + 2 * 3) / 60)
    assert plot_drawings([ENDED], EXACT).measures.lifts == 3  # another pen is another lift


def test_several_stand_in_rows_in_the_order_given() -> None:
    tall = Drawing.of([[(0, 0), (1, 3)]])
    boxes = [box_of_ink([np.asarray(s, np.float64) for s in tall.strokes])] * 5
    cells = cells_for(boxes, replace(EXACT, paper=(150, 100)))
    assert [round(c.y) for c in cells] == [50] * 5  # one row of five is largest
    assert cells[0].x < cells[1].x
    plot = plot_drawings([CORNER] * 4, replace(EXACT, paper=(200, 200)))
    corners = np.array([p[0] for p in plot.layers[0].paths[::2]])
    assert (corners[:, 0] < 100).tolist() == [True, False, True, False]
    assert (corners[:, 1] < 100).tolist() == [True, True, False, False]
    every = np.vstack(plot.layers[0].paths)
    assert every.min() >= 10 and every.max() <= 190
    with pytest.raises(UsageError, match="no room for each"):
        plot_drawings([tall] * 4000, EXACT)


def test_the_svg_is_in_mm_with_polylines_and_notes_that_are_not_plotted() -> None:
    plot = plot_drawings([ENDED], replace(EXACT, model=Pen("<b>", "#123456")))
    text = plot_svg(plot, [ENDED])
    assert 'width="100mm" height="200mm" viewBox="0 0 100 200"' in text
    assert re.findall(r"<(\w+)", text.split("% notes")[0]) == [
        "svg", "g", "polyline", "g", "polyline", "polyline", "g",
    ]  # fmt: skip
    assert "transform" not in text and 'inkscape:label="!2 &lt;b&gt;"' in text
    notes = text.split('inkscape:label="% notes"')[1]
    assert "model starter · seed 7" in notes and "0.14 m · 3 lifts" in notes
    assert not re.search(r"<(path|poly)", notes)
    again = parse_svg(text.encode())
    assert again.unit == "mm" and again.size == (100, 200) and len(again) == 3
    assert again.pen_width == 0.3
