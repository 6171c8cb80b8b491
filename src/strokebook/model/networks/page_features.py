"""Features of the page at every point: the pen's place, and small pictures around it.

Everything is a function of the points up to one and of nothing else, so that the same code serves
training (all points of a batch) and drawing (the last point only), and no later point can leak in.
Nor is it known whether the pen leaves the paper at the point: that is asked next.

The lines are painted on sheets of three finenesses; at every point a small picture is read off
each, around the pen, two of them turned with the last offset. A sheet is a torus: a drawing wider
than it (38 units at the finest, twice what drawings have) would see its far side again, and none
needs more memory than any other.

Shape letters: T points, B drawings, R packed points, S sheets and pictures of G x G cells, F
numbers of a sight.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt

from strokebook.model.kernels import threads
from strokebook.model.kernels.arithmetic import kernel

Floats = npt.NDArray[np.float32]

GRID = 12  # G: the pen is in the middle
# Cells' sides in units of the data's scale: the first two pictures reach one and five typical
# offsets far and are turned with the pen; the last is upright and holds most of a drawing.
SIDES = (0.15, 0.45, 1.2)
TURNED = 2
SHEET = 256  # cells along a sheet's side, a power of 2
SLOTS = 4  # earlier strokes whose two ends are told
STROKES = 24  # the first of the numbers about them
NEAREST = STROKES + 4 * SLOTS  # the first of the numbers about the nearest ink
NUMBERS = NEAREST + 3
PLACE, HOME = 5, 19  # the first of two numbers: the place, the way to the stroke's first point
PLACE_UNIT, HOME_UNIT = 0.15, 0.5  # what a unit counts in them
PIXELS = len(SIDES) * GRID * GRID
SIGHT = NUMBERS + PIXELS
_NEAR = 1e-5  # an offset under this has no direction
_OWN = 1.2  # units along the line that are its own last bit, and no ink to be near to
_FAR = 4.0  # ink farther than this is as good as none


def notice(
    rows: Floats, first: int, lengths: npt.NDArray[np.int64], slots: npt.NDArray[np.int64]
) -> Floats:
    """What is seen at each point.

    Args:
        rows: For each point its offset in units of the net, and whether it begins a stroke,
            ``(T, B, 3)``.
        first: The first point whose sight is wanted.
        lengths: Points of each drawing that matter, ``(B,)``; after them there are zeros.
        slots: Where the sight of each point from ``first`` on goes, ``(T - first, B)``: 0 to R - 1.

    Returns:
        ``(R, F)``. The numbers are: the direction that the pen faces, which is that of the last
        offset, or right where that began a stroke (cosine, sine); its turn from the offset before
        (the same), and half the logarithm of its length; the place from the first point; the way
        to the box of the points so far, left, top, right, bottom, in shares of its longer side
        (plus 1); half the logarithm of that side; the place in shares of it; sine and cosine of
        the place; the point's number; the way to the stroke's first point in the frame that the
        pen faces, and half the logarithm of its length; the stroke's points and the number of
        strokes; the ways to the first and last points of the four strokes before, in the same
        frame; and the way to the nearest ink but the line's own last bit (0 where there is none
        near), likewise, and half the logarithm of its length. Then come the S pictures.
    """
    batch = rows.shape[1]
    out = np.empty((int(np.clip(lengths - first, 0, None).sum()), SIGHT), np.float32)
    out[:, :NUMBERS] = 0.0
    sides, given = np.array(SIDES), np.ascontiguousarray(rows, np.float32)
    parts = np.array_split(np.arange(batch), min(batch, 4 if len(slots) > 1 else 1))
    tasks = [
        partial(_notice, given, first, lengths, slots, sides, p[0], p[-1] + 1, out) for p in parts
    ]
    if len(tasks) == 1:
        tasks[0]()
    else:
        threads.run(tasks)
    return out


@kernel
def _notice(
    rows: Floats,
    first: int,
    lengths: npt.NDArray[np.int64],
    slots: npt.NDArray[np.int64],
    sides: npt.NDArray[np.float64],
    begin: int,
    end: int,
    out: Floats,
) -> None:
    """Drawings ``begin`` to ``end``."""
    sheets = np.zeros((len(sides), SHEET, SHEET), np.float32)
    ends = np.zeros((SLOTS, 4))  # first and last points of the strokes before, the latest first
    path = np.zeros((len(rows), 3))  # place, and the ink's length up to there
    for b in range(begin, end):
        sheets[:] = 0.0
        x = y = left = right = top = bottom = 0.0
        from_x = from_y = far = 0.0  # the stroke's first point; the ink's length
        ends[:] = 0.0
        since = strokes = 0
        for t in range(min(len(rows), lengths[b])):
            dx, dy = float(rows[t, b, 0]), float(rows[t, b, 1])
            x, y = x + dx, y + dy
            left, right = min(left, x), max(right, x)
            top, bottom = min(top, y), max(bottom, y)
            if rows[t, b, 2] > 0.5:  # the pen comes down here: a dot so far
                if strokes > 0:
                    ends[1:] = ends[:-1].copy()
                    ends[0] = from_x, from_y, x - dx, y - dy
                from_x, from_y, since, strokes = x, y, 0, strokes + 1
                dx, dy, far = 0.0, 0.0, far + 2.0 * _OWN
            since += 1
            far += np.sqrt(dx * dx + dy * dy)
            path[t] = x, y, far
            for s in range(len(sides)):
                _line(x, y, dx, dy, 1.0 / sides[s], sheets[s])
            if t >= first:
                sight = out[slots[t - first, b]]
                _tell(rows, b, t, x, y, left, right, top, bottom, sight)
                _tell_stroke(from_x - x, from_y - y, since, strokes, sight)
                _tell_ends(ends[: max(strokes - 1, 0)], x, y, sight)
                _tell_nearest(rows[:, b], path[: t + 1], sight)
                for s in range(len(sides)):
                    turned = s < TURNED
                    cosine = float(sight[0]) if turned else 1.0
                    sine = float(sight[1]) if turned else 0.0
                    at = NUMBERS + s * GRID * GRID
                    _read(x / sides[s], y / sides[s], cosine, sine, sheets[s], sight, at)


@kernel
def _tell(
    rows: Floats,
    b: int,
    t: int,
    x: float,
    y: float,
    left: float,
    right: float,
    top: float,
    bottom: float,
    sight: Floats,
) -> None:
    """Write the numbers of one sight."""
    dx, dy = float(rows[t, b, 0]), float(rows[t, b, 1])
    length = np.sqrt(dx * dx + dy * dy)
    begins = rows[t, b, 2] > 0.5
    cosine, sine = (dx / length, dy / length) if length > _NEAR and not begins else (1.0, 0.0)
    sight[0], sight[1] = cosine, sine
    soft = np.sqrt(dx * dx + dy * dy + 1e-4)
    if t > 0 and not begins and rows[t - 1, b, 2] < 0.5:
        ex, ey = float(rows[t - 1, b, 0]), float(rows[t - 1, b, 1])
        before = np.sqrt(ex * ex + ey * ey)
        ex, ey = (ex / before, ey / before) if before > _NEAR else (1.0, 0.0)
        sight[2], sight[3] = (dx * ex + dy * ey) / soft, (dy * ex - dx * ey) / soft
    sight[4] = 0.5 * np.log(soft)
    side = max(right - left, bottom - top) + 1.0
    sight[PLACE], sight[PLACE + 1] = PLACE_UNIT * x, PLACE_UNIT * y
    sight[7], sight[8] = (x - left) / side, (y - top) / side
    sight[9], sight[10] = (right - x) / side, (bottom - y) / side
    sight[11] = 0.5 * np.log(side)
    sight[12], sight[13] = x / side, y / side
    sight[14], sight[15] = np.sin(0.6 * x), np.sin(0.6 * y)
    sight[16], sight[17] = np.cos(0.6 * x), np.cos(0.6 * y)
    sight[18] = 0.01 * t


@kernel
def _tell_stroke(dx: float, dy: float, since: int, strokes: int, sight: Floats) -> None:
    """Write the numbers about the stroke; ``dx, dy``: the way to its first point."""
    cosine, sine = float(sight[0]), float(sight[1])
    sight[HOME] = HOME_UNIT * (dx * cosine + dy * sine)
    sight[HOME + 1] = HOME_UNIT * (dy * cosine - dx * sine)
    sight[21] = 0.5 * np.log(np.sqrt(dx * dx + dy * dy) + 0.05)
    sight[22], sight[23] = 0.05 * since, 0.05 * strokes


@kernel
def _tell_ends(ends: npt.NDArray[np.float64], x: float, y: float, sight: Floats) -> None:
    """Write the ways from ``(x, y)`` to both ends of the strokes before."""
    cosine, sine, at = float(sight[0]), float(sight[1]), STROKES
    for k in range(len(ends)):
        for point in (ends[k, :2], ends[k, 2:]):
            dx, dy = point[0] - x, point[1] - y
            sight[at] = 0.5 * (dx * cosine + dy * sine)
            sight[at + 1] = 0.5 * (dy * cosine - dx * sine)
            at += 2


@kernel
def _tell_nearest(rows: Floats, path: npt.NDArray[np.float64], sight: Floats) -> None:
    """Write the way to the nearest ink but the line's own last bit."""
    x, y, far = path[-1]
    best, way_x, way_y = _FAR * _FAR, 0.0, 0.0
    for t in range(len(path)):
        if far - path[t, 2] < _OWN:
            break
        to_x, to_y = path[t, 0] - x, path[t, 1] - y
        if rows[t, 2] < 0.5:  # a line ends there: the nearest of its points
            ex, ey = path[t - 1, 0] - path[t, 0], path[t - 1, 1] - path[t, 1]
            square = ex * ex + ey * ey
            if square > 0.0:
                share = min(max(-(to_x * ex + to_y * ey) / square, 0.0), 1.0)
                to_x, to_y = to_x + share * ex, to_y + share * ey
        gap = to_x * to_x + to_y * to_y
        if gap < best:
            best, way_x, way_y = gap, to_x, to_y
    cosine, sine = float(sight[0]), float(sight[1])
    sight[NEAREST] = way_x * cosine + way_y * sine
    sight[NEAREST + 1] = way_y * cosine - way_x * sine
    sight[NEAREST + 2] = 0.5 * np.log(np.sqrt(best) + 0.03)


@kernel
def _line(x: float, y: float, dx: float, dy: float, zoom: float, sheet: Floats) -> None:
    """Ink from an offset before ``(x, y)`` to there; a cell keeps the most that it got.

    Ink at a point is shared among its four cells, and put down every half cell.
    """
    steps = int(2.0 * zoom * max(abs(dx), abs(dy))) + 1
    for k in range(steps + 1):
        back = 1.0 - k / steps
        px, py = (x - dx * back) * zoom, (y - dy * back) * zoom
        column, line = int(np.floor(px)), int(np.floor(py))
        along, down = np.float32(px - column), np.float32(py - line)
        i0, i1 = column & (SHEET - 1), (column + 1) & (SHEET - 1)
        j0, j1 = line & (SHEET - 1), (line + 1) & (SHEET - 1)
        sheet[j0, i0] = max(sheet[j0, i0], (1 - down) * (1 - along))
        sheet[j0, i1] = max(sheet[j0, i1], (1 - down) * along)
        sheet[j1, i0] = max(sheet[j1, i0], down * (1 - along))
        sheet[j1, i1] = max(sheet[j1, i1], down * along)


@kernel
def _read(
    x: float, y: float, cosine: float, sine: float, sheet: Floats, sight: Floats, at: int
) -> None:
    """The picture around ``(x, y)``, in cells, written to ``sight`` from ``at`` on.

    Between the sheet's cells values are interpolated, so that the picture moves with the pen.
    """
    middle = 0.5 * (GRID - 1)
    for j in range(GRID):
        for i in range(GRID):
            u, v = i - middle, j - middle
            px, py = x + u * cosine - v * sine, y + u * sine + v * cosine
            column, line = int(np.floor(px)), int(np.floor(py))
            along, down = np.float32(px - column), np.float32(py - line)
            i0, i1 = column & (SHEET - 1), (column + 1) & (SHEET - 1)
            j0, j1 = line & (SHEET - 1), (line + 1) & (SHEET - 1)
            upper = sheet[j0, i0] + (sheet[j0, i1] - sheet[j0, i0]) * along
            lower = sheet[j1, i0] + (sheet[j1, i1] - sheet[j1, i0]) * along
            sight[at] = upper + (lower - upper) * down
            at += 1
