"""Tracings of one line are the same drawing; the motif drawn again is not."""

from __future__ import annotations

import math

import numpy as np
import pytest

from strokebook.demo.people import draw_person
from strokebook.geometry.drawing import Drawing
from strokebook.vision.search.same_drawing import (
    lay_line,
    measure_line,
    measure_line_map,
    overlay_line,
)


def traced_again(drawing: Drawing, degrees: float, scale: float = 1.0) -> Drawing:
    """The same ink on a page that lies askew: turned, other points, a pixel of noise, reversed."""
    rng, angle = np.random.default_rng(4), math.radians(degrees)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    size = float(np.ptp(np.vstack(drawing.strokes), axis=0).max())
    strokes = [
        (s[::-1] @ turn.T * scale + rng.normal(0, 0.001 * size, s.shape) + 50)
        for s in drawing.strokes
    ]
    return Drawing.of(strokes, drawing.size)


def drawn_again(drawing: Drawing, share: float) -> Drawing:
    """The motif once more, each part of the line a little elsewhere: by ``share`` of its size."""
    size = float(np.ptp(np.vstack(drawing.strokes), axis=0).max())
    strokes = []
    for stroke in drawing.strokes:
        x, y = (stroke / size * 2 * math.pi * 2).T
        away = np.stack([np.sin(y + 1) + np.sin(x), np.cos(x + 2) + np.sin(y)], axis=1)
        strokes.append(stroke + share * size * away)
    return Drawing.of(strokes, drawing.size)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("degrees", [2.0, -1.0, 180.0, 92.0])
def test_traced_twice_is_the_same_line(seed: int, degrees: float) -> None:
    person = draw_person(seed)
    fit = lay_line(measure_line(person), measure_line(traced_again(person, degrees, 1.4)))
    assert fit.is_same_line
    assert abs((fit.degrees - degrees + 180) % 360 - 180) < 0.5


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_drawn_again_in_earnest_is_not(seed: int) -> None:
    person = draw_person(seed)
    fit = lay_line(measure_line(person), measure_line(drawn_again(person, 0.015)))
    assert not fit.is_same_line
    other = lay_line(measure_line(person), measure_line(draw_person(seed + 10)))
    assert other.mean > 0.01


def test_the_map_of_a_line_is_near_that_of_its_second_tracing() -> None:
    people = [measure_line(draw_person(seed)) for seed in range(6)]
    again = [measure_line(traced_again(draw_person(seed), 2)) for seed in range(6)]
    near = (
        np.stack(list(map(measure_line_map, people)))
        @ np.stack(list(map(measure_line_map, again))).T
    )
    assert near.argmax(axis=1).tolist() == list(range(6))
    assert np.diag(near).min() > 0.9


def test_a_dash_is_compared_with_nothing() -> None:
    dash = measure_line(Drawing.of([[[0, 0], [0, 0]]], (10, 10)))
    assert dash.is_slight
    assert not measure_line_map(dash).any()
    assert measure_line(Drawing.of([], (10, 10))).is_slight


def test_the_overlay_shows_both() -> None:
    one = measure_line(draw_person(1))
    picture = np.asarray(overlay_line(one, measure_line(draw_person(2)), (200, 220)))
    assert picture.shape == (220, 200, 3)
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 3
