"""A sketchbook's cover: a coloured board, a collage of cut papers, a dated sticky note."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from strokebook.base.array_types import Bytes, Floats
from strokebook.demo.ink import Image, lay, stain
from strokebook.demo.numerals import PLAIN, Lettering
from strokebook.demo.paper import HEIGHT, WIDTH
from strokebook.demo.script import signs
from strokebook.demo.wash import PIGMENTS


def paint_cover(
    rng: np.random.Generator, name: str, lettering: Lettering = PLAIN
) -> tuple[Bytes, tuple[str, ...]]:
    """The cover ``(HEIGHT, WIDTH, 3)``, and the dates on its note under ``name`` (digits, S, B)."""
    board = np.array([PIGMENTS["indigo"], PIGMENTS["burnt sienna"], PIGMENTS["sepia"]])[
        int(rng.integers(3))
    ]
    weave = cv2.GaussianBlur(rng.standard_normal((HEIGHT, WIDTH), np.float32), (0, 0), 1.1)
    page = (board * 0.8 + 0.05 * weave[..., None]).astype(np.float32)
    for _ in range(11):
        _cut_paper(page, rng)
    dates = _note(page, rng, name, lettering)
    return np.asarray(np.clip(page * 255, 0, 255).astype(np.uint8)), dates


def _cut_paper(page: Image, rng: np.random.Generator) -> None:
    colours = list(PIGMENTS.values())
    colour = np.array(colours[int(rng.integers(len(colours)))], np.float32) * rng.uniform(0.8, 1.1)
    centre = rng.uniform(0.1, 0.9, 2) * (WIDTH, HEIGHT)
    corners = rng.integers(3, 7)
    angle = np.sort(rng.uniform(0, 2 * np.pi, corners))
    reach = rng.uniform(70, 230, corners)
    outline = centre + np.c_[np.cos(angle), np.sin(angle)] * reach[:, None]
    _paste(page, outline, colour)


def _paste(page: Image, outline: Floats, colour: npt.ArrayLike) -> None:
    """A flat piece with the soft shadow of its edge."""
    cover = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.fillPoly(cover, [np.rint(outline * 8).astype(np.int32)], 255, cv2.LINE_AA, shift=3)
    shadow = cv2.blur(np.roll(cover, (6, 4), (0, 1)), (13, 13))
    stain(page, np.asarray(shadow, np.float32) * np.float32(0.35 / 255), (0, 0, 0))
    stain(page, np.asarray(cover, np.float32) / np.float32(255), colour)


def _note(
    page: Image, rng: np.random.Generator, name: str, lettering: Lettering
) -> tuple[str, ...]:
    left, top, side = WIDTH - 380, 110, 270
    lean = rng.normal(0, 8)
    outline = np.array([[0, 0], [side, lean], [side - lean, side + lean], [-lean, side]])
    _paste(page, outline + (left, top), (0.98, 0.91, 0.46))
    ink = np.zeros((HEIGHT, WIDTH), np.float32)
    day, month = int(rng.integers(1, 20)), int(rng.integers(1, 11))
    dates: tuple[str, ...] = (f"2023-{month:02d}-{day:02d}", f"2023-{month + 1:02d}-{day + 7:02d}")
    dates = dates if lettering.note is None else lettering.note
    for k, (text, height) in enumerate(zip((name, *dates), (46, 29, 29), strict=False)):
        at = (left + 24.0, top + 34.0 + (0, 84, 148)[k])
        lay(ink, signs(text, at, height, rng, lettering.hand), 4.2 if k == 0 else 3.2, rng)
    stain(page, ink, (0.1, 0.1, 0.14))
    return dates
