"""LinePoints, its vectors, chamfer alignment, fusion, overlay: on drawings of a few strokes."""

import numpy as np
import pytest

from benchmarks.seeing.drawing_queries import beginning, move, re_ink
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.stroke3 import to_stroke3
from strokebook.vision.search import chamfer, line_vectors
from strokebook.vision.search.drawing_search import DrawingQuery, DrawingStore, search
from strokebook.vision.search.drawing_vectors import (
    measure_drawing,
    mirrored,
    pack,
    statistics,
    unpack,
)
from strokebook.vision.search.line_points import Change, LinePoints, changed, ink_of
from strokebook.vision.search.overlay import lay_on, overlay
from strokebook.vision.search.rank_fusion import fuse, ranks

CORNER = Drawing.of([[(0, 0), (80, 0)], [(80, 0), (80, 40)]])


def wandering(seed: int, strokes: int = 4) -> Drawing:
    """Smooth random lines."""
    rng = np.random.default_rng(seed)
    parts = []
    for _ in range(strokes):
        angle = np.cumsum(rng.normal(0, 0.35, 40)) + rng.uniform(0, 6)
        way = np.cumsum(np.stack((np.cos(angle), np.sin(angle)), 1), axis=0)
        parts.append(way + rng.uniform(0, 25, 2))
    return move(Drawing.of(parts), 3.0)


def known(drawing: Drawing) -> LinePoints:
    ink = ink_of(drawing)
    assert ink is not None
    return ink


def test_ink_lies_at_equal_steps_of_the_line_and_never_between_strokes() -> None:
    ink = known(Drawing.of([[(0, 0), (100, 0)], [(0, 50), (100, 50)]]))
    assert ink.points.shape == (256, 3)
    assert ink.length == pytest.approx(2.0)
    assert set(np.round(ink.points[:, 1], 4)) == {np.float32(-0.25), np.float32(0.25)}
    assert np.abs(np.diff(ink.points[:128, 0]) - 1 / 128).max() < 1e-5
    assert np.abs(ink.points[:, 2]).max() < 1e-5  # along x, up to the ends of the strokes


def test_drawings_without_a_line_have_no_ink() -> None:
    assert ink_of(Drawing.of([])) is None
    assert ink_of(Drawing.of([[(3, 3)], [(5, 5)]])) is None
    assert ink_of(Drawing.of([[(3, 3), (3, 3)]])) is None


def test_an_ink_comes_back_from_its_vector() -> None:
    ink = known(CORNER)
    again = LinePoints.unpacked(ink.packed())
    assert (again.points == ink.points).all()
    assert (again.length, again.side, *again.centre) == pytest.approx((1.5, 80, 40, 20))


@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize("turn", [0.0, 12.0, 90.0])
def test_a_changed_ink_is_the_ink_of_the_changed_drawing(mirror: bool, turn: float) -> None:
    drawing = wandering(1)
    wanted = known(move(drawing, 1.0, mirrored=mirror, turn=turn))
    ink = changed(known(drawing), Change(mirror, turn))
    assert np.abs(ink.points[:, :2] - wanted.points[:, :2]).max() < 0.01
    apart = np.abs(ink.points[:, 2] - wanted.points[:, 2])
    assert np.minimum(apart, np.pi - apart).max() < 0.05


def test_vectors_do_not_know_size_and_place_and_the_spread_no_mirror() -> None:
    a, b = known(wandering(2)), known(move(wandering(2), 0.3))
    flipped = known(move(wandering(2), 1.0, mirrored=True, turn=33.0))
    other = known(CORNER)
    for vector in (line_vectors.layout, line_vectors.beginnings, line_vectors.spread):
        own = float(vector(a) @ vector(a))
        assert vector(a) @ vector(b) > 0.99 * own > 0.9 * own > vector(a) @ vector(other)
    spread = line_vectors.spread
    assert spread(a) @ spread(flipped) > 0.99
    assert spread(a) @ spread(other) < 0.9
    layout = line_vectors.layout
    assert layout(a) @ layout(flipped) < 0.8


def test_packed_vectors_come_apart_again() -> None:
    measured = measure_drawing(wandering(4))
    assert measured is not None
    parts = unpack(np.stack([pack(measured.vectors)] * 2))
    assert parts.keys() == measured.vectors.keys()
    assert all((parts[p] == v).all() for p, v in measured.vectors.items())


def test_the_distance_table_knows_place_and_direction() -> None:
    line = known(Drawing.of([[(0, 0), (100, 0)]]))
    table = chamfer.distance_table(line.points, line.length / 256)

    def away(y: float, direction: float) -> float:
        at = np.array([[0.0, 0.0, direction]], np.float32)
        return float(chamfer.placed_cost(at, 0, 1, 1, table, 1.0, 0.0, y, 1.0, 1.0))

    assert away(0.0, 0.0) == 0.0
    assert away(0.07, 0.0) == pytest.approx(0.07, abs=0.015)
    assert away(0.0, np.pi / 4) == pytest.approx(2 * chamfer.WEIGHT)
    assert away(0.0, np.pi / 2) == pytest.approx(4 * chamfer.WEIGHT)
    assert away(0.7, 0.0) == pytest.approx(chamfer.FAR) == away(9.0, 0.0)


def test_fusion_is_the_sum_of_reciprocal_ranks() -> None:
    first, second = np.array([3.0, 2.0, 1.0]), np.array([1.0, 3.0, 2.0])
    assert ranks(first).tolist() == [0, 1, 2]
    assert fuse([first, second]) == pytest.approx(
        [1 / 61 + 1 / 63, 1 / 62 + 1 / 61, 1 / 63 + 1 / 62]
    )


@pytest.fixture(scope="module")
def gallery() -> list[Drawing]:
    return [wandering(seed) for seed in range(60)]


@pytest.fixture(scope="module")
def store(gallery: list[Drawing]) -> DrawingStore:
    measured = [m for d in gallery if (m := measure_drawing(d)) is not None]
    vectors = {p: np.stack([m.vectors[p] for m in measured]) for p in measured[0].vectors}
    return DrawingStore(vectors, lambda rows: [measured[r].ink for r in rows])


def asked(drawing: Drawing, start: bool = False) -> DrawingQuery:
    measured = measure_drawing(drawing)
    assert measured is not None
    both = np.stack([statistics(r) for r in (measured.rows, mirrored(measured.rows))])
    return DrawingQuery(measured.ink, {} if start else {"statistics": both}, start)


def test_a_drawing_drawn_again_mirrored_and_turned_is_first(
    gallery: list[Drawing], store: DrawingStore
) -> None:
    rng = np.random.default_rng(5)
    for target in range(0, 60, 12):
        query = move(re_ink(gallery[target], rng), 2.0, mirrored=True, turn=7.0)
        best, second = search(store, asked(query), 2)
        assert best.row == target
        assert best.score > second.score + 0.1
        assert best.alignment is not None
        assert best.alignment.change.mirrored


def test_a_beginning_finds_its_drawing_and_lies_where_it_was(
    gallery: list[Drawing], store: DrawingStore
) -> None:
    rng = np.random.default_rng(6)
    for target in range(0, 60, 12):
        match = search(store, asked(beginning(gallery[target], rng), True), 1)[0]
        assert match.row == target
    cut = gallery[7].start(0.3)
    match = search(store, asked(cut, True), 1)[0]
    assert match.row == 7
    assert match.alignment is not None
    laid = lay_on(cut, known(cut), match.alignment, known(gallery[7]))
    side = known(gallery[7]).side
    assert max(np.abs(a - b).max() for a, b in zip(laid, cut.strokes, strict=True)) < 0.05 * side


def test_without_candidates_the_fused_order_stays(store: DrawingStore) -> None:
    matches = search(store, asked(wandering(9)), 3, candidates=0)
    assert matches[0].row == 9
    assert [m.alignment for m in matches] == [None] * 3


def test_nothing_is_found_in_an_empty_store() -> None:
    empty = DrawingStore({"layout": np.zeros((0, 1), np.float32)}, lambda _: [])
    assert search(empty, asked(CORNER), 3) == []


def test_an_overlay_shows_both_lines() -> None:
    pixels = np.asarray(overlay(CORNER, [np.array([(0.0, 40.0), (80.0, 40.0)])], 60))
    assert pixels.shape == (60, 60, 3)
    assert (pixels.max(2) < 60).any()  # black
    assert ((pixels[..., 0] > 200) & (pixels[..., 2] < 140)).any()  # and the query's colour


def test_normalised_rows_of_a_mirrored_drawing() -> None:
    measured = measure_drawing(CORNER)
    assert measured is not None
    assert (mirrored(mirrored(measured.rows)) == measured.rows).all()
    flipped = measure_drawing(move(CORNER, 1.0, mirrored=True))
    assert flipped is not None
    assert mirrored(measured.rows).tolist() == flipped.rows.tolist()
    assert to_stroke3(CORNER)[-1].tolist() == [0.0, 40.0, 1.0]
