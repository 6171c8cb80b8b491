"""Numbers of the engine's fixtures as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from strokebook.geometry.drawing import Drawing


def write(path: Path, value: Any) -> None:
    """Write JSON on one line."""
    path.write_text(json.dumps(value, allow_nan=False), "utf-8")


def numbers(values: Any) -> Any:
    """Arrays and tensors as lists, each number to the nine digits that tell float32 apart."""
    array = np.asarray(values, np.float64)
    return [numbers(v) for v in array] if array.ndim > 1 else [float(f"{v:.9g}") for v in array]


def exact(values: Any) -> list[float]:
    """Numbers of 64 bits as they are."""
    return [float(v) for v in values]


def strokes(drawing: Drawing) -> list[list[float]]:
    """Strokes, x and y in turn."""
    return [numbers(s.ravel()) for s in drawing.strokes]
