"""Which way up a picture lies, as far as its header says."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import IO

from PIL import Image

# EXIF 2.3, tag 0x0112: what brings the stored rows upright.
ORIENTATION_TAG = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_CHUNKS = 1 << 16  # of a PNG that are passed over in search of its EXIF
LARGEST_EXIF = 1 << 16


def orientation(image: Image.Image, path: Path) -> int:
    """EXIF orientation 1–8 as far as the header knows it (1 when it is missing or damaged).

    Args:
        image: Opened, not yet decoded.
        path: Its file.
    """
    try:
        exif = _png_exif(image, path) if image.format == "PNG" else image.getexif()
        value = exif.get(ORIENTATION_TAG, 1)
        return int(value) if value in UPRIGHT else 1
    except Exception:  # damaged EXIF raises nearly anything; the picture itself may be whole
        return 1


def stored_size(image: Image.Image) -> tuple[int, int]:
    """Width and height of the stored rows; Pillow gives an oriented TIFF's size as turned."""
    if image.format == "TIFF":
        # Tags 256 and 257, ImageWidth and ImageLength.
        width, height = image.tag_v2.get(256), image.tag_v2.get(257)  # type: ignore[attr-defined]
        if isinstance(width, int) and isinstance(height, int):
            return width, height
    return image.size


def turned_by_decoder(image: Image.Image) -> bool:
    """Whether Pillow itself brings the picture upright while it decodes: TIFFs, and only those."""
    return image.format == "TIFF"


def _png_exif(image: Image.Image, path: Path) -> Image.Exif:
    """The EXIF of a PNG, before its pixels or, as ImageMagick writes it, behind them.

    Pillow would decode all pixels to look behind them.
    """
    if "exif" in image.info:
        return image.getexif()
    exif = Image.Exif()
    with contextlib.suppress(OSError), path.open("rb") as file:
        if data := _exif_chunk(file):
            exif.load(data)
    return exif


def _exif_chunk(file: IO[bytes]) -> bytes:
    """The content of the first ``eXIf`` chunk, or nothing."""
    if file.read(8) != PNG_SIGNATURE:
        return b""
    for _ in range(MOST_CHUNKS):
        head = file.read(8)
        length = int.from_bytes(head[:4], "big")
        if len(head) < 8 or head[4:] == b"IEND":
            return b""
        if head[4:] == b"eXIf":
            return file.read(length) if length <= LARGEST_EXIF else b""
        file.seek(length + 4, 1)
    return b""
