"""Drawing: the one type for a line drawing, ordered pen strokes in a stated unit and frame."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from strokebook.base.array_types import Floats32
from strokebook.base.errors import StrokebookError, UsageError
from strokebook.geometry.polyline import step_lengths

Points = Floats32  # (P, 2) x, y; y points down
Stroke3 = Floats32  # (N, 3) dx, dy, lift; lift = 1: the pen leaves after this point
Unit = Literal["px", "unit", "mm"]
MM_PER_INCH = 25.4
# By name, as each of these modules imports this one.
WRITERS = {
    ".svg": "strokebook.geometry.svg.io.write_svg",
    ".json": "strokebook.geometry.svg.io.write_drawing",
    ".png": "strokebook.geometry.render.write_png",
    ".gif": "strokebook.geometry.animate.animate",
}


def as_stroke(points: npt.ArrayLike) -> Points:
    """``points`` as a read-only ``(P, 2)`` float32 array.

    Raises:
        StrokebookError: Not a list of x, y pairs, or a number that is not finite.
    """
    stroke = np.array(points, dtype=np.float32)
    if stroke.ndim != 2 or stroke.shape[1] != 2:
        raise StrokebookError(f"A stroke has shape (P, 2); this one has {stroke.shape}.")
    if not np.isfinite(stroke).all():
        raise StrokebookError("A stroke has coordinates that are not finite (NaN or infinity).")
    stroke.flags.writeable = False
    return stroke


@dataclass(frozen=True, eq=False)
class Drawing:
    """An ordered list of pen strokes; immutable.

    Shape letters: P points in one stroke, N points in all.

    Attributes:
        strokes: Each ``(P, 2)`` float32 with P ≥ 1, in the order the pen drew them; y down.
        size: Width and height of the frame the coordinates lie in, in ``unit``.
        unit: ``px`` (page pixels), ``unit`` (a normalised frame) or ``mm``.
        source: The page, drawing or file it came from.
        pen_width: Width of the line in ``unit`` where it was measured.
        meta: What else is known: ``dpi``, how many px of the frame are an inch on paper;
            ``start_points`` or ``model_strokes``, which lines a model drew
            (:mod:`~strokebook.geometry.authorship`); ``model``, ``seed`` and ``temperature`` of
            that model.
    """

    strokes: tuple[Points, ...]
    size: tuple[float, float]
    unit: Unit = "px"
    source: str = ""
    pen_width: float | None = None
    meta: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        strokes: Iterable[npt.ArrayLike],
        size: tuple[float, float] | None = None,
        **more: Any,
    ) -> Drawing:
        """A drawing of anything array-like; empty strokes are left out; size defaults to extent."""
        kept = tuple(as_stroke(s) for s in strokes if len(np.asarray(s)) > 0)
        if size is None:
            top = np.vstack(kept).max(axis=0) if kept else np.zeros(2)
            size = (float(max(top[0], 1.0)), float(max(top[1], 1.0)))
        return cls(strokes=kept, size=(float(size[0]), float(size[1])), **more)

    def __len__(self) -> int:
        return len(self.strokes)

    @property
    def n_points(self) -> int:
        """N, the points of all strokes."""
        return sum(len(s) for s in self.strokes)

    @property
    def points(self) -> Points:
        """All points, ``(N, 2)``, in drawn order."""
        return np.vstack(self.strokes) if self.strokes else np.zeros((0, 2), np.float32)

    @property
    def length(self) -> float:
        """Length of ink in ``unit``: pen-down travel only."""
        return float(sum(step_lengths(s).sum() for s in self.strokes))

    @property
    def mm_per_unit(self) -> float | None:
        """How large a ``unit`` is on paper; None where that is not known."""
        if self.unit == "mm":
            return 1.0
        dpi = self.meta.get("dpi")
        return MM_PER_INCH / dpi if dpi is not None and self.unit == "px" else None

    def with_strokes(self, strokes: Iterable[npt.ArrayLike]) -> Drawing:
        """The same frame and origin with other strokes."""
        kept = tuple(as_stroke(s) for s in strokes if len(np.asarray(s)) > 0)
        return replace(self, strokes=kept)

    def start(self, share: float) -> Drawing:
        """What is drawn first: the first ``share`` of the points, at least two.

        Raises:
            UsageError: A share that is not over 0 and at most 1.
        """
        if not 0 < share <= 1:
            raise UsageError(f"A share of {share:g} was given.", "Use one over 0, at most 1.")
        left, kept = max(2, round(share * self.n_points)), []
        for stroke in self.strokes:
            kept.append(stroke[:left])
            left -= len(stroke)
            if left <= 0:
                break
        return self.with_strokes(kept)

    def save(self, path: str | Path) -> Path:
        """Write the drawing to a file: ``.svg`` and ``.json`` are lossless, ``.png``, ``.gif``.

        Raises:
            UsageError: Another suffix.
        """
        path = Path(path)
        if (suffix := path.suffix.lower()) not in WRITERS:
            raise UsageError(
                f"{path} cannot be written: '{suffix}' is not one of {', '.join(WRITERS)}.",
                "Give the file another ending.",
            )
        module, _, function = WRITERS[suffix].rpartition(".")
        getattr(importlib.import_module(module), function)(self, path)
        return path

    def _repr_svg_(self) -> str:
        """What a notebook shows."""
        text = importlib.import_module("strokebook.geometry.svg.io").svg_text(self)
        return str(text)
