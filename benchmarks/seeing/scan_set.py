"""A library of scans of 8 megapixels: pages of the sample program at a scanner's size."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np

from strokebook.demo.library import PageJob
from strokebook.demo.pages import PAINTERS
from strokebook.demo.paper import jpeg

SIZE = (2378, 3364)  # px: 8.0 megapixels, an A5 page at about 400 dpi
PAGES_A_BOOK = 100
PAINTED = 200  # different pages; they come again in another light and with other noise
# Of ten pages: what each is, and how many drawings it bears.
KINDS = (
    *(("drawing", 1), ("drawing", 2), ("drawing", 3), ("drawing", 4), ("drawing", 4)),
    *(("watercolour", 1), ("watercolour", 0), ("notes", 1), ("notes", 1), ("cover", 7)),
)
FOLDERS = {"notes": "notes", "cover": "cover"}


def make_scans(out: Path, count: int, seed: int, workers: int = 2) -> None:
    """Write ``count`` JPEGs of about 2 MB into ``out/sbN/{art,notes,cover}``; those there stay."""
    with ThreadPoolExecutor(workers) as pool:
        for first in range(0, min(count, PAINTED)):
            same = range(first, count, PAINTED)
            pool.submit(_paint, out, seed, first, list(same))


def page_path(number: int) -> str:
    """Where the scan of this number lies; its folder says what it is."""
    book, page = divmod(number, PAGES_A_BOOK)
    what, _ = KINDS[number % PAINTED % len(KINDS)]
    return f"sb{book + 1}/{FOLDERS.get(what, 'art')}/{page + 1:03d}.jpg"


def _paint(out: Path, seed: int, first: int, numbers: list[int]) -> None:
    missing = [n for n in numbers if not (out / page_path(n)).exists()]
    if not missing:
        return
    what, count = KINDS[first % len(KINDS)]
    job = PageJob(first + 1, what, count)
    painted = PAINTERS[what](np.random.default_rng([seed, first]), job.number, job.count).pixels
    large = cv2.resize(painted, SIZE, interpolation=cv2.INTER_CUBIC).astype(np.int16)
    for number in missing:
        rng = np.random.default_rng([seed, 1, number])
        noise = rng.integers(-10, 11, (SIZE[1], SIZE[0], 1), np.int16)
        pixels = np.clip(large + int(rng.integers(-8, 5)) + noise, 0, 255).astype(np.uint8)
        path = out / page_path(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(jpeg(pixels, 88))
