"""Rendering of drawings as scanned pages: pen, paper, light, JPEG."""

from __future__ import annotations

import io
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from benchmarks.truth.cases import FRAME, Case
from strokebook.demo.ink import lay, stain
from strokebook.geometry.polyline import arc_length, evenly

Floats = npt.NDArray[np.float64]
FINE = 4  # sub-pixels a pixel when a line of even width is drawn
INKS = ((0.07, 0.07, 0.09), (0.12, 0.16, 0.42), (0.33, 0.2, 0.13), (0.3, 0.3, 0.32))


@dataclass(frozen=True)
class Look:
    """How a page looks; lengths in pixels.

    Attributes:
        longer: Longer side of the page.
        pen: Width of the line.
        even: A line of even width; otherwise its width follows the pen's speed, with paper tooth.
        ink: RGB, 0 to 1.
        paper: RGB, 0 to 1.
        light: Change of brightness across and down the page.
        grain: Deviation of the paper's brightness.
        binding: How dark the left edge is, 0 to 1.
        fill: Share of the page that the drawing fills.
        quality: Of the JPEG.
    """

    longer: int
    pen: float
    even: bool
    ink: tuple[float, float, float]
    paper: tuple[float, float, float]
    light: tuple[float, float]
    grain: float
    binding: float
    fill: float
    quality: int

    @classmethod
    def of(cls, rng: np.random.Generator) -> Look:
        """A look by chance."""
        bright = float(rng.uniform(0.82, 0.98))
        warm = float(rng.uniform(0.0, 0.12))
        across, down = rng.normal(0, 0.06, 2).tolist()
        return cls(
            longer=int(rng.integers(900, 1601)),
            pen=float(rng.uniform(3.0, 9.0)),
            even=bool(rng.random() < 0.5),
            ink=INKS[int(rng.choice(len(INKS), p=[0.5, 0.2, 0.15, 0.15]))],
            paper=(bright, bright * (1 - 0.3 * warm), bright * (1 - warm)),
            light=(across, down),
            grain=float(rng.uniform(0.0, 0.02)),
            binding=float(rng.uniform(0.1, 0.35)) if rng.random() < 0.3 else 0.0,
            fill=float(rng.uniform(0.7, 0.88)),
            quality=int(rng.integers(60, 93)),
        )


@dataclass(frozen=True, eq=False)
class Page:
    """A rendered page.

    Attributes:
        pixels: ``(H, W, 3)`` RGB, as decoded from its JPEG.
        offset: Where the truth's frame begins, in pixels.
        scale: Pixels a unit.
        pen: Width of the line in pixels.
    """

    pixels: npt.NDArray[np.uint8]
    offset: tuple[float, float]
    scale: float
    pen: float

    def to_units(self, points: npt.ArrayLike) -> Floats:
        """Page pixels ``(P, 2)`` in the truth's frame."""
        return np.asarray((np.asarray(points, np.float64) - self.offset) / self.scale)

    def to_pixels(self, points: npt.ArrayLike) -> Floats:
        """The truth's frame ``(P, 2)`` in page pixels."""
        return np.asarray(np.asarray(points, np.float64) * self.scale + self.offset)


def render_case(case: Case, look: Look | None = None) -> Page:
    """The page of a case; its look, unless given, follows from the case's seed."""
    rng = np.random.default_rng([0x7A, case.seed])
    look = look or Look.of(rng)
    extent = np.maximum(np.vstack(case.strokes).max(axis=0), 0.25 * FRAME)
    scale = look.fill * look.longer / float(extent.max())
    shape = np.maximum(extent * scale / look.fill, 0.55 * look.longer).astype(int)
    room = shape - extent * scale
    offset = room * rng.uniform(0.35, 0.65, 2)
    page = _sheet(int(shape[1]), int(shape[0]), look, rng)
    pixels = [s * scale + offset for s in case.strokes]
    cover = _cover((int(shape[1]), int(shape[0])), pixels, look, rng)
    stain(page, cover, look.ink)
    grey = rng.integers(-2, 3, (*page.shape[:2], 1))
    scanned = np.clip(page * 255 + grey, 0, 255).astype(np.uint8)
    at = (float(offset[0]), float(offset[1]))
    return Page(_through_jpeg(scanned, look.quality), at, scale, look.pen)


def _sheet(
    height: int, width: int, look: Look, rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    """Paper under a light: ``(H, W, 3)``."""
    y = np.linspace(-0.5, 0.5, height, dtype=np.float32)[:, None]
    x = np.linspace(-0.5, 0.5, width, dtype=np.float32)[None]
    light = 1 + np.float32(look.light[0]) * x + np.float32(look.light[1]) * y
    light -= np.float32(look.binding) * np.exp(-(((x + 0.5) / 0.04) ** 1.4))
    noise = rng.standard_normal((height // 3 + 1, width // 3 + 1), np.float32)
    clouds = rng.standard_normal((7, 7), np.float32)
    size = (width, height)
    light += np.float32(look.grain) * cv2.resize(noise, size, interpolation=cv2.INTER_LINEAR)
    light += np.float32(0.01) * cv2.resize(clouds, size, interpolation=cv2.INTER_CUBIC)
    return np.asarray(light[..., None] * np.array(look.paper, np.float32), np.float32)


def _cover(
    shape: tuple[int, int], strokes: list[Floats], look: Look, rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    """How much of each pixel is ink, ``(H, W)``."""
    lines = [_drawable(s) for s in strokes]
    if not look.even:
        layer = np.zeros(shape, np.float32)
        lay(layer, lines, look.pen, rng)
        return layer
    fine = np.zeros((shape[0] * FINE, shape[1] * FINE), np.uint8)
    for line in lines:
        fixed = np.rint((line * FINE - 0.5) * 16).astype(np.int32)
        cv2.polylines(fine, [fixed], False, 255, round(look.pen * FINE), cv2.LINE_8, 4)
    cover = cv2.resize(fine, shape[::-1], interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(cover, (0, 0), 0.6)  # the scanner's optics
    return np.asarray(soft / np.float32(255), np.float32)


def _drawable(stroke: Floats) -> Floats:
    """At steps of about 2 px, as the speed of the pen is told from; a dot as two points."""
    count = max(2, int(arc_length(stroke)[-1] / 2.0) + 1)
    return np.asarray(evenly(np.vstack([stroke, stroke[-1:] + 0.05]), count), np.float64)


def _through_jpeg(pixels: npt.NDArray[np.uint8], quality: int) -> npt.NDArray[np.uint8]:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return np.array(Image.open(file))
