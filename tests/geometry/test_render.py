import time

import numpy as np
import pytest
from PIL import Image

from strokebook.geometry.drawing import Drawing
from strokebook.geometry.render import place, render, sheet, time_colour, wrapped

CROSS = Drawing.of([[[0, 0], [100, 100]], [[100, 0], [0, 100]]])
WIDE = Drawing.of([[[10, 10], [210, 10], [210, 60]]], size=(400, 400))


def grey(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("L")).astype(int)


def test_the_drawing_fills_the_picture_within_its_margin() -> None:
    dark = np.argwhere(grey(render(WIDE, (200, 200), 2, margin=0.1)) < 128)
    (top, left), (bottom, right) = dark.min(axis=0), dark.max(axis=0)
    assert (left, right) == pytest.approx((19, 180), abs=2)
    assert top + bottom == pytest.approx(199, abs=2)
    assert bottom - top == pytest.approx(40, abs=3)


def test_fit_frame_keeps_the_page() -> None:
    dark = np.argwhere(grey(render(WIDE, (400, 400), 1, margin=0, fit="frame")) < 200)
    assert dark.max(axis=0).tolist() == pytest.approx([60, 210], abs=1)


def test_a_height_alone_follows_the_drawing() -> None:
    assert render(WIDE, 50).size == (200, 50)


@pytest.mark.parametrize("pen", [1.0, 3.0, 6.5])
def test_the_pen_has_its_width(pen: float) -> None:
    line = Drawing.of([[[0, 0], [0, 100]]])
    ink = (255 - grey(render(line, (100, 100), pen)))[50].sum() / 255
    assert ink == pytest.approx(pen, abs=0.3)


def test_lines_are_smooth() -> None:
    shades = np.unique(grey(render(CROSS, (64, 64), 2)))
    assert len(shades) > 10


def test_time_runs_from_dark_blue_to_yellow_with_a_dot_at_the_start() -> None:
    line = Drawing.of([np.c_[np.linspace(0, 100, 200), np.zeros(200)]], size=(100, 10))
    pixels = np.asarray(render(line, (200, 20), 4, colours="time")).astype(int)
    row = pixels[10]
    assert row[12].tolist() == pytest.approx([220, 30, 30], abs=40)
    assert row[40][2] > row[40][0] and row[185][0] > row[185][2] + 100
    assert time_colour(0.0) == (68, 1, 84)


def test_strokes_get_different_colours() -> None:
    pixels = np.asarray(render(CROSS, (100, 100), 4, colours="stroke"))
    assert pixels[20, 20].tolist() != pixels[20, 79].tolist()


@pytest.mark.parametrize("colours", ["black", "stroke", "time"])
def test_odd_drawings(colours: str) -> None:
    for strokes in ([], [[[5, 5]]], [[[5, 5], [5, 5]]], [[[0, 0], [1e6, 1e-3]]]):
        image = render(Drawing.of(strokes), (32, 32), colours=colours)
        assert image.size == (32, 32)
        assert (grey(image).min() < 250) == bool(strokes)


def test_place_keeps_proportions() -> None:
    (stroke,) = place(WIDE, (100, 100), 0.0)
    assert np.ptp(stroke, axis=0).tolist() == pytest.approx([100, 25])


def test_sheet() -> None:
    items = [CROSS, render(WIDE, (300, 100)), CROSS]
    page = sheet(items, 2, (80, 60), titles=["a" * 200, "", "ü"], heading="Three")
    assert page.width == 8 + 2 * 88
    assert grey(page)[:30].min() < 100  # the heading
    assert sheet([], 4, 50).size[0] > 0
    assert sheet(items, 9, 50).width == 8 + 3 * 58


def test_a_thousand_thumbnails_in_seconds() -> None:
    rng = np.random.default_rng(0)
    drawings = [Drawing.of([rng.uniform(0, 200, (50, 2))]) for _ in range(200)]
    start = time.process_time()
    sheet(drawings, 20, 64)
    assert time.process_time() - start < 2.0


def test_long_captions_are_wrapped_and_only_the_last_line_is_cut() -> None:
    reason = "sb44p020d01: far more points than the others (2660 > 1238)"
    assert " ".join(wrapped(reason, 13, 150, 4)) == reason
    assert all(len(line) < 30 for line in wrapped(reason, 13, 150, 4))
    two = wrapped(reason, 13, 150, 2)
    assert len(two) == 2 and two[1].endswith("…")
    assert wrapped("", 13, 150, 3) == [""]
    assert wrapped("x" * 99, 13, 150, 1)[0].endswith("…")


def test_a_sheet_makes_room_for_the_longest_caption() -> None:
    cells = [Image.new("RGB", (20, 20))] * 2
    short = sheet(cells, 2, 60, ["a", "b"], lines=3)
    assert short.size == sheet(cells, 2, 60, ["a", "b"]).size
    assert sheet(cells, 2, 60, ["a", "b b b b b b b b b b b"], lines=3).height > short.height
