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


def evenly(points: npt.ArrayLike, count: int) -> Floats32:
    """``count`` points at equal steps along the line, both ends kept: ``(count, 2)``."""
    p = np.asarray(points, np.float64)
    length = arc_length(p)
    at = np.linspace(0.0, length[-1], count)
    return np.stack([np.interp(at, length, p[:, k]) for k in (0, 1)], axis=1).astype(np.float32)
