"""Paths as a plotter likes them: few points, none too near, not too long. All in mm.

One very long path makes some plotter programs slow and jerky (saxi's issue 44), and long paths are
what single-line drawings are made of.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from strokebook.base.array_types import Floats
from strokebook.geometry.polyline import step_lengths
from strokebook.geometry.simplify import kept_points


def distinct(points: Floats) -> Floats:
    """``(P, 2)`` without points that repeat the one before."""
    moved = np.any(np.diff(points, axis=0) != 0, axis=1)
    return np.asarray(points[np.concatenate([[True], moved])])


def thinned(path: Floats, tolerance: float, shortest: float) -> Floats:
    """A path with the points that matter.

    Ramer-Douglas-Peucker first; then points nearer than ``shortest`` to the last one kept go,
    except the path's last.

    Args:
        path: ``(P, 2)``.
        tolerance: Farthest that the line may lie from the path; 0 keeps all points.
        shortest: Least length of a step; 0 keeps all.
    """
    return _without_short(path[kept_points(path, tolerance)], shortest)


def _without_short(path: Floats, shortest: float) -> Floats:
    kept, (x, y) = [0], path[0]
    for n, (u, v) in enumerate(path[1:].tolist(), start=1):
        if np.hypot(u - x, v - y) >= shortest or n == len(path) - 1:
            kept.append(n)
            x, y = u, v
    return path[kept]


def split_by_points(path: Floats, most: int) -> list[Floats]:
    """Pieces of at most ``most`` points, each beginning with the last point of the one before."""
    if most < 2 or len(path) <= most:
        return [path]
    return [path[at : at + most] for at in range(0, len(path) - 1, most - 1)]


def cut_for_refills(paths: Sequence[Floats], metres: float) -> list[list[Floats]]:
    """One pen's paths in parts of at most ``metres`` of line; one part where that is 0.

    A path is cut at the point before the step that would go over the limit, and the next part
    begins with that point. A step is never cut.
    """
    parts: list[list[Floats]] = [[]]
    drawn = 0.0
    for path in paths:
        begin = 0
        for n, step in enumerate(step_lengths(path).tolist() if metres > 0 else ()):
            if drawn > 0 and drawn + step > 1000 * metres:
                if n > begin:
                    parts[-1].append(path[begin : n + 1])
                parts.append([])
                begin, drawn = n, 0.0
            drawn += step
        parts[-1].append(path[begin:])
    return parts
