"""Tangents: place, direction and curvature of each branch just outside its node's ink.

Branches are half-edges, see :mod:`strokebook.routing.half_edges`. Shape letters: E edges, H = 2 E
branches, P points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from strokebook.base.array_types import Floats

_SAMPLES = 11
_NEAR = 0.75  # where the window begins, in pen widths: 1.5 times half the pen
_OUTSIDE = 0.25  # and no less than so many pen widths outside the node's ink
WINDOW = 4.0  # how long the window is, in pen widths


@dataclass(frozen=True, eq=False)
class Tangents:
    """One row for each branch.

    Attributes:
        points: ``(H, 2)``: the line where the window begins.
        heading: ``(H,)``: direction there, away from the node, in radians.
        curvature: ``(H,)``: turn per length, going away from the node.
        window: ``(H,)``: the length over which both were taken.
        residual: ``(H,)``: how far the line lies from the parabola, root mean square.
    """

    points: Floats
    heading: Floats
    curvature: Floats
    window: Floats
    residual: Floats


@dataclass(frozen=True, eq=False)
class ArcLengthIndex:
    """Where each branch lies on lines put end to end, to be read outward from its node.

    Attributes:
        points: ``(P, 2)`` of all lines.
        arc_length: ``(P,)``: length up to each point, growing from line to line.
        origin: ``(H,)``: the arc length at each branch's node.
        sign: ``(H,)``: 1 where going outward adds to the arc length, -1 where it takes from it.
        length: ``(H,)``: how far the branch can be read.
    """

    points: Floats
    arc_length: Floats
    origin: Floats
    sign: Floats
    length: Floats

    def read(self, out: Floats, values: Floats) -> Floats:
        """What ``values`` ``(P,)`` are at each branch so far ``out``, ``(H, S)`` → ``(H, S)``."""
        arc_length = self.origin[:, None] + self.sign[:, None] * out
        return np.interp(arc_length, self.arc_length, values)


def index_edges(lines: Sequence[Floats]) -> ArcLengthIndex:
    """Each branch read along its own edge."""
    points = np.vstack(lines)
    ends = np.cumsum([len(p) for p in lines]) - 1
    step = np.linalg.norm(np.diff(points, axis=0), axis=1)
    step[ends[:-1]] = 1.0  # a gap, so that the arc length grows from line to line
    arc_length = np.concatenate([[0.0], np.cumsum(step)])
    first = np.concatenate([[0], ends[:-1] + 1])
    origin = np.stack([arc_length[first], arc_length[ends]], axis=1).ravel()
    length = np.repeat(arc_length[ends] - arc_length[first], 2)
    return ArcLengthIndex(points, arc_length, origin, np.tile([1.0, -1.0], len(lines)), length)


def clearance(index: ArcLengthIndex, radii: Floats, pen: float) -> Floats:
    """How far from its node each branch is clear of the node's ink, ``(H,)``.

    Args:
        index: Where to read.
        radii: ``(H,)``: extent of the ink at each branch's node.
        pen: The pen's width.
    """
    near = np.maximum(_NEAR * pen, radii + _OUTSIDE * pen)
    return np.asarray(np.minimum(near, 0.3 * index.length))


def fit_tangents(
    index: ArcLengthIndex, near: Floats, pen: float, window: float = WINDOW
) -> Tangents:
    """Direction and curvature of each branch by a parabola fitted to its window.

    Args:
        index: Where to read.
        near: ``(H,)``: where each window begins, see :func:`clearance`.
        pen: The pen's width.
        window: How long windows are, in pen widths, where the branch is as long.
    """
    length = np.maximum(np.minimum(near + window * pen, index.length) - near, 1e-9)
    t = np.linspace(0.0, 1.0, _SAMPLES)
    out = near[:, None] + length[:, None] * t
    read = np.stack([index.read(out, index.points[:, k]) for k in (0, 1)], axis=2)
    powers = np.stack([np.ones_like(t), t, t * t], axis=1)
    fitted = np.einsum("ks,hsd->khd", np.linalg.pinv(powers), read)
    place, first, second = fitted
    speed = np.maximum(np.linalg.norm(first, axis=1), 1e-9)
    bend = 2 * (first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]) / speed**3
    off = read - np.einsum("sk,khd->hsd", powers, fitted)
    # A parabola through noise can bend as no pen does within its width.
    sharpest = 1.0 / max(pen, 1e-9)
    return Tangents(
        points=place,
        heading=np.arctan2(first[:, 1], first[:, 0]),
        curvature=np.clip(bend, -sharpest, sharpest),
        window=length,
        residual=np.sqrt((off**2).sum(axis=2).mean(axis=1)),
    )
