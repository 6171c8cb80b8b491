"""Pictures of more than 8 bits a channel → 8 bits, whatever range their values really use."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from PIL import Image

from strokebook.base.imaging.tiff import TiffSamples

Values = npt.NDArray[np.generic]
# Scanners and cameras write 8, 10 or 12 bits into 16. No paper is so dark that a picture in full
# 16 bits would stay under 4095, a sixteenth of its range.
RANGES = (255, 1023, 4095, 65535)
BLOCK = 1 << 20  # pixels worked on at a time
DECLARED = {(1 << bits) - 1 for bits in range(8, 16)}  # ranges that a tag may state
HIGH_BYTES = {3: 85, 15: 17}  # greatest high byte of 10 and 12 bits in 16, and what makes it 255


class OutOfRangeError(ValueError):
    """Values that are not finite, under 0 or over 65535."""


def to_8_bits(image: Image.Image, kept: TiffSamples) -> Image.Image:
    """A grey picture of 16 or 32 bits, or of floats, as 8 bits.

    Args:
        image: Decoded, mode ``I``, ``I;16…`` or ``F``.
        kept: What its file says of its samples.

    Raises:
        OutOfRangeError: Its values are no light.
    """
    low, top = _extremes(image)
    if not np.isfinite([low, top]).all() or top > 65535 or low < 0:
        raise OutOfRangeError
    factor = np.float32(255.0 / _whole(image.mode, top, kept))
    grey = np.empty((image.height, image.width), np.uint8)
    for row, values in _blocks(image):
        scaled = np.round(values.astype(np.float32) * factor).astype(np.uint8)
        grey[row : row + len(values)] = 255 - scaled if kept.white_is_zero else scaled
    return Image.fromarray(grey, "L")


def _blocks(image: Image.Image) -> Iterator[tuple[int, Values]]:
    """Some rows at a time, with the number of the first: a whole page would take a gigabyte."""
    rows = max(1, BLOCK // max(1, image.width))
    for row in range(0, image.height, rows):
        box = (0, row, image.width, min(row + rows, image.height))
        yield row, np.asarray(image.crop(box))


def _extremes(image: Image.Image) -> tuple[float, float]:
    """The least and the greatest value; NaN where one is none."""
    ends = [(float(v.min()), float(v.max())) for _, v in _blocks(image)]
    return float(np.min([e[0] for e in ends])), float(np.max([e[1] for e in ends]))


def _whole(mode: str, top: float, kept: TiffSamples) -> float:
    """The value that stands for full light (or full dark, where white is zero)."""
    if mode == "F" and top <= 1:
        return 1.0
    if kept.bits and 8 < kept.bits[0] < 16:
        return float((1 << kept.bits[0]) - 1)
    if kept.highest in DECLARED and kept.highest is not None and kept.highest >= top:
        return float(kept.highest)
    if kept.white_is_zero and kept.bits and kept.bits[0] == 16:
        return 65535.0  # the greatest value is ink here, which may be faint or missing
    return float(next(r for r in RANGES if top <= r))


def brightened(image: Image.Image, kept: TiffSamples) -> Image.Image:
    """An RGB picture from 16 bits a channel that hold only 10 or 12, in its full range.

    Pillow keeps the high byte of each, so 4 or 16 steps are left: rough, but no longer black.
    """
    if image.mode != "RGB" or kept.bits[:1] != (16,):
        return image
    top = max(int(high) for _, high in image.getextrema())  # type: ignore[misc]
    factor = next((f for most, f in HIGH_BYTES.items() if top <= most), 1)
    return image.point([min(255, v * factor) for v in range(256)] * 3) if factor > 1 else image
