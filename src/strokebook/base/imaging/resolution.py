"""Resolution: how many pixels of a scan are an inch of its paper, as far as its header says."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image

LEAST, MOST = 30.0, 20_000.0  # no scanner works outside
# "When the image resolution is unknown, 72 [dpi] is designated" (EXIF 2.3, XResolution); it is what
# cameras and phones write.
UNKNOWN = 72.0
UNEVEN = 0.01  # the two ways may differ so much by rounding
PNG_STEP = 0.0254  # dpi; PNG counts whole pixels a metre, and 300 dpi comes back as 299.9994
X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 0x011A, 0x011B, 0x0128
CENTIMETRE = 3


def resolution(image: Image.Image) -> float | None:
    """Dots an inch of an opened picture; None where it is not told, or not the same both ways.

    Args:
        image: Opened, not yet decoded.
    """
    try:
        across, down = (float(v) for v in image.info.get("dpi") or _by_exif(image))
    except Exception:  # damaged headers raise nearly anything; the picture itself may be whole
        return None
    if not (math.isfinite(across) and math.isfinite(down)) or not LEAST <= across <= MOST:
        return None
    if abs(across - down) > UNEVEN * across or abs(across - UNKNOWN) < 1e-6:
        return None
    return near_whole(across, PNG_STEP / 2)


def _by_exif(image: Image.Image) -> tuple[Any, Any]:
    """For formats that have no field of their own (WebP, HEIF)."""
    exif = image.getexif()
    per = 2.54 if exif.get(RESOLUTION_UNIT) == CENTIMETRE else 1.0
    return exif[X_RESOLUTION] * per, exif[Y_RESOLUTION] * per


def near_whole(dpi: float, within: float) -> float:
    """The whole number that is so near that only rounding is between them, else ``dpi`` itself."""
    nearest = float(round(dpi))
    return nearest if abs(dpi - nearest) <= within else dpi
