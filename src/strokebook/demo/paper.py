"""Paper, and what a scanner adds to it: shade, binding, show-through, noise, its own bed."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image as PILImage

from strokebook.base.array_types import Bytes
from strokebook.demo.ink import Image

WIDTH, HEIGHT = 1000, 1414  # A5 at about 171 dpi
DPI = 171


def blank(rng: np.random.Generator) -> Image:
    """A sheet ``(HEIGHT, WIDTH, 3)``: off-white, unevenly lit, with grain and a few fibres."""
    light = rng.uniform(0.92, 0.97)
    across, down = (float(v) for v in rng.normal(0, 0.018, 2))
    y = np.linspace(-0.5, 0.5, HEIGHT, dtype=np.float32)[:, None]
    x = np.linspace(-0.5, 0.5, WIDTH, dtype=np.float32)[None, :]
    shade = light + across * x + down * y + 0.022 * _grain(rng)
    tint = np.array([1.0, rng.uniform(0.983, 0.997), rng.uniform(0.945, 0.985)], np.float32)
    return np.asarray(shade[..., None] * tint, np.float32)


def _grain(rng: np.random.Generator) -> Image:
    grain = rng.standard_normal((HEIGHT // 4, WIDTH // 4), np.float32)
    clouds = rng.standard_normal((12, 9), np.float32)
    grain += cv2.resize(clouds, grain.shape[::-1], interpolation=cv2.INTER_CUBIC)
    whole = cv2.resize(grain, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.float32(0.3) * whole, np.float32)


def show_through(page: Image, back: Image, strength: float) -> None:
    """Let the ink of the sheet's other side, coverage ``back``, shine through, mirrored."""
    mirrored = cv2.GaussianBlur(np.ascontiguousarray(back[:, ::-1]), (0, 0), 2.5)
    page *= 1 - strength * mirrored[..., None]


def scan(page: Image, rng: np.random.Generator, binding_left: bool) -> Bytes:
    """What the scanner makes of ``page`` (used up): ``(HEIGHT, WIDTH, 3)`` RGB bytes."""
    if rng.random() < 0.7:
        _binding(page, rng, binding_left)
    if rng.random() < 0.2:  # the sheet ends before the glass does
        height = int(rng.integers(3, 12))
        bed = np.array([[0.35, 0.82, 0.75], [0.12, 0.12, 0.13]][int(rng.integers(2))], np.float32)
        page[-height:, int(rng.integers(0, WIDTH // 2)) :] = bed
    page *= 255
    page += rng.integers(-3, 4, (HEIGHT, WIDTH, 1), np.int8)
    return np.clip(page, 0, 255, out=page).astype(np.uint8)


def _binding(page: Image, rng: np.random.Generator, left: bool) -> None:
    from_edge = np.arange(WIDTH, dtype=np.float32)
    reach = rng.uniform(14, 38)
    dark = 1 - rng.uniform(0.12, 0.38) * np.exp(-((from_edge / reach) ** 1.4))
    page *= (dark if left else dark[::-1])[None, :, None]


def jpeg(pixels: Bytes, quality: int) -> bytes:
    """``pixels`` as the bytes of a JPEG file with its resolution."""
    file = io.BytesIO()
    PILImage.fromarray(pixels).save(file, "JPEG", quality=quality, dpi=(DPI, DPI))
    return file.getvalue()
