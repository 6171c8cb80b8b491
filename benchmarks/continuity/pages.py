"""Training drawings: none of those that the benchmark holds out with seed 3."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from benchmarks.truth.cases import FAMILIES, Case, as_case, quickdraw_path
from benchmarks.truth.crossings import crossing_points
from strokebook.base.errors import Diagnostic
from strokebook.dataset.quickdraw import read_quickdraw
from strokebook.geometry.drawing import Drawing

Floats = npt.NDArray[np.float64]

HELD_OUT = 3  # the benchmark's seed whose drawings are left out
OF_THOSE = {"human": 70, "several": 60}  # so many of them
RENDERINGS = 3  # pages of each human line, with other pens
SOLID = 150  # crossings of a human line beyond which it is a scribble


def lessons(count: int, seed: int) -> list[Case]:
    """Lines of people, knots, drawings of several strokes and people of the sample library.

    Args:
        count: Of each family; human lines are few, so their number is made up with lines linked
            from drawings of several strokes, and strokes that cross themselves.
        seed: Not one that the benchmark is run with.
    """
    held = {c.source for f, n in OF_THOSE.items() for c in FAMILIES[f](n, HELD_OUT)}
    lines = [c for c in FAMILIES["human"](100_000, seed) if c.source not in held]
    lines = [c for c in lines if len(crossing_points(c.strokes)) < SOLID]
    human = [
        dataclasses.replace(c, seed=c.seed + 1000 * k) for k in range(RENDERINGS) for c in lines
    ]
    several = [c for c in FAMILIES["several"](count, seed) if c.source not in held]
    linked = [
        as_case("human", drawing, seed + 1, number)
        for number, drawing in enumerate(_linked(count, held, seed))
    ]
    return (
        human
        + linked
        + several
        + FAMILIES["knots"](2 * count, seed)
        + FAMILIES["people"](count // 2, seed)
    )


def _linked(count: int, held: set[str], seed: int) -> Iterator[Drawing]:
    """Drawings of several strokes without the lifts, and single strokes that cross themselves."""
    rng = np.random.default_rng([seed, 0x11])
    refused: list[Diagnostic] = []
    read = read_quickdraw(quickdraw_path(), refused.append)
    drawings = [d for d in read if d.source not in held]
    rng.shuffle(drawings)  # type: ignore[arg-type]
    yielded = 0
    for drawing in drawings:
        if yielded == count:
            return
        strokes = [np.asarray(s, np.float64) for s in drawing.strokes if len(s) > 2]
        if 3 <= len(strokes) <= 8 and drawing.n_points > 40:
            line = _without_lifts(strokes, rng)
        else:
            line = max(strokes, key=len, default=np.zeros((0, 2)))
        if len(line) >= 25 and 1 <= len(crossing_points([line])) <= 60:
            yielded += 1
            yield Drawing.of([line.astype(np.float32)], source=f"linked:{drawing.source}")


def _without_lifts(strokes: list[Floats], rng: np.random.Generator) -> Floats:
    """From each stroke on to the nearest end of another, along a slightly bent line."""
    left = list(strokes)
    line = left.pop(0)
    while left:
        gaps = [[float(np.hypot(*(s[end] - line[-1]))) for end in (0, -1)] for s in left]
        number, end = np.unravel_index(int(np.argmin(gaps)), (len(left), 2))
        stroke = left.pop(int(number))[:: 1 if end == 0 else -1]
        chord = stroke[0] - line[-1]
        t = np.linspace(0, 1, max(int(np.hypot(*chord) / 6), 2))[1:-1, None]
        aside = rng.normal(0, 0.12) * np.array([-chord[1], chord[0]])
        line = np.vstack([line, line[-1] + chord * t + 4 * t * (1 - t) * aside, stroke])
    return line
