"""Cases: drawings whose pen order is known, in families."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.interpolate import CubicSpline

from benchmarks.truth.crossings import crossing_points
from strokebook.base.errors import Diagnostic, InputRefused
from strokebook.dataset.quickdraw import read_quickdraw
from strokebook.demo import draw_person
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.polyline import arc_length, evenly
from strokebook.geometry.resample import to_frame

ROOT = Path(__file__).resolve().parents[2]
FRAME = 200.0  # units: the longer side of every truth
KNOT_CROSSINGS = (8, 60)
LEAST_POINTS = 30  # of a human line: fewer are corners, not a line


@dataclass(frozen=True, eq=False)
class Case:
    """One drawing to be rendered and traced.

    Attributes:
        family: ``human``, ``knots``, ``several`` or ``people``.
        name: Where it came from.
        seed: Of its page: paper, pen and light follow from it.
        strokes: The truth ``(P, 2)`` in a frame whose longer side is 200 units, in drawn order.
    """

    family: str
    name: str
    seed: int
    strokes: tuple[npt.NDArray[np.float32], ...]

    @property
    def source(self) -> str:
        """The drawing that it came from."""
        return self.name.split(": ", maxsplit=1)[1]


def quickdraw_path() -> Path:
    """The raw QuickDraw file among the shared test data."""
    shared = Path(os.environ.get("STROKEBOOK_SHARED", ROOT.parent / "shared"))
    return shared / "data" / "quickdraw_raw.ndjson.gz"


def human(count: int, seed: int) -> list[Case]:
    """QuickDraw drawings of one stroke that crosses itself three times or more."""
    return _drawn("human", count, seed, _tangle)


def several(count: int, seed: int) -> list[Case]:
    """QuickDraw drawings of 4 to 12 strokes."""
    return _drawn("several", count, seed, lambda d: len(d) if 4 <= len(d) <= 12 else 0)


def _tangle(drawing: Drawing) -> int:
    """Crossings of a line that belongs to the family; otherwise 0."""
    if len(drawing) != 1 or drawing.n_points < LEAST_POINTS:
        return 0
    crossings = len(crossing_points(drawing.strokes))
    return crossings if crossings >= 3 else 0


def _drawn(family: str, count: int, seed: int, degree: Callable[[Drawing], int]) -> list[Case]:
    """QuickDraw drawings with a degree above 0; none where the file is missing.

    They are sorted by degree and one is drawn from each of ``count`` equal parts, so that a few
    stand for all: easy and hard ones are there in every sample as they are in the file.
    """
    diagnostics: list[Diagnostic] = []
    try:
        graded = [(degree(d), d) for d in read_quickdraw(quickdraw_path(), diagnostics.append)]
    except InputRefused as refused:
        print(f"{family}: left out, since {refused} (STROKEBOOK_SHARED names the folder)")
        return []
    for diagnostic in diagnostics:
        print(f"{family}: {diagnostic}")
    fitting = [d for _, d in sorted((g for g in graded if g[0] > 0), key=lambda g: g[0])]
    parts = np.array_split(np.arange(len(fitting)), min(count, len(fitting)))
    rng = np.random.default_rng([seed, len(family)])
    chosen = [int(rng.choice(part)) for part in parts]
    return [as_case(family, fitting[k], seed, n) for n, k in enumerate(chosen)]


def knots(count: int, seed: int) -> list[Case]:
    """Long smooth open lines through random points, with 8 to 60 crossings."""
    return [
        as_case("knots", Drawing.of([line], source=f"knot:{n}"), seed, n)
        for n, line in zip(range(count), _knots(seed), strict=False)
    ]


def _knots(seed: int) -> Iterator[npt.NDArray[np.float64]]:
    """Splines through random points and sums of waves, in turn."""
    rng = np.random.default_rng([seed, 0x4B])
    for number in itertools.count():
        crossings = 0
        while not KNOT_CROSSINGS[0] <= crossings <= KNOT_CROSSINGS[1]:
            line = (_spline, _waves)[number % 2](rng)
            crossings = len(crossing_points([line]))
        yield line


def _spline(rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """A cubic spline through 8 to 25 random points, neighbours well apart, ``(P, 2)``."""
    through = int(rng.integers(8, 26))
    points = [rng.random(2)]
    while len(points) < through:
        point = rng.random(2)
        if np.linalg.norm(point - points[-1]) > 0.35:
            points.append(point)
    keys = np.array(points) * (1.0, rng.uniform(0.6, 1.6))
    at = arc_length(keys) ** 0.8  # between uniform and by chord: rounder turns, no cusps
    fine = CubicSpline(at, keys)(np.linspace(0.0, at[-1], 60 * through))
    return np.asarray(evenly(fine, 40 * through), np.float64)


def _waves(rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """A sum of five to eight waves in x and in y, slower ones higher, ``(P, 2)``."""
    count = int(rng.integers(5, 9))
    speed = rng.uniform(0.4, count, (count, 2))
    phase = rng.uniform(0, 2 * np.pi, (count, 2))
    height = rng.normal(0, 1, (count, 2)) / np.sqrt(speed)
    t = np.linspace(0, 1, 4000)[:, None, None]
    fine = (height * np.sin(2 * np.pi * speed * t + phase)).sum(axis=1)
    fine[:, 1] *= rng.uniform(0.7, 1.4)
    return np.asarray(evenly(fine, 1000), np.float64)


def people(count: int, seed: int) -> list[Case]:
    """People of the sample library: one line, sometimes two or three."""
    first = 1000 * seed
    return [as_case("people", draw_person(first + n), seed, n) for n in range(count)]


def as_case(family: str, drawing: Drawing, seed: int, number: int) -> Case:
    """The case of a drawing, in a frame of 200 units."""
    framed, _ = to_frame(drawing, FRAME)
    page_seed = 100_000 * seed + 1000 * list(FAMILIES).index(family) + number
    return Case(family, f"{family} {number}: {drawing.source}", page_seed, framed.strokes)


FAMILIES: dict[str, Callable[[int, int], list[Case]]] = {
    "human": human,
    "knots": knots,
    "several": several,
    "people": people,
}
