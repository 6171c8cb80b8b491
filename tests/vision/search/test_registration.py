"""A second scan of a page is known; another page, however alike, is not."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from benchmarks.seeing.second_scans import scan_again
from strokebook.demo.pages import paint_drawings, paint_notes, paint_watercolour
from strokebook.vision.search.ink_map import measure_ink_map, turn_map
from strokebook.vision.search.registration import measure_features, overlay, register

PAINTERS = (paint_drawings, paint_watercolour, paint_notes)


def small(image: Image.Image) -> Image.Image:
    image = image.copy()
    image.thumbnail((640, 640))
    return image


@pytest.fixture(scope="module")
def pages() -> list[Image.Image]:
    """Two drawn pages, two painted ones, two of notes."""
    return [
        Image.fromarray(paint(np.random.default_rng([8, n]), n, 1).pixels)
        for paint in PAINTERS
        for n in (1, 2)
    ]


@pytest.fixture(scope="module")
def second(pages: list[Image.Image]) -> list[Image.Image]:
    return [scan_again(page, np.random.default_rng([9, n])) for n, page in enumerate(pages)]


def test_a_second_scan_is_the_same_page_and_no_other_is(
    pages: list[Image.Image], second: list[Image.Image]
) -> None:
    first = [measure_features(small(page)) for page in pages]
    again = [measure_features(small(page)) for page in second]
    for row, one in enumerate(again):
        for column, other in enumerate(first):
            fit = register(one, other)
            assert (fit is not None and fit.is_same_page) == (row == column), (row, column)
            if fit is not None and row == column:
                assert abs(abs(fit.degrees) - 2) < 0.3
                assert fit.why.startswith(f"same page, turned {abs(fit.degrees):.1f}°")


def test_the_ink_map_of_a_second_scan_is_nearest(
    pages: list[Image.Image], second: list[Image.Image]
) -> None:
    maps = np.stack([measure_ink_map(small(page)) for page in pages])
    again = np.stack([measure_ink_map(small(page)) for page in second])
    assert (again @ maps.T).argmax(axis=1).tolist() == list(range(len(pages)))


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_page_on_its_side_or_head_is_the_same(pages: list[Image.Image], quarters: int) -> None:
    page = small(pages[0])
    turned = page.rotate(90 * quarters, expand=True)
    expected = turn_map(measure_ink_map(page), quarters)
    assert float(measure_ink_map(turned) @ expected) > 0.98
    fit = register(measure_features(page), measure_features(turned))
    assert fit is not None and fit.is_same_page


def test_a_page_that_was_drawn_on_since_is_still_the_same(pages: list[Image.Image]) -> None:
    pixels = np.asarray(pages[0]).copy()
    more = np.asarray(pages[1])
    half = pixels.shape[1] // 2
    pixels[:, half:] = np.minimum(pixels[:, half:], more[:, half:])
    fit = register(
        measure_features(small(pages[0])), measure_features(small(Image.fromarray(pixels)))
    )
    assert fit is not None and fit.is_same_page
    assert fit.covered > 0.95 > fit.covering
    assert "more on one of them" in fit.why


def test_blank_pages_are_not_the_same(pages: list[Image.Image]) -> None:
    rng = np.random.default_rng(0)
    blank = [Image.fromarray(rng.integers(226, 234, (640, 452, 3), np.uint8)) for _ in range(2)]
    one, other = map(measure_features, blank)
    assert one.is_blank
    assert register(one, other) is None
    assert not measure_ink_map(blank[0]).any()


def test_the_answer_is_the_same_every_time(
    pages: list[Image.Image], second: list[Image.Image]
) -> None:
    one, other = measure_features(small(second[0])), measure_features(small(pages[0]))
    fits = [register(one, other) for _ in range(3)]
    assert len({fit.matrix.tobytes() for fit in fits if fit is not None}) == 1
    assert fits[0] is not None
    picture = np.asarray(overlay(one, other, fits[0].matrix))
    assert picture.shape == (*other.size[::-1], 3) and (picture != 255).any()
