"""Points of a drawing at equal steps of its line, and copies of them: mirrored and turned.

Shape letters: N points of a drawing, P points along its ink, C copies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from strokebook.base.array_types import Floats, Floats32
from strokebook.geometry.drawing import Drawing

POINTS = 256  # a portrait's line is some 12 times its longer side: steps of 0.05
DRIFT = 0.5  # of a step: how far to both sides of a point its direction is measured
# Turned a little, as paper lies on a scanner or in a photo; and by quarters, as pages are held.
TURNS = (0.0, -18.0, -12.0, -6.0, 6.0, 12.0, 18.0, 90.0, 180.0, 270.0)


@dataclass(frozen=True, eq=False)
class LinePoints:
    """The line of a drawing in a frame of its own: its box's longer side is 1, its middle (0, 0).

    Attributes:
        points: x, y (down) and direction in radians, 0 to π, in drawn order, ``(P, 3)`` float32.
        length: Of the whole line, in longer sides.
        centre: Middle of the box in the drawing's own unit, ``(2,)``.
        side: The box's longer side in that unit.
    """

    points: Floats32
    length: float
    centre: Floats
    side: float

    def packed(self) -> Floats32:
        """All of it as one vector: the points, then length, centre and side."""
        rest = (self.length, *self.centre.tolist(), self.side)
        return np.concatenate((self.points.ravel(), np.array(rest, np.float32)))

    @classmethod
    def unpacked(cls, vector: Floats32) -> LinePoints:
        """What :meth:`packed` gave."""
        length, x, y, side = vector[-4:].astype(np.float64).tolist()
        return cls(vector[:-4].reshape(-1, 3), length, np.array((x, y)), side)

    def first(self, share: float) -> LinePoints:
        """What is drawn first: ``share`` of the line, in a frame of its own."""
        kept = max(2, round(share * len(self.points)))
        return refit(self.points[:kept], self.length * kept / len(self.points), self)


def refit(points: Floats32, length: float, parent: LinePoints) -> LinePoints:
    """Points of another ink's frame in their own."""
    low, high = points[:, :2].min(0), points[:, :2].max(0)
    side, middle = max(float((high - low).max()), 1e-6), (low + high) / 2
    moved = points.copy()
    moved[:, :2] = (points[:, :2] - middle) / side
    centre = parent.centre + middle.astype(np.float64) * parent.side
    return LinePoints(moved, length / side, centre, parent.side * side)


def ink_of(drawing: Drawing, count: int = POINTS) -> LinePoints | None:
    """The ink of a drawing; None where it has no line (nothing, dots only)."""
    strokes = [np.asarray(s, np.float64) for s in drawing.strokes if len(s) > 1]
    if not strokes:
        return None
    points = np.concatenate(strokes)
    low, high = points.min(0), points.max(0)
    side, middle = float((high - low).max()), (low + high) / 2
    steps = np.diff(points, axis=0)
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    ends = np.cumsum([len(s) for s in strokes])[:-1] - 1
    lengths[ends] = 0.0  # from one stroke to the next there is no ink
    way = np.concatenate(([0.0], np.cumsum(lengths)))
    if way[-1] <= 0 or side <= 0:
        return None
    at = (np.arange(count) + 0.5) / count * way[-1]
    borders = np.concatenate(([0.0], way[ends], [way[-1]]))
    place = np.searchsorted(borders, at, "right")  # the stroke that each point lies on
    first, last = borders[place - 1], borders[np.minimum(place, len(borders) - 1)]
    reach = DRIFT * way[-1] / count
    points = (points - middle) / side
    here = _along(points, way, at)
    before = _along(points, way, np.maximum(at - reach, first + 1e-9))
    after = _along(points, way, np.minimum(at + reach, last - 1e-9))
    chord = after - before
    direction = np.arctan2(chord[:, 1], chord[:, 0]) % np.pi
    table = np.column_stack((here, direction)).astype(np.float32)
    return LinePoints(table, float(way[-1]) / side, middle, side)


def _along(points: Floats, way: Floats, at: Floats) -> Floats:
    """The points ``(N, 2)`` interpolated at lengths of the line, ``(P, 2)``."""
    segment = np.clip(np.searchsorted(way, at, "right") - 1, 0, len(way) - 2)
    share = (at - way[segment]) / np.maximum(way[segment + 1] - way[segment], 1e-12)
    share = np.clip(share, 0.0, 1.0)[:, None]
    return np.asarray(points[segment] + share * (points[segment + 1] - points[segment]))


@dataclass(frozen=True)
class Change:
    """How a copy differs from the drawing: mirrored first (left and right), then turned.

    Attributes:
        mirrored: Whether left and right change places.
        turn: Degrees, clockwise as y points down.
    """

    mirrored: bool
    turn: float

    @property
    def matrix(self) -> Floats:
        """``(2, 2)``: a copy's points are ``points @ matrix``."""
        c, s = np.cos(np.radians(self.turn)), np.sin(np.radians(self.turn))
        turned = np.array(((c, s), (-s, c)))
        return np.diag((-1.0, 1.0)) @ turned if self.mirrored else turned

    @property
    def words(self) -> str:
        """``mirrored, turned by 90°``; empty for the drawing as it is."""
        parts = ["mirrored"] if self.mirrored else []
        if self.turn:
            parts.append(f"turned by {(self.turn + 180) % 360 - 180:.0f}°")
        return ", ".join(parts)


def changes(turns: Sequence[float] = TURNS) -> list[Change]:
    """All changes that are looked for: each turn, as it is and mirrored."""
    return [Change(mirrored, turn) for turn in turns for mirrored in (False, True)]


def changed(ink: LinePoints, change: Change) -> LinePoints:
    """A mirrored and turned copy, in a frame of its own."""
    points = ink.points.copy()
    points[:, :2] = ink.points[:, :2] @ change.matrix.astype(np.float32)
    direction = -ink.points[:, 2] + np.pi if change.mirrored else ink.points[:, 2]
    points[:, 2] = (direction + np.radians(change.turn)) % np.pi
    return refit(points, ink.length, LinePoints(points, ink.length, np.zeros(2), 1.0))
