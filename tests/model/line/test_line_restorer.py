import numpy as np
import pytest

from strokebook.base.array_types import Floats
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.simplify import simplify
from strokebook.model.line.fitting import fit_restorer
from strokebook.model.line.pairs import LinePairs, line_pairs, sublines
from strokebook.model.line.plain_restorer import bend_segment
from strokebook.model.line.restorer import PLACES
from strokebook.model.line.segments import segments_of
from strokebook.model.line.stored_line import default_line

LINE = default_line()


def circle(radius: float, count: int = 400) -> Floats:
    turn = np.linspace(0, 2 * np.pi, count)
    return radius * np.stack([np.cos(turn), np.sin(turn)], axis=1)


def zigzag(seed: int, count: int = 30) -> Drawing:
    rng = np.random.default_rng(seed)
    return Drawing.of([np.cumsum(rng.normal(0, 6, (count, 2)), axis=0) for _ in range(3)])


def off_circle(drawing: Drawing, radius: float) -> float:
    """RMS distance between line and circle, along the whole line."""
    points = drawing.strokes[0].astype(np.float64)
    t = np.linspace(0, 1, 20)[:, None, None]
    along = (1 - t) * points[:-1] + t * points[1:]
    off = np.hypot(along[..., 0], along[..., 1]) - radius
    weights = np.broadcast_to(np.hypot(*np.diff(points, axis=0).T), off.shape)
    return float(np.sqrt(np.average(off**2, weights=weights)))


@pytest.mark.parametrize("units", [1.0, 0.25, 3.0])
def test_the_line_passes_through_every_point(units: float) -> None:
    drawing = zigzag(1)
    for before, after in zip(drawing.strokes, LINE.restore(drawing, units).strokes, strict=True):
        assert len(after) > 4 * len(before)
        places = [np.flatnonzero((after == p).all(1)) for p in before]
        assert all(len(p) == 1 for p in places)
        assert (np.diff(np.concatenate(places)) > 0).all()


def test_a_straight_line_stays_straight() -> None:
    for end in ((60, 0), (30, 40), (-11, 7)):
        line = Drawing.of([np.linspace(0, 1, 6)[:, None] * end])
        assert np.array_equal(LINE.restore(line).strokes[0], line.strokes[0])
    two = Drawing.of([[(0, 0), (50, 20)], [(3, 3)]])
    assert [len(s) for s in LINE.restore(two).strokes] == [2, 1]


@pytest.mark.parametrize(("radius", "epsilon"), [(20, 0.5), (40, 0.5), (40, 1.0), (80, 1.0)])
def test_a_circle_becomes_round_again(radius: float, epsilon: float) -> None:
    polygon = simplify(Drawing.of([circle(radius)]), epsilon)
    assert off_circle(LINE.restore(polygon), radius) < 0.45 * off_circle(polygon, radius)


def test_a_closed_line_goes_on_at_its_beginning() -> None:
    polygon = circle(40, 25)
    bent = LINE.bend(segments_of([polygon]))
    size = np.linalg.norm(bent, axis=2)
    assert np.allclose(size, size[:1], atol=0.02)  # every segment alike, the first and last too
    opened = np.linalg.norm(LINE.bend(segments_of([polygon[:-1]])), axis=2)
    assert not np.allclose(opened[0], size[0], atol=0.02)


def test_the_corners_of_a_square_stay_sharp() -> None:
    side = np.linspace(0, 1, 2)[:-1, None]
    corners = np.array([(0, 0), (60, 0), (60, 60), (0, 60), (0, 0)])
    steps = np.diff(corners, axis=0)
    square = np.concatenate([a + side * d for a, d in zip(corners[:-1], steps, strict=True)])
    drawing = Drawing.of([np.concatenate([square, corners[-1:]])])
    after = LINE.restore(drawing).strokes[0].astype(np.float64)
    off = np.minimum.reduce([abs(after[:, 0]), abs(after[:, 0] - 60), abs(after[:, 1]),
                             abs(after[:, 1] - 60)])  # fmt: skip
    assert off.max() < 1.0
    steps = np.diff(after, axis=0)
    angle = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
    corner = [int(np.flatnonzero((after == c).all(1))[0]) for c in corners[1:4]]
    turns = [np.degrees(angle[k] - angle[k - 1]) for k in corner]
    assert min(turns) > 60  # within one point


def test_mirrored_and_backwards_it_is_the_same_line() -> None:
    drawing = zigzag(2)
    line = LINE.restore(drawing)
    mirror = drawing.with_strokes(s * (-1, 1) for s in drawing.strokes)
    back = drawing.with_strokes(s[::-1] for s in drawing.strokes)
    for there, m, b in zip(
        line.strokes, LINE.restore(mirror).strokes, LINE.restore(back).strokes, strict=True
    ):
        assert np.allclose(m * (-1, 1), there, atol=1e-4)
        assert np.allclose(b[::-1], there, atol=1e-4)


def test_it_is_the_same_at_every_size_and_angle() -> None:
    drawing = zigzag(3)
    turn = np.array([(0.6, 0.8), (-0.8, 0.6)])
    other = drawing.with_strokes(7.0 * s @ turn + (100, 5) for s in drawing.strokes)
    line, moved = LINE.restore(drawing), LINE.restore(other, 1 / 7)
    for a, b in zip(line.strokes, moved.strokes, strict=True):
        assert np.allclose(7.0 * a @ turn + (100, 5), b, atol=1e-2)


def test_what_a_person_gave_is_not_changed() -> None:
    drawing = zigzag(4)
    first, second = len(drawing.strokes[0]), 12
    line = LINE.restore(drawing, start_points=first + second)
    assert np.array_equal(line.strokes[0], drawing.strokes[0])
    assert np.array_equal(line.strokes[1][:second], drawing.strokes[1][:second])
    assert len(line.strokes[1]) > 4 * (first - second)
    assert len(line.strokes[2]) > 4 * len(drawing.strokes[2])
    whole = LINE.restore(drawing, start_points=drawing.n_points)
    assert np.array_equal(whole.points, drawing.points)


def test_a_start_drawn_point_by_point_is_seen_as_the_model_sees_it() -> None:
    """However closely a person's points lie, the line goes on from them alike."""
    turn = np.linspace(0, 1.5, 7)
    arc = 40 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    fine_turn = np.linspace(0, 0.75, 200)
    fine = 40 * np.stack([np.cos(fine_turn), np.sin(fine_turn)], axis=1)
    drawing = Drawing.of([np.concatenate([fine, arc[4:]])])
    line = LINE.restore(drawing, start_points=len(fine)).strokes[0]
    assert np.array_equal(line[: len(fine)], drawing.strokes[0][: len(fine)])
    bare = off_circle(Drawing.of([drawing.strokes[0][len(fine) - 1 :]]), 40)
    assert off_circle(Drawing.of([line[len(fine) - 1 :]]), 40) < 0.6 * bare


def test_plain_python_says_the_same() -> None:
    strokes = [*zigzag(5, 9).strokes, circle(30, 12).astype(np.float32)]
    strokes.append(np.array([(0, 0), (3, 4), (3, 4), (9, 1)], np.float32))
    bent = LINE.bend(segments_of(strokes))
    each = [
        bend_segment(LINE, [(float(x), float(y)) for x, y in s], k)
        for s in strokes
        for k in range(len(s) - 1)
    ]
    assert np.allclose(bent, each, atol=2e-5)


def arcs(count: int) -> LinePairs:
    """Circles of many sizes, simplified."""
    drawings = []
    for k in range(count):
        line = Drawing.of([circle(8 + 3 * k)])
        drawings.append((line.strokes, simplify(line, 0.5 + 0.25 * (k % 3)).strokes))
    return line_pairs(drawings, PLACES)


def test_a_fit_learns_the_hand_and_repeats_bit_for_bit() -> None:
    pairs = arcs(20)
    first, again = (fit_restorer(pairs, 3, steps=400) for _ in range(2))
    other = fit_restorer(pairs, 4, steps=400)
    for a, b, c in zip(first.weights, again.weights, other.weights, strict=True):
        assert np.array_equal(a, b) and not np.array_equal(a, c)
    rest = pairs.deviation - first.deviation(pairs.features)
    assert np.square(rest).sum() < 0.2 * np.square(pairs.deviation).sum()


def test_the_line_between_two_points_is_found_where_lines_cross() -> None:
    across = np.stack([np.linspace(-50, 50, 300), np.zeros(300)], axis=1)
    down = np.stack([3 * np.sin(np.linspace(0, 4, 300)), np.linspace(-40, 40, 300)], axis=1)
    simple = [np.array([(50.3, 0), (0, 0), (-49.6, 0.4)]), np.array([(0, -40), (3, 0.2)])]
    simple.append(np.array([(50, 0), (0, 40)]))  # nobody drew that
    found = sublines([across, down], simple)
    assert [f is None for f in found] == [False, False, False, True]
    assert np.ptp(found[0][:, 1]) == 0 and found[0][0, 0] == 50 and abs(found[0][-1, 0]) < 0.5
    assert np.ptp(found[2][:, 1]) == pytest.approx(40, abs=1.0)
