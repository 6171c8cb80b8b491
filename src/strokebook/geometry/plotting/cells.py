"""Cells: where on the paper each of several drawings goes, and how large it becomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from strokebook.base.array_types import Floats
from strokebook.base.errors import UsageError
from strokebook.geometry.boxes import box_of
from strokebook.geometry.plotting.options import PlotOptions

GAP = 5.0  # mm between drawings on one sheet


@dataclass(frozen=True)
class SheetCell:
    """A part of the paper, in mm: its middle and its size."""

    x: float
    y: float
    width: float
    height: float


def cells_for(boxes: Sequence[Floats], options: PlotOptions) -> list[SheetCell]:
    """A cell for each drawing, in rows from the upper left; the whole room for one.

    Of all grids it is the one in which the drawing that comes out smallest, compared with its size
    on a paper of its own, is largest.

    Args:
        boxes: Of each drawing's ink.
        options: The paper and its margin.
    """
    best = max(range(1, len(boxes) + 1), key=lambda n: _smallest(boxes, n, options))
    rows = -(-len(boxes) // best)
    width, height = _cell_size(best, rows, options)
    left, top = options.margin + width / 2, options.margin + height / 2
    return [
        SheetCell(left + n % best * (width + GAP), top + n // best * (height + GAP), width, height)
        for n in range(len(boxes))
    ]


def place(strokes: Sequence[Floats], box: Floats, cell: SheetCell, scale: float) -> list[Floats]:
    """Strokes ``(P, 2)`` in mm, in the middle of a cell.

    Args:
        strokes: A drawing's, in its own unit.
        box: Of its ink.
        cell: Where it goes.
        scale: mm per unit, 0: as large as fits.

    Raises:
        UsageError: It does not fit at this scale.
    """
    scale = _fitting(box, cell, scale)
    middle = (box[:2] + box[2:]) / 2
    return [(s - middle) * scale + np.array([cell.x, cell.y]) for s in strokes]


def box_of_ink(strokes: Sequence[Floats]) -> Floats:
    """The smallest box around all points: x0, y0, x1, y1. The pen's width does not count."""
    return np.asarray(box_of(np.vstack(strokes)), np.float64)


def _smallest(boxes: Sequence[Floats], columns: int, options: PlotOptions) -> float:
    rows = -(-len(boxes) // columns)
    width, height = _cell_size(columns, rows, options)
    cell, whole = SheetCell(0, 0, width, height), SheetCell(0, 0, *options.room)
    if min(width, height) <= 0:
        return 0.0
    return min(_largest(box, cell) / _largest(box, whole) for box in boxes)


def _cell_size(columns: int, rows: int, options: PlotOptions) -> tuple[float, float]:
    width, height = options.room
    return (width - (columns - 1) * GAP) / columns, (height - (rows - 1) * GAP) / rows


def _fitting(box: Floats, cell: SheetCell, scale: float) -> float:
    largest = _largest(box, cell)
    if min(cell.width, cell.height) <= 0:
        raise UsageError(
            "So many drawings leave no room for each on this paper.",
            "Give fewer, larger paper, or a folder, for a sheet of each.",
        )
    if scale > largest * (1 + 1e-9):
        across, down = (box[2:] - box[:2]) * scale
        raise UsageError(
            f"Ink {across:.1f} mm wide and {down:.1f} mm high does not fit into the"
            f" {cell.width:.1f} × {cell.height:.1f} mm that there are for it.",
            f"Use a width of at most {np.floor((box[2] - box[0]) * largest * 10) / 10:g} mm,"
            " a smaller margin, or larger paper.",
        )
    return scale or largest


def _largest(box: Floats, cell: SheetCell) -> float:
    """The scale at which a box fills a cell; a side of no length does not count, a dot stays."""
    across, down = float(box[2] - box[0]), float(box[3] - box[1])
    fits = [room / side for room, side in ((cell.width, across), (cell.height, down)) if side > 0]
    return min(fits, default=1.0)
