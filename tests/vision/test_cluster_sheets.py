"""Contact sheets: who is on them, in which order."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from strokebook.geometry.drawing import Drawing
from strokebook.vision import sheets
from strokebook.vision.sheets import centre_and_edge, cluster_sheet, contact_sheet

LINE = np.array([[3], [0], [1], [50], [2]], np.float32)
CENTRE = np.zeros(1, np.float32)


def test_the_most_typical_come_first_and_a_single_row_has_no_edge() -> None:
    assert centre_and_edge(LINE, CENTRE) == ([1, 2, 4, 0, 3], [])


def test_a_large_cluster_ends_with_its_edge() -> None:
    vectors = np.arange(20, dtype=np.float32)[:, None]
    assert centre_and_edge(vectors, CENTRE, most=6) == ([0, 1, 2, 3], [18, 19])


@pytest.mark.parametrize("n", [0, 1, 8, 9, 23, 24, 48, 49, 500])
def test_each_member_is_shown_once_where_there_is_room(n: int) -> None:
    vectors = np.random.default_rng(n).normal(size=(n, 1)).astype(np.float32)
    centre, edge = centre_and_edge(vectors, CENTRE)
    assert len(centre) + len(edge) == len({*centre, *edge}) == min(n, 48)
    away = np.abs(vectors[:, 0])
    assert away[edge].min(initial=np.inf) >= away[centre].max(initial=0)


def test_only_the_pages_shown_are_asked_for() -> None:
    asked: list[int] = []

    def page(row: int) -> Image.Image:
        asked.append(row)
        return Image.new("RGB", (60, 90), (250 - row, 0, 0))

    vectors = np.arange(12, dtype=np.float32)[:, None]
    picture = cluster_sheet(vectors, CENTRE, 0, page, str, "drawings", most=6)
    assert asked == [0, 1, 2, 3, 10, 11]
    pixels = np.asarray(picture)
    shown = [(pixels == (250 - row, 0, 0)).all(axis=2).any() for row in range(12)]
    assert [row for row in range(12) if shown[row]] == asked


def test_the_heading_says_name_and_size(monkeypatch: pytest.MonkeyPatch) -> None:
    headings: list[str] = []

    def watch(items: list[Image.Image], captions: list[str], heading: str) -> Image.Image:
        headings.append(heading)
        return Image.new("RGB", (9, 9))

    monkeypatch.setattr(sheets, "contact_sheet", watch)
    blank = Image.new("RGB", (9, 9))
    vectors = np.arange(60, dtype=np.float32)[:, None]
    cluster_sheet(vectors, CENTRE, 7, lambda row: blank, str, "faces", "pages")
    cluster_sheet(vectors[:1], CENTRE, 7, lambda row: blank, str, None, "pages")
    assert headings == [
        "Cluster 7: faces (60 pages, 48 shown), nearest to the centre first",
        "At the edge: the 16 least like the others, the last the least",
        "Cluster 7 (1 page), nearest to the centre first",
    ]


def test_drawings_are_rendered_on_the_sheet() -> None:
    line = Drawing.of([[(0, 0), (50, 80), (90, 10)]])
    picture = contact_sheet([line, line], ["a", "b"], "Cluster 0", columns=2, cell=100)
    assert (np.asarray(picture.convert("L")) < 60).sum() > 100
