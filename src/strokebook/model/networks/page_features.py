"""Page features: scalars about the pen's place, and raster patches of the ink around it.

The features of a point are a function of the points up to it and of nothing else. So one code
serves training (all points of a batch) and sampling (the last point only), and no later point can
leak in. Whether the pen lifts at the point is not among them, for that is predicted next.

The lines are rasterised onto canvases of three resolutions. At every point a patch is sampled from
each canvas around the pen, two of the three rotated with the pen's heading. A canvas is a torus, so
that all drawings need the same memory; one wider than it (38 units at the finest, twice what
drawings have) would find its far side in its patches.

Shape letters: T points, B drawings, R packed points, S canvases and patches of G x G cells, F
features of a point.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from strokebook.base.array_types import Floats, Floats32, Ints64
from strokebook.base.jit import kernel
from strokebook.model.kernels import threads

GRID = 12  # G: the pen is in the middle
# Cells' sides in units of the data's scale: the first two patches reach one and five typical
# offsets far and are rotated with the heading; the last is upright and holds most of a drawing.
CELL_SIDES = (0.15, 0.45, 1.2)
ROTATED = 2  # patches that are rotated with the heading
CANVAS = 256  # cells along a canvas's side, a power of 2
EARLIER = 4  # earlier strokes whose two ends are among the scalars
EARLIER_ENDS = 24  # index of the first scalar about them
NEAREST_INK = EARLIER_ENDS + 4 * EARLIER  # index of the first scalar about the nearest ink
SCALARS = NEAREST_INK + 3
POSITION, STROKE_START = 5, 19  # indices of the position, and of the offset to the stroke's start
POSITION_UNIT, STROKE_START_UNIT = 0.15, 0.5  # a unit's value in them
PIXELS = len(CELL_SIDES) * GRID * GRID
FEATURES = SCALARS + PIXELS  # F
_SHORTEST = 1e-5  # an offset shorter than this has no direction
_OWN_TAIL = 1.2  # units along the line that are its own tail, not ink to be near to
_FARTHEST = 4.0  # ink farther away than this counts as none


def compute_features(points: Floats32, first: int, lengths: Ints64, slots: Ints64) -> Floats32:
    """Features of each point.

    Args:
        points: For each point its offset in units of the net, and whether it begins a stroke,
            ``(T, B, 3)``.
        first: The first point whose features are wanted.
        lengths: Points of each drawing that matter, ``(B,)``; after them there are zeros.
        slots: The packed row of each point from ``first`` on, ``(T - first, B)``: 0 to R - 1.

    Returns:
        ``(R, F)``. The scalars are: the pen's heading, which is the direction of the last offset,
        or right where that began a stroke (cosine, sine); its turn from the offset before (the
        same), and half the logarithm of its length; the position relative to the first point; the
        offsets to the bounding box of the points so far, left, top, right, bottom, in shares of its
        longer side (plus 1); half the logarithm of that side; the position in shares of it; sine
        and cosine of the position; the point's number; the offset to the stroke's first point in
        the frame of the heading, and half the logarithm of its length; the stroke's points and the
        number of strokes; the offsets to the first and last points of the four strokes before, in
        the same frame; and the offset to the nearest ink other than the line's own tail (0 where
        there is none near), likewise, and half the logarithm of its length. Then come the S
        patches.
    """
    batch = points.shape[1]
    packed = np.empty((int(np.clip(lengths - first, 0, None).sum()), FEATURES), np.float32)
    packed[:, :SCALARS] = 0.0
    sides, points = np.array(CELL_SIDES), np.ascontiguousarray(points, np.float32)
    parts = np.array_split(np.arange(batch), min(batch, 4 if len(slots) > 1 else 1))
    tasks = [
        partial(_compute_drawings, points, first, lengths, slots, sides, p[0], p[-1] + 1, packed)
        for p in parts
    ]
    if len(tasks) == 1:
        tasks[0]()
    else:
        threads.run(tasks)
    return packed


@kernel
def _compute_drawings(
    points: Floats32,
    first: int,
    lengths: Ints64,
    slots: Ints64,
    sides: Floats,
    begin: int,
    end: int,
    packed: Floats32,
) -> None:
    """Write the features of drawings ``begin`` to ``end``."""
    canvases = np.zeros((len(sides), CANVAS, CANVAS), np.float32)
    ends = np.zeros((EARLIER, 4))  # first and last points of the strokes before, the latest first
    path = np.zeros((len(points), 3))  # position, and the ink's length up to there
    for b in range(begin, end):
        canvases[:] = 0.0
        x = y = left = right = top = bottom = 0.0
        start_x = start_y = length = 0.0  # the stroke's first point; the ink's length
        ends[:] = 0.0
        stroke_points = strokes = 0
        for t in range(min(len(points), lengths[b])):
            dx, dy = float(points[t, b, 0]), float(points[t, b, 1])
            x, y = x + dx, y + dy
            left, right = min(left, x), max(right, x)
            top, bottom = min(top, y), max(bottom, y)
            if points[t, b, 2] > 0.5:  # the pen comes down here: a dot so far
                if strokes > 0:
                    ends[1:] = ends[:-1].copy()
                    ends[0] = start_x, start_y, x - dx, y - dy
                start_x, start_y, stroke_points, strokes = x, y, 0, strokes + 1
                dx, dy, length = 0.0, 0.0, length + 2.0 * _OWN_TAIL
            stroke_points += 1
            length += np.sqrt(dx * dx + dy * dy)
            path[t] = x, y, length
            for s in range(len(sides)):
                _rasterise(x, y, dx, dy, 1.0 / sides[s], canvases[s])
            if t >= first:
                row = packed[slots[t - first, b]]
                _write_pen(points, b, t, x, y, left, right, top, bottom, row)
                _write_stroke(start_x - x, start_y - y, stroke_points, strokes, row)
                _write_earlier_ends(ends[: max(strokes - 1, 0)], x, y, row)
                _write_nearest_ink(points[:, b], path[: t + 1], row)
                for s in range(len(sides)):
                    rotated = s < ROTATED
                    cosine = float(row[0]) if rotated else 1.0
                    sine = float(row[1]) if rotated else 0.0
                    at = SCALARS + s * GRID * GRID
                    _sample_patch(x / sides[s], y / sides[s], cosine, sine, canvases[s], row, at)


@kernel
def _write_pen(
    points: Floats32,
    b: int,
    t: int,
    x: float,
    y: float,
    left: float,
    right: float,
    top: float,
    bottom: float,
    row: Floats32,
) -> None:
    """Write the scalars about heading, position and bounding box."""
    dx, dy = float(points[t, b, 0]), float(points[t, b, 1])
    length = np.sqrt(dx * dx + dy * dy)
    begins = points[t, b, 2] > 0.5
    cosine, sine = (dx / length, dy / length) if length > _SHORTEST and not begins else (1.0, 0.0)
    row[0], row[1] = cosine, sine
    soft = np.sqrt(dx * dx + dy * dy + 1e-4)
    if t > 0 and not begins and points[t - 1, b, 2] < 0.5:
        ex, ey = float(points[t - 1, b, 0]), float(points[t - 1, b, 1])
        before = np.sqrt(ex * ex + ey * ey)
        ex, ey = (ex / before, ey / before) if before > _SHORTEST else (1.0, 0.0)
        row[2], row[3] = (dx * ex + dy * ey) / soft, (dy * ex - dx * ey) / soft
    row[4] = 0.5 * np.log(soft)
    side = max(right - left, bottom - top) + 1.0
    row[POSITION], row[POSITION + 1] = POSITION_UNIT * x, POSITION_UNIT * y
    row[7], row[8] = (x - left) / side, (y - top) / side
    row[9], row[10] = (right - x) / side, (bottom - y) / side
    row[11] = 0.5 * np.log(side)
    row[12], row[13] = x / side, y / side
    row[14], row[15] = np.sin(0.6 * x), np.sin(0.6 * y)
    row[16], row[17] = np.cos(0.6 * x), np.cos(0.6 * y)
    row[18] = 0.01 * t


@kernel
def _write_stroke(dx: float, dy: float, stroke_points: int, strokes: int, row: Floats32) -> None:
    """Write the scalars about the stroke; ``dx, dy``: the offset to its first point."""
    cosine, sine = float(row[0]), float(row[1])
    row[STROKE_START] = STROKE_START_UNIT * (dx * cosine + dy * sine)
    row[STROKE_START + 1] = STROKE_START_UNIT * (dy * cosine - dx * sine)
    row[21] = 0.5 * np.log(np.sqrt(dx * dx + dy * dy) + 0.05)
    row[22], row[23] = 0.05 * stroke_points, 0.05 * strokes


@kernel
def _write_earlier_ends(ends: Floats, x: float, y: float, row: Floats32) -> None:
    """Write the offsets from ``(x, y)`` to both ends of the strokes before."""
    cosine, sine, at = float(row[0]), float(row[1]), EARLIER_ENDS
    for k in range(len(ends)):
        for point in (ends[k, :2], ends[k, 2:]):
            dx, dy = point[0] - x, point[1] - y
            row[at] = 0.5 * (dx * cosine + dy * sine)
            row[at + 1] = 0.5 * (dy * cosine - dx * sine)
            at += 2


@kernel
def _write_nearest_ink(points: Floats32, path: Floats, row: Floats32) -> None:
    """Write the offset to the nearest ink other than the line's own tail."""
    x, y, length = path[-1]
    best, best_x, best_y = _FARTHEST * _FARTHEST, 0.0, 0.0
    for t in range(len(path)):
        if length - path[t, 2] < _OWN_TAIL:
            break
        to_x, to_y = path[t, 0] - x, path[t, 1] - y
        if points[t, 2] < 0.5:  # a line ends there: the nearest of its points
            ex, ey = path[t - 1, 0] - path[t, 0], path[t - 1, 1] - path[t, 1]
            square = ex * ex + ey * ey
            if square > 0.0:
                share = min(max(-(to_x * ex + to_y * ey) / square, 0.0), 1.0)
                to_x, to_y = to_x + share * ex, to_y + share * ey
        gap = to_x * to_x + to_y * to_y
        if gap < best:
            best, best_x, best_y = gap, to_x, to_y
    cosine, sine = float(row[0]), float(row[1])
    row[NEAREST_INK] = best_x * cosine + best_y * sine
    row[NEAREST_INK + 1] = best_y * cosine - best_x * sine
    row[NEAREST_INK + 2] = 0.5 * np.log(np.sqrt(best) + 0.03)


@kernel
def _rasterise(x: float, y: float, dx: float, dy: float, zoom: float, canvas: Floats32) -> None:
    """Draw the line that an offset leads along to ``(x, y)``; a cell keeps its largest value.

    Ink at a point is shared among its four cells, and put down every half cell.
    """
    steps = int(2.0 * zoom * max(abs(dx), abs(dy))) + 1
    for k in range(steps + 1):
        back = 1.0 - k / steps
        px, py = (x - dx * back) * zoom, (y - dy * back) * zoom
        column, line = int(np.floor(px)), int(np.floor(py))
        along, down = np.float32(px - column), np.float32(py - line)
        i0, i1 = column & (CANVAS - 1), (column + 1) & (CANVAS - 1)
        j0, j1 = line & (CANVAS - 1), (line + 1) & (CANVAS - 1)
        canvas[j0, i0] = max(canvas[j0, i0], (1 - down) * (1 - along))
        canvas[j0, i1] = max(canvas[j0, i1], (1 - down) * along)
        canvas[j1, i0] = max(canvas[j1, i0], down * (1 - along))
        canvas[j1, i1] = max(canvas[j1, i1], down * along)


@kernel
def _sample_patch(
    x: float, y: float, cosine: float, sine: float, canvas: Floats32, row: Floats32, at: int
) -> None:
    """Sample the patch around ``(x, y)``, in cells, into ``row`` from ``at`` on.

    Bilinear interpolation between the canvas's cells lets the patch move smoothly with the pen.
    """
    middle = 0.5 * (GRID - 1)
    for j in range(GRID):
        for i in range(GRID):
            u, v = i - middle, j - middle
            px, py = x + u * cosine - v * sine, y + u * sine + v * cosine
            column, line = int(np.floor(px)), int(np.floor(py))
            along, down = np.float32(px - column), np.float32(py - line)
            i0, i1 = column & (CANVAS - 1), (column + 1) & (CANVAS - 1)
            j0, j1 = line & (CANVAS - 1), (line + 1) & (CANVAS - 1)
            upper = canvas[j0, i0] + (canvas[j0, i1] - canvas[j0, i0]) * along
            lower = canvas[j1, i0] + (canvas[j1, i1] - canvas[j1, i0]) * along
            row[at] = upper + (lower - upper) * down
            at += 1
