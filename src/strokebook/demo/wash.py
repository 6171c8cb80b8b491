"""Watercolour: glazes with dark edges, blooms and granulation, in a few real pigments."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from strokebook.base.array_types import Bytes
from strokebook.demo.ink import Image
from strokebook.demo.paper import HEIGHT, WIDTH

# What a middling glaze lets through, RGB (judged by eye from swatches, not measured).
PIGMENTS = {
    "ultramarine": (0.36, 0.42, 0.78),
    "turquoise": (0.35, 0.72, 0.74),
    "sap green": (0.52, 0.66, 0.36),
    "ochre": (0.88, 0.72, 0.42),
    "burnt sienna": (0.76, 0.48, 0.34),
    "vermilion": (0.90, 0.45, 0.36),
    "rose": (0.90, 0.58, 0.60),
    "indigo": (0.36, 0.44, 0.56),
    "sepia": (0.54, 0.46, 0.42),
}
_W, _H = WIDTH // 2, HEIGHT // 2  # water has no fine detail: painted at half size


class Glazes:
    """Glazes laid over one another; light is absorbed by each in turn (Beer-Lambert)."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.depth = np.zeros((_H, _W, 3), np.float32)
        grain = rng.standard_normal((_H, _W), np.float32)
        self.grain = cv2.GaussianBlur(grain, (0, 0), 0.8)

    def shape(self, points: npt.ArrayLike, pigment: str, strength: float) -> None:
        """A glaze inside the outline ``points`` (P, 2), in page pixels."""
        mask = np.zeros((_H, _W), np.uint8)
        outline = np.rint(np.asarray(points, np.float64) / 2).astype(np.int32)
        cv2.fillPoly(mask, [outline.reshape(-1, 1, 2)], 255)
        soft = np.asarray(cv2.GaussianBlur(mask, (0, 0), 1.2), np.uint8)
        self._glaze(_share(_wobble(soft, self.rng)), pigment, strength)

    def pool(
        self, centre: tuple[float, float], radius: float, pigment: str, strength: float
    ) -> None:
        """A round, ragged glaze."""
        angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
        reach = np.full(60, radius)
        for k in range(1, 7):
            wave = np.sin(k * angle + self.rng.uniform(0, 2 * np.pi))
            reach += radius * self.rng.normal(0, 0.16 / k) * wave
        stretch = self.rng.uniform(0.6, 1.5)
        ring = np.c_[np.cos(angle) * reach * stretch, np.sin(angle) * reach / stretch]
        self.shape(ring + centre, pigment, strength)

    def over(self, page: Image, strength: float = 1.0) -> None:
        """Tint ``page`` with all glazes, in place; ``strength`` under 1 is more water."""
        through = np.exp(-np.float32(strength) * self.depth)
        light = cv2.resize(through, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
        page *= light

    def _glaze(self, wet: Image, pigment: str, strength: float) -> None:
        inner = cv2.GaussianBlur(wet, (0, 0), 9)
        rim = np.clip(wet - inner, 0, 1) * wet  # pigment travels to the edge as it dries
        pooled = _field(self.rng.random((9, 7), np.float32))
        load = wet * (0.45 + 0.75 * pooled) + 0.9 * rim
        if self.rng.random() < 0.6:
            load = load * self._bloom(wet)
        load *= strength * np.clip(1 + 0.16 * self.grain, 0, 2)
        absorb = -np.log(np.array(PIGMENTS[pigment], np.float32))
        self.depth += np.clip(load, 0, None)[..., None] * absorb

    def _bloom(self, wet: Image) -> Image:
        """A drop of clear water: pale inside, a dark frilled rim."""
        inside = np.argwhere(wet > 0.8)
        if not len(inside):
            return np.ones_like(wet)
        y, x = inside[int(self.rng.integers(len(inside)))]
        drop = np.zeros((_H, _W), np.uint8)
        cv2.circle(drop, (int(x), int(y)), int(self.rng.uniform(14, 50)), 255, -1)
        frill = _share(_wobble(drop, self.rng, 16))
        soft = cv2.GaussianBlur(frill, (0, 0), 6)
        return np.asarray(1 - 0.55 * soft + 0.8 * np.clip(frill - soft, 0, 1), np.float32)


def _wobble(mask: Bytes, rng: np.random.Generator, reach: float = 9) -> Bytes:
    """Shift pixels by smooth noise, so that edges run as water does."""
    rough = cv2.resize(rng.random((11, 8), np.float32), (_W, _H)) ** 2  # here calm, there frilled
    ways = [
        np.float32(0.9) * _field(rng.standard_normal((14, 10), np.float32))
        + rough * _field(rng.standard_normal((90, 64), np.float32))
        for _ in range(2)
    ]
    x, y = np.meshgrid(np.arange(_W, dtype=np.float32), np.arange(_H, dtype=np.float32))
    half = np.float32(reach / 2)
    moved = cv2.remap(mask, x + half * ways[0], y + half * ways[1], cv2.INTER_LINEAR)
    return np.asarray(moved, np.uint8)


def _field(coarse: Image) -> Image:
    """``coarse`` values as a smooth field over the painted half-size page."""
    field = cv2.resize(coarse, (_W, _H), interpolation=cv2.INTER_CUBIC)
    return np.asarray(field, np.float32)


def _share(mask: Bytes) -> Image:
    return np.asarray(mask, np.float32) / np.float32(255)
