import time
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from strokebook.base.errors import InputRefused, StrokebookError, UsageError
from strokebook.base.imaging.images import open_image
from strokebook.tracing.measure import agreement
from strokebook.tracing.options import TraceOptions
from strokebook.tracing.page import PageImage, load_page
from strokebook.tracing.registry import engine
from strokebook.tracing.tracer import Tracer

pytest.importorskip("autotrace", reason="the optional engine autotrace is not installed")


def autotrace(options: TraceOptions | None = None) -> Tracer:
    return engine("autotrace", options)


H, W = 500, 400
CIRCLE = np.stack([200 + 120 * np.cos(t := np.linspace(0, 5.5, 200)), 230 + 120 * np.sin(t)], 1)


def paper(height: int = H, width: int = W, seed: int = 0) -> np.ndarray:
    """Grainy, tinted, shaded paper, (H, W, 3)."""
    rng = np.random.default_rng(seed)
    shade = (
        np.linspace(0.85, 1.0, width)[None, :, None] * np.linspace(1, 0.9, height)[:, None, None]
    )
    page = 250 * shade * np.array([1.0, 0.98, 0.92]) + rng.normal(size=(height, width, 1)) * 2
    return page.clip(0, 255).astype(np.uint8)


def inked(page: np.ndarray, points: np.ndarray, pen: float = 4, grey: int = 50) -> np.ndarray:
    """``page`` with a round pen's line whose middle runs through ``points`` (x, y)."""
    over = 4
    blank = np.full((page.shape[0] * over, page.shape[1] * over), 255, np.uint8)
    cv2.polylines(blank, [np.round(points * over - 0.5).astype(np.int32)], False, 0)
    near = cv2.distanceTransform(blank, cv2.DIST_L2, 5) <= pen * over / 2
    share = cv2.resize(near.astype(np.float32), page.shape[1::-1], interpolation=cv2.INTER_AREA)
    return (page * (1 - share[..., None]) + grey * share[..., None]).astype(np.uint8)


def off(strokes: tuple[np.ndarray, ...], points: np.ndarray) -> tuple[float, float]:
    """Greatest distances: traced points from the true line, true points from the trace."""
    traced = np.vstack([np.linspace(a, b, 20) for s in strokes for a, b in pairwise(s)])
    gaps = np.linalg.norm(traced[:, None] - points[None], axis=2)
    return gaps.min(axis=1).max(), gaps.min(axis=0).max()


def test_a_line_is_found_where_it_is() -> None:
    traced = autotrace().trace(inked(paper(), CIRCLE))
    assert len(traced.drawing) == 1
    assert traced.drawing.unit == "px" and traced.drawing.size == (W, H)
    wrong, missed = off(traced.drawing.strokes, CIRCLE)
    assert wrong < 2.5 and missed < 4  # ends are thinned away by about half a pen


@pytest.mark.parametrize("row", [40.5, 41.0])
def test_pixel_convention(row: float) -> None:
    """A bar over rows 38…42 has its middle at y = 40.5: pixel j covers j…j + 1."""
    page = np.full((100, 120), 240, np.uint8)
    page[int(row - 2) : int(row - 2) + 5, 20:100] = 20
    middle = int(row - 2) + 2.5
    strokes = autotrace(TraceOptions(min_pen=1)).trace(page).drawing.strokes
    assert np.abs(np.vstack(strokes)[:, 1] - middle).max() < 0.6


@pytest.mark.parametrize("pen", [3, 5, 8, 12])
def test_the_pen_is_measured(pen: int) -> None:
    big = CIRCLE * 2
    measured = autotrace().trace(inked(paper(1000, 800), big, pen)).drawing.pen_width
    assert measured == pytest.approx(pen, abs=0.8)


def test_coordinates_are_the_pages_at_any_working_size() -> None:
    page = inked(paper(1500, 1200), CIRCLE * 3, 12)
    for options in (TraceOptions(max_side=700), TraceOptions(min_pen=12, max_side=4000)):
        drawing = autotrace(options).trace(page).drawing
        wrong, missed = off(drawing.strokes, CIRCLE * 3)
        assert wrong < 6 and missed < 12


def test_a_reduced_page_keeps_its_own_pixels(tmp_path: Path) -> None:
    from PIL import Image

    path = tmp_path / "a.png"
    Image.fromarray(inked(paper(1500, 1200), CIRCLE * 3, 12)).save(path)
    page = load_page(path, reduce_to=750)
    assert page.pixels.shape == (750, 600, 3) and page.size == (1200, 1500)
    wrong, missed = off(autotrace().trace(page).drawing.strokes, CIRCLE * 3)
    assert wrong < 6 and missed < 12


def test_what_is_no_drawing_is_left_out() -> None:
    page = inked(paper(1000, 800), CIRCLE + [200, 200])
    ramp = np.clip(1 - np.arange(800) / 40, 0, 1)  # a binding's shadow on the left
    page = (page * (1 - 0.4 * ramp)[None, :, None]).astype(np.uint8)
    page[-9:, 300:] = (90, 215, 190)  # the scanner's bed below
    page[:, -3:] = 20  # a dark rim on the right
    back = inked(np.full_like(page, 255), np.array([[100, 100], [700, 900], [300, 950.0]]), 6, 235)
    page = (page * (cv2.GaussianBlur(back, (0, 0), 3) / 255.0)).astype(np.uint8)
    page[30:32, 30:32] = 0  # a speck
    drawing = autotrace().trace(page).drawing
    assert off(drawing.strokes, CIRCLE + [200, 200])[0] < 3
    assert len(drawing) <= 2


def test_faint_lines_beside_dark_ones_are_kept() -> None:
    page = inked(paper(), CIRCLE, grey=30)
    faint = np.array([[40.0, 450], [360, 470]])
    page = inked(page, faint, 3, grey=125)
    strokes = autotrace().trace(page).drawing.strokes
    points = np.linspace(faint[0], faint[1], 100)
    assert off(strokes, points)[1] < 5


def stripes(gap: int) -> np.ndarray:
    page = np.full((600, 600), 245, np.uint8)
    for i in range(-600, 1200, gap):
        cv2.line(page, (i, 0), (i - 600, 600), 30, 3)
    return page


RNG = np.random.default_rng(0)
HARD = {
    "blank": np.full((600, 600), 250, np.uint8),
    "black": np.zeros((600, 600), np.uint8),
    "half": np.hstack([np.zeros((600, 300), np.uint8), np.full((600, 300), 240, np.uint8)]),
    "noise": RNG.integers(0, 256, (600, 600)).astype(np.uint8),
    "grain": np.clip(220 + RNG.normal(size=(600, 600)) * 30, 0, 255).astype(np.uint8),
    "salt": np.where(RNG.random((600, 600)) < 0.05, 0, 250).astype(np.uint8),
    "hatching": stripes(12),
    "dense hatching": stripes(6),
    "ramp": np.tile(np.linspace(0, 255, 600).astype(np.uint8), (600, 1)),
    "pixel": np.zeros((1, 1), np.uint8),
    "row": np.arange(256, dtype=np.uint8)[None],
}


@pytest.mark.parametrize("kind", HARD)
@pytest.mark.filterwarnings("error")
def test_hard_pages_end_quickly_with_a_result_or_a_sentence(kind: str) -> None:
    start = time.process_time()
    try:
        drawing = autotrace().trace(PageImage.of(HARD[kind], "sb1p001")).drawing
    except InputRefused as refused:
        assert refused.subject == "sb1p001" and refused.remedy
        assert kind in ("noise", "grain", "salt", "dense hatching")
    else:
        assert all(np.isfinite(s).all() for s in drawing.strokes)
        if kind in ("blank", "black", "ramp", "pixel"):
            assert len(drawing) == 0 and drawing.pen_width is None
        if kind == "hatching":
            assert len(drawing) > 80
    assert time.process_time() - start < 5


def test_stages_are_written(tmp_path: Path) -> None:
    autotrace().trace(inked(paper(), CIRCLE), stages=tmp_path / "st")
    names = sorted(p.name for p in (tmp_path / "st").iterdir())
    assert names == ["1-grey.png", "2-flattened.png", "3-ink.png", "4-strokes.png"]
    flat = np.asarray(open_image(tmp_path / "st/2-flattened.png"))
    assert np.median(flat[:, :50]) >= 250 and np.median(flat[-50:]) >= 250  # light evened out


def test_fingerprints_follow_the_settings() -> None:
    assert autotrace().fingerprint() == engine("autotrace", TraceOptions()).fingerprint()
    assert autotrace().fingerprint() != autotrace(TraceOptions(pale=0.2)).fingerprint()


def test_unknown_and_missing_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="autotracer"):
        engine("autotracer")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(StrokebookError, match=r"strokebook\[autotrace\]"):
        autotrace()


def test_the_search_keeps_the_best_score() -> None:
    stats = autotrace(TraceOptions(search=5)).trace(inked(paper(), CIRCLE)).stats
    assert len(stats.tried) == 5
    assert dict(stats.tried)[stats.threshold] == max(score for _, score in stats.tried)
    assert autotrace(TraceOptions(search=1)).trace(inked(paper(), CIRCLE)).stats.tried == ()


def test_agreement() -> None:
    mask = np.zeros((40, 60), bool)
    mask[18:22, 5:55] = True
    middle = np.array([[5.0, 20], [54, 20]])
    assert agreement([middle], mask, 4) == (1.0, 1.0)
    half, recall = agreement([middle, middle + [0, 15]], mask, 4)
    assert half == pytest.approx(0.5, abs=0.02) and recall == 1.0
    assert agreement([middle[:1].repeat(2, 0)], mask, 4)[1] < 0.2
    assert agreement([], mask, 4) == (1.0, 0.0)
    assert agreement([], np.zeros((4, 4), bool), 4) == (1.0, 1.0)


def test_real_pages_are_traced_whole(shared: Path) -> None:
    pages = sorted((shared / "data/pages").glob("*.png"))[:3]
    assert pages
    for path in pages:
        traced = autotrace().trace(load_page(path))
        assert traced.stats.precision > 0.99 and traced.stats.recall > 0.99
        assert 15 < len(traced.drawing) < 200
        assert 1.0 < traced.drawing.pen_width < 3.0
