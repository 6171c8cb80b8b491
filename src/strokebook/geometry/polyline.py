"""Polylines ``(P, 2)``: length, arc length up to each point, points at equal steps."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from strokebook.base.array_types import Floats, Floats32


def step_lengths(points: npt.ArrayLike) -> Floats:
    """The length of each step from one point to the next, ``(P, 2)`` → ``(P - 1,)``."""
    p = np.asarray(points)
    return np.asarray(np.linalg.norm(np.diff(p, axis=0), axis=1))


def polyline_length(points: npt.ArrayLike) -> float:
    """The length along the points, in their unit and summed in their precision."""
    return float(step_lengths(points).sum())


def arc_length(points: npt.ArrayLike) -> Floats:
    """The length along the line up to each point, ``(P, 2)`` → ``(P,)``; 0 at the first."""
    return np.concatenate([[0.0], np.cumsum(step_lengths(np.asarray(points, np.float64)))])


def points_at(points: npt.ArrayLike, length: Floats, at: Floats) -> Floats:
    """The places that lie so far along a line, ``(N, 2)``.

    Args:
        points: ``(P, 2)``.
        length: Along the line up to each point, ``(P,)``, as :func:`arc_length` gives it.
        at: Lengths, ``(N,)``.
    """
    p = np.asarray(points, np.float64)
    return np.stack([np.interp(at, length, p[:, k]) for k in (0, 1)], axis=1)


def evenly(points: npt.ArrayLike, count: int) -> Floats32:
    """``count`` points at equal steps along the line, both ends kept: ``(count, 2)``."""
    length = arc_length(points)
    return points_at(points, length, np.linspace(0.0, length[-1], count)).astype(np.float32)
