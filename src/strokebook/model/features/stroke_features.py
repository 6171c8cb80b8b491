"""Stroke statistics of a drawing: number, length, turning, crossings, jumps, closure.

Shape letters: N points of a drawing, S its pen-down segments, F features.
"""

from __future__ import annotations

import numpy as np

from strokebook.base.array_types import Bools, Floats, Ints
from strokebook.geometry.drawing import Stroke3
from strokebook.model.features.feature_table import Numbers

TURNS = np.array([0, 5, 15, 30, 50, 75, 105, 140, 180.0001])  # degrees
CURVES = np.array([0, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, np.inf])  # radians per typical segment
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
SIDES = 8  # directions that segments are sorted by
BLOCK = 256  # segments compared with all others at once
ENDS = 64  # ends of strokes compared with all points at once


def numbers(drawing: Stroke3) -> Numbers:
    """The features of one drawing, by name; lengths in its own unit, as logarithms of 1 + them."""
    points = np.cumsum(drawing[:, :2].astype(np.float64), axis=0)
    lift = drawing[:, 2] > 0.5
    down = np.flatnonzero(~lift[:-1])
    steps = np.diff(points, axis=0)
    return {
        **_counts(lift),
        **_box(points),
        **_segments(steps[down]),
        **_jumps(steps[np.flatnonzero(lift[:-1])], points),
        **_turning(steps, down),
        **_ends(points, lift),
        **_crossing(points[down], steps[down]),
    }


def _counts(lift: Bools) -> Numbers:
    sizes = np.diff(np.concatenate(([0], np.flatnonzero(lift) + 1, [len(lift)])))
    sizes = sizes[sizes > 0]
    return {
        "points": float(np.log(len(lift))),
        "strokes": float(np.log(len(sizes))),
        "points of the median stroke": float(np.log(np.median(sizes))),
        "share of the longest stroke": float(sizes.max() / len(lift)),
        "share of single points": float((sizes == 1).mean()),
    }


def _box(points: Floats) -> Numbers:
    low, high = points.min(0), points.max(0)
    side = np.maximum(high - low, 1e-9)
    middle = (points.mean(0) - low) / side
    first, last = (points[0] - low) / side, (points[-1] - low) / side
    return {
        "width": float(np.log1p(high[0] - low[0])),
        "height": float(np.log1p(high[1] - low[1])),
        "box ratio": float(np.arctan2(side[1], side[0])),
        "middle x": float(middle[0]),
        "middle y": float(middle[1]),
        "first x": float(first[0]),
        "first y": float(first[1]),
        "last x": float(last[0]),
        "last y": float(last[1]),
    }


def _segments(steps: Floats) -> Numbers:
    """Lengths and directions of the segments that leave ink."""
    sizes = np.hypot(*steps.T)
    spread = np.quantile(sizes, SHARES) if len(sizes) else np.zeros(len(SHARES))
    values = {
        f"segment length {share:.0%}": float(np.log1p(v))
        for share, v in zip(SHARES, spread, strict=True)
    }
    values["ink"] = float(np.log1p(sizes.sum()))
    values["longest segment"] = float(np.log1p(sizes.max(initial=0.0)))
    values["share of empty segments"] = float((sizes == 0).mean()) if len(sizes) else 0.0
    side = np.round(np.arctan2(steps[:, 1], steps[:, 0]) / (2 * np.pi / SIDES)).astype(int) % SIDES
    drawn = np.bincount(side, weights=sizes, minlength=SIDES) / max(sizes.sum(), 1e-9)
    return values | {f"ink towards {360 // SIDES * k}°": float(v) for k, v in enumerate(drawn)}


def _jumps(steps: Floats, points: Floats) -> Numbers:
    """The pen's ways above the paper."""
    sizes = np.hypot(*steps.T)
    extent = max(float((points.max(0) - points.min(0)).max()), 1e-9)
    middle, longest = (float(np.median(sizes)), float(sizes.max())) if len(sizes) else (0.0, 0.0)
    return {
        "jumps": float(np.log1p(sizes.sum())),
        "median jump of the extent": middle / extent,
        "longest jump of the extent": longest / extent,
    }


def _turning(steps: Floats, down: Ints) -> Numbers:
    """How the line turns from one segment to the next of the same stroke."""
    later = down[np.isin(down - 1, down)]  # segments that go on from another
    a, b = steps[later - 1], steps[later]
    size_a, size_b = np.hypot(*a.T), np.hypot(*b.T)
    real = (size_a > 0) & (size_b > 0)
    turn = np.arctan2(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0], (a * b).sum(1))[real]
    about = (size_a + size_b)[real] / 2
    curve = np.abs(turn) / about * (np.median(about) if len(about) else 1.0)
    total = max(len(turn), 1)
    same = turn[1:] * turn[:-1] > 0
    ratio = np.log((size_b + 1e-9)[real] / (size_a + 1e-9)[real])
    values = {
        "mean turn": float(turn.sum() / total),
        "mean size of turns": float(np.abs(turn).sum() / total),
        "turns the same way": float(same.mean()) if len(same) else 0.5,
        "turns follow each other": _correlation(turn[:-1], turn[1:]),
        "change of segment length": float(np.abs(ratio).sum() / total),
    }
    bins = np.histogram(np.degrees(np.abs(turn)), TURNS)[0] / total
    curves = np.histogram(curve, CURVES)[0] / total
    values |= {f"turns from {low:.0f}°": float(v) for low, v in zip(TURNS, bins, strict=False)}
    return values | {
        f"curvature from {c:g}": float(v) for c, v in zip(CURVES, curves, strict=False)
    }


def _correlation(a: Floats, b: Floats) -> float:
    if len(a) < 3 or a.std() < 1e-9 or b.std() < 1e-9:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def _ends(points: Floats, lift: Bools) -> Numbers:
    """How near strokes end to where they began, and to the ink of other strokes."""
    last = np.flatnonzero(lift)
    if not len(last) or last[-1] != len(points) - 1:
        last = np.append(last, len(points) - 1)
    first = np.concatenate(([0], last[:-1] + 1))
    extent = max(float((points.max(0) - points.min(0)).max()), 1e-9)
    gap = np.hypot(*(points[last] - points[first]).T)[last > first] / extent
    stroke = np.repeat(np.arange(len(last)), last - first + 1)
    near = _nearest(points, stroke, last) if len(last) > 1 else [extent]
    return {
        "gap of the median stroke": float(np.median(gap)) if len(gap) else 0.0,
        "closed strokes": float((gap < 0.03).mean()) if len(gap) else 0.0,
        "ends near other strokes": float(np.mean(np.array(near) / extent < 0.02)),
        "median end to other strokes": float(np.median(near) / extent),
    }


def _nearest(points: Floats, stroke: Ints, ends: Ints) -> Floats:
    """How far the end of each stroke is from the nearest point of another."""
    least = np.empty(len(ends))
    for low in range(0, len(ends), ENDS):
        away = points - points[ends[low : low + ENDS], None]  # (ENDS, N, 2)
        distance = np.hypot(away[..., 0], away[..., 1])
        distance[stroke == np.arange(low, low + len(away))[:, None]] = np.inf
        least[low : low + ENDS] = distance.min(1)
    return least


def _crossing(starts: Floats, steps: Floats) -> Numbers:
    count = crossings(starts, steps)
    ink = float(np.hypot(*steps.T).sum())
    return {
        "crossings": float(np.log1p(count)),
        "crossings of a segment": count / max(len(steps), 1),
        "ink between crossings": float(np.log1p(ink / (count + 1))),
    }


def crossings(starts: Floats, steps: Floats) -> int:
    """How many pairs of segments cross within both, ends excluded.

    Args:
        starts: ``(S, 2)``.
        steps: From there, ``(S, 2)``.
    """
    count = 0
    for low in range(0, len(starts), BLOCK):
        p, r = starts[low : low + BLOCK, None], steps[low : low + BLOCK, None]
        across = r[..., 0] * steps[:, 1] - r[..., 1] * steps[:, 0]
        way = starts - p
        with np.errstate(divide="ignore", invalid="ignore"):
            t = (way[..., 0] * steps[:, 1] - way[..., 1] * steps[:, 0]) / across
            u = (way[..., 0] * r[..., 1] - way[..., 1] * r[..., 0]) / across
        inside = (t > 0) & (t < 1) & (u > 0) & (u < 1) & (across != 0)
        later = np.arange(len(starts)) > np.arange(low, low + len(p))[:, None]
        count += int((inside & later).sum())
    return count
