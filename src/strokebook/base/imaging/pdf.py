"""Pages of a PDF as pictures: the scan that a page consists of, pixel by pixel, or a rendering.

A book scanner writes one image a page, perhaps under text that nobody sees (what its OCR read).
Such a page is that image: its own pixels, not sampled again. Any other page is rendered at 300 dpi.
PDFium, which does both, is no library for several threads: one at a time is in it here.
"""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from strokebook.base.errors import InputRefused
from strokebook.base.extras import has_package, install_command
from strokebook.base.imaging.documents import MOST_PAGES
from strokebook.base.imaging.resolution import LEAST, MOST, UNEVEN, UNKNOWN, near_whole

PACKAGE = "pypdfium2"
POINTS = 72.0  # an inch
DPI = 300.0  # of pages that are rendered
SCALE = DPI / POINTS * (1 - 1e-9)  # 240 points are 1,000 px, which rounding up would make 1,001
STRAIGHT = 1e-3  # share of its size by which an image may be askew, through rounding
OVERHANG = 0.01  # share of the page by which an image may lie beyond it
LEAST_SHARE = 0.5  # of the page that its one image must cover; the rest is white margin
SMALL = 96  # px: both ways of reading a page are compared at this size
UNLIKE = 12.0  # grey levels of 255, mean difference: the image alone does not look like the page
LARGEST_COMPARED = 100e6  # px; above it the comparison itself would take too much memory

_Transpose = Image.Transpose
# What brings an image upright, by the signs of its matrix (a, d), or (b, c) where it lies on its
# side (PDF 32000-1:2008, 8.3.3: x' = ax + cy + e, y' = bx + dy + f; an image's top is at y = 1).
_UPRIGHT = {
    (1, 1): None,
    (-1, 1): _Transpose.FLIP_LEFT_RIGHT,
    (1, -1): _Transpose.FLIP_TOP_BOTTOM,
    (-1, -1): _Transpose.ROTATE_180,
}
_SIDEWAYS = {
    (1, -1): _Transpose.ROTATE_90,
    (-1, 1): _Transpose.ROTATE_270,
    (1, 1): _Transpose.TRANSVERSE,
    (-1, -1): _Transpose.TRANSPOSE,
}
_ROTATIONS = {90: _Transpose.ROTATE_270, 180: _Transpose.ROTATE_180, 270: _Transpose.ROTATE_90}

_lock = threading.Lock()


@dataclass(frozen=True)
class PdfPageInfo:
    """A page of a PDF as it is read.

    Attributes:
        width: In pixels, upright.
        height: In pixels, upright.
        dpi: Pixels an inch of paper; None where the two ways differ.
        is_image: The page is its one image; else it is rendered.
    """

    width: int
    height: int
    dpi: float | None
    is_image: bool


@dataclass(frozen=True)
class _Placed:
    """The one image of a page: what turns it upright, and its box in points before that."""

    image: Any
    turns: tuple[Image.Transpose, ...]
    box: tuple[float, float, float, float]  # left, bottom, right, top

    def upright(self) -> Image.Image:
        """The image's own pixels, as they lie on the page."""
        picture = _copied(self.image.get_bitmap(render=False))
        for turn in self.turns:
            picture = picture.transpose(turn)
        return picture


def is_pdf(head: bytes) -> bool:
    """Whether a file that begins so is a PDF."""
    return head.startswith(b"%PDF-")


def count_pdf_pages(path: Path) -> int:
    """How many pages a PDF has.

    Raises:
        InputRefused: It is locked by a password, damaged, empty or endless, or the package that
            reads PDFs is not installed.
    """
    with _document(path) as document:
        count = len(document)
    if not count:
        raise InputRefused(str(path), "is a PDF without pages.", "Scan or export it again.")
    if count > MOST_PAGES:
        raise InputRefused(
            str(path), f"has {count} pages, over the limit of {MOST_PAGES}.", "Split it."
        )
    return count


def pdf_page_info(path: Path, number: int) -> PdfPageInfo:
    """What a page will be as a picture; its pixels are looked at once, then that is remembered.

    Raises:
        InputRefused: See :func:`count_pdf_pages`; or there is no such page, or it is damaged.
    """
    status = path.stat()
    return _page_info(path, status.st_size, status.st_mtime_ns, number)


@lru_cache(maxsize=4096)
def _page_info(path: Path, size: int, mtime_ns: int, number: int) -> PdfPageInfo:  # noqa: ARG001
    with _page(path, number) as page:
        placed = _one_image(page)
        if placed is not None and _looks_alike(page, placed):
            return _image_info(page, placed)
        width, height = (math.ceil(v * SCALE) for v in page.get_size())
        return PdfPageInfo(width, height, DPI, is_image=False)


def read_pdf_page(path: Path, number: int, info: PdfPageInfo) -> Image.Image:
    """A page as an upright RGB picture of the size that ``info`` says.

    Raises:
        InputRefused: See :func:`pdf_page_info`.
    """
    with _page(path, number) as page:
        placed = _one_image(page) if info.is_image else None
        return placed.upright() if placed is not None else _render(page, SCALE)


@contextlib.contextmanager
def _document(path: Path) -> Iterator[Any]:
    if not has_package(PACKAGE):
        raise InputRefused(
            str(path),
            f"is a PDF, and the package that reads those ({PACKAGE}) is not installed.",
            f"Run: {install_command(PACKAGE)}; or save its pages as JPEG or PNG.",
        )
    import pypdfium2

    with _lock:
        try:
            document = pypdfium2.PdfDocument(path)
        except pypdfium2.PdfiumError as error:
            raise _refusal(path, error) from error
        try:
            yield document
        finally:
            document.close()


def _refusal(path: Path, error: Any) -> InputRefused:
    from pypdfium2 import raw

    if error.err_code == raw.FPDF_ERR_PASSWORD:
        return InputRefused(
            str(path), "is locked by a password.", "Save a copy of it without a password."
        )
    if error.err_code == raw.FPDF_ERR_SECURITY:
        return InputRefused(
            str(path), "is encrypted in a way that cannot be read.", "Save a copy without that."
        )
    return InputRefused(
        str(path), f"is cut short or damaged ({error}).", "Scan or export it again."
    )


@contextlib.contextmanager
def _page(path: Path, number: int) -> Iterator[Any]:
    """A page of a document, both closed in the end: here, where the lock is held."""
    with _document(path) as document:
        import pypdfium2

        if not 1 <= number <= len(document):
            raise InputRefused(str(path), f"has no page {number}.", "Scan the library again.")
        try:
            page = document[number - 1]
            try:
                yield page
            finally:
                page.close()
        except pypdfium2.PdfiumError as error:
            raise InputRefused(
                f"{path}/{number:03d}", f"is damaged ({error}).", "Scan or export it again."
            ) from error


def _one_image(page: Any) -> _Placed | None:
    """The image that a page consists of, or None where there is more (or less) to see."""
    from pypdfium2 import raw

    images = []
    for part in page.get_objects(max_depth=1):
        if part.type == raw.FPDF_PAGEOBJ_IMAGE:
            images.append(part)
        elif part.type != raw.FPDF_PAGEOBJ_TEXT or not _is_unseen(part):
            return None
        if len(images) > 1:
            return None
    return _placed(page, images[0]) if images else None


def _is_unseen(text: Any) -> bool:
    from pypdfium2 import raw

    mode: int = raw.FPDFTextObj_GetTextRenderMode(text)
    return mode == int(raw.FPDF_TEXTRENDERMODE_INVISIBLE)


def _placed(page: Any, image: Any) -> _Placed | None:
    """How an image lies on its page; None where it is askew, cropped, or small."""
    a, b, c, d, e, f = image.get_matrix().get()
    if max(abs(b), abs(c)) <= STRAIGHT * min(abs(a), abs(d)):
        turn, across, up = _UPRIGHT[_sign(a), _sign(d)], a, d
    elif max(abs(a), abs(d)) <= STRAIGHT * min(abs(b), abs(c)):
        turn, across, up = _SIDEWAYS[_sign(b), _sign(c)], c, b
    else:
        return None
    x, y = sorted((e, e + across)), sorted((f, f + up))
    left, bottom, right, top = page.get_bbox()
    room_x, room_y = OVERHANG * (right - left), OVERHANG * (top - bottom)
    inside_x = x[0] >= left - room_x and x[1] <= right + room_x
    inside_y = y[0] >= bottom - room_y and y[1] <= top + room_y
    share = abs(across * up) / max((right - left) * (top - bottom), 1e-9)
    if not (inside_x and inside_y) or share < LEAST_SHARE:
        return None
    rotation = _ROTATIONS.get(page.get_rotation())
    turns = tuple(t for t in (turn, rotation) if t is not None)
    return _Placed(image, turns, (x[0], y[0], x[1], y[1]))


def _sign(value: float) -> int:
    return 1 if value > 0 else -1


def _is_sideways(turns: tuple[Image.Transpose, ...]) -> bool:
    """Whether width and height have changed places in the end."""
    sideways = {*_SIDEWAYS.values()}
    return sum(turn in sideways for turn in turns) % 2 == 1


def _image_info(page: Any, placed: _Placed) -> PdfPageInfo:
    width, height = placed.image.get_px_size()
    if _is_sideways(placed.turns):
        width, height = height, width
    left, bottom, right, top = placed.box
    inches = ((right - left) / POINTS, (top - bottom) / POINTS)
    if page.get_rotation() in (90, 270):
        inches = inches[::-1]
    across, down = width / inches[0], height / inches[1]
    # Page sizes are rounded to a point or a hundredth: 300 dpi comes back as 299.8.
    dpi = near_whole(across, 0.5)
    # Programs that know nothing of the paper make a pixel a point.
    known = abs(across - down) <= UNEVEN * across and LEAST <= across <= MOST and dpi != UNKNOWN
    return PdfPageInfo(width, height, dpi if known else None, is_image=True)


def _looks_alike(page: Any, placed: _Placed) -> bool:
    """Whether the image alone shows what the page shows: a mask or an odd colour space may differ.

    An image that is too large to be compared is taken by its word; it is refused by most limits.
    """
    width, height = placed.image.get_px_size()
    if width * height > LARGEST_COMPARED:
        return True
    scale = SMALL / max(page.get_size())
    seen = _render(page, scale)
    paper = Image.new("RGB", seen.size, "white")
    left, bottom, right, top = _on_view(page, placed.box)
    size = (max(1, round((right - left) * scale)), max(1, round((top - bottom) * scale)))
    small = placed.upright().resize(size, Image.Resampling.BOX)
    paper.paste(small, (round(left * scale), round(seen.height - top * scale)))
    difference = np.asarray(seen, np.float32) - np.asarray(paper, np.float32)
    return float(np.abs(difference).mean()) < UNLIKE


def _on_view(
    page: Any, box: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    """A box of the unturned page, in points of the page as it is seen: y still up."""
    left, bottom, right, top = page.get_bbox()
    x0, y0, x1, y1 = box[0] - left, box[1] - bottom, box[2] - left, box[3] - bottom
    width, height = right - left, top - bottom
    turned = {
        90: (y0, width - x1, y1, width - x0),
        180: (width - x1, height - y1, width - x0, height - y0),
        270: (height - y1, x0, height - y0, x1),
    }
    return turned.get(page.get_rotation(), (x0, y0, x1, y1))


def _render(page: Any, scale: float) -> Image.Image:
    return _copied(page.render(scale=scale, may_draw_forms=False))


def _copied(bitmap: Any) -> Image.Image:
    """A bitmap's pixels in memory of our own; the bitmap's goes with it, while the lock is held."""
    picture: Image.Image = bitmap.to_pil().convert("RGB").copy()
    return picture
