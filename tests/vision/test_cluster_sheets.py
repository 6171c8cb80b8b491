"""Contact sheets: who is on them, in which order."""

from __future__ import annotations

import numpy as np
from PIL import Image

from strokebook.geometry.drawing import Drawing
from strokebook.vision.clusters.k_means import ClusterFit
from strokebook.vision.sheets import cluster_sheet, contact_sheet, members

VECTORS = np.array([[3, 0], [0, 0], [1, 0], [50, 0], [2, 0]], np.float32)
GROUPS = ClusterFit(
    np.array([[0, 0], [50, 0]], np.float32), np.array([0, 0, 0, 1, 0], dtype=np.int64)
)


def test_the_most_typical_come_first() -> None:
    assert members(VECTORS, GROUPS, 0) == [1, 2, 4, 0]
    assert members(VECTORS, GROUPS, 1) == [3]
    assert members(VECTORS, GROUPS, 2 - 1, most=1) == [3]


def test_a_large_cluster_ends_with_its_doubtful_members() -> None:
    vectors = np.arange(20, dtype=np.float32)[:, None]
    groups = ClusterFit(np.zeros((1, 1), np.float32), np.zeros(20, np.int64))
    assert members(vectors, groups, 0, most=6) == [0, 1, 2, 3, 18, 19]


def test_only_the_pages_shown_are_asked_for() -> None:
    asked: list[int] = []

    def page(row: int) -> Image.Image:
        asked.append(row)
        return Image.new("RGB", (60, 90), (250 - row, 0, 0))

    picture = cluster_sheet(VECTORS, GROUPS, 0, page, str, "drawings", most=3)
    assert asked == [1, 2, 0]
    pixels = np.asarray(picture)
    assert [(pixels == (250 - row, 0, 0)).all(axis=2).any() for row in range(5)] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_drawings_are_rendered_on_the_sheet() -> None:
    line = Drawing.of([[(0, 0), (50, 80), (90, 10)]])
    picture = contact_sheet([line, line], ["a", "b"], "Cluster 0", columns=2, cell=100)
    assert (np.asarray(picture.convert("L")) < 60).sum() > 100
