"""Measures of a drawing that tell one figure from a chain of two to four, and from a pattern.

All are taken in a frame whose longer side is 1, so that they do not depend on how large the drawing
lies on its page or where. What they look for: a second figure brings a second head (a place where
the line turns much in little space), a second body behind a neck of the silhouette, a valley
between two hills of ink, finer detail for the same box, and ink that resembles itself when shifted
by a figure's breadth.

Shape letters: M points along the line, T turns of the line, H × W pixels of the ink's picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from scipy import ndimage

from strokebook.base.array_types import Bytes, Floats
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.simplify import kept_points

SIDE = 144  # px: the longer side of the ink's picture
RIM = 14  # px around it
STEP = 1 / 288  # of the longer side: between points along the line
GRID = 32  # cells a side of the maps of turning
SCALES = (1 / 400, 1 / 150, 1 / 60)  # of the longer side: what counts as straight
HEADS = (0.05, 0.08, 0.12)  # of the longer side: how far a head's turns are spread
CLOSING = 0.06  # of the longer side: gaps of a silhouette that are closed
OPENING = (0.03, 0.055, 0.085, 0.12)  # of the longer side: half the breadth of necks that are cut
ANGLES = (0.0, 0.25, 0.5, 0.75)  # of half a turn: along what profiles are taken
BINS = 48  # of a profile
CELLS = 8  # a side, for the density by cell
HOLES = (0.002, 0.01, 0.04)  # of the box: areas over which a closed loop is counted
NEAREST = 0.18  # of the longer side: the least shift at which ink is compared with itself
EMPTY = 1e-9
Values = dict[str, float]


@dataclass(frozen=True)
class _Line:
    """The drawing in its frame.

    Attributes:
        strokes: The box's corner at 0, its longer side 1; simplified at the finest scale.
        size: Width and height of the box.
        points: Along the line at even steps, ``(M, 2)``.
        turns: Where it turns, ``(T, 2)``.
        bends: By how much, in full turns, left and right alike, ``(T,)``.
    """

    strokes: list[Floats]
    size: Floats
    points: Floats
    turns: Floats
    bends: Floats


def measure_composition(drawing: Drawing) -> Values:
    """The measures of a drawing, in any unit, by name; of one without extent they are all 0."""
    strokes = _framed(drawing)
    if not strokes:
        return dict.fromkeys(measure_names(), 0.0)
    line = _line(strokes)
    ink = _ink(line)
    parts = (
        *(_lengths(line), _detail(line), _heads(line), _valleys(line), _cells(line)),
        *(_silhouette(ink), _holes(ink), _repeats(ink)),
    )
    return {name: round(float(value), 5) for part in parts for name, value in part.items()}


def row_of(measures: Mapping[str, float], names: Sequence[str]) -> Floats:
    """The measures of these names as a row for a classifier, ``(F,)``."""
    return np.array([measures[name] for name in names], np.float64)


@cache
def measure_names() -> tuple[str, ...]:
    """The names of all measures, in order."""
    corner = Drawing.of([[(0, 0), (2, 1), (1, 2)]])
    return tuple(measure_composition(corner))


def _framed(drawing: Drawing) -> list[Floats]:
    if not drawing.strokes:
        return []
    points = drawing.points.astype(np.float64)
    low, longest = points.min(axis=0), float(np.ptp(points, axis=0).max())
    if longest < EMPTY:
        return []
    return [(stroke.astype(np.float64) - low) / longest for stroke in drawing.strokes]


def _line(strokes: list[Floats]) -> _Line:
    points, turns, bends = [], [np.zeros((0, 2))], [np.zeros(0)]
    # What is kept at a coarse scale is among what is kept at a finer one.
    strokes = [stroke[kept_points(stroke, SCALES[0])] for stroke in strokes]
    for stroke in strokes:
        run = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(stroke, axis=0), axis=1))]
        at = np.linspace(0, run[-1], max(int(run[-1] / STEP), 1) + 1)
        points.append(np.stack([np.interp(at, run, stroke[:, k]) for k in (0, 1)], axis=1))
        corners, turned = _corners(stroke, SCALES[1])
        turns.append(corners)
        bends.append(turned)
    size = np.maximum(np.ptp(np.vstack(strokes), axis=0), 1e-3)
    return _Line(strokes, size, np.vstack(points), np.vstack(turns), np.concatenate(bends))


def _corners(stroke: Floats, epsilon: float) -> tuple[Floats, Floats]:
    """Where a stroke turns after simplification, and by how many full turns each time."""
    plain = stroke[kept_points(stroke, epsilon)]
    steps = np.diff(plain, axis=0)
    moved = np.any(steps != 0, axis=1)
    steps, ends = steps[moved], plain[1:][moved]
    headings = np.arctan2(steps[:, 1], steps[:, 0])
    bends = (np.diff(headings) + np.pi) % (2 * np.pi) - np.pi
    return ends[:-1], np.abs(bends) / (2 * np.pi)


def _ink(line: _Line) -> Bytes:
    """Picture of the ink, ``(H, W)``, 1 where there is some."""
    high, wide = (int(np.ceil(v * SIDE)) + 2 * RIM + 1 for v in line.size[::-1])
    ink = np.zeros((high, wide), np.uint8)
    runs = [np.rint((s * SIDE + RIM) * 16).astype(np.int32).reshape(-1, 1, 2) for s in line.strokes]
    cv2.polylines(ink, runs, False, 1, 1, cv2.LINE_8, shift=4)
    return np.asarray(ink, np.uint8)


def _lengths(line: _Line) -> Values:
    length, diagonal = len(line.points) * STEP, float(np.linalg.norm(line.size))
    aspect = float(np.log2(line.size[0] / line.size[1]))
    return {
        "length": np.log2(length / diagonal),
        "density": np.log2(length / np.sqrt(line.size.prod())),
        "aspect": aspect,
        "elongation": abs(aspect),
    }


def _detail(line: _Line) -> Values:
    """Turns at three scales: of more figures in the same box, the features are smaller."""
    turns = [sum(float(_corners(s, scale)[1].sum()) for s in line.strokes) for scale in SCALES]
    fine, middle, coarse = (np.log2(1 + t) for t in turns)
    length = len(line.points) * STEP
    return {
        "turns": middle,
        "fine turns": fine,
        "coarse turns": coarse,
        "turns lost": fine - coarse,
        "turns along the line": np.log2((1 + turns[1]) / max(length, EMPTY)),
    }


def _heads(line: _Line) -> Values:
    """Places where the line turns much in little space, at three sizes of a head."""
    grid = np.zeros((GRID + 8, GRID + 8))
    if len(line.turns):
        at = np.clip((line.turns * GRID).astype(int) + 4, 0, GRID + 7)
        np.add.at(grid, (at[:, 1], at[:, 0]), np.minimum(line.bends, 0.5))
    values: Values = {}
    for k, spread in enumerate(HEADS):
        hills = np.asarray(ndimage.gaussian_filter(grid, spread * GRID), np.float64)
        tops = np.sort(hills[(hills == ndimage.maximum_filter(hills, 5)) & (hills > EMPTY)])[::-1]
        share = tops / tops[0] if len(tops) else np.zeros(1)
        share = np.r_[share, np.zeros(4)]
        values |= {f"heads {k}": float((share > 0.45).sum()), f"second head {k}": share[1]}
        values |= {f"third head {k}": share[2], f"fifth head {k}": share[4]}
        values[f"all heads {k}"] = float(share.sum())
    spread_of = _spread(line.turns, line.bends)
    ink = _spread(line.points, np.ones(len(line.points)))
    values |= {"turns wide": spread_of[0] / line.size[0], "turns high": spread_of[1] / line.size[1]}
    values |= {"turns over ink": np.log2((spread_of.sum() + 1e-3) / (ink.sum() + 1e-3))}
    return values


def _spread(points: Floats, weights: Floats) -> Floats:
    """Standard deviations in x and y."""
    if weights.sum() < EMPTY:
        return np.zeros(2)
    middle = np.average(points, axis=0, weights=weights)
    return np.asarray(
        np.sqrt(np.average((points - middle) ** 2, axis=0, weights=weights)), np.float64
    )


def _valleys(line: _Line) -> Values:
    """How deep the ink, the breadth and the turning fall between two hills, along four lines."""
    deepest = {"ink": [0.0], "breadth": [0.0], "turning": [0.0]}
    for angle in ANGLES:
        ahead = np.array([np.cos(np.pi * angle), np.sin(np.pi * angle)])
        run, side = line.points @ ahead, line.points @ np.array([-ahead[1], ahead[0]])
        low, span = run.min(), max(float(np.ptp(run)), EMPTY)
        cell = np.minimum(((run - low) / span * BINS).astype(int), BINS - 1)
        ink = np.bincount(cell, minlength=BINS).astype(np.float64)
        top, bottom = np.full(BINS, -np.inf), np.full(BINS, np.inf)
        np.maximum.at(top, cell, side)
        np.minimum.at(bottom, cell, side)
        breadth = np.maximum(top - bottom, 0.0)
        at = np.clip(((line.turns @ ahead - low) / span * BINS).astype(int), 0, BINS - 1)
        turning = np.bincount(at, np.minimum(line.bends, 0.5), BINS).astype(np.float64)
        deepest["ink"].append(_valley(ink))
        deepest["breadth"].append(_valley(breadth))
        deepest["turning"].append(_valley(turning))
    return {
        **{f"valley of {name}": max(depths) for name, depths in deepest.items()},
        **{f"valley of {name} across": depths[1] for name, depths in deepest.items()},
        **{f"valley of {name} down": depths[3] for name, depths in deepest.items()},
        "valleys of turning": float(np.mean(deepest["turning"][1:])),
    }


def _valley(profile: Floats) -> float:
    """How far the profile falls between its two hills, as a share of the lower of them."""
    smooth = np.asarray(ndimage.gaussian_filter1d(profile, BINS / 24, mode="constant"), np.float64)
    left, right = np.maximum.accumulate(smooth), np.maximum.accumulate(smooth[::-1])[::-1]
    hill = np.minimum(left, right)
    inner = slice(BINS // 8, -BINS // 8)
    # A hill is one: the lower must have a third of the higher.
    counts = hill[inner] > smooth.max() / 3
    fall = 1 - smooth[inner] / np.maximum(hill[inner], EMPTY)
    return float(np.max(np.where(counts, fall, 0.0)))


def _silhouette(ink: Bytes) -> Values:
    """The drawing's outline filled: its share of the hull, and what falls apart at its necks."""
    size = int(CLOSING * SIDE) | 1
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, _disc(size))
    outline, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    full = np.zeros_like(ink)
    cv2.drawContours(full, outline, -1, 1, cv2.FILLED)
    area = max(float(full.sum()), 1.0)
    hull = max(cv2.contourArea(cv2.convexHull(np.vstack(outline))), 1.0)
    depth = cv2.distanceTransform(full, cv2.DIST_L2, 3)
    tops = (depth == cv2.dilate(depth, _disc(13))) & (depth > 0.04 * SIDE)
    count = float(ndimage.label(tops, np.ones((3, 3)))[1])
    values = {"solidity": area / hull, "fullness": area / SIDE**2, "lobes": count}
    values |= {"widest": float(depth.max()) / SIDE}
    values |= {"stoutness": float(depth.max()) / np.sqrt(area)}
    for k, half in enumerate(OPENING):
        parts = np.sort(_areas(np.asarray(depth > half * SIDE, np.uint8)))[::-1]
        values[f"parts {k}"] = float((parts > 0.02 * area).sum())
        values[f"second part {k}"] = parts[1] / area if len(parts) > 1 else 0.0
    return values


def _holes(ink: Bytes) -> Values:
    """Closed loops: how many, how large."""
    areas = _areas(np.asarray(1 - ink, np.uint8), four=True)
    inner = np.sort(areas)[::-1][1:] / ink.size if len(areas) else np.zeros(0)
    inner = np.sort(inner)[::-1]
    first = np.r_[inner, np.zeros(3)]
    values = {
        f"loops {k}": np.log2(1 + float((inner > area).sum())) for k, area in enumerate(HOLES)
    }
    return values | {"largest loop": first[0], "second loop": first[1], "third loop": first[2]}


def _areas(picture: Bytes, four: bool = False) -> Floats:
    """Areas of the connected parts of a picture, in px."""
    connectivity = 4 if four else 8
    _, _, stats, _ = cv2.connectedComponentsWithStats(picture, connectivity=connectivity)
    return np.asarray(stats[1:, cv2.CC_STAT_AREA], np.float64)


def _cells(line: _Line) -> Values:
    """Ink by cell of the box: how evenly it lies."""
    at = np.minimum((line.points / line.size * CELLS).astype(int), CELLS - 1)
    counts = np.bincount(at[:, 1] * CELLS + at[:, 0], minlength=CELLS**2).astype(np.float64)
    share = counts / counts.sum()
    columns = share.reshape(CELLS, CELLS).sum(axis=0)
    rows = share.reshape(CELLS, CELLS).sum(axis=1)
    return {
        "empty cells": float((counts == 0).mean()),
        "evenness": -float((share * np.log2(share + EMPTY)).sum()),
        "thinnest column": float(columns[1:-1].min()) * CELLS,
        "thinnest row": float(rows[1:-1].min()) * CELLS,
        "fullest cell": float(share.max()),
        "upper half": float(rows[: CELLS // 2].sum()),
    }


def _repeats(ink: Bytes) -> Values:
    """How much the ink resembles itself when it is shifted (normalised autocorrelation)."""
    small = cv2.resize(ink.astype(np.float32), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), 2.0)
    soft -= soft.mean()
    shape = [2 * n for n in soft.shape]
    power = np.abs(np.fft.rfft2(soft, shape)) ** 2
    like = np.fft.fftshift(np.fft.irfft2(power, shape)) / max(float((soft**2).sum()), EMPTY)
    y, x = (np.arange(n) - n // 2 for n in shape)
    far = np.hypot(*np.meshgrid(x, y)) >= NEAREST * SIDE / 2
    tops = (like == ndimage.maximum_filter(like, 7)) & far
    heights = np.sort(like[tops])[::-1][::2]  # a shift and its opposite are one
    heights = np.r_[heights, np.zeros(3)]
    return {
        "likeness": float(heights[0]),
        "second likeness": float(heights[1]),
        "third likeness": float(heights[2]),
    }


def _disc(size: int) -> Bytes:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), np.uint8)
