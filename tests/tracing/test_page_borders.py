import cv2
import numpy as np
import pytest

from strokebook.tracing.options import TraceOptions
from strokebook.tracing.registry import engine

H, W = 420, 300


def drawn(*lines: np.ndarray, pen: float = 3, grey: int = 60, base: int = 245) -> np.ndarray:
    """A page with round-penned lines, which may run off it, (H, W)."""
    over, off = 4, 40
    blank = np.full(((H + 2 * off) * over, (W + 2 * off) * over), 255, np.uint8)
    for line in lines:
        at = np.round((line + off) * over - 0.5).astype(np.int32)
        cv2.polylines(blank, [at], False, 0)
    near = cv2.distanceTransform(blank, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) <= pen * over / 2
    share = cv2.resize(near.astype(np.float32), None, fx=1 / over, fy=1 / over,
                       interpolation=cv2.INTER_AREA)[off:-off, off:-off]  # fmt: skip
    grain = np.random.default_rng(0).normal(size=(H, W)) * 2
    return (base + (grey - base) * share + grain).clip(0, 255).astype(np.uint8)


def strokes(page: np.ndarray) -> list[np.ndarray]:
    return list(engine("pen", TraceOptions()).trace(page).drawing.strokes)


def arch(top: float) -> np.ndarray:
    """A forehead: up, over an arch whose highest point is ``top`` below the border, and down."""
    t = np.linspace(np.pi, 2 * np.pi, 200)
    arc = np.stack([150 + 60 * np.cos(t), top + 60 + 60 * np.sin(t)], 1)
    return np.vstack([[90.0, 300], arc, [210, 300]])


def turned(page: np.ndarray, line: np.ndarray, quarter: int) -> tuple[np.ndarray, np.ndarray]:
    """Both turned anticlockwise by quarters."""
    for _ in range(quarter):
        width = page.shape[1]
        page = np.rot90(page)
        line = np.stack([line[:, 1], width - line[:, 0]], 1)
    return np.ascontiguousarray(page), line


@pytest.mark.parametrize("quarter", range(4))
@pytest.mark.parametrize(("pen", "top"), [(1.4, 0.5), (3, 1), (8, 3)])
def test_a_line_that_grazes_the_border_is_whole(pen: float, top: float, quarter: int) -> None:
    line = arch(top)
    page, line = turned(drawn(line, pen=pen), line, quarter)
    traced = strokes(page)
    assert len(traced) == 1
    gaps = np.linalg.norm(line[:, None] - traced[0][None], axis=2)
    assert gaps[1:-1].min(axis=1).max() < 1 + 0.3 * pen


@pytest.mark.parametrize("pen", [1.4, 3, 8])
def test_a_line_that_runs_off_the_page_ends_at_its_border(pen: float) -> None:
    slanted = np.array([[120.0, 200], [180, -30]])
    level = np.array([[-30.0, 350], [330, 350]])
    traced = strokes(drawn(slanted, level, pen=pen))
    ends = np.vstack([s[[0, -1]] for s in traced])
    assert len(traced) == 2
    assert ends[:, 0].min() < 0.2 * pen and ends[:, 0].max() > W - 0.2 * pen
    assert ends[:, 1].min() < 0.2 * pen
    points = np.vstack(traced)
    assert points.min() >= 0 and (points <= [W, H]).all()


@pytest.mark.parametrize("length", [50, 140, 300])
@pytest.mark.parametrize("deep", [1, 4, 9])
def test_a_scanner_edge_is_no_line(deep: int, length: int) -> None:
    """A piece of the scanner's bed along the border, sharp or fading, and a drawing beside it."""
    page = drawn(np.array([[60.0, 60], [240, 300]]))
    fade = np.linspace(0.75, 0.45, deep)[:, None]
    page[-deep:, 100 : 100 + length] = (page[-deep:, 100 : 100 + length] * fade).astype(np.uint8)
    assert len(strokes(page)) == 1


def test_a_shadow_with_lines_running_into_it() -> None:
    line = np.array([[60.0, 60], [150, 440]])
    page = drawn(line)
    page[-8:] = 40
    traced = strokes(page)
    assert len(traced) == 1 and H - 16 < traced[0][:, 1].max() <= H - 5
