"""Drawings of which it is known whether they are one figure, a chain of two to four, or a pattern.

Made of the sample program's people (``strokebook.demo``), put together in several ways. A hand
differs from the next in how it simplifies, stretches and breaks its lines: half of the cases are
varied so (:func:`vary`), for a classifier that is not the program's alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from strokebook.base.array_types import Floats
from strokebook.demo.chain import WAYS, draw_crowd, join_figures
from strokebook.demo.people import draw_person
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.simplify import simplify

SINGLE, CHAIN, PATTERN = 0, 1, 2
Strokes = list[Floats]


@dataclass(frozen=True)
class Case:
    """A drawing, what it is (:data:`SINGLE`, …), and how it was made."""

    drawing: Drawing
    truth: int
    how: str


def make_cases(seed: int, count: int) -> list[Case]:
    """``count`` single figures, as many chains, half as many patterns.

    Args:
        seed: Figures of one seed are in no set of another.
        count: Of single figures.
    """
    rng = np.random.default_rng([0xCA, seed])
    first = seed * 1_000_000
    people = [strokes_of(draw_person(first + k)) for k in range(count)]
    cases = [Case(_drawn(vary(p, rng)), SINGLE, "single") for p in people]
    cases += chains_of(people, count, rng)
    for k in range(count // 2):
        crowd = draw_crowd(first + k, int(rng.integers(5, 14)))
        cases.append(Case(_drawn(vary(strokes_of(crowd), rng)), PATTERN, "pattern"))
    return cases


def chains_of(people: Sequence[Strokes], count: int, rng: np.random.Generator) -> list[Case]:
    """``count`` chains of two to four of ``people``, in all ways in turn."""
    cases = []
    for k in range(count):
        number, way = 2 + k % 3, WAYS[k // 3 % len(WAYS)]
        chosen = rng.choice(len(people), number, replace=False)
        like = rng.random() < 0.7
        sizes = rng.uniform(0.85, 1.1, number) if like else rng.uniform(0.5, 1.1, number)
        figures = [
            [s * size for s in _scaled(people[at])] for at, size in zip(chosen, sizes, strict=True)
        ]
        joined = join_figures(figures, way, rng)
        cases.append(Case(_drawn(vary(joined, rng)), CHAIN, f"{number} {way}"))
    return cases


def vary(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """Another hand's way with the same drawing; half of the time nothing is changed.

    Lines are pulled out of shape, stretched, mirrored, made angular, and broken.
    """
    if rng.random() < 0.5:
        return strokes
    ink = np.vstack(strokes)
    low, size = ink.min(axis=0), float(np.ptp(ink, axis=0).max())
    stretch = np.exp(rng.normal(0, 0.12, 2)) * (rng.choice([-1, 1]), 1)
    waves = rng.normal(0, 0.02, (3, 2, 2))
    pace = rng.uniform(2, 9, 3)
    bent = []
    for stroke in strokes:
        unit = (stroke - low) / size
        shift = sum(
            np.sin(p * unit[:, ::-1] + 6 * w[0]) * w[1] for p, w in zip(pace, waves, strict=True)
        )
        bent.append((unit + shift) * stretch * 200)
    figures = float(np.sqrt(max(1.0, len(np.vstack(strokes)) / 2500)))
    plain = simplify(Drawing.of(bent), float(rng.uniform(0.1, 1.6)) / figures)
    return _broken([np.asarray(s, np.float64) for s in plain.strokes], rng)


def _broken(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """Lines broken as a scan of a thin pen is, a few pieces of them lost."""
    share, pieces = float(rng.choice([0.0, 0.02, 0.08])), []
    for stroke in strokes:
        cuts = np.flatnonzero(rng.random(max(len(stroke) - 2, 0)) < share) + 1
        pieces += [p for p in np.split(stroke, cuts) if len(p) > 1 and rng.random() > share]
    return pieces or strokes


def strokes_of(drawing: Drawing) -> Strokes:
    """Its strokes as plain arrays."""
    return [np.asarray(s, np.float64) for s in drawing.strokes]


def _scaled(strokes: Strokes) -> Strokes:
    """With the corner at 0, the longer side 200."""
    ink = np.vstack(strokes)
    low, size = ink.min(axis=0), float(np.ptp(ink, axis=0).max())
    return [(s - low) * (200 / size) for s in strokes]


def _drawn(strokes: Strokes) -> Drawing:
    return Drawing.of(strokes, unit="unit")
