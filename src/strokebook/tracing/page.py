"""Page image: a scanned page as an array of pixels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from strokebook.base.array_types import Bytes
from strokebook.base.errors import Diagnostic, InputRefused
from strokebook.base.imaging.images import image_info, open_image

Pixels = Bytes  # (H, W, 3) RGB


@dataclass(frozen=True, eq=False)
class PageImage:
    """A page's pixels, perhaps reduced, and the size they stand for.

    Attributes:
        pixels: ``(H, W, 3)`` uint8 RGB, upright.
        size: Width and height of the page in its own pixels; tracings are given in these.
        source: The page or file, as errors and drawings name it.
        warning: What should be known of the file, such as pages in it that are not read.
        dpi: The page's own pixels an inch of paper, where they are known.
    """

    pixels: Pixels
    size: tuple[int, int]
    source: str = "page"
    warning: Diagnostic | None = None
    dpi: float | None = None

    @property
    def scale(self) -> dict[str, Any]:
        """What the drawings of this page tell of their scale, in their ``meta``."""
        return {} if self.dpi is None else {"dpi": self.dpi}

    @classmethod
    def of(cls, pixels: Bytes, source: str = "page") -> PageImage:
        """A page of grey ``(H, W)`` or RGB ``(H, W, 3)`` pixels at full size.

        Raises:
            InputRefused: Another shape or type, or no pixels at all.
        """
        array = np.asarray(pixels)
        if array.ndim == 2:
            array = np.repeat(array[:, :, None], 3, axis=2)
        if array.ndim != 3 or array.shape[2] != 3 or array.dtype != np.uint8 or array.size == 0:
            raise InputRefused(
                source,
                f"has pixels of shape {array.shape} and type {array.dtype}.",
                "Give (H, W) grey or (H, W, 3) RGB as uint8.",
            )
        return cls(np.ascontiguousarray(array), (array.shape[1], array.shape[0]), source)


def load_page(
    path: Path,
    *,
    max_megapixels: float = 80.0,
    reduce_to: int | None = None,
    source: str | None = None,
) -> PageImage:
    """Open a page safely (see :func:`~strokebook.base.imaging.images.open_image`).

    Args:
        path: JPEG, PNG, TIFF, WebP, or HEIF where ``pillow-heif`` is installed.
        max_megapixels: Larger pages are refused before they are decoded.
        reduce_to: Longest side to decode to; the page keeps its own size for coordinates.
        source: How errors and drawings name the page; default: the path.

    Raises:
        InputRefused: The file is missing, unreadable, damaged, too large, or no picture.
    """
    info = image_info(path)
    image = open_image(path, max_megapixels=max_megapixels, reduce_to=reduce_to)
    name = source or str(path)
    size = (info.width, info.height)
    return PageImage(np.asarray(image), size, name, info.warning(name), info.dpi)
