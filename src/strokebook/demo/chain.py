"""Chains: two to four people that have grown together, and crowds of more, as one drawing.

Figures are slid towards each other until their ink touches (or nearly: a few lie in a hollow of the
next one), laid over each other, or joined by the pen's way from one to the next, as somebody does
who goes on drawing beside a figure that is done.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from strokebook.base.array_types import Floats
from strokebook.demo.ink import fit
from strokebook.demo.people import draw_person
from strokebook.geometry.drawing import Drawing

WAYS = ("beside", "above", "around", "overlapping", "by a line")
_SHARES = (0.26, 0.16, 0.2, 0.16, 0.22)
_LOOK = 160  # points of a figure that are looked at for whether it touches
_TOUCH = 1.5  # units of a frame of 200: nearer than this, two lines are one line to a scanner
_FARTHEST = 1600.0  # units: a figure as far away as this touches nothing
Strokes = list[Floats]


def draw_chain(seed: int, count: int, way: str = "") -> Drawing:
    """``count`` people (2 to 4) that touch, in units of a figure's frame of 200.

    Args:
        seed: The same seed gives the same drawing.
        count: How many figures.
        way: One of :data:`WAYS`; by default the seed chooses.
    """
    rng = np.random.default_rng([0xC4, seed])
    way = way or str(rng.choice(WAYS, p=_SHARES))
    people = [draw_person(int(rng.integers(1 << 31))) for _ in range(count)]
    sizes = _sizes(rng, count)
    figures = [
        [np.asarray(s, np.float64) * size for s in person.strokes]
        for person, size in zip(people, sizes, strict=True)
    ]
    strokes = join_figures(figures, way, rng)
    meta = {"figures": count, "way": way}
    return Drawing.of(strokes, unit="unit", source=f"demo-chain:{seed}", meta=meta)


def join_figures(figures: Sequence[Strokes], way: str, rng: np.random.Generator) -> Strokes:
    """Strokes of all ``figures``, each put to those before it in one of :data:`WAYS`."""
    placed: list[Strokes] = [list(figures[0])]
    for figure in figures[1:]:
        ink = np.vstack([p for strokes in placed for p in strokes])
        placed.append(_put(figure, ink, placed[-1], way, rng))
    if way == "by a line":
        return _linked(placed, rng)
    return [stroke for strokes in placed for stroke in strokes]


def draw_crowd(seed: int, count: int) -> Drawing:
    """``count`` people (5 or more) that touch and overlap in rows: a pattern."""
    rng = np.random.default_rng([0xC7, seed])
    columns = int(np.clip(round(np.sqrt(count * float(rng.uniform(0.5, 2.2)))), 2, count))
    wide = 150.0
    high = wide * float(rng.uniform(1.25, 1.85))
    strokes: Strokes = []
    for k in range(count):
        person = draw_person(int(rng.integers(1 << 31)), "figure" if rng.random() < 0.35 else "")
        corner = np.array([k % columns * wide, k // columns * high]) + rng.normal(0, 6, 2)
        place = (corner[0] - 0.16 * wide, corner[1] - 0.05 * high, 1.32 * wide, 1.1 * high)
        strokes += fit(person.strokes, place)
    meta = {"figures": count, "way": "crowd"}
    return Drawing.of(strokes, unit="unit", source=f"demo-crowd:{seed}", meta=meta)


def _sizes(rng: np.random.Generator, count: int) -> Floats:
    """Of like size mostly; sometimes a child beside a grown person."""
    if rng.random() < 0.7:
        return np.asarray(rng.uniform(0.85, 1.1, count), np.float64)
    return np.asarray(rng.uniform(0.5, 1.1, count), np.float64)


def _extent(points: npt.NDArray[np.floating]) -> tuple[Floats, Floats]:
    low = points.min(axis=0).astype(np.float64)
    return low, np.maximum(np.ptp(points, axis=0).astype(np.float64), 1e-6)


def _put(
    figure: Strokes, ink: Floats, last: Strokes, way: str, rng: np.random.Generator
) -> Strokes:
    """The figure slid towards the ink until it touches, or nearer, or not quite."""
    angle = _direction(way, rng)
    ahead = np.array([np.cos(angle), np.sin(angle)])
    aside = np.array([-ahead[1], ahead[0]]) * float(rng.normal(0, 0.06 * 200))
    (low, span), (low_of, span_of) = _extent(np.vstack(last)), _extent(np.vstack(figure))
    # Side by side people stand on one ground, or have their heads at one height.
    centre = low + span / 2
    if way in ("beside", "by a line", "overlapping") and abs(ahead[0]) > 0.7:
        level = (
            (low[1] + span[1]) - span_of[1] / 2 if rng.random() < 0.5 else low[1] + span_of[1] / 2
        )
        centre = np.array([centre[0], level])
    start = centre + aside - (low_of + span_of / 2)
    away = _touching(np.vstack(figure) + start, ink, ahead)
    reach = float(min(span_of @ np.abs(ahead), span @ np.abs(ahead)))
    away -= {"overlapping": rng.uniform(0.2, 0.45), "by a line": -rng.uniform(0.05, 0.35)}.get(
        way, float(rng.uniform(0.0, 0.08))
    ) * reach
    return [stroke + start + away * ahead for stroke in figure]


def _direction(way: str, rng: np.random.Generator) -> float:
    if way == "above":
        return float(rng.choice([-1, 1]) * np.pi / 2 + rng.normal(0, 0.15))
    if way == "around":
        return float(rng.uniform(0, 2 * np.pi))
    if way == "overlapping" and rng.random() < 0.3:
        return float(rng.uniform(0, 2 * np.pi))
    return float(rng.normal(0, 0.12))


def _touching(figure: Floats, ink: Floats, ahead: Floats) -> float:
    """How far along ``ahead`` the figure just touches the ink."""
    mine = figure[np.linspace(0, len(figure) - 1, _LOOK).astype(int)]
    theirs = cKDTree(ink[:: max(1, len(ink) // (6 * _LOOK))])
    least = float(np.quantile(theirs.data @ ahead, 0.6))
    low, high = 0.0, _FARTHEST  # at `high` it is free
    for _ in range(12):
        middle = (low + high) / 2
        moved = mine + middle * ahead
        free = float(np.min(moved @ ahead)) > least  # beyond the middle, where it may lie in a gap
        free = free and not np.isfinite(theirs.query(moved, distance_upper_bound=_TOUCH)[0]).any()
        low, high = (low, middle) if free else (middle, high)
    return high


def _linked(placed: Sequence[Strokes], rng: np.random.Generator) -> Strokes:
    """One stroke from each figure to the next: from its last line's end, in a slack bow."""
    strokes: Strokes = list(placed[0])
    for _, following in pairwise(placed):
        first = following[0]
        a, b = strokes[-1][-1], first[0]
        t = np.linspace(0, 1, 24)[1:-1, None]
        across = np.array([-(b - a)[1], (b - a)[0]]) * float(rng.normal(0, 0.15))
        way = a + (b - a) * t + across * np.sin(np.pi * t)
        strokes[-1] = np.vstack([strokes[-1], way, first])
        strokes += following[1:]
    return strokes
