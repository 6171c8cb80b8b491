"""Crossings of a drawing with itself, and whether a tracing goes straight on at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Line = npt.NDArray[np.floating]  # (P, 2)

REACHES = (2.0, 3.0, 4.5)  # pen widths: radii of the disc around a crossing, the first clear one
APART = 1.2  # pen widths between the arms where they leave the disc: less is one line of ink


@dataclass(frozen=True)
class Crossing:
    """A point where the pen crosses its own line, with ink enough around it to tell its arms.

    Attributes:
        at: Where, ``(2,)``.
        reach: Radius of the disc around it in which only the two lines run.
        arms: Where the lines leave the disc, ``(4, 2)``: 0 and 1 are one line, 2 and 3 the other.
    """

    at: Floats
    reach: float
    arms: Floats


def crossing_points(strokes: Sequence[Line]) -> Floats:
    """Every point where segments of the strokes cross, ``(C, 2)``; meeting ends do not count."""
    starts = [np.asarray(s[:-1], np.float64) for s in strokes]
    ends = [np.asarray(s[1:], np.float64) for s in strokes]
    if not sum(map(len, starts)):
        return np.zeros((0, 2))
    owner = np.repeat(np.arange(len(starts)), [len(s) for s in starts])
    return np.asarray(_crossing_points(np.concatenate(starts), np.concatenate(ends), owner))


@njit(cache=True)
def _crossing_points(a: Floats, b: Floats, owner: Ints) -> Floats:
    crossings = []
    for i in range(len(a)):
        dx, dy = b[i, 0] - a[i, 0], b[i, 1] - a[i, 1]
        left, right = min(a[i, 0], b[i, 0]), max(a[i, 0], b[i, 0])
        top, bottom = min(a[i, 1], b[i, 1]), max(a[i, 1], b[i, 1])
        for j in range(i + 1, len(a)):
            if j == i + 1 and owner[i] == owner[j]:  # they share a vertex
                continue
            if max(a[j, 0], b[j, 0]) < left or min(a[j, 0], b[j, 0]) > right:
                continue
            if max(a[j, 1], b[j, 1]) < top or min(a[j, 1], b[j, 1]) > bottom:
                continue
            ex, ey = b[j, 0] - a[j, 0], b[j, 1] - a[j, 1]
            area = dx * ey - dy * ex
            if area == 0.0:
                continue
            x, y = a[j, 0] - a[i, 0], a[j, 1] - a[i, 1]
            u, v = (x * ey - y * ex) / area, (x * dy - y * dx) / area
            if 0.0 <= u < 1.0 and 0.0 <= v < 1.0:  # half open: a vertex counts once
                crossings.append((a[i, 0] + u * dx, a[i, 1] + u * dy))
    points = np.empty((len(crossings), 2))
    for k in range(len(crossings)):
        points[k, 0], points[k, 1] = crossings[k]
    return points


def clear_crossings(strokes: Sequence[Line], pen: float) -> list[Crossing]:
    """The crossings whose arms the ink shows apart.

    In a disc of 2, 3 or 4½ pen widths around such a crossing run two lines and no other, and
    their four arms leave it farther than 1.2 pen widths from each other. Others (within scribbles,
    at flat angles, at the pen's turning points) have no pairing that a reader of the ink could
    tell.

    Args:
        strokes: Sampled at steps well under a pen width.
        pen: Width of the line.
    """
    clear = []
    for at in crossing_points(strokes):
        for reach in REACHES:
            passes = _passes(strokes, at, reach * pen)
            ends = np.array([p for pair in passes for p in pair]).reshape(-1, 2)
            if len(passes) == 2 and len(ends) == 4 and _least_distance(ends) >= APART * pen:
                clear.append(Crossing(at, reach * pen, ends))
                break
    return clear


def passed_straight(crossing: Crossing, strokes: Sequence[Line]) -> bool:
    """Whether strokes go through in the true pairing: both lines, and never from one to the other.

    Args:
        crossing: Of the truth.
        strokes: The tracing, sampled at steps well under a pen width.
    """
    pairs = set()
    for enter, leave in _passes(strokes, crossing.at, crossing.reach, whole=True):
        arms = [int(np.linalg.norm(crossing.arms - p, axis=1).argmin()) for p in (enter, leave)]
        pairs.add((min(arms), max(arms)))
    turns = {(i, j) for i, j in pairs if i != j and i // 2 != j // 2}
    return {(0, 1), (2, 3)} <= pairs and not turns


def _passes(
    strokes: Sequence[Line], at: Floats, reach: float, whole: bool = False
) -> list[tuple[Line, ...]]:
    """Where each run through the disc enters and leaves it: two points, fewer if it ends inside.

    Args:
        strokes: Sampled lines.
        at: The disc's middle.
        reach: Its radius.
        whole: Leave out runs that end inside.
    """
    passes: list[tuple[Line, ...]] = []
    for stroke in strokes:
        inside = np.hypot(stroke[:, 0] - at[0], stroke[:, 1] - at[1]) <= reach
        edges = np.flatnonzero(np.diff(np.r_[False, inside, False].astype(np.int8)))
        for first, past in edges.reshape(-1, 2):
            run = []
            if first > 0:
                run.append(stroke[first])
            if past < len(stroke):
                run.append(stroke[past - 1])
            if len(run) == 2 or not whole:
                passes.append(tuple(run))
    return passes


def _least_distance(points: Floats) -> float:
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    return float(apart[np.triu_indices(len(points), 1)].min())
