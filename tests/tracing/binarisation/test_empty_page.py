import importlib.util
import json
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from strokebook.base.errors import InputRefused, UsageError
from strokebook.pipeline.standalone import trace_file
from strokebook.tracing.page import PageImage
from strokebook.tracing.registry import engine
from strokebook.tracing.tracer import Traced

ENGINES = ["pen", "autotrace"]
RNG = np.random.default_rng(1)
H, W = 300, 260
HALF = np.hstack([np.zeros((H, W // 2), np.uint8), np.full((H, W // 2), 245, np.uint8)])
GRAINY_BLACK = RNG.normal(8, 4, (H, W)).clip(0, 255).astype(np.uint8)
EDGE = np.full((H, W), 245, np.uint8)
EDGE[-1:, 30:70] = 150
WITHOUT_LINES = {
    "blank": (np.full((H, W), 248, np.uint8), "blank"),
    "black": (np.zeros((H, W), np.uint8), "black all over"),
    "grainy black": (GRAINY_BLACK, "black all over"),
    "ramp": (np.tile(np.linspace(0, 255, W).astype(np.uint8), (H, 1)), "shades, but no lines"),
    "pixel": (np.zeros((1, 1), np.uint8), "1 x 1 pixels are too few"),
    "row": (RNG.integers(0, 256, (1, 5000)).astype(np.uint8), "5000 x 1 pixels are too few"),
}


def traced(kind: str, pixels: np.ndarray) -> Traced:
    if kind == "autotrace" and importlib.util.find_spec("autotrace") is None:
        pytest.skip("the optional engine autotrace is not installed")
    return engine(kind).trace(PageImage.of(pixels, "sb1p001"))


@pytest.mark.parametrize("kind", ENGINES)
@pytest.mark.parametrize("page", WITHOUT_LINES)
def test_a_page_without_a_line_says_why_at_once(page: str, kind: str) -> None:
    if (page, kind) == ("grainy black", "autotrace"):
        pytest.skip("its flattening makes marks of black grain, and refuses them as noise")
    pixels, reason = WITHOUT_LINES[page]
    start = time.process_time()
    result = traced(kind, pixels)
    assert time.process_time() - start < 2
    assert len(result.drawing) == 0 and result.warning is not None
    assert result.warning.subject == "sb1p001" and not result.warning.is_error
    assert reason in result.warning.reason and result.warning.reason.startswith("nothing is drawn")
    assert result.warning.remedy.endswith(".")


def test_marks_that_are_left_out_are_named() -> None:
    warning = traced("pen", EDGE).warning
    assert warning is not None and "a scanner's edge" in warning.reason


@pytest.mark.parametrize("dark", [HALF, HALF.T.copy()], ids=["beside", "above"])
def test_the_rim_of_a_dark_area_is_no_line(dark: np.ndarray) -> None:
    warning = traced("pen", dark).warning
    assert warning is not None and "shades, but no lines" in warning.reason


def test_a_drawing_has_no_warning() -> None:
    page = np.full((H, W), 245, np.uint8)
    page[150:153, 40:220] = 30
    result = traced("pen", page)
    assert len(result.drawing) == 1 and result.warning is None


def saved(folder: Path, pixels: np.ndarray) -> Path:
    Image.fromarray(pixels).save(folder / "page.png")
    return folder / "page.png"


def test_an_empty_page_still_gives_files(tmp_path: Path) -> None:
    page = saved(tmp_path, WITHOUT_LINES["blank"][0])
    film = tmp_path / "o.gif"
    for output in (tmp_path / "o.svg", tmp_path / "o.json"):
        result = trace_file(page, output, stages=tmp_path / "st", animation=film)
        assert result.warning is not None and result.warning.subject == str(page)
    assert 'viewBox="0 0 260 300"' in (tmp_path / "o.svg").read_text()
    assert "<path" not in (tmp_path / "o.svg").read_text()
    written = json.loads((tmp_path / "o.json").read_text())
    assert written == {"size": [W, H], "unit": "px", "pen_width": None, "strokes": []}
    assert not film.exists()
    assert sorted(p.name for p in (tmp_path / "st").iterdir()) == ["1-grey.png", "2-flattened.png"]


def test_noise_leaves_no_file(tmp_path: Path) -> None:
    page = saved(tmp_path, RNG.integers(0, 256, (H, W)).astype(np.uint8))
    with pytest.raises(InputRefused, match="marks all over"):
        trace_file(page, tmp_path / "o.svg")
    assert not (tmp_path / "o.svg").exists()


def test_an_animation_has_the_suffix_of_one(tmp_path: Path) -> None:
    page = saved(tmp_path, WITHOUT_LINES["blank"][0])
    with pytest.raises(UsageError, match=r"\.gif"):
        trace_file(page, tmp_path / "o.svg", animation=tmp_path / "o.mp4")
