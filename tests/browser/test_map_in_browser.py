"""The map in Chromium, from a file: it draws, a click chooses, a lasso selects, keys walk."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from strokebook.pipeline.output.map_page import (
    Grouping,
    MapContent,
    atlas_sheet,
    map_page,
    plan_atlas,
)

from browser.harness import Watched

N = 40
LEFT = [f"sb1p{i:03d}" for i in range(N // 2)]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """Two heaps of pages, one left, one right, every page a red picture."""
    rng = np.random.default_rng(0)
    xy = (rng.uniform(-0.1, 0.1, (N, 2)) + np.repeat([[-0.8, 0], [0.8, 0]], N // 2, axis=0)).astype(
        np.float32
    )
    halves = ["left"] * (N // 2) + ["right"] * (N // 2)
    content = MapContent(
        "Sketchbooks: 40 pages",
        [f"sb1p{i:03d}" for i in range(N)],
        xy,
        [(300, 400)] * N,
        [Grouping("side", halves), Grouping("book", ["sb1"] * N, ordered=True)],
        [("title", [""] * N)],
        list(range(N)),
    )
    atlas = plan_atlas(xy, range(N))
    data = io.BytesIO()
    picture = Image.new("RGB", (300, 400), (200, 0, 0))
    atlas_sheet(atlas.sheets[0], atlas, lambda row: picture).save(data, "JPEG")
    path = tmp_path / "map.html"
    path.write_text(map_page(content, atlas, [data.getvalue()]), "utf-8")
    return path


def red(watched: Watched) -> int:
    shot = Image.open(io.BytesIO(watched.page.locator("#map").screenshot())).convert("RGB")
    return int((np.abs(np.asarray(shot).astype(int) - (200, 0, 0)).max(axis=2) < 12).sum())


def test_the_map_is_looked_at_and_selected_from(page: Watched, written: Path) -> None:
    shown = page.open(written)
    shown.wait_for_function(
        "() => window.strokebookMap && strokebookMap.ready && strokebookMap.frames"
    )
    assert red(page) > 5000
    box = shown.locator("#map").bounding_box()
    assert box is not None
    x, y = shown.evaluate("[strokebookMap.screenX(39), strokebookMap.screenY(39)]")
    shown.mouse.click(box["x"] + x, box["y"] + y)
    assert shown.inner_text("#name") == "sb1p039"
    assert "right" in shown.inner_text("#facts")
    shown.click("#lasso")
    shown.mouse.move(box["x"] + 5, box["y"] + 5)
    shown.mouse.down()
    middle, low = box["x"] + box["width"] / 2, box["y"] + box["height"] - 5
    for corner in ((middle, box["y"] + 5), (middle, low), (box["x"] + 5, low)):
        shown.mouse.move(*corner, steps=3)
    shown.mouse.up()
    assert shown.input_value("#ids").split() == LEFT
    shown.click("#legend button >> text=right")
    assert "20 of 40 pages in colour" in shown.inner_text("#status")
    shown.fill("#find", "p007")
    shown.press("#find", "Enter")
    assert shown.inner_text("#name") == "sb1p007"
    shown.fill("#find", "")
    shown.focus("#map")
    shown.keyboard.press("n")
    assert shown.inner_text("#name") == "sb1p020"  # the first of those in colour
    assert page.errors == []
    assert page.requests == []


def test_keys_write_in_a_field_and_do_nothing_to_the_map(page: Watched, written: Path) -> None:
    shown = page.open(written)
    shown.wait_for_function("() => window.strokebookMap && strokebookMap.frames")
    shown.focus("#find")
    shown.keyboard.type("n0l+")
    assert shown.input_value("#find") == "n0l+"
    assert shown.inner_text("#name") == "No page chosen"
    assert shown.get_attribute("#lasso", "aria-pressed") == "false"
    assert shown.evaluate("strokebookMap.view.zoom") == 1
