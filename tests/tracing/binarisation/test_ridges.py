"""Ridges: what a faint line is told by, and that nothing beyond the page is looked at."""

from __future__ import annotations

import numpy as np

from strokebook.tracing.binarisation.ridges import faint_lines, offsets

WIDTH, HEIGHT = 12, 10


def test_a_faint_line_is_a_ridge_and_even_grey_is_none() -> None:
    dark = np.zeros((HEIGHT, WIDTH), np.uint8)
    dark[5, 2:10] = 60
    mask, even = np.zeros(dark.size, np.uint8), np.full(dark.size, 60, np.uint8)
    assert faint_lines(mask, dark.ravel(), offsets(WIDTH, 2), offsets(WIDTH, 1), 20, 10) > 0
    assert set(np.flatnonzero(mask) // WIDTH) == {5}
    assert not faint_lines(np.zeros_like(mask), even, offsets(WIDTH, 2), offsets(WIDTH, 1), 20, 10)


def test_what_lies_behind_the_page_in_memory_changes_nothing() -> None:
    """A step straight down may be longer than one down and across: it once read on behind."""
    rng = np.random.default_rng(3)
    width = 200
    page = rng.integers(0, 90, width * HEIGHT).astype(np.uint8)
    masks = []
    for behind in (0, 255):
        memory = np.full(page.size + 20 * width, behind, np.uint8)
        memory[: page.size] = page
        masks.append(np.zeros(page.size, np.uint8))
        dark = memory[: page.size]
        faint_lines(masks[-1], dark, offsets(width, 3), offsets(width, 1), 20, 10)
    assert masks[0].any() and np.array_equal(*masks)
