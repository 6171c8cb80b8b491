"""Handwriting as pen strokes: digits and capitals that can be read, and words that cannot."""

from __future__ import annotations

import numpy as np

from strokebook.base.array_types import Floats
from strokebook.demo.line import Line
from strokebook.demo.numerals import HANDS

Stroke = Floats

# Running letters: x-height 1, baseline at y = 0, up is negative; each ends where the next begins.
_LETTERS = (
    ((0.5, -0.55), (0.62, -0.95), (0.3, -0.95), (0.25, -0.2), (0.6, 0.0), (0.9, -0.25)),  # e
    ((0.15, -0.9), (0.2, 0.0), (0.3, -0.7), (0.55, -0.95), (0.65, -0.1), (0.95, -0.1)),  # n
    ((0.45, -1.6), (0.4, -2.1), (0.25, -1.4), (0.3, -0.2), (0.6, -0.1)),  # l
    ((0.3, -0.9), (0.3, -0.1), (0.6, -0.15)),  # i
    ((0.6, -0.9), (0.2, -0.8), (0.15, -0.1), (0.6, -0.1), (0.65, -0.8), (1.0, -0.8)),  # o
    ((0.7, -0.85), (0.2, -0.7), (0.3, -0.1), (0.65, -0.8), (0.6, 0.9), (0.25, 1.0), (0.9, -0.1)),
    ((0.15, -0.9), (0.2, -0.1), (0.55, -0.1), (0.65, -0.9), (0.7, -0.1), (0.95, -0.15)),  # u
    ((0.4, -1.7), (0.35, -0.1), (0.6, -0.05), (0.8, -0.2)),  # t
    ((0.4, -0.95), (0.15, -0.6), (0.6, -0.35), (0.3, 0.0), (0.8, -0.1)),  # s
    ((0.15, -0.8), (0.25, 0.0), (0.4, -0.9), (0.5, 0.0), (0.7, -0.9), (0.8, 0.0), (1.1, -0.2)),  # m
    ((0.6, -0.8), (0.2, -0.7), (0.25, -0.05), (0.6, -0.3), (0.7, -2.0), (0.68, -0.1), (1.0, -0.1)),
)


def signs(
    text: str,
    at: tuple[float, float],
    height: float,
    rng: np.random.Generator,
    hand: str = "round",
) -> list[Stroke]:
    """Digits, ``-./`` and the capitals S and B, written from the upper left corner ``at``."""
    out: list[Stroke] = []
    style, x = HANDS[hand], at[0]
    for sign in text:
        keys = style.signs[sign]
        for piece in keys.split("|") if keys else []:
            line = Line()
            for key in piece.split():
                u, v = map(float, key.lstrip("!").split(","))
                u, v = u + rng.normal(0, style.stray), v + rng.normal(0, style.stray)
                point = complex(x + (u - style.slant * v) * height, at[1] + v * height)
                (line.sharp if key.startswith("!") else line.to)(point)
            out += _strokes(line)
        x += height * (style.advance + rng.normal(0, 0.03))
    return out


def word(
    length: int, at: tuple[float, float], size: float, rng: np.random.Generator
) -> list[Stroke]:
    """A word of ``length`` running letters from ``at`` on the baseline; x-height ``size`` px."""
    line, x = Line(), 0.0
    for which in rng.integers(len(_LETTERS), size=length):
        for u, v in _LETTERS[which]:
            du, dv = rng.normal(0, 0.05, 2)
            line.to(complex(at[0], at[1]) + size * complex(x + u - 0.22 * v + du, v + dv))
        x += _LETTERS[which][-1][0] - 0.05
    return _strokes(line)


def extent(strokes: list[Stroke]) -> tuple[float, float, float, float]:
    """x0, y0, x1, y1 of ``strokes``."""
    points = np.vstack(strokes)
    return (*map(float, points.min(axis=0)), *map(float, points.max(axis=0)))  # type: ignore[return-value]


def box(around: tuple[float, float, float, float], rng: np.random.Generator) -> Stroke:
    """A hand-drawn box: one stroke whose end overshoots its start."""
    x0, y0, x1, y1 = np.array(around) + rng.normal(0, 2.0, 4)
    corners = [(x0, y0), (x1, y0 + 2), (x1 - 2, y1), (x0 + 1, y1 + 2), (x0 - 1, y0 - 4)]
    line = Line().sharp(*(complex(*c) for c in corners))
    return _strokes(line)[0]


def arrow(start: complex, end: complex) -> list[Stroke]:
    """A bent line with a head at ``end``."""
    way = end - start
    line = Line().to(start, start + way * (0.5 + 0.12j)).sharp(end)
    barb = way / abs(way)
    head = Line().to(end - barb * (16 + 9j)).sharp(end).to(end - barb * (15 - 9j))
    return _strokes(line) + _strokes(head)


def _strokes(line: Line) -> list[Stroke]:
    return [np.c_[c.real, c.imag] for c in line.curves(2.0, 1.0)]
