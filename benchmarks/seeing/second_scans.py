"""A page scanned a second time: turned, on other paper, in another light, as a poorer JPEG."""

from __future__ import annotations

import io

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from strokebook.demo.paper import blank

QUALITY = 60
Pixels = npt.NDArray[np.float32]  # (H, W, 3), 0 to 1


def scan_again(page: Image.Image, rng: np.random.Generator, degrees: float = 2.0) -> Image.Image:
    """Another scan of a page.

    Args:
        page: The first scan, RGB.
        rng: Decides the paper, the light, and which way the page lies askew.
        degrees: By how much, to the left or to the right.
    """
    pixels = np.asarray(page.convert("RGB"), np.float32) / 255
    pixels = _lit(_on_other_paper(pixels, rng), rng)
    pixels = _laid_askew(pixels, degrees * float(rng.choice([-1, 1])), rng)
    pixels = cv2.GaussianBlur(pixels, (0, 0), float(rng.uniform(0.3, 0.9)))  # type: ignore[assignment]
    pixels += rng.normal(0, 0.012, (*pixels.shape[:2], 1)).astype(np.float32)
    file = io.BytesIO()
    data = (np.clip(pixels, 0, 1) * 255).astype(np.uint8)
    Image.fromarray(data).save(file, "JPEG", quality=QUALITY)
    return Image.open(io.BytesIO(file.getvalue())).convert("RGB")


def _on_other_paper(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """What was drawn, on a sheet of another grain and tint: ink is what the old paper lacks."""
    paper = np.percentile(pixels, 90, axis=(0, 1)).astype(np.float32)
    height, width = pixels.shape[:2]
    sheet = cv2.resize(blank(rng), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.minimum(pixels / np.maximum(paper, 0.02), 1.05) * sheet, np.float32)


def _lit(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Another lamp: brightness, contrast, cast, and a gradient over the page."""
    y, x = (np.linspace(-0.5, 0.5, n, dtype=np.float32) for n in pixels.shape[:2])
    across, down = rng.uniform(-0.12, 0.12, 2).astype(np.float32)
    light = np.float32(rng.uniform(0.78, 1.0)) * (1 + across * x[None, :] + down * y[:, None])
    cast = rng.uniform(0.94, 1.0, 3).astype(np.float32)
    bright = np.clip(pixels * light[..., None] * cast, 0, 1)
    return np.asarray(bright ** np.float32(rng.uniform(0.8, 1.25)), np.float32)


def _laid_askew(pixels: Pixels, degrees: float, rng: np.random.Generator) -> Pixels:
    """Turned about its middle, a little shifted and scaled, over the scanner's bed."""
    height, width = pixels.shape[:2]
    scale = float(rng.uniform(0.97, 1.01))
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, scale)
    matrix[:, 2] += rng.uniform(-0.012, 0.012, 2) * (width, height)
    bed = float(rng.choice([0.12, 0.5, 0.93]))
    laid = cv2.warpAffine(
        pixels, matrix, (width, height), flags=cv2.INTER_AREA, borderValue=(bed, bed, bed)
    )
    return np.asarray(laid, np.float32)
