"""The sample library: an invented artist's scanned sketchbook with the truth about every page."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from strokebook.base.errors import StrokebookError, UsageError
from strokebook.base.files import write_bytes, write_json
from strokebook.base.progress import SILENT, Progress
from strokebook.demo.numerals import HANDS, PLAIN, Lettering
from strokebook.demo.pages import MARKER, PAINTERS, Painted
from strokebook.demo.paper import jpeg

# Of every 20 art pages: what each is and how many drawings it bears.
_ART = (
    *[("drawing", 1)] * 3,
    *[("drawing", 2)] * 3,
    *[("drawing", 3)] * 3,
    *[("drawing", 4)] * 6,
    ("pattern", 0),
    *[("watercolour", 1)] * 3,
    ("watercolour", 0),
)
_FOLDERS = {"notes": "notes", "cover": "cover", "bad-scan": "xtra", "private": "priv"}
_FORMAT = 1  # raise it when the same seed gives other pages


@dataclass(frozen=True)
class PageJob:
    """One page to be made: its number in the book, what it is, and how many drawings."""

    number: int
    what: str
    count: int

    def name(self, book: str) -> str:
        """The page's path inside the library."""
        return f"{book}/{_FOLDERS.get(self.what, 'art')}/{self.number:03d}.jpg"


@dataclass(frozen=True)
class SampleSummary:
    """What a library holds.

    Attributes:
        folder: Where it lies.
        pages: Pages by kind, as truth.json names them.
        drawings: Separate drawings on pages that are not patterns (watercolours apart).
        patterns: Pages of touching figures.
        drawn_now: False when the same library was there already.
    """

    folder: Path
    pages: dict[str, int]
    drawings: int
    patterns: int
    drawn_now: bool


def make_library(
    out: Path,
    seed: int = 48,
    pages: int = 48,
    *,
    book: str = "sb48",
    hand: str = "",
    workers: int = 2,
    progress: Progress = SILENT,
) -> SampleSummary:
    """Draw a sketchbook into ``out/book`` with ``out/truth.json`` and ``truth_strokes.json``.

    The same seed, pages and book give the same bytes on one machine, whatever ``workers`` is. A
    library that is complete is left as it is; one that was interrupted is completed.

    Args:
        out: A new or empty folder, or one that this function wrote with the same arguments.
        seed: Chooses everything.
        pages: Pages in the art folder; notes, a cover, bad and private scans come on top.
        book: The sketchbook's folder name; the digits in it are written on its cover.
        hand: One of ``demo.numerals.HANDS`` writes numbers, and dates on the cover and on every
            fifth page, and truth.json says what is written; "": as the samples always were.
        workers: Pages in the making at a time.
        progress: Told of each page.

    Raises:
        UsageError: No pages asked for.
        StrokebookError: ``out`` holds something else, or cannot be written.
    """
    if pages < 1 or workers < 1:
        raise UsageError(f"A sample library needs at least one page, not {pages}.", "Give --pages.")
    if hand and hand not in HANDS:
        raise UsageError(f"There is no hand {hand!r}.", f"Choose {', '.join(HANDS)}.")
    options: dict[str, Any] = {"format": _FORMAT, "seed": seed, "pages": pages, "book": book}
    options |= {"hand": hand} if hand else {}  # an option that is off leaves the file as it was
    try:
        if _claim(out, options):
            return _summary(out, json.loads((out / "truth.json").read_text()), drawn_now=False)
        jobs = _plan(np.random.default_rng([seed, 0]), pages, book)
        letterings = [_lettering(job, len(jobs), book, hand) for job in jobs]
        truth = _make(out, dict(zip(jobs, letterings, strict=True)), seed, book, workers, progress)
    except OSError as error:
        raise StrokebookError(
            f"The sample library cannot be written to {out}: {error.strerror or error}.",
            "Choose a folder that you may write to.",
        ) from error
    return _summary(out, truth, drawn_now=True)


def _claim(out: Path, options: dict[str, Any]) -> bool:
    """Mark ``out`` as ours; True when it already holds this very library, complete."""
    mark = out / "sample.json"
    if mark.is_file():
        if json.loads(mark.read_text()) == options:
            return (out / "truth.json").is_file()
        raise StrokebookError(
            f"{out} holds a sample library drawn with other settings.",
            "Choose another folder, or remove that one.",
        )
    if out.is_dir() and any(out.iterdir()):
        raise StrokebookError(f"{out} is not empty.", "Choose a new folder for the sample library.")
    write_json(mark, options)
    return False


def _plan(rng: np.random.Generator, pages: int, book: str) -> list[PageJob]:
    """The book in its order; art in fixed shares, so that a short book has every kind too."""
    deck = [_ART[k % len(_ART)] for k in _spread(pages)]
    order = [deck[k] for k in rng.permutation(pages)]
    digits = int("".join(c for c in book if c.isdigit()) or 0)
    parts: list[tuple[str, int]] = [("cover", digits)]
    extras = [("bad-scan", k % 3) for k in range(max(2, pages // 16))]
    extras += [("private", 2)] * max(1, pages // 40)
    after = {int(at): extra for at, extra in zip(rng.permutation(pages), extras, strict=False)}
    for k, art in enumerate(order):
        parts.append(art)
        parts += [("notes", 1)] if k % 5 == 3 else []
        parts += [after[k]] if k in after else []
    parts += extras[pages:]
    jobs = [PageJob(n, what, count) for n, (what, count) in enumerate(parts, 1)]
    return [_pattern_size(job, rng) for job in jobs]


def _spread(pages: int) -> list[int]:
    # Multiples of 7 modulo 20 visit all twenty entries, far ones first.
    return [7 * k % len(_ART) for k in range(pages)]


def _pattern_size(job: PageJob, rng: np.random.Generator) -> PageJob:
    return PageJob(job.number, job.what, int(rng.integers(8, 13))) if job.what == "pattern" else job


def _lettering(job: PageJob, pages: int, book: str, hand: str) -> Lettering:
    """What a hand writes on a page: a book takes three months, the next begins where it ended."""
    if not hand:
        return PLAIN
    digits = int("".join(c for c in book if c.isdigit()) or 0)
    begins = date(2012, 1, 1) + timedelta(days=90 * digits)
    ends, drawn = (begins + timedelta(days=round(90 * s)) for s in (1.0, job.number / pages))
    return Lettering(
        hand,
        date=drawn.isoformat() if job.number % 5 == 0 else "",
        note=(begins.isoformat(), (ends - timedelta(days=1)).isoformat()),
    )


def _make(
    out: Path,
    jobs: dict[PageJob, Lettering],
    seed: int,
    book: str,
    workers: int,
    progress: Progress,
) -> dict[str, Any]:
    truth: dict[str, Any] = {}
    strokes: dict[str, Any] = {}

    def work(job: PageJob) -> tuple[PageJob, Painted]:
        rng = np.random.default_rng([seed, job.number])
        painted = PAINTERS[job.what](rng, job.number, job.count, jobs[job])
        write_bytes(out / job.name(book), jpeg(painted.pixels, int(rng.integers(85, 93))))
        return job, painted

    for job, painted in progress.track(_run(work, list(jobs), workers), "sample pages", len(jobs)):
        truth[job.name(book)] = _truth(job, painted)
        if jobs[job] is not PLAIN:
            truth[job.name(book)]["written"] = painted.written
        if painted.strokes:
            strokes[job.name(book)] = painted.strokes
    write_bytes(out / "truth_strokes.json", json.dumps(strokes, separators=(",", ":")).encode())
    write_json(out / "truth.json", truth)  # last: it says that the library is complete
    return truth


def _run(
    work: Callable[[PageJob], tuple[PageJob, Painted]], jobs: list[PageJob], workers: int
) -> Iterator[tuple[PageJob, Painted]]:
    # Threads: nearly all the time goes by in OpenCV, NumPy and libjpeg, which release the lock.
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(work, jobs)


def _truth(job: PageJob, painted: Painted) -> dict[str, Any]:
    if job.what in {"drawing", "pattern"}:
        pattern = job.what == "pattern"
        return {"kind": "drawing", "pattern": pattern, "drawings": painted.drawings}
    if job.what == "private":
        return {"kind": "notes", "private": True, "marker": {"rgb": list(MARKER), "tolerance": 24}}
    if job.what == "watercolour":
        return {"kind": job.what, "drawn": painted.drawings}
    return {"kind": job.what}


def _summary(out: Path, truth: dict[str, Any], drawn_now: bool) -> SampleSummary:
    pages = [entry for entry in truth.values() if entry["kind"] == "drawing"]
    return SampleSummary(
        folder=out,
        pages=dict(sorted(Counter(entry["kind"] for entry in truth.values()).items())),
        drawings=sum(len(p["drawings"]) for p in pages if not p["pattern"]),
        patterns=sum(p["pattern"] for p in pages),
        drawn_now=drawn_now,
    )
