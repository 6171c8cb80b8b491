"""Pages of made sketchbooks as the pipeline sees them, with what each is, plain and made harder.

A library is several books of the sample program (:mod:`strokebook.demo`), each from a seed of its
own. Every page is painted, saved as the JPEG that the sample program would write, and made into the
preview that the pipeline looks at. A *treatment* changes a page before it is saved: washes diluted,
light at half, or (to learn from) all that a scanner and an artist may do to a page.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from strokebook.demo.library import PageJob, _plan
from strokebook.demo.pages import PAINTERS, paint_watercolour
from strokebook.demo.paper import jpeg
from strokebook.library.disk.previews import QUALITY

KINDS = {
    "drawing": "drawings",
    "pattern": "drawings",
    "watercolour": "watercolours",
    "notes": "notes",
    "cover": "covers",
    "bad-scan": "bad-scans",
}
FOLDERS = {"notes": "notes", "covers": "cover", "bad-scans": "xtra"}
PREVIEW = 640  # px, as the library's previews
Pixels = np.ndarray
Rng = np.random.Generator


@dataclass(frozen=True)
class MadePage:
    """A page.

    Attributes:
        book: ``s5b0``: its library's seed and its number there.
        number: In the book.
        label: What it is, as the rule would call it.
        folder: Where an artist would have it.
        preview: JPEG bytes of its preview.
        treatment: What was done to it.
    """

    book: str
    number: int
    label: str
    folder: str
    preview: bytes
    treatment: str

    @property
    def image(self) -> Image.Image:
        """Its preview."""
        return Image.open(io.BytesIO(self.preview)).convert("RGB")


def plain(job: PageJob, rng: Rng) -> Pixels:
    """The page as the sample program paints it."""
    return PAINTERS[job.what](rng, job.number, job.count).pixels


def diluted(job: PageJob, rng: Rng, strength: float = 0.2) -> Pixels:
    """Watercolours with their washes at a fifth; other pages as they are."""
    if job.what == "watercolour":
        return paint_watercolour(rng, job.number, job.count, strength=strength).pixels
    return plain(job, rng)


def half_dark(job: PageJob, rng: Rng, light: float = 0.5) -> Pixels:
    """The page at half its brightness; bad scans as they are."""
    pixels = plain(job, rng)
    return pixels if job.what == "bad-scan" else (pixels * np.float32(light)).astype(np.uint8)


def half_shadowed(job: PageJob, rng: Rng) -> Pixels:
    """One half of the page in the shadow of a lid or hand, at 0.4 of its light; soft edge."""
    pixels = plain(job, rng)
    if job.what == "bad-scan":
        return pixels
    high, wide = pixels.shape[:2]
    turn, soft = rng.uniform(0, 2 * np.pi), rng.uniform(20, 160)
    y, x = np.mgrid[0:high, 0:wide].astype(np.float32)
    across = (x - wide / 2) * np.cos(turn) + (y - high / 2) * np.sin(turn)
    light = 0.4 + 0.6 / (1 + np.exp(-across / soft))
    return (pixels * light[..., None]).astype(np.uint8)


def varied(job: PageJob, rng: Rng) -> Pixels:
    """To learn from: diluted, darker, other paper, faint ink, soft focus, turned; by chance."""
    own = np.random.default_rng(rng.integers(1 << 62))
    strength = float(np.exp(own.uniform(np.log(0.12), 0))) if own.random() < 0.6 else 1.0
    pixels = diluted(job, rng, strength).astype(np.float32) / 255
    if job.what == "bad-scan":
        return (pixels * 255).astype(np.uint8)
    if own.random() < 0.25 and job.what != "cover":  # a harder or softer pencil
        pixels = 1 - (1 - pixels) * own.uniform(0.35, 0.9)
    if own.random() < 0.35:  # yellowed or bluish paper
        pixels = pixels * (1 - own.uniform(0, 1) * own.choice([[0, 0.04, 0.16], [0.09, 0.04, 0]]))
    if own.random() < 0.3:
        pixels = pixels ** own.uniform(0.7, 1.5)
    if own.random() < 0.2:
        pixels = cv2.GaussianBlur(pixels, (0, 0), own.uniform(0.4, 1.2))
    if own.random() < 0.3:
        pixels = _turned(pixels, own)
    if own.random() < 0.4:
        pixels = pixels * own.uniform(0.38, 0.95)
    elif own.random() < 0.25:
        pixels = _shaded(pixels, own)
    noise = own.normal(0, own.uniform(0, 0.012), (*pixels.shape[:2], 1))
    pixels = np.clip((pixels + noise) * 255, 0, 255).astype(np.uint8)
    if own.random() < 0.25:  # a small file
        scale = own.uniform(0.28, 0.6)
        pixels = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return pixels


def _turned(pixels: Pixels, rng: Rng) -> Pixels:
    high, wide = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((wide / 2, high / 2), rng.uniform(-4, 4), rng.uniform(0.9, 1.1))
    return cv2.warpAffine(pixels, turn, (wide, high), borderMode=cv2.BORDER_REPLICATE)


def _shaded(pixels: Pixels, rng: Rng) -> Pixels:
    high, wide = pixels.shape[:2]
    turn, soft, low = rng.uniform(0, 2 * np.pi), rng.uniform(20, 300), rng.uniform(0.35, 0.8)
    y, x = np.mgrid[0:high, 0:wide].astype(np.float32)
    across = (x - wide / 2) * np.cos(turn) + (y - high / 2) * np.sin(turn)
    return pixels * (low + (1 - low) / (1 + np.exp(-across / soft)))[..., None]


TREATMENTS: dict[str, Callable[[PageJob, Rng], Pixels]] = {
    "plain": plain,
    "diluted": diluted,
    "half-dark": half_dark,
    "half-shadowed": half_shadowed,
    "varied": varied,
}


def _painted(seed: int, book: int, treatment: str, job: PageJob) -> MadePage:
    cv2.setNumThreads(1)
    rng = np.random.default_rng([seed + book, job.number])
    pixels = TREATMENTS[treatment](job, rng)
    scan = Image.open(io.BytesIO(jpeg(pixels, int(rng.integers(85, 93)))))
    scan.thumbnail((PREVIEW, PREVIEW), Image.Resampling.BICUBIC, reducing_gap=2.0)
    file = io.BytesIO()
    scan.save(file, "JPEG", quality=QUALITY)
    label = KINDS[job.what]
    folder = FOLDERS.get(label, "art")
    return MadePage(f"s{seed}b{book}", job.number, label, folder, file.getvalue(), treatment)


def make_pages(
    seed: int,
    books: int,
    pages: int,
    treatment: str,
    cache: Path,
    only: frozenset[str] = frozenset(),
) -> list[MadePage]:
    """The pages of a library, private ones left out; kept in ``cache`` and read from there again.

    Args:
        seed: Book b is the sample book of seed + b.
        books: How many.
        pages: Art pages of each.
        treatment: One of :data:`TREATMENTS`.
        cache: A folder outside of the project.
        only: Only pages that are one of these, in the sample program's words; empty: all.
    """
    name = f"{treatment}-{seed}-{books}x{pages}{'-'.join(['', *sorted(only)])}.pickle"
    if (cache / name).exists():
        return pickle.loads((cache / name).read_bytes())
    made: list[MadePage] = []
    with ProcessPoolExecutor(2) as pool:
        for book in range(books):
            jobs = _plan(np.random.default_rng([seed + book, 0]), pages, f"sb{40 + book}")
            jobs = [j for j in jobs if j.what != "private" and (not only or j.what in only)]
            made += pool.map(partial(_painted, seed, book, treatment), jobs, chunksize=4)
    cache.mkdir(parents=True, exist_ok=True)
    (cache / name).write_bytes(pickle.dumps(made))
    return made
