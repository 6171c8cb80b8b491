"""Form of a drawing in numbers: where its ink lies, its way through the box, its strokes' shapes.

Lengths are shares of the longer side of the drawing's box; places are measured from the box's
middle, so the box goes from -0.5 to 0.5 along its longer side. All ink is weighted by its length.

Shape letters: N points of a drawing, S its pen-down segments, K strokes, P places along the ink.
"""

from __future__ import annotations

import numpy as np

from strokebook.base.array_types import Floats, Ints
from strokebook.geometry.drawing import Stroke3
from strokebook.model.features.feature_table import Numbers

GRIDS = (4, 8)  # cells along a side
PLACES = 16  # at equal steps of the ink, in drawn order
THIRDS = 3
DIRECTIONS = 12  # of segments without front and back
TOUCH = 0.02  # an end this near to ink meets it
ALONG = 0.08  # of its own stroke's ink, so much next to an end is not what it meets
STROKES = 3  # the first so many are described one by one
PIECES = 6  # into which a segment is cut for the grid


def numbers(drawing: Stroke3) -> Numbers:
    """The features of one drawing, by name."""
    points = np.cumsum(drawing[:, :2].astype(np.float64), axis=0)
    low, high = points.min(0), points.max(0)
    points = (points - (low + high) / 2) / max(float((high - low).max()), 1e-9)
    stroke = np.concatenate(([0], np.cumsum(drawing[:-1, 2] > 0.5)))
    down = np.flatnonzero(stroke[1:] == stroke[:-1])
    steps = points[down + 1] - points[down]
    sizes = np.hypot(*steps.T)
    return {
        **_occupancy(points[down], steps, sizes),
        **_moments(points[down] + steps / 2, sizes),
        **_way(points, down, sizes),
        **_directions(steps, sizes),
        **_thirds(steps, sizes, stroke[down]),
        **_meetings(points, stroke),
        **_strokes(points, stroke),
    }


def _occupancy(starts: Floats, steps: Floats, sizes: Floats) -> Numbers:
    """Share of the ink in each cell of a square grid over the box."""
    at = (np.arange(PIECES) + 0.5) / PIECES
    places = (starts[:, None] + at[:, None] * steps[:, None]).reshape(-1, 2)  # (6 S, 2)
    weights = np.repeat(sizes, PIECES) / max(PIECES * sizes.sum(), 1e-9)
    out: Numbers = {}
    for side in GRIDS:
        column, row = np.clip(((places + 0.5) * side).astype(int), 0, side - 1).T
        share = np.bincount(row * side + column, weights, side * side)
        out |= {f"ink in {k // side}, {k % side} of {side}": float(v) for k, v in enumerate(share)}
    return out


def _moments(middles: Floats, sizes: Floats) -> Numbers:
    """Centre of the ink, its spread along both axes, radius of gyration, slant, skew."""
    weight = sizes / max(sizes.sum(), 1e-9)
    centre = weight @ middles
    away = middles - centre
    xx, yy, xy = weight @ away[:, 0] ** 2, weight @ away[:, 1] ** 2, weight @ away.prod(1)
    return {
        "centre x": float(centre[0]),
        "centre y": float(centre[1]),
        "spread x": float(np.sqrt(xx)),
        "spread y": float(np.sqrt(yy)),
        "radius of gyration": float(np.sqrt(xx + yy)),
        "slant": float(xy / max(np.sqrt(xx * yy), 1e-9)),
        "skew x": float(weight @ away[:, 0] ** 3),
        "skew y": float(weight @ away[:, 1] ** 3),
    }


def _way(points: Floats, down: Ints, sizes: Floats) -> Numbers:
    """Where the pen is at equal steps of the ink, in drawn order, and how much it has inked."""
    if not len(down) or sizes.sum() <= 0:
        places = np.repeat(points[:1], PLACES, axis=0)
    else:
        way = np.cumsum(sizes)
        at = (np.arange(PLACES) + 0.5) / PLACES * way[-1]
        segment = np.clip(np.searchsorted(way, at), 0, len(down) - 1)
        left = (way[segment] - at) / np.maximum(sizes[segment], 1e-12)
        first = down[segment]
        places = points[first + 1] + left[:, None] * (points[first] - points[first + 1])
    out = {f"way {k} {axis}": float(v) for k, p in enumerate(places)
           for axis, v in zip("xy", p, strict=True)}  # fmt: skip
    box = np.maximum(points.max(0) - points.min(0), 1e-9)
    out["ink of the box"] = float(np.log1p(sizes.sum() / np.sqrt(box.prod())))
    out["ink of the longer side"] = float(np.log1p(sizes.sum()))
    return out


def _directions(steps: Floats, sizes: Floats) -> Numbers:
    """Ink by direction, front and back alike, and by the length of its segments."""
    angle = np.arctan2(steps[:, 1], steps[:, 0]) % np.pi
    # Bins end exactly at 45° and 135°, where many segments lie: the last bits must not decide.
    bins = np.minimum(np.round(angle / np.pi * DIRECTIONS, 9).astype(int), DIRECTIONS - 1)
    whole = max(sizes.sum(), 1e-9)
    share = np.bincount(bins, sizes, DIRECTIONS) / whole
    out = {f"ink along {180 // DIRECTIONS * k}°": float(v) for k, v in enumerate(share)}
    edges = (0.0, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, np.inf)
    counts = np.histogram(sizes, edges)[0] / max(len(sizes), 1)
    return out | {f"segments from {low:g}": float(v) for low, v in zip(edges, counts, strict=False)}


def _thirds(steps: Floats, sizes: Floats, stroke: Ints) -> Numbers:
    """Turning and segment length in each third of the ink, in drawn order."""
    turn = np.zeros(len(steps))
    a, b = steps[:-1], steps[1:]
    turn[1:] = np.arctan2(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0], (a * b).sum(1))
    turn[1:][stroke[1:] != stroke[:-1]] = 0.0
    way = np.cumsum(sizes) - sizes / 2
    third = np.minimum((THIRDS * way / max(sizes.sum(), 1e-9)).astype(int), THIRDS - 1)
    out = {}
    for k in range(THIRDS):
        own = third == k
        ink = max(sizes[own].sum(), 1e-3)
        out[f"turning a length, third {k}"] = float(np.log1p(np.abs(turn[own]).sum() / ink))
        out[f"net turning, third {k}"] = float(np.clip(turn[own].sum() / ink, -50, 50))
        out[f"segment length, third {k}"] = float(np.median(sizes[own])) if own.any() else 0.0
    return out


def _meetings(points: Floats, stroke: Ints) -> Numbers:
    """Which ends of strokes meet other ink (a T or a corner), and which meet nothing."""
    first = np.flatnonzero(np.diff(stroke, prepend=-1))
    last = np.append(first[1:], len(points)) - 1
    both = np.concatenate((first, last))
    to_ink, to_end = _to_ink(points, stroke, both), _to_end(points, stroke, both)
    out = {}
    for name, part in (("starts", slice(len(first))), ("ends", slice(len(first), None))):
        away, corner = to_ink[part], to_end[part]
        inside = (away < TOUCH) & (corner >= TOUCH)
        out[f"{name} that meet ink"] = float((away < TOUCH).mean())
        out[f"{name} that meet the inside of a line"] = float(inside.mean())
        out[f"{name} that meet nothing"] = float((away > 3 * TOUCH).mean())
        out[f"median way from {name} to ink"] = float(np.median(np.minimum(away, 1.0)))
    gap = np.hypot(*(points[last] - points[first]).T)
    out["mean gap of strokes"] = float(gap.mean())
    out["gap of the drawing"] = float(np.hypot(*(points[-1] - points[0])))
    return out


def _to_ink(points: Floats, stroke: Ints, ends: Ints) -> Floats:
    """How far points (by number) are from ink, that next to them on their line left out.

    2 where there is no other ink.
    """
    same = stroke[1:] == stroke[:-1]
    steps = np.diff(points, axis=0)
    way = np.concatenate(([0.0], np.cumsum(np.where(same, np.hypot(*steps.T), 0.0))))
    at = np.flatnonzero(same)
    if not len(at):
        return np.full(len(ends), 2.0)
    start, step = points[at], steps[at]
    square = np.maximum(np.square(step).sum(1), 1e-12)
    away = points[ends][:, None] - start  # (E, S, 2)
    share = np.clip((away * step).sum(2) / square, 0.0, 1.0)
    distance = np.hypot(away[..., 0] - share * step[:, 0], away[..., 1] - share * step[:, 1])
    along = np.abs(np.stack((way[at], way[at + 1]))[:, None] - way[ends][:, None]).min(0)
    distance[(stroke[at] == stroke[ends][:, None]) & (along < ALONG)] = 2.0
    return np.asarray(distance.min(1))


def _to_end(points: Floats, stroke: Ints, ends: Ints) -> Floats:
    """How far ends of strokes are from the nearest end of another; 2 where there is none."""
    away = points[ends][:, None] - points[ends]
    distance = np.hypot(away[..., 0], away[..., 1])
    distance[stroke[ends][:, None] == stroke[ends]] = 2.0
    return np.asarray(distance.min(1))


def _strokes(points: Floats, stroke: Ints) -> Numbers:
    """Size, place and shape of the first strokes, and of all on average."""
    parts = np.split(points, np.flatnonzero(np.diff(stroke)) + 1)
    rows = np.array([_one_stroke(part) for part in parts])
    names = ("width", "height", "x", "y", "ink", "straightness", "turning")
    out: Numbers = {}
    for k in range(STROKES):
        row = rows[k] if k < len(rows) else np.zeros(len(names))
        out |= {f"{name} of stroke {k}": float(v) for name, v in zip(names, row, strict=True)}
    for name, mean, spread in zip(names, rows.mean(0), rows.std(0), strict=True):
        out |= {f"mean {name} of strokes": float(mean), f"spread of {name}": float(spread)}
    return out


def _one_stroke(points: Floats) -> tuple[float, ...]:
    width, height = points.max(0) - points.min(0)
    steps = np.diff(points, axis=0)
    ink = float(np.hypot(*steps.T).sum())
    a, b = steps[:-1], steps[1:]
    turn = np.arctan2(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0], (a * b).sum(1)).sum()
    straight = float(np.hypot(*(points[-1] - points[0]))) / max(ink, 1e-9)
    x, y = (points.max(0) + points.min(0)) / 2
    return width, height, x, y, ink, straight, float(np.clip(turn, -20, 20))
