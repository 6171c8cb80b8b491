import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from strokebook.base.errors import InputRefused
from strokebook.base.imaging.images import open_image
from strokebook.routing.route import RouteOptions
from strokebook.tracing.options import TraceOptions
from strokebook.tracing.page import PageImage, load_page
from strokebook.tracing.registry import engine

H, W = 600, 500
LOOP = np.stack(  # a line with one loop: it crosses itself once
    [(u := np.linspace(-1.6, 1.6, 2000)) * 80 + 250 - 200 * u * np.exp(-3 * u * u),
     380 - 200 * np.exp(-3 * u * u)], 1
)  # fmt: skip


def paper(height: int = H, width: int = W) -> np.ndarray:
    """Grainy, tinted, shaded paper, (H, W, 3)."""
    rng = np.random.default_rng(0)
    across, down = np.linspace(0.75, 1.0, width), np.linspace(1, 0.85, height)
    shade = across[None, :, None] * down[:, None, None]
    page = 250 * shade * np.array([1.0, 0.98, 0.9]) + rng.normal(size=(height, width, 1)) * 2
    return page.clip(0, 255).astype(np.uint8)


def inked(page: np.ndarray, points: np.ndarray, pen: float = 4, grey: int = 50) -> np.ndarray:
    """``page`` with a round pen's line whose middle runs through ``points`` (x, y)."""
    over = 4
    blank = np.full((page.shape[0] * over, page.shape[1] * over), 255, np.uint8)
    cv2.polylines(blank, [np.round(points * over - 0.5).astype(np.int32)], False, 0)
    near = cv2.distanceTransform(blank, cv2.DIST_L2, 5) <= (pen * over - 1) / 2
    share = cv2.resize(near.astype(np.float32), page.shape[1::-1], interpolation=cv2.INTER_AREA)
    return (page * (1 - share[..., None]) + grey * share[..., None]).astype(np.uint8)


def trace(page: np.ndarray | PageImage, **options: float) -> list[np.ndarray]:
    return list(engine("pen", TraceOptions(**options)).trace(page).drawing.strokes)


def off(strokes: list[np.ndarray], points: np.ndarray) -> tuple[float, float]:
    """Greatest distances: traced points from the true line, true points from the trace."""
    gaps = np.linalg.norm(np.vstack(strokes)[:, None] - points[None], axis=2)
    return float(gaps.min(axis=1).max()), float(gaps.min(axis=0).max())


def test_a_line_with_a_crossing_is_one_stroke_in_order() -> None:
    traced = engine("pen").trace(inked(paper(), LOOP))
    assert len(traced.drawing) == 1
    assert traced.drawing.unit == "px" and traced.drawing.size == (W, H)
    stroke = traced.drawing.strokes[0]
    assert max(off([stroke], LOOP)) < 2
    nearest = np.linalg.norm(stroke[:, None] - LOOP[None], axis=2).argmin(axis=1)
    turns = np.sign(np.diff(nearest[:: max(1, len(nearest) // 60)]))
    assert abs(turns.sum()) > 0.85 * len(turns)  # all along one way
    assert traced.stats.precision > 0.99 and traced.stats.recall > 0.99


@pytest.mark.parametrize("pen", [1.5, 3, 6, 14])
def test_the_pen_is_measured_in_page_pixels(pen: float) -> None:
    drawing = engine("pen").trace(inked(paper(1200, 1000), LOOP * 2, pen)).drawing
    assert drawing.pen_width == pytest.approx(pen, abs=0.6)
    assert max(off(list(drawing.strokes), LOOP * 2)) < 1.5 + pen / 4


def test_a_reduced_page_keeps_its_own_pixels(tmp_path: Path) -> None:
    from PIL import Image

    path = tmp_path / "a.png"
    Image.fromarray(inked(paper(1800, 1500), LOOP * 3, 12)).save(path)
    page = load_page(path, reduce_to=900)
    assert page.pixels.shape == (900, 750, 3) and page.size == (1500, 1800)
    traced = engine("pen").trace(page)
    assert max(off(list(traced.drawing.strokes), LOOP * 3)) < 5
    assert traced.drawing.pen_width == pytest.approx(12, abs=1.5)


def test_what_is_no_drawing_is_left_out() -> None:
    page = inked(paper(1200, 1000), LOOP * 2)
    ramp = np.clip(1 - np.arange(1000) / 40, 0, 1)  # a binding's shadow on the left
    page = (page * (1 - 0.4 * ramp)[None, :, None]).astype(np.uint8)
    page[-9:, 300:] = (90, 215, 190)  # the scanner's bed below
    page[:, -3:] = 20  # a dark rim on the right
    back = inked(np.full_like(page, 255), np.array([[100, 100], [700, 900], [300, 950.0]]), 6, 235)
    page = (page * (cv2.GaussianBlur(back, (0, 0), 3) / 255.0)).astype(np.uint8)  # show-through
    page[30:31, 30:32] = 0  # a speck
    strokes = trace(page)
    assert len(strokes) == 1 and max(off(strokes, LOOP * 2)) < 2.5


def test_faint_lines_beside_dark_ones_are_kept() -> None:
    faint = np.linspace([40.0, 500], [460, 520], 200)
    page = inked(inked(paper(), LOOP, grey=30), faint, 3, grey=130)
    strokes = trace(page)
    assert len(strokes) == 2 and off(strokes, faint)[1] < 3


@pytest.mark.parametrize("share", [0.65, 0.8, 0.87])
def test_a_faint_line_goes_up_to_a_dark_one(share: float) -> None:
    """The faint line's ends beside the dark bar are under half the bar's height."""
    faint = np.linspace([60.0, 300], [440, 320], 200)
    bar = np.linspace([250.0, 120], [255, 480], 200)
    page = inked(paper(), bar, 5, grey=20)
    pale = inked(np.full_like(page, 255), faint, 3, round(255 * share))
    strokes = trace((page * (pale / 255.0)).astype(np.uint8))
    assert len(strokes) == 2 and off(strokes, np.vstack([faint, bar]))[1] < 4
    spans = sorted(float(np.ptp(s[:, 0])) for s in strokes)
    assert spans[1] > 375  # from end to end, through the bar


def test_show_through_as_dark_as_a_faint_line_is_none() -> None:
    page = inked(paper(), LOOP)
    back = inked(np.full_like(page, 255), np.array([[80, 480], [420, 560.0]]), 6, 205)
    page = (page * (cv2.GaussianBlur(back, (0, 0), 4) / 255.0)).astype(np.uint8)
    assert len(trace(page)) == 1


def test_a_small_page_is_traced_as_a_large_one() -> None:
    """260 pixels wide, a line of 1.3 pixels: as of scans that were reduced for the web."""
    large = cv2.GaussianBlur(inked(paper(1200, 1000), LOOP * 2, 5), (0, 0), 1)
    small = cv2.resize(large, (260, 312), interpolation=cv2.INTER_AREA)
    strokes = trace(small)
    assert len(strokes) == 1 and max(off(strokes, LOOP * 0.52)) < 1.0


def hatched(side: int, gap: int, pen: int) -> np.ndarray:
    page = np.full((side, side), 245, np.uint8)
    for i in range(-side, 2 * side, gap):
        cv2.line(page, (i, 0), (i - side, side), 30, pen)
    return page


RNG = np.random.default_rng(0)
REFUSED = {
    "noise": RNG.integers(0, 256, (600, 600)).astype(np.uint8),
    "grain": np.clip(220 + RNG.normal(size=(600, 600)) * 30, 0, 255).astype(np.uint8),
    "salt": np.where(RNG.random((600, 600)) < 0.05, 0, 250).astype(np.uint8),
    "large noise": RNG.integers(0, 256, (3000, 3000)).astype(np.uint8),
}
EMPTY = {
    "blank": np.full((600, 600), 250, np.uint8),
    "black": np.zeros((600, 600), np.uint8),
    "ramp": np.tile(np.linspace(0, 255, 600).astype(np.uint8), (600, 1)),
    "pixel": np.zeros((1, 1), np.uint8),
    "row": np.arange(256, dtype=np.uint8)[None],
    "large blank": np.full((3000, 3000), 250, np.uint8),
}


@pytest.mark.parametrize("kind", REFUSED)
@pytest.mark.filterwarnings("error")
def test_noise_is_refused_at_once_with_a_sentence(kind: str) -> None:
    start = time.process_time()
    with pytest.raises(InputRefused) as refused:
        trace(PageImage.of(REFUSED[kind], "sb1p001"))
    assert refused.value.subject == "sb1p001" and refused.value.remedy
    assert time.process_time() - start < 3


@pytest.mark.parametrize("kind", EMPTY)
@pytest.mark.filterwarnings("error")
def test_pages_without_lines_are_empty_drawings(kind: str) -> None:
    drawing = engine("pen").trace(EMPTY[kind]).drawing
    assert len(drawing) == 0 and drawing.pen_width is None


@pytest.mark.filterwarnings("error")
def test_hatching_is_traced_in_time_that_grows_with_it() -> None:
    assert len(trace(hatched(600, 12, 3))) == 99
    start = time.process_time()
    assert 200 < len(trace(hatched(2400, 16, 4))) < 400
    assert time.process_time() - start < 6


def test_stages_are_written(tmp_path: Path) -> None:
    engine("pen").trace(inked(paper(), LOOP), stages=tmp_path / "st")
    names = sorted(p.name for p in (tmp_path / "st").iterdir())
    steps = ["1-grey", "2-flattened", "3-ink", "4-skeleton", "5-graph", "6-strokes"]
    assert names == [f"{s}.png" for s in steps]
    graph = np.asarray(open_image(tmp_path / "st/5-graph.png")).astype(int)
    assert ((graph == (0, 60, 255)).all(axis=2)).any()  # a crossing is blue
    flat = np.asarray(open_image(tmp_path / "st/2-flattened.png"))
    assert np.median(flat[:, :50]) >= 250 and np.median(flat[-50:]) >= 250  # light evened out


def test_the_fingerprint_follows_engine_and_settings() -> None:
    assert engine("pen").fingerprint() == engine("pen", TraceOptions()).fingerprint()
    assert engine("pen").fingerprint() != engine("pen", TraceOptions(dot=0.2)).fingerprint()
    assert engine("pen").name == "pen"


def test_real_pages_are_traced_whole(shared: Path) -> None:
    pages = sorted((shared / "data/pages").glob("*.png"))
    assert pages
    for path in pages:
        traced = engine("pen").trace(load_page(path))
        assert traced.stats.precision > 0.99 and traced.stats.recall > 0.99
        assert 1 <= len(traced.drawing) < 30
        assert 1.0 < traced.drawing.pen_width < 2.0


def test_the_pen_may_be_forbidden_to_draw_over_its_line() -> None:
    page = np.full((200, 300), 245, np.uint8)
    page[98:103, 20:280] = 20
    page[40:100, 148:153] = 20  # a T: without drawing the stem twice it is two strokes
    twice = engine("pen", route=RouteOptions(retrace="always")).trace(page).drawing
    once = engine("pen", route=RouteOptions(retrace="never")).trace(page).drawing
    assert (len(twice), len(once)) == (1, 2)
    never, always = (engine("pen", route=RouteOptions(retrace=r)) for r in ("never", "always"))
    assert never.fingerprint() != always.fingerprint()
