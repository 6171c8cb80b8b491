from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from strokebook.geometry.drawing import Drawing
from strokebook.geometry.polyline import evenly
from strokebook.model.line.fairing import fair
from strokebook.model.line.stored_line import default_line
from strokebook.model.line.tremor import with_tremor


def arc(radius: float, degrees: float, step: float) -> np.ndarray:
    angle = np.linspace(0, np.radians(degrees), max(3, int(radius * np.radians(degrees) / step)))
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def turns(stroke: np.ndarray, step: float = 1.0) -> np.ndarray:
    length = np.hypot(*np.diff(stroke, axis=0).T).sum()
    d = np.diff(evenly(stroke, int(length / step)).astype(float), axis=0)
    turn = np.diff(np.arctan2(d[:, 1], d[:, 0]))
    return np.abs((turn + np.pi) % (2 * np.pi) - np.pi)


def test_kinks_that_rounding_left_on_an_arc_are_spread() -> None:
    rounded = Drawing.of([np.rint(arc(60, 180, 6.0))])
    faired = fair(rounded, 0.0).strokes[0]
    assert turns(faired).max() < 0.6 * turns(rounded.strokes[0]).max()
    off = np.abs(np.hypot(*faired.T) - 60)
    assert off.mean() < np.abs(np.hypot(*evenly(rounded.strokes[0], 400).T) - 60).mean()


def test_corners_and_ends_stay() -> None:
    square = Drawing.of([[(0, 0), (40, 0), (40, 40), (0, 40), (0, 12)]])
    faired = fair(square, 0.0).strokes[0]
    for corner in square.strokes[0]:
        assert np.hypot(*(faired - corner).T).min() < 0.1
    assert np.array_equal(faired[[0, -1]], square.strokes[0][[0, -1]])


def test_the_scale_of_a_drawing_does_not_matter() -> None:
    drawing = Drawing.of([arc(30, 250, 5.0), arc(12, 90, 2.0) + 40])
    small = drawing.with_strokes(s / 10 for s in drawing.strokes)
    for one, other in zip(
        fair(drawing, 0.1).strokes, fair(small, 0.1, units=10.0).strokes, strict=True
    ):
        assert np.allclose(one, 10 * other, atol=1e-3)


def test_what_a_person_drew_stays() -> None:
    first, second = np.rint(arc(30, 90, 4.0)), np.rint(arc(20, 200, 4.0)) + 60
    drawing = Drawing.of([first, second])
    faired = fair(drawing, 0.1, start_points=len(first) + 5)
    assert np.array_equal(faired.strokes[0], drawing.strokes[0])
    assert np.array_equal(faired.strokes[1][:5], drawing.strokes[1][:5])
    assert len(faired.strokes[1]) > 2 * len(second)
    whole = fair(drawing, 0.1, start_points=drawing.n_points)
    assert all(map(np.array_equal, whole.strokes, drawing.strokes))


def test_tremor_has_its_size_and_is_the_same_every_time() -> None:
    line = Drawing.of([[(0, 0), (3000, 0)], [(0, 5), (3000, 5)]])
    faired = fair(line, 0.2)
    assert faired.strokes[0][:, 1].std() == pytest.approx(0.2, rel=0.1)
    again = fair(line, 0.2)
    assert np.array_equal(faired.strokes[0], again.strokes[0])
    assert not np.allclose(faired.strokes[0][:, 1], faired.strokes[1][:, 1] - 5, atol=0.1)
    smooth = fair(line, 0.0).strokes[0]
    assert np.abs(smooth[:, 1]).max() < 1e-4


def test_dots_and_specks_stay() -> None:
    tiny = Drawing.of([[(3, 3)], [(0, 0), (0.2, 0.1)], [(5, 5), (5, 5)]])
    assert all(map(np.array_equal, fair(tiny, 0.3).strokes, tiny.strokes))


def hand(seed: int, tremor: float) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Long arcs of a hand that trembles, and the points that a data set has of them."""
    smooth = [arc(50 + 8 * seed + 9 * k, 200, 0.4) + 130 for k in range(4)]
    traced = list(fair(Drawing.of(smooth), tremor).strokes)
    return traced, [np.rint(s[:: max(1, len(s) // 30)]).astype(np.float32) for s in traced]


@pytest.mark.parametrize("tremor", [0.03, 0.1, 0.2])
def test_the_tremor_of_a_hand_is_learnt(tremor: float) -> None:
    line = with_tremor(default_line(), [hand(k, tremor) for k in range(6)])
    assert line.tremor == pytest.approx(tremor, rel=0.35)


def test_a_smooth_hand_has_hardly_a_tremor_and_few_lines_none() -> None:
    assert with_tremor(default_line(), [hand(k, 0.0) for k in range(6)]).tremor < 0.015
    known = dataclasses.replace(default_line(), tremor=0.1)
    assert with_tremor(known, []).tremor == 0.0
