"""How the lines leave their nodes: place, direction and curvature just outside the node's ink.

Edge ``e`` has two branches, ``2 e`` at its node ``a`` and ``2 e + 1`` at its node ``b``. Shape
letters: E edges, H = 2 E branches, P points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

_SAMPLES = 9
_NEAR = 0.75  # where the window begins, in pen widths: 1.5 times half the pen
_OUTSIDE = 0.25  # and no less than so many pen widths outside the node's ink
_WINDOW = 4.0  # how long the window is, in pen widths


@dataclass(frozen=True, eq=False)
class Branches:
    """One row for each branch.

    Attributes:
        points: ``(H, 2)``: the line where the window begins.
        heading: ``(H,)``: direction there, away from the node, in radians.
        curvature: ``(H,)``: turn per length, going away from the node.
        window: ``(H,)``: the length over which both were taken.
    """

    points: Floats
    heading: Floats
    curvature: Floats
    window: Floats


@dataclass(frozen=True, eq=False)
class Courses:
    """Where each branch lies on lines put end to end, to be read outward from its node.

    Attributes:
        points: ``(P, 2)`` of all lines.
        way: ``(P,)``: length up to each point, growing from line to line.
        origin: ``(H,)``: the way at each branch's node.
        sign: ``(H,)``: 1 where going outward adds to the way, -1 where it takes from it.
        length: ``(H,)``: how far the branch can be read.
    """

    points: Floats
    way: Floats
    origin: Floats
    sign: Floats
    length: Floats


def edge_courses(lines: Sequence[Floats]) -> Courses:
    """Each branch read along its own edge."""
    points = np.vstack(lines)
    ends = np.cumsum([len(p) for p in lines]) - 1
    step = np.linalg.norm(np.diff(points, axis=0), axis=1)
    step[ends[:-1]] = 1.0  # a gap, so that the way grows from line to line
    way = np.concatenate([[0.0], np.cumsum(step)])
    first = np.concatenate([[0], ends[:-1] + 1])
    origin = np.stack([way[first], way[ends]], axis=1).ravel()
    length = np.repeat(way[ends] - way[first], 2)
    return Courses(points, way, origin, np.tile([1.0, -1.0], len(lines)), length)


def branches(courses: Courses, radii: Floats, pen: float) -> Branches:
    """Direction and curvature of each branch by a parabola fitted to its window.

    Args:
        courses: Where to read.
        radii: ``(H,)``: extent of the ink at each branch's node.
        pen: The pen's width.
    """
    near = np.maximum(_NEAR * pen, radii + _OUTSIDE * pen)
    near = np.minimum(near, 0.3 * courses.length)
    far = np.minimum(near + _WINDOW * pen, courses.length)
    window = np.maximum(far - near, 1e-9)
    t = np.linspace(0.0, 1.0, _SAMPLES)
    way = courses.origin[:, None] + courses.sign[:, None] * (near[:, None] + window[:, None] * t)
    read = np.stack([np.interp(way, courses.way, courses.points[:, k]) for k in (0, 1)], axis=2)
    fit = np.linalg.pinv(np.stack([np.ones_like(t), t, t * t], axis=1))
    place, first, second = np.einsum("ks,hsd->khd", fit, read)
    speed = np.maximum(np.linalg.norm(first, axis=1), 1e-9)
    bend = 2 * (first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]) / speed**3
    # A parabola through noise can bend as no pen does within its width.
    most = 1.0 / max(pen, 1e-9)
    heading = np.arctan2(first[:, 1], first[:, 0])
    return Branches(place, heading, np.clip(bend, -most, most), window)
