"""All vectors by which a drawing is sought, of drawings that are stored and of what is asked for.

Shape letters: D drawings, C copies of a query, F features, V numbers of a packed vector.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from strokebook.base.array_types import Floats32
from strokebook.geometry.drawing import Drawing, Stroke3
from strokebook.geometry.stroke3 import to_stroke3
from strokebook.model.features import stroke_features
from strokebook.model.features.normalise import normalise
from strokebook.vision.search import line_vectors
from strokebook.vision.search.line_points import LinePoints, ink_of
from strokebook.vision.search.line_vectors import BEGINNING_CELLS, BEGINNINGS, CELLS, DIRECTIONS

Part = Literal["layout", "beginnings", "spread", "statistics", "model"]
VERSION = "1"  # of the vectors that need no model: one that counts up makes all anew
SIZES: dict[Part, int] = {
    "layout": CELLS**2 * DIRECTIONS,
    "beginnings": len(BEGINNINGS) * BEGINNING_CELLS**2 * DIRECTIONS,
    "spread": line_vectors.DISTANCES * line_vectors.ANGLES,
}


@dataclass(frozen=True, eq=False)
class Measured:
    """A drawing as it is stored: its ink, its vectors that need no model, its simplified strokes.

    Attributes:
        ink: At equal steps.
        vectors: By part.
        rows: As a model reads it, stroke-3 in a frame of 200 units.
    """

    ink: LinePoints
    vectors: Mapping[Part, Floats32]
    rows: Stroke3


def measure_drawing(drawing: Drawing) -> Measured | None:
    """All but a model's vectors; None for a drawing without a line."""
    ink = ink_of(drawing)
    if ink is None:
        return None
    rows = normalise(to_stroke3(drawing))
    vectors: dict[Part, Floats32] = {
        "layout": line_vectors.layout(ink),
        "beginnings": line_vectors.beginnings(ink),
        "spread": line_vectors.spread(ink),
        "statistics": statistics(rows),
    }
    return Measured(ink, vectors, rows)


def pack(vectors: Mapping[Part, Floats32]) -> Floats32:
    """The vectors of one drawing as one, ``(V,)``: those of :data:`SIZES`, then statistics."""
    return np.concatenate([vectors[part] for part in (*SIZES, "statistics")])


def unpack(table: Floats32) -> dict[Part, Floats32]:
    """Many drawings' packed vectors ``(D, V)`` by part."""
    parts: dict[Part, Floats32] = {}
    first = 0
    for part, size in SIZES.items():
        parts[part] = table[:, first : first + size]
        first += size
    parts["statistics"] = table[:, first:]
    return parts


def statistics(rows: Stroke3) -> Floats32:
    """Stroke statistics of a normalised drawing, ``(F,)``."""
    return np.array(list(stroke_features.numbers(rows).values()), np.float32)


def mirrored(rows: Stroke3) -> Stroke3:
    """Left and right exchanged."""
    return np.asarray(rows * np.array((-1.0, 1.0, 1.0), np.float32), np.float32)
