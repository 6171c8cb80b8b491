"""The map: islands, few points, new points, pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from strokebook.base.errors import StrokebookError
from strokebook.vision.maps import map2d
from strokebook.vision.maps.map2d import extend_map, fit_map, principal
from strokebook.vision.maps.mapview import COLOURS, map_picture, thumbnail_map


def islands(n: int = 20) -> np.ndarray:
    rng = np.random.default_rng(0)
    middles = np.eye(3, 8, dtype=np.float32)
    rows = np.repeat(middles, n, axis=0) + rng.normal(size=(3 * n, 8)) * 0.05
    return rows.astype(np.float32)


def test_islands_stay_islands_and_the_map_repeats() -> None:
    vectors = islands()
    xy, scale = fit_map(vectors, seed=1)
    assert xy.shape == (60, 2)
    assert xy.dtype == np.float32
    assert np.abs(xy).max() == pytest.approx(1)
    np.testing.assert_array_equal(xy, fit_map(vectors, seed=1).places)
    assert scale > 1
    away = np.linalg.norm(xy[:, None] - xy[None], axis=2)
    np.fill_diagonal(away, np.inf)
    assert (away.argmin(axis=1) // 20 == np.arange(60) // 20).all()


@pytest.mark.parametrize("n", [0, 1, 2, 3, 9, 10, 12])
def test_any_number_of_points_has_a_map(n: int) -> None:
    vectors = np.random.default_rng(n).normal(size=(n, 6)).astype(np.float32)
    xy = fit_map(vectors).places
    assert xy.shape == (n, 2)
    assert np.isfinite(xy).all()
    assert len(np.unique(xy, axis=0)) == n


def test_identical_vectors_share_one_place() -> None:
    assert not fit_map(np.ones((30, 4), np.float32)).places.any()


def test_few_points_keep_their_distances() -> None:
    square = np.array([[0, 0, 0], [2, 0, 0], [0, 1, 0], [2, 1, 0]], np.float32)
    xy = principal(square)
    assert np.linalg.norm(xy[0] - xy[1]) == pytest.approx(2 * np.linalg.norm(xy[0] - xy[2]))


def test_a_map_needs_numbers() -> None:
    with pytest.raises(StrokebookError, match="finite"):
        fit_map(np.full((12, 3), np.nan, np.float32))


def test_new_points_join_their_island_and_move_nothing() -> None:
    vectors = islands()
    old = np.delete(vectors, [3, 25, 47], axis=0)
    xy, scale = fit_map(old)
    kept = xy.copy()
    for by in (scale, 0.0):  # by the transform, and by the medians alone
        new = extend_map(old, xy, vectors[[3, 25, 47]], by)
        np.testing.assert_array_equal(xy, kept)
        nearest = np.linalg.norm(xy[None] - new[:, None], axis=2).argmin(axis=1)
        assert (nearest // 19).tolist() == [0, 1, 2]
    assert extend_map(old[:0], xy[:0], vectors[:2], scale).tolist() == [[0, 0], [0, 0]]
    assert extend_map(old[:2], xy[:2], vectors[:1], scale).shape == (1, 2)
    assert extend_map(old, xy, vectors[:0], scale).shape == (0, 2)


def test_where_a_new_page_lies_depends_on_no_other_new_page() -> None:
    vectors = islands()
    old = np.delete(vectors, [3, 25, 47], axis=0)
    xy, scale = fit_map(old)
    together = extend_map(old, xy, vectors[[3, 25, 47]], scale)
    alone = np.concatenate([extend_map(old, xy, vectors[[i]], scale) for i in (3, 25, 47)])
    np.testing.assert_allclose(together, alone, atol=1e-3)
    medians = extend_map(old, xy, vectors[[3, 25, 47]])
    assert np.abs(together - medians).max() > 1e-4  # it was moved on from there


def test_very_many_points_are_mapped_by_their_components(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = islands(30)
    monkeypatch.setattr(map2d, "MANY", 50)
    old = np.delete(vectors, [3, 35, 67], axis=0)
    xy, scale = fit_map(old)
    away = np.linalg.norm(xy[:, None] - xy[None], axis=2)
    np.fill_diagonal(away, np.inf)
    assert (away.argmin(axis=1) // 29 == np.arange(87) // 29).mean() > 0.95
    new = extend_map(old, xy, vectors[[3, 35, 67]], scale)
    nearest = np.linalg.norm(xy[None] - new[:, None], axis=2).argmin(axis=1)
    assert (nearest // 29).tolist() == [0, 1, 2]


def test_the_picture_shows_each_group_in_its_colour(tmp_path: Path) -> None:
    xy = np.random.default_rng(0).uniform(-1, 1, (40, 2)).astype(np.float32)
    groups = {"folder": ["art"] * 30 + ["notes"] * 10, "label": ["drawings"] * 40}
    picture = map_picture(xy, groups, np.arange(40) < 3, tmp_path / "map.png", "40 pages")
    assert picture.width > 1.5 * picture.height
    with Image.open(tmp_path / "map.png") as written:
        np.testing.assert_array_equal(np.asarray(written.convert("RGB")), np.asarray(picture))
    left, right = np.array_split(np.asarray(picture), 2, axis=1)
    assert pixels_of(left, COLOURS[0]) > 200
    assert pixels_of(left, COLOURS[1]) > 100
    assert pixels_of(right, COLOURS[1]) == 0


def pixels_of(picture: np.ndarray, colour: str) -> int:
    rgb = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return int((picture == rgb).all(axis=2).sum())


@pytest.mark.parametrize("n", [0, 1, 30])
def test_many_groups_or_none_still_make_a_picture(n: int) -> None:
    xy = np.zeros((n, 2), np.float32)
    picture = map_picture(xy, {"cluster": [str(i) for i in range(n)]})
    assert picture.size[0] > 300


def test_thumbnails_lie_where_the_map_says_and_never_overlap() -> None:
    xy = np.array([[-1, -1], [1, 1], [1, 1], [1, 1]], np.float32)
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (9, 9, 9)]
    images = [Image.new("RGB", (30, 40), colour) for colour in colours]
    picture = np.asarray(thumbnail_map(xy, images, side=320, cell=32))
    middles = []
    for colour in colours:
        where = np.argwhere((picture == colour).all(axis=2))
        assert len(where) == 28 * 21
        middles.append(where.mean(axis=0))
    assert (middles[0] < 40).all()
    assert all((middle > 240).all() for middle in middles[1:])
    assert thumbnail_map(xy[:0], []).size[0] > 0
