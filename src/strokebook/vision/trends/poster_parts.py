"""What the picture over time is put together from: text, hairlines, line drawings, small pictures.

All lengths are in millimetres on the sheet, y down; sizes of type are in points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from strokebook.base.array_types import Floats
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.simplify import simplify
from strokebook.vision.trends import palette
from strokebook.vision.trends.story import Shown

TITLE, SMALL, TINY = 13.0, 11.0, 8.5  # points
MM_PER_POINT = 25.4 / 72
# The first is the paper's own face; a letter that it has not comes from the next.
FACES = ("STIXGeneral", "DejaVu Sans", "Last Resort High-Efficiency")
WIDE = 0.5  # of the size of type: the mean width of a letter of this face


@dataclass(frozen=True)
class Sheet:
    """The sheet and its time axis.

    Attributes:
        axes: Matplotlib's, in millimetres.
        first: Place in time at ``left``.
        last: Place in time at ``right``.
        left: In mm.
        right: In mm.
    """

    axes: Any
    first: float
    last: float
    left: float
    right: float

    def x(self, places: Any) -> Any:
        """Places in time as millimetres from the left."""
        share = (np.asarray(places, np.float64) - self.first) / max(self.last - self.first, 1e-9)
        return self.left + share * (self.right - self.left)

    def text(
        self, x: float, y: float, text: str, size: float, colour: str = palette.INK, **more: Any
    ) -> None:
        """A line of text whose baseline begins at ``x``, ``y``."""
        # A dollar sign would begin a formula.
        shown = text.replace("$", r"\$")
        self.axes.text(x, y, shown, fontsize=size, color=colour, fontfamily=list(FACES), **more)

    def heading(self, y: float, text: str, key: str = "") -> None:
        """The title of a panel, and at the other end how it is to be read."""
        self.text(self.left, y, text, TITLE)
        if key:
            self.text(self.right, y, key, TINY, palette.SOFT, ha="right")

    def rule(self, y: float, x0: float, x1: float, colour: str = palette.RULE) -> None:
        """A hairline."""
        self.axes.plot([x0, x1], [y, y], color=colour, linewidth=0.5, solid_capstyle="butt")

    def show(
        self, what: Shown, box: tuple[float, float, float, float], colour: str, pen: float = 0.7
    ) -> None:
        """A page or a drawing within ``box`` (x0, y0, x1, y1), its proportions kept."""
        if isinstance(what, Drawing):
            for line in placed_lines(what, box):
                self.axes.plot(
                    *line.T,
                    color=colour,
                    linewidth=pen,
                    solid_joinstyle="round",
                    solid_capstyle="round",
                )
        else:
            self.picture(what, box)

    def picture(self, image: Image.Image, box: tuple[float, float, float, float]) -> None:
        """A small picture with a hairline around it."""
        x0, y0, x1, y1 = inner_box(image.size, box)
        self.axes.imshow(np.asarray(image), extent=(x0, x1, y1, y0), zorder=3, aspect="auto")
        self.axes.plot(
            [x0, x1, x1, x0, x0], [y0, y0, y1, y1, y0], color=palette.SOFT, linewidth=0.3, zorder=4
        )


def inner_box(
    size: tuple[float, float], box: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    """The largest box of the proportions of ``size`` in the middle of ``box``."""
    x0, y0, x1, y1 = box
    scale = min((x1 - x0) / max(size[0], 1e-9), (y1 - y0) / max(size[1], 1e-9))
    width, height = size[0] * scale, size[1] * scale
    x, y = (x0 + x1 - width) / 2, (y0 + y1 - height) / 2
    return x, y, x + width, y + height


def placed_lines(drawing: Drawing, box: tuple[float, float, float, float]) -> list[Floats]:
    """The strokes of a drawing, each ``(P, 2)``, within ``box``; what no eye sees is left out."""
    points = drawing.points.astype(np.float64)
    if not len(points):
        return []
    low, extent = points.min(axis=0), np.maximum(np.ptp(points, axis=0), 1e-6)
    x0, y0, x1, y1 = inner_box((float(extent[0]), float(extent[1])), box)
    scale = np.array([x1 - x0, y1 - y0]) / extent
    finest = 0.03 / float(scale.max())  # a thirtieth of a millimetre on the sheet
    plain = simplify(drawing, finest)
    return [(np.asarray(s, np.float64) - low) * scale + (x0, y0) for s in plain.strokes]


def text_width(text: str, size: float) -> float:
    """About how wide a text is, in mm."""
    return len(text) * size * WIDE * MM_PER_POINT
