from __future__ import annotations

import numpy as np
import pytest

from strokebook.demo.pages import MARKER, PAINTERS, Painted
from strokebook.demo.paper import HEIGHT, WIDTH


def paint(what: str, count: int, seed: int = 3) -> Painted:
    return PAINTERS[what](np.random.default_rng(seed), 12, count)


def dark(pixels: np.ndarray) -> np.ndarray:
    """Where the ink is: far darker than its wide surroundings' brightest."""
    return pixels.max(axis=2) < 110


def marked(pixels: np.ndarray) -> float:
    return float((np.abs(pixels.astype(int) - MARKER).max(axis=2) <= 24).mean())


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_the_ink_lies_in_the_boxes_and_fills_them(count: int) -> None:
    painted = paint("drawing", count)
    ink = dark(painted.pixels)
    ink[:, :60] = ink[:, -60:] = False  # the binding
    ink[HEIGHT - 100 :] = False  # the page number and the scanner's bed
    left = ink.copy()
    assert len(painted.drawings) == count
    for entry in painted.drawings:
        x0, y0, x1, y1 = (int(v) for v in entry["box"])
        left[y0 : y1 + 1, x0 : x1 + 1] = False
        inside = np.argwhere(ink[y0 : y1 + 1, x0 : x1 + 1])
        assert np.ptp(inside[:, 0]) > 0.96 * (y1 - y0) - 6
        assert np.ptp(inside[:, 1]) > 0.96 * (x1 - x0) - 6
    assert ink.sum() > 1000 * count
    assert not left.any()


@pytest.mark.parametrize("seed", range(4))
def test_separate_drawings_keep_apart_and_a_pattern_does_not(seed: int) -> None:
    def touching(painted: Painted) -> int:
        b = np.array([d["box"] for d in painted.drawings])
        wide = np.minimum(b[:, None, 2:], b[None, :, 2:]) - np.maximum(
            b[:, None, :2], b[None, :, :2]
        )
        return int(np.triu((wide > 0).all(axis=2), 1).sum())

    assert touching(paint("drawing", 4, seed)) == 0
    assert touching(paint("pattern", 10, seed)) >= 4


def test_the_strokes_told_are_the_strokes_inked() -> None:
    painted = paint("drawing", 2)
    ink = dark(painted.pixels)
    for drawing in painted.strokes:
        for stroke in drawing:
            x, y = np.rint(np.array(stroke)).astype(int).T
            assert ink[y, x].mean() > 0.8


def test_a_watercolour_has_colour_and_a_drawing_has_none() -> None:
    def colourful(pixels: np.ndarray) -> float:
        return float((np.ptp(pixels.astype(int), axis=2) > 40).mean())

    assert colourful(paint("watercolour", 1).pixels) > 0.05
    assert colourful(paint("watercolour", 0).pixels) > 0.05
    assert colourful(paint("drawing", 3).pixels) < 0.01


def test_notes_have_many_short_lines_of_ink() -> None:
    rows = dark(paint("notes", 1).pixels)[:, 100:600].any(axis=1)
    assert np.count_nonzero(np.diff(rows.astype(int)) == 1) > 10


@pytest.mark.parametrize("count", [0, 1, 2])
def test_bad_scans_are_dark_or_without_edges(count: int) -> None:
    good, bad = paint("drawing", 1).pixels, paint("bad-scan", count).pixels
    assert bad.mean() < 0.8 * good.mean()


def test_only_a_private_page_has_the_marker() -> None:
    assert marked(paint("private", 1).pixels) > 0.5
    for what in set(PAINTERS) - {"private"}:
        assert marked(paint(what, 48 if what == "cover" else 1).pixels) < 1e-4, what


@pytest.mark.parametrize("what", sorted(PAINTERS))
def test_every_page_is_a_scan_of_the_same_size(what: str) -> None:
    pixels = paint(what, 1).pixels
    assert pixels.shape == (HEIGHT, WIDTH, 3)
    assert pixels.dtype == np.uint8
