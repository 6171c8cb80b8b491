from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strokebook.geometry.drawing import Drawing, Stroke3
from strokebook.geometry.stroke3 import to_stroke3
from strokebook.model.evaluation import picture_features, two_sample
from strokebook.model.features import stroke_features

from tiny import waves


def rows(*strokes: list[list[float]]) -> Stroke3:
    return to_stroke3(Drawing.of(strokes))


def taller(drawings: list[Stroke3]) -> list[Stroke3]:
    return [d * np.array((1, 2, 1), np.float32) for d in drawings]


@pytest.mark.parametrize("tell", [two_sample.by_strokes, two_sample.by_pictures])
def test_the_same_hand_cannot_be_told(tell: object) -> None:
    found = tell(waves(60, 1), waves(60, 2), 0)  # type: ignore[operator]
    assert abs(found.accuracy - 0.5) < 4 * found.error
    assert found.error == pytest.approx(0.5 / 120**0.5, rel=0.05)


@pytest.mark.parametrize("tell", [two_sample.by_strokes, two_sample.by_pictures])
def test_another_hand_is_told_and_repeatably(tell: object) -> None:
    found = tell(waves(40, 1), taller(waves(40, 2)), 3)  # type: ignore[operator]
    assert found.accuracy > 0.9
    assert found.drawings == 40
    assert 0 < found.error < 0.05
    assert tell(waves(40, 1), taller(waves(40, 2)), 3) == found  # type: ignore[operator]


def test_what_gave_it_away_is_named() -> None:
    found = two_sample.by_strokes(waves(40, 1), taller(waves(40, 2)), 3)
    names = [name for name, *_ in found.telling]
    assert len(names) == two_sample.TELLING
    assert {"height", "box ratio", "ink", "turns from 75°", "mean size of turns"} & set(names[:3])
    name, share, first, second = found.telling[0]
    assert share == max(t[1] for t in found.telling)
    assert first != second, name


def test_twenty_drawings_are_enough_for_the_pictures() -> None:
    least = two_sample.LEAST
    found = two_sample.by_pictures(waves(least, 1), taller(waves(least, 2)), 0)
    assert found.accuracy > 0.8


def test_points_on_a_straight_line_give_nothing_away_when_thinned() -> None:
    plain = rows([[0, 0], [50, 0], [100, 0], [100, 80]], [[10, 10], [20, 10]])
    again = two_sample.thinned(plain)
    assert len(again) == len(plain) - 1
    assert again[:, 2].sum() == 2
    assert np.allclose(again[:, :2].sum(0), plain[:, :2].sum(0))


def test_chosen_takes_each_once() -> None:
    drawings = waves(30)
    found = two_sample.chosen(drawings, 12, 0, 1)
    assert len({id(d) for d in found}) == 12
    other = two_sample.chosen(drawings, 12, 0, 2)
    assert [id(d) for d in found] != [id(d) for d in other]


CROSS = [[0, 0], [10, 10]], [[0, 10], [10, 0]]


def test_crossings() -> None:
    assert np.expm1(stroke_features.numbers(rows(*CROSS))["crossings"]) == pytest.approx(1)
    touching = rows([[0, 0], [10, 0]], [[10, 0], [10, 10]], [[0, 5], [9, 5]])
    assert stroke_features.numbers(touching)["crossings"] == 0
    lifted = rows([[0, 0], [0, 1]], [[10, 10], [10, 11]], [[0, 10], [10, 0]])
    assert stroke_features.numbers(lifted)["crossings"] == 0, "the pen's way in the air is no ink"


def test_many_crossings_are_all_counted_across_blocks() -> None:
    n = 20
    grid = [[[k, -1], [k, n]] for k in range(n)] + [[[-1, k + 0.5], [n, k + 0.5]] for k in range(n)]
    long = grid * (stroke_features.BLOCK // n)
    starts, steps = (np.array([s[0] for s in long], float), np.array([s[1] for s in long], float))
    count = stroke_features.crossings(starts, steps - starts)
    assert count == n * n * (stroke_features.BLOCK // n) ** 2


def test_a_square_by_its_numbers() -> None:
    found = stroke_features.numbers(rows([[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]))
    assert found["turns from 75°"] == 1.0
    assert found["mean turn"] == pytest.approx(np.pi / 2)
    assert found["turns the same way"] == 1.0
    assert found["closed strokes"] == 1.0
    assert found["box ratio"] == pytest.approx(np.pi / 4)
    assert np.expm1(found["ink"]) == pytest.approx(40)
    for side in (0, 90, 180, 270):
        assert found[f"ink towards {side}°"] == pytest.approx(0.25)


def test_jumps_and_single_points() -> None:
    found = stroke_features.numbers(rows([[0, 0], [10, 0]], [[13, 4]], [[13, 0], [20, 0]]))
    assert np.expm1(found["jumps"]) == pytest.approx(5 + 4)
    assert found["longest jump of the extent"] == pytest.approx(5 / 20)
    assert found["share of single points"] == pytest.approx(1 / 3)


ANY = st.lists(
    st.tuples(st.integers(-50, 50), st.integers(-50, 50), st.booleans()), min_size=1, max_size=30
)


@settings(max_examples=60, deadline=None)
@given(ANY)
def test_every_drawing_has_the_same_finite_numbers(points: list[tuple[int, int, bool]]) -> None:
    drawing = np.array(points, np.float32)
    found = stroke_features.numbers(drawing)
    assert list(found) == list(stroke_features.numbers(waves(1)[0]))
    assert np.isfinite(list(found.values())).all()
    assert np.isfinite(picture_features.features(picture_features.picture(drawing))).all()


def test_edges_are_sorted_by_direction() -> None:
    flat, steep = (
        picture_features.directions(picture_features.picture(rows(line))).sum((0, 1))
        for line in ([[0, 0], [10, 0.001]], [[0, 0], [0.001, 10]])
    )
    assert set(np.argsort(flat)[-2:]) == {4, 5}  # the gradient is vertical, between two bins
    assert steep.argmax() == 0
