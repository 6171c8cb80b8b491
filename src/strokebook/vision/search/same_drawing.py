"""Whether two drawings are tracings of one line, as two scans of a page give them.

The line of the one is laid onto the other's (iterated closest points: Besl and McKay 1992, with the
similarity of Umeyama 1991), and the distance between them, as a share of the drawing's size, must
be that of two tracings. A motif drawn again in earnest is everywhere a little elsewhere.

Shape letters: P points, at even distances along all strokes; F as many times finer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

from strokebook.base.array_types import Floats
from strokebook.geometry.drawing import Drawing
from strokebook.vision.search.ink_map import LENGTH, SIDE, InkMap
from strokebook.vision.search.registration import FIRST_COLOUR, SECOND_COLOUR

POINTS = 300  # P, about, at most
STEP = 0.012  # share of the size between two points
FINER = 6  # times: distances are measured from points to nearly a line
SAME_MEAN = 0.004  # share of the size: mean distance of two tracings of one line
SAME_FAR = 0.012  # share of the size: nineteen in twenty points lie nearer
LIKELY = 0.75  # cosine of two maps, below which two drawings are not compared
LEAST_POINTS = 25  # a dash is like every other dash
_ROUNDS = 20
_RIVAL = 1.25  # times as far apart as the best quarter turn to begin from: worth a try, too
_BLUR = 0.8  # cells of the map


@dataclass(frozen=True, eq=False)
class EvenLine:
    """A drawing's ink as points.

    Attributes:
        points: ``(P, 2)``, the middle of their box at 0, its longer side 1.
        fine: The same line, ``(F P, 2)``.
    """

    points: Floats
    fine: Floats

    @property
    def is_slight(self) -> bool:
        """Whether it is too short to be told from others."""
        return len(self.points) < LEAST_POINTS


@dataclass(frozen=True, eq=False)
class LineFit:
    """How two lines lie on each other.

    Attributes:
        matrix: ``(2, 2)``, turn and scale that bring the first onto the second.
        shift: ``(2,)``, what is added then.
        mean: Mean distance from each line to the other, the larger of both ways, share of the size.
        far: Distance that nineteen in twenty points keep, likewise.
    """

    matrix: Floats
    shift: Floats
    mean: float
    far: float

    @property
    def degrees(self) -> float:
        """By how much the second is turned clockwise against the first."""
        return math.degrees(math.atan2(self.matrix[1, 0], self.matrix[0, 0]))

    @property
    def is_same_line(self) -> bool:
        """Whether both are tracings of one line."""
        return self.mean <= SAME_MEAN and self.far <= SAME_FAR

    @property
    def why(self) -> str:
        """What an artist is told: ``same line, turned 2.0°, 0.2 % of its size apart``."""
        turned = f", turned {abs(self.degrees):.1f}°" if abs(self.degrees) >= 0.25 else ""
        return f"same line{turned}, {100 * self.mean:.1f} % of its size apart"


def measure_line(drawing: Drawing) -> EvenLine:
    """The ink of a drawing as points, whatever the order and direction of its strokes."""
    strokes = [np.asarray(s, np.float64) for s in drawing.strokes if len(s) > 1]
    if not strokes:
        return EvenLine(np.zeros((0, 2)), np.zeros((0, 2)))
    low = np.min([s.min(axis=0) for s in strokes], axis=0)
    high = np.max([s.max(axis=0) for s in strokes], axis=0)
    size = float(max((high - low).max(), 1e-9))
    lengths = [float(np.linalg.norm(np.diff(s, axis=0), axis=1).sum()) for s in strokes]
    step = max(STEP * size, sum(lengths) / POINTS)
    both = [
        np.concatenate([_walk(s, n, step / f) for s, n in zip(strokes, lengths, strict=True)])
        for f in (1, FINER)
    ]
    points, fine = ((each - (low + high) / 2) / size for each in both)
    return EvenLine(points, fine)


def _walk(stroke: Floats, length: float, step: float) -> Floats:
    """Points along a stroke, about ``step`` apart, its ends among them."""
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(stroke, axis=0), axis=1))])
    at = np.linspace(0, length, max(2, round(length / step) + 1))
    return np.stack([np.interp(at, along, stroke[:, k]) for k in (0, 1)], axis=1)


def measure_line_map(line: EvenLine) -> InkMap:
    """Where the line runs, as the ink map of a page, ``(784,)``; zeros for a slight one."""
    import cv2

    if line.is_slight:
        return np.zeros(LENGTH, np.float32)
    cells = np.clip(((line.points + 0.5) * SIDE).astype(np.int64), 0, SIDE - 1)
    ink = np.zeros((SIDE, SIDE), np.float32)
    np.add.at(ink, (cells[:, 1], cells[:, 0]), 1.0)
    # Twice around: a turn of 2 degrees changes the box, and with it the cell of every point.
    smooth = np.sqrt(cv2.GaussianBlur(ink, (0, 0), 1.5 * _BLUR)).ravel()
    centred = smooth - smooth.mean()
    return np.asarray(centred / max(float(np.linalg.norm(centred)), 1e-6), np.float32)


def lay_line(first: EvenLine, second: EvenLine) -> LineFit:
    """How the first lies on the second, whichever way it was turned."""
    from scipy.spatial import cKDTree

    tree = cKDTree(second.fine)
    starts = [_start(first.points, second.points, quarters) for quarters in range(4)]
    apart = [float(tree.query(first.points @ m.T + s)[0].mean()) for m, s in starts]
    near = [k for k in range(4) if apart[k] <= _RIVAL * min(apart)]
    return min((_closest(first, second, *starts[k]) for k in near), key=lambda fit: fit.mean)


def _start(first: Floats, second: Floats, quarters: int) -> tuple[Floats, Floats]:
    """Matrix and shift that bring middle and spread together, after some quarter turns."""
    angle = quarters * math.pi / 2
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    spread = math.sqrt(float(second.var(axis=0).sum() / max(first.var(axis=0).sum(), 1e-12)))
    return spread * turn, second.mean(axis=0) - spread * turn @ first.mean(axis=0)


def overlay_line(first: EvenLine, second: EvenLine, size: tuple[int, int]) -> Image.Image:
    """Both lines as points on one sheet: the first's orange and large, the second's blue on top."""
    import cv2

    fit = lay_line(first, second)
    laid = first.points @ fit.matrix.T + fit.shift
    scale = 0.9 * min(size)
    sheet = np.full((size[1], size[0], 3), 255, np.uint8)
    for points, radius, colour in ((laid, 3, FIRST_COLOUR), (second.points, 1, SECOND_COLOUR)):
        for x, y in points * scale + np.array(size) / 2:
            cv2.circle(sheet, (round(x), round(y)), radius, colour, -1, cv2.LINE_AA)
    return Image.fromarray(sheet)


def _closest(first: EvenLine, second: EvenLine, matrix: Floats, shift: Floats) -> LineFit:
    """Where the two lines lie nearest to each other, from a place to begin at."""
    from scipy.spatial import cKDTree

    there, here = cKDTree(second.fine), cKDTree(first.fine)
    for _ in range(_ROUNDS):
        before, inverse = matrix, np.linalg.inv(matrix)
        target = second.fine[there.query(first.points @ matrix.T + shift)[1]]
        # The first's tree stays as it is: the second's points are brought back to it.
        source = first.fine[here.query((second.points - shift) @ inverse.T)[1]]
        matrix, shift = _similarity(
            np.vstack([first.points, source]), np.vstack([target, second.points])
        )
        if np.abs(matrix - before).max() < 1e-4:
            break
    scale = math.hypot(matrix[0, 0], matrix[1, 0])
    back = (second.points - shift) @ np.linalg.inv(matrix).T
    ways = there.query(first.points @ matrix.T + shift)[0], scale * here.query(back)[0]
    return LineFit(
        matrix=matrix,
        shift=shift,
        mean=float(max(way.mean() for way in ways)),
        far=float(max(np.percentile(way, 95) for way in ways)),
    )


def _similarity(source: Floats, target: Floats) -> tuple[Floats, Floats]:
    """The turn, scale and shift that bring ``source`` nearest to ``target``: matrix, shift."""
    a, b = source - source.mean(axis=0), target - target.mean(axis=0)
    dot, cross = float((a * b).sum()), float((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum())
    norm = max(float((a * a).sum()), 1e-12)
    matrix = np.array([[dot, -cross], [cross, dot]]) / norm
    return matrix, target.mean(axis=0) - matrix @ source.mean(axis=0)
