"""What the drawing page saves, read by others: Pillow, and strokebook's own reader of SVG."""

from __future__ import annotations

import io
import itertools
from typing import Any

import numpy as np
import pytest
from PIL import Image

from strokebook.geometry.svg.io import parse_svg

from browser.harness import Watched
from browser.outputs_page import farthest, kept, made, outputs, outputs_page, wave

__all__ = ("outputs", "outputs_page")  # fixtures

BOTH = kept(("person", wave(60, 100)), ("model", wave(90, 200)), ("person", [[350, 20]]))
RED, GREEN = "#ff0000", "#00c000"


def svg_of(watched: Watched, drawing: dict[str, Any], **options: Any) -> str:
    call = "([d, o]) => outputs.toSvg(outputs.keptFrom(d), o)"
    return str(watched.page.evaluate(call, [drawing, options]))


def image(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), int)


@pytest.mark.parametrize("smooth", [False, True])
def test_strokebook_reads_its_svg(outputs: Watched, smooth: bool) -> None:
    text = svg_of(outputs, BOTH, smooth=smooth, paper="#fdfbf6")
    drawing = parse_svg(text.encode())
    assert drawing.size == (400, 300)
    assert len(drawing) == 3  # the paper is no line
    assert drawing.pen_width == pytest.approx(1.0)
    for stroke, line in zip(drawing.strokes, BOTH["strokes"], strict=True):
        points = np.reshape(line["points"], (-1, 2))
        if len(points) > 1:
            assert farthest(points, stroke) < 0.01  # through every point
            assert farthest(stroke, points) < 0.3  # and nowhere else
        else:
            assert stroke.tolist() == points.tolist()  # a dot
    assert ("C" in text.partition("<path")[2]) is smooth


def test_svg_shows_the_browser_the_same_line(outputs: Watched) -> None:
    """What a browser draws of the SVG is what it draws of the picture."""
    text = svg_of(outputs, BOTH, person=RED, model=GREEN, paper="#fff", width=4)
    outputs.page.set_content(f"<body style='margin:0'>{text.partition('?>')[2]}")
    shown = image(outputs.page.screenshot(clip={"x": 0, "y": 0, "width": 400, "height": 300}))
    red = (shown[..., 0] > 200) & (shown[..., 1] < 60)
    green = (shown[..., 1] > 150) & (shown[..., 0] < 60)
    assert 60 < np.flatnonzero(red[:, 200]).mean() < 140 and red[20, 350]
    assert 160 < np.flatnonzero(green[:, 200]).mean() < 240


def test_png_has_the_scale_the_inks_and_the_facts(outputs: Watched) -> None:
    data = made(outputs, "toPng", BOTH, scale=2, person=RED, model=GREEN, width=4)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    with Image.open(io.BytesIO(data)) as png:
        png.load()
        assert png.size == (800, 600)
        assert png.text["model"] == "Bär & co"
        assert (png.text["seed"], png.text["temperature"]) == ("7", "0.4")
    pixels = image(data)
    column = int(2 * wave(60)[30, 0])
    for colour, top in (((255, 0, 0), 100), ((0, 192, 0), 200)):
        hit = (pixels[:, column] == colour).all(axis=1)
        assert np.flatnonzero(hit).mean() == pytest.approx(2 * np.interp(
            column / 2, *wave(60, top).T), abs=2)  # fmt: skip
    assert tuple(pixels[40, 700]) == (255, 0, 0)  # the dot


def test_png_without_paper_is_transparent(outputs: Watched) -> None:
    with Image.open(io.BytesIO(made(outputs, "toPng", BOTH, paper=None))) as png:
        alpha = np.asarray(png.convert("RGBA"))[..., 3]
    assert alpha[0, 0] == 0 and alpha.max() == 255


def test_a_picture_too_large_is_refused_with_a_remedy(outputs: Watched) -> None:
    with pytest.raises(Exception, match="too large for a browser"):
        made(outputs, "toPng", BOTH, scale=100)


def frames_of(data: bytes) -> tuple[list[np.ndarray], list[int], Image.Image]:
    gif = Image.open(io.BytesIO(data))
    frames, delays = [], []
    for n in range(gif.n_frames):
        gif.seek(n)
        frames.append(np.asarray(gif.convert("RGB"), int))
        delays.append(gif.info["duration"])
    return frames, delays, gif


def test_gif_grows_as_it_was_drawn(outputs: Watched) -> None:
    look = {"person": RED, "model": GREEN, "paper": "#ffffff", "width": 3.0}
    data = made(outputs, "toGif", BOTH, size=400, seconds=2, hold=1, rate=20, **look)
    frames, delays, gif = frames_of(data)
    assert gif.size == (400, 300) and gif.n_frames == 41
    assert sum(delays) == 41 * 50 + 1000 and gif.info["loop"] == 0
    assert b"seed 7" in gif.info["comment"]
    assert (frames[0] == 255).all()
    ink = [int((f < 128).any(axis=2).sum()) for f in frames]
    assert all(b >= a - 8 for a, b in itertools.pairwise(ink)), ink
    # The person's line first: half way there is no green yet where the model ends.
    green = [int(((f[..., 1] > 150) & (f[..., 0] < 100)).sum()) for f in frames]
    assert green[10] == 0 and green[-1] > 500
    # The last frame is the picture, up to the 32 shades of the palette.
    picture = image(made(outputs, "toPng", BOTH, scale=1, **look))
    assert np.abs(frames[-1] - picture).max() <= 14
    assert len(data) < 60_000


def test_gif_repaints_all_that_changes(outputs: Watched) -> None:
    """Each frame's rectangle holds all of its ink: nothing of it is cut off or left behind."""
    zigzag = np.array([[20 + 9 * n, 20 if n % 2 else 280] for n in range(40)])
    drawing = kept(("person", zigzag), ("model", [[10, 150], [12, 10]]))
    look = {"paper": "#ffffff", "width": 6.0}
    frames, _, _ = frames_of(made(outputs, "toGif", drawing, size=200, rate=10, **look))
    picture = image(made(outputs, "toPng", drawing, scale=0.5, **look))
    assert np.abs(frames[-1] - picture).max() <= 14


def test_video_is_webm_and_lasts(outputs: Watched) -> None:
    kind = outputs.page.evaluate("outputs.videoKind()")
    if kind is None or kind["suffix"] != "webm":
        pytest.skip("this Chromium records no WebM")
    data = made(outputs, "toVideo", BOTH, seconds=0.6, hold=0.2, size=160)
    assert data[:4] == b"\x1a\x45\xdf\xa3" and b"webm" in data[:64]
    assert len(data) > 1000


def test_plotter_sheet_reads_back_in_mm(outputs: Watched) -> None:
    options = {"paper": "a5", "landscape": True, "margin": 12, "tolerance": 0.05}
    call = "([d, o]) => { const p = outputs.toPlotter(outputs.keptFrom(d), o); return p }"
    plot = outputs.page.evaluate(call, [BOTH, options])
    drawing = parse_svg(plot["svg"].encode())
    assert drawing.unit == "mm" and drawing.size == (210, 148) and len(drawing) == 3
    low, high = drawing.points.min(axis=0), drawing.points.max(axis=0)
    assert low.min() >= 12 - 1e-3 and (low + high) / 2 == pytest.approx([105, 74], abs=2e-3)
    length = sum(np.linalg.norm(np.diff(s, axis=0), axis=1).sum() for s in drawing.strokes)
    assert plot["metres"] == pytest.approx(length / 1000, abs=1e-4)
    assert plot["lifts"] == 3


def test_nothing_leaves_the_page(outputs: Watched) -> None:
    made(outputs, "toPng", BOTH)
    made(outputs, "toGif", BOTH, seconds=0.2)
    assert outputs.requests == [] and outputs.errors == []
