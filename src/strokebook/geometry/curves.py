"""Bézier curves to polylines within a stated tolerance. S is the number of curves."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from strokebook.base.array_types import Floats, Ints

MOST_PIECES = 256


def flatten_cubics(controls: npt.ArrayLike, tolerance: float) -> tuple[Floats, Ints]:
    """Points along cubic Béziers, end points included, never farther off than ``tolerance``.

    The number of pieces is Wang's bound from the second differences of the control points
    (Goldman 2003, "Pyramid Algorithms", section 5.6.3): n = sqrt(6 M / (8 tolerance)).

    Args:
        controls: ``(S, 4, 2)`` control points.
        tolerance: Greatest distance between curve and polyline, in the points' unit.

    Returns:
        All points ``(P, 2)``, curve after curve, and the number of points of each, ``(S,)``, ≥ 2.
    """
    c = np.asarray(controls, np.float64).reshape(-1, 4, 2)
    bend = np.linalg.norm(c[:, :-2] - 2 * c[:, 1:-1] + c[:, 2:], axis=2).max(axis=1)
    pieces = np.clip(np.ceil(np.sqrt(0.75 * bend / tolerance)), 1, MOST_PIECES).astype(np.intp)
    counts = pieces + 1
    curve = np.repeat(np.arange(len(c)), counts)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    t = ((np.arange(len(curve)) - first) / pieces[curve])[:, None]
    s, c = 1.0 - t, c[curve]
    points = s**3 * c[:, 0] + 3 * s**2 * t * c[:, 1] + 3 * s * t**2 * c[:, 2] + t**3 * c[:, 3]
    return np.asarray(points, np.float64), counts


def flatten_cubic(controls: npt.ArrayLike, tolerance: float) -> Floats:
    """Points ``(P, 2)`` along one cubic Bézier ``(4, 2)``; see :func:`flatten_cubics`."""
    return flatten_cubics(np.asarray(controls)[None], tolerance)[0]


def flatten_chain(controls: npt.ArrayLike, tolerance: float) -> Floats:
    """Points along curves ``(S, 4, 2)``, each without its first; see :func:`flatten_cubics`."""
    points, counts = flatten_cubics(controls, tolerance)
    inner = np.ones(len(points), bool)
    inner[np.cumsum(counts) - counts] = False
    return points[inner]


def quadratic_to_cubic(controls: npt.ArrayLike) -> Floats:
    """The cubic ``(4, 2)`` that is the same curve as the quadratic ``(3, 2)``."""
    a, b, c = np.asarray(controls, np.float64)
    return np.array([a, (a + 2 * b) / 3, (2 * b + c) / 3, c])
