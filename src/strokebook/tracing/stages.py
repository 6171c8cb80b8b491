"""Pictures of every step of a tracing, for looking at what went wrong."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from strokebook.base.files import write_bytes
from strokebook.geometry.render import paint
from strokebook.tracing.ink import Grey, Mask


def overlay(
    grey: Grey, strokes: Sequence[npt.NDArray[np.float64]], pen: float
) -> npt.NDArray[np.uint8]:
    """The page, faded, with every stroke in a colour over it, ``(H, W, 3)``."""
    faded = (grey.astype(np.uint16) + 255) // 2
    canvas = np.repeat(faded.astype(np.uint8)[:, :, None], 3, axis=2)
    paint(canvas, strokes, max(1.0, pen / 2), "stroke")
    for stroke in strokes:  # ends as dots: where the pen was lifted
        for x, y in stroke[[0, -1]]:
            cv2.circle(canvas, (int(x), int(y)), max(1, round(pen / 2)), (230, 0, 0), -1)
    return canvas


def write_stages(
    folder: Path,
    grey: Grey,
    flat: Grey,
    mask: Mask,
    strokes: Sequence[npt.NDArray[np.float64]],
    pen: float,
) -> None:
    """Write ``1-grey.png``, ``2-flattened.png``, ``3-ink.png`` and ``4-strokes.png``."""
    pictures = {
        "1-grey": grey,
        "2-flattened": flat,
        "3-ink": np.where(mask, 0, 255).astype(np.uint8),
        "4-strokes": overlay(grey, strokes, pen),
    }
    for name, picture in pictures.items():
        buffer = io.BytesIO()
        Image.fromarray(picture).save(buffer, "PNG")
        write_bytes(folder / f"{name}.png", buffer.getvalue())
