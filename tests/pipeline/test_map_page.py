"""The map as one HTML file: what is in it, what is not, how large its pictures are."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from strokebook.pipeline.output import map_page as module
from strokebook.pipeline.output.map_page import (
    Grouping,
    MapContent,
    atlas_sheet,
    map_page,
    plan_atlas,
)

NASTY = "</script><img src=x onerror=alert(1)>\u2028&"


def content(n: int, label: str = "faces") -> MapContent:
    xy = np.random.default_rng(n).uniform(-1, 1, (n, 2)).astype(np.float32)
    return MapContent(
        title=label,
        ids=[f"sb1p{i:03d}" for i in range(n)],
        xy=xy,
        sizes=[(300, 400)] * n,
        groupings=[Grouping("label", [label] * n), Grouping("book", ["sb10", "sb9"] * (n // 2))],
        more=[("title", [""] * n)],
        walk=list(range(n)),
    )


def data_of(page: str) -> dict[str, object]:
    class Scripts(HTMLParser):
        found = ""
        inside = False

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.inside = tag == "script" and ("id", "data") in attrs

        def handle_data(self, text: str) -> None:
            self.found += text if self.inside else ""

    scripts = Scripts()
    scripts.feed(page)
    value: dict[str, object] = json.loads(scripts.found)
    return value


def test_what_a_person_wrote_cannot_leave_its_place() -> None:
    page = map_page(content(4, NASTY), plan_atlas(content(4).xy, range(4)), [b"jpeg"])
    data = data_of(page)
    assert data["title"] == NASTY
    assert "onerror" not in page.replace("\\u003cimg src=x onerror=", "")
    assert "http" not in page.replace("http-equiv", "")  # nothing is fetched


def test_groups_are_in_their_order() -> None:
    assert Grouping("label", ["a", "b", "b", "none"]).as_json()["names"] == ["b", "a", "none"]
    by_time = Grouping("date", ["2021", "2019", "unknown"], ordered=True, unknown="unknown")
    assert by_time.as_json()["names"] == ["2019", "2021", "unknown"]
    assert by_time.as_json()["of"] == [1, 0, 2]


def test_each_picture_lies_where_the_page_looks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SHEET", 448)  # two by two pictures of 224 px
    shown = content(6)
    atlas = plan_atlas(shown.xy, [5, 4, 3, 2, 1, 0])
    assert atlas.sheets == [(5, 4, 3, 2), (1, 0)]
    sheet = atlas_sheet(
        atlas.sheets[0], atlas, lambda row: Image.new("RGB", (300, 400), (40 * row, 0, 0))
    )
    assert sheet.size == (448, 448)
    data = data_of(map_page(shown, atlas, [b"", b""]))["atlas"]
    assert isinstance(data, dict)
    at, across, cell = data["at"][3], data["across"], data["cell"]
    x, y = at % 4 % across * cell, at % 4 // across * cell
    part = np.asarray(sheet)[y : y + data["h"][3], x : x + data["w"][3]]
    assert (part == (120, 0, 0)).all()
    assert data["w"][3] == 168


def test_pictures_get_smaller_as_pages_get_more_and_the_page_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cells = [plan_atlas(np.zeros((n, 2), np.float32), range(n)).cell for n in (0, 9, 2000, 9000)]
    assert cells == [0, 224, 128, 48]
    monkeypatch.setattr(module, "MOST", 50)
    shown = content(200)
    atlas = plan_atlas(shown.xy, range(200))
    assert len(atlas.rows) == 50
    data = data_of(map_page(shown, atlas, []))
    assert "50 of 200 pages have a picture" in str(data["note"])


def test_sheets_that_are_full_stay_as_they_are_when_pages_are_added() -> None:
    before = plan_atlas(np.zeros((100, 2), np.float32), range(100)).sheets
    after = plan_atlas(np.zeros((120, 2), np.float32), range(120)).sheets
    assert before[:-1] == after[: len(before) - 1]
    assert len(before) > 1
