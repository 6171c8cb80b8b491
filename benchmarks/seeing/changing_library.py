"""A made library of several sketchbooks whose contents change over time.

Early books have single drawings and notes, the middle ones watercolours, late ones many drawings a
page and patterns: what ``over-time`` has to show. The same seed gives the same pages.

    python -m benchmarks.seeing.changing_library OUT [--seed 7] [--books 8] [--pages 16]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from strokebook.base.array_types import Floats
from strokebook.base.files import write_bytes
from strokebook.demo.library import PageJob
from strokebook.demo.pages import PAINTERS
from strokebook.demo.paper import jpeg

FIRST = 40  # the number of the first sketchbook
KINDS = ("drawing", "drawings", "pattern", "watercolour", "notes")


def shares_at(time: float) -> Floats:
    """The share of each of :data:`KINDS` at ``time``, 0 (the first book) to 1 (the last)."""
    shares = np.array(
        [
            0.1 + 0.55 * (1 - time),
            0.15 + 0.35 * time,
            0.02 + 0.3 * max(0.0, time - 0.5),
            0.05 + 0.45 * np.exp(-(((time - 0.45) / 0.18) ** 2)),
            0.06 + 0.3 * (1 - time) ** 2,
        ]
    )
    return np.asarray(shares / shares.sum(), np.float64)


def plan(rng: np.random.Generator, time: float, pages: int) -> Iterator[PageJob]:
    """A cover, about ``pages`` pages, and in some books one gone wrong, and a private one."""
    yield PageJob(1, "cover", FIRST)
    count = int(pages * rng.uniform(0.7, 1.35))
    for number in range(2, count + 2):
        kind = KINDS[rng.choice(len(KINDS), p=shares_at(time))]
        figures = {"drawings": int(rng.integers(2, 5)), "pattern": int(rng.integers(8, 13))}
        what = "drawing" if kind == "drawings" else kind
        yield PageJob(number, what, figures.get(kind, 1))
    if rng.random() < 0.3:
        yield PageJob(count + 2, "bad-scan", int(rng.integers(3)))
    if rng.random() < 0.3:
        yield PageJob(count + 3, "private", 2)


def make(out: Path, seed: int, books: int, pages: int) -> None:
    """Paint the library into ``out``; pages that are there stay."""
    for book in range(books):
        rng = np.random.default_rng([seed, book])
        jobs = list(plan(rng, book / max(books - 1, 1), pages))
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(partial(_paint, out, seed, book), jobs))


def _paint(out: Path, seed: int, book: int, job: PageJob) -> None:
    path = out / job.name(f"sb{FIRST + book}")
    if path.exists():
        return
    rng = np.random.default_rng([seed, book, job.number])
    write_bytes(path, jpeg(PAINTERS[job.what](rng, job.number, job.count).pixels, 88))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--books", type=int, default=8)
    parser.add_argument("--pages", type=int, default=16)
    given = parser.parse_args()
    make(given.out, given.seed, given.books, given.pages)


if __name__ == "__main__":
    main()
