"""Novelty: the distance of drawings to their nearest training drawings; copies lie near 0.

Every drawing is scaled to a frame of 200 units (its box's longer side), its box centred, and its
ink covered with points at equal steps, each with the line's direction. The distance of two drawings
is the symmetric mean chamfer distance: from every point of one to the nearest point of the other,
averaged, both ways, halved; a line across another counts as 40 units away. Without directions any
two thin figures would be near to each other. It knows nothing of pen order; turned copies it does
not recognise, mirrored ones if asked, and parts that were copied are found by
:mod:`~strokebook.model.evaluation.passages`.

Shape letters: P points of a drawing, G cells along a side of the grid, D drawings, K candidates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from strokebook.base.array_types import Floats, Floats32, Ints
from strokebook.geometry.drawing import Stroke3

FRAME = 200.0
POINTS = 160
ACROSS = 20.0  # the cosine and sine of twice the direction are multiplied by this
GRID = 40  # its cells are 5 units wide
CANDIDATES = (512, 32)  # kept by the grid, and by every fourth point
EVERY = 4
BLOCK = 512  # training drawings compared at once


@dataclass(frozen=True)
class Near:
    """The training drawing nearest to a drawing, and how far it is in units of the frame."""

    index: int
    distance: float


@dataclass(frozen=True)
class DistanceSpread:
    """Distances of many drawings to their nearest training drawings, in units of the frame."""

    median: float
    low: float  # 5 % are nearer
    least: float


def spread_of(nearest_ones: Sequence[Near]) -> DistanceSpread:
    """Median, 5 % quantile and least distance of at least one."""
    values = np.array([n.distance for n in nearest_ones])
    return DistanceSpread(
        float(np.median(values)), float(np.quantile(values, 0.05)), float(values.min())
    )


def nearest(
    drawings: Sequence[Stroke3], training: Sequence[Stroke3], *, mirrored: bool = False
) -> list[Near]:
    """The nearest training drawing of each drawing; at least one of each must be given.

    With ``mirrored`` each training drawing counts as it is and mirrored, whichever is nearer. The
    nearest are sought on a grid, where the distance is two matrix products; among those by
    every fourth point; among those by all points.
    """
    wanted, known = [ink(d) for d in drawings], np.array([ink(d) for d in training])
    if mirrored:  # x, y, and cosine and sine of twice the direction
        known = np.concatenate((known, known * (-1.0, 1.0, 1.0, -1.0)))
    rough = _on_grid(np.array(wanted), known)
    nearest_ones = []
    for points, row in zip(wanted, rough, strict=True):
        near = _least(row, CANDIDATES[0])
        near = near[_least(_chamfers(points[::EVERY], known[near][:, ::EVERY]), CANDIDATES[1])]
        exact = _chamfers(points, known[near])
        best = int(np.argmin(exact))
        nearest_ones.append(Near(int(near[best]) % len(training), float(exact[best])))
    return nearest_ones


def ink(drawing: Stroke3, count: int = POINTS) -> Floats:
    """Points at equal steps of the ink: x, y in the frame and the direction, ``(count, 4)``.

    A drawing without ink (dots only) gives its points, repeated, without direction.
    """
    points = np.cumsum(drawing[:, :2].astype(np.float64), axis=0)
    low, high = points.min(0), points.max(0)
    longer = float((high - low).max())
    points = (points - (low + high) / 2) * (FRAME / longer if longer > 0 else 1.0)
    down = np.flatnonzero(drawing[:-1, 2] < 0.5)
    steps = points[down + 1] - points[down]
    sizes = np.hypot(*steps.T)
    way = np.concatenate(([0.0], np.cumsum(sizes)))
    if way[-1] <= 0:
        return np.pad(points[np.arange(count) % len(points)], ((0, 0), (0, 2)))
    at = (np.arange(count) + 0.5) / count * way[-1]
    segment = np.clip(np.searchsorted(way, at, "right") - 1, 0, len(down) - 1)
    share = (at - way[segment]) / np.maximum(sizes[segment], 1e-12)
    place = points[down[segment]] + share[:, None] * steps[segment]
    twice = 2.0 * np.arctan2(steps[segment, 1], steps[segment, 0])  # a line has no front and back
    return np.column_stack((place, ACROSS * np.cos(twice), ACROSS * np.sin(twice)))


def _least(values: npt.NDArray[Any], count: int) -> Ints:
    """Where the ``count`` least values are (all, if there are fewer), in order of place."""
    if len(values) <= count:
        return np.arange(len(values))
    return np.sort(np.argpartition(values, count - 1)[:count])


def _chamfers(points: Floats, others: Floats) -> Floats:
    """The distances of one drawing ``(P, 4)`` to others ``(K, P, 4)``: ``(K,)``."""
    square = (
        np.square(points).sum(1)[:, None]
        + np.square(others).sum(2)[:, None, :]
        - 2.0 * points @ others.transpose(0, 2, 1)
    )
    one, other = np.maximum(square.min(2), 0.0), np.maximum(square.min(1), 0.0)
    return np.asarray((np.sqrt(one).mean(1) + np.sqrt(other).mean(1)) / 2)


def _on_grid(wanted: Floats, known: Floats) -> Floats32:
    """Rough distances, ``(D of wanted, D of known)``: cells filled × distances to filled cells."""
    filled, away = _cells(wanted)
    parts = []
    for first in range(0, len(known), BLOCK):
        other_filled, other_away = _cells(known[first : first + BLOCK])
        parts.append(filled @ other_away.T + away @ other_filled.T)
    return np.concatenate(parts, axis=1)


def _cells(
    inks: Floats,
) -> tuple[Floats32, Floats32]:
    """The share of points in each cell, and each cell's distance to the ink; ``(D, G²)`` each."""
    from scipy.ndimage import distance_transform_edt

    share = np.zeros((len(inks), GRID, GRID), np.float32)
    away = np.zeros_like(share)
    for k, points in enumerate(inks):
        place = np.clip((points[:, :2] / FRAME + 0.5) * GRID, 0, GRID - 1).astype(int)
        np.add.at(share[k], (place[:, 1], place[:, 0]), 1.0 / len(points))
        away[k] = distance_transform_edt(share[k] == 0)
    return share.reshape(len(inks), -1), away.reshape(len(inks), -1)
