from __future__ import annotations

import numpy as np
import pytest

from strokebook.demo.people import KINDS, draw_person, start_drawing
from strokebook.geometry.drawing import Drawing


def corner_points(points: np.ndarray, epsilon: float = 1.0) -> int:
    """Points that Ramer-Douglas-Peucker keeps, written out plainly."""
    if len(points) < 3:
        return len(points)
    way = points[-1] - points[0]
    off = points - points[0]
    length = np.hypot(*way)
    if length < 1e-9:
        distance = np.hypot(*off.T)
    else:
        distance = np.abs(off[:, 0] * way[1] - off[:, 1] * way[0]) / length
    k = int(distance.argmax())
    if distance[k] <= epsilon:
        return 2
    return corner_points(points[: k + 1], epsilon) + corner_points(points[k:], epsilon) - 1


def crossings(drawing: Drawing) -> int:
    """Pairs of segments, every fourth point a joint, that cross within the first stroke."""
    p = drawing.strokes[0][::4].astype(float)
    a, b = p[:-1], p[1:]

    def side(o: np.ndarray, d: np.ndarray, q: np.ndarray) -> np.ndarray:
        return np.sign((d[..., 0] - o[..., 0]) * (q[..., 1] - o[..., 1])
                       - (d[..., 1] - o[..., 1]) * (q[..., 0] - o[..., 0]))  # fmt: skip

    A, B, C, D = a[:, None], b[:, None], a[None], b[None]
    cross = (side(A, B, C) * side(A, B, D) < 0) & (side(C, D, A) * side(C, D, B) < 0)
    return int(np.triu(cross, 2).sum())


@pytest.mark.parametrize("kind", KINDS)
def test_a_person_is_one_long_crossing_line_of_moderate_length(kind: str) -> None:
    people = [draw_person(seed, kind) for seed in range(12)]
    assert all(1 <= len(p) <= 2 for p in people)
    points = [sum(corner_points(s.astype(float)) for s in p.strokes) for p in people]
    assert min(points) >= 60 and max(points) < 220 and np.median(points) < 170
    assert min(crossings(p) for p in people) >= 3
    assert {p.meta["kind"] for p in people} == {kind}


def test_the_frame_is_two_hundred_units_and_the_line_is_dense_and_unbroken() -> None:
    for seed in range(10):
        person = draw_person(seed)
        span = np.ptp(person.points, axis=0)
        assert 196 < span.max() < 204
        assert person.unit == "unit"
        for stroke in person.strokes:
            assert np.linalg.norm(np.diff(stroke, axis=0), axis=1).max() < 2.0


def test_a_seed_is_a_person_and_another_seed_another() -> None:
    one, same, other = draw_person(7), draw_person(7), draw_person(8)
    assert np.array_equal(one.points, same.points)
    assert one.n_points != other.n_points or not np.allclose(one.points, other.points)


def test_seeds_give_every_kind() -> None:
    assert {draw_person(seed).meta["kind"] for seed in range(40)} == set(KINDS)


def test_the_pen_begins_at_the_chin_and_ends_below_it() -> None:
    # The order is what a model learns: head first, body after, in every facing portrait.
    for seed in range(12):
        person = draw_person(seed, "three-quarter")
        line = person.points
        first, last = line[: len(line) // 3, 1].mean(), line[-len(line) // 3 :, 1].mean()
        assert first < last


def test_a_start_is_the_first_quarter_of_a_person() -> None:
    whole, start = draw_person(5, "three-quarter"), start_drawing(5)
    assert len(start) == 1
    assert np.array_equal(start.points, whole.strokes[0][: start.n_points])
    assert 0.2 < start.length / whole.length < 0.3
    assert start.size == whole.size
