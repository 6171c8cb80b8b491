"""One pen line as key points, some of them corners, and the curve that a hand makes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Curve = npt.NDArray[np.complex128]  # (P,) points x + iy; y down
Place = Callable[[float, float], complex]  # a feature's own coordinates to the drawing's


@dataclass
class Line:
    """Key points in the order of the pen, in head units; complex numbers x + iy, y down."""

    keys: list[complex] = field(default_factory=list)
    corners: list[bool] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])

    def to(self, *points: complex) -> Line:
        """Go on smoothly through ``points``."""
        self.keys.extend(points)
        self.corners.extend([False] * len(points))
        return self

    def sharp(self, *points: complex) -> Line:
        """Go on to each of ``points`` and turn there sharply."""
        self.keys.extend(points)
        self.corners.extend([True] * len(points))
        return self

    def via(self, place: Place, points: Iterable[tuple[float, float]]) -> Line:
        """Go on smoothly through a feature's own coordinates."""
        return self.to(*(place(u, v) for u, v in points))

    def lift(self) -> Line:
        """Lift the pen: the next point begins a new stroke."""
        self.starts.append(len(self.keys))
        return self

    def loosen(self, rng: np.random.Generator, share: float, stray: float, since: int) -> None:
        """From key point ``since`` on, move each by ``stray`` and make corners of a ``share``."""
        for k in range(since, len(self.keys)):
            self.keys[k] += stray * complex(*rng.normal(size=2))
            self.corners[k] = self.corners[k] or bool(rng.random() < share)

    def curves(self, step: float, tension: float) -> list[Curve]:
        """The strokes as dense curves, sampled about every ``step``."""
        ends = [*self.starts[1:], len(self.keys)]
        return [
            _stroke(np.array(self.keys[a:b]), self.corners[a:b], step, tension)
            for a, b in zip(self.starts, ends, strict=True)
            if b - a > 1
        ]


def _stroke(keys: Curve, corners: list[bool], step: float, tension: float) -> Curve:
    last = len(keys) - 1
    cuts = [0, *[k for k in range(1, last) if corners[k]], last]
    runs = [
        _spline(keys[a : b + 1], step, tension)[: None if b == last else -1]
        for a, b in pairwise(cuts)
    ]
    return np.concatenate(runs)


def _spline(keys: Curve, step: float, tension: float) -> Curve:
    """Centripetal Catmull-Rom through ``keys`` (Yuksel, Schaefer & Keyser 2011), C1, no cusps."""
    keys = keys[np.r_[True, np.abs(np.diff(keys)) > 1e-6]]
    if len(keys) < 2:
        return keys
    chord = np.abs(np.diff(keys))
    span = np.sqrt(chord)
    slope = np.diff(keys) / span
    inner = (slope[:-1] * span[1:] + slope[1:] * span[:-1]) / (span[1:] + span[:-1])
    first, final = (slope[:1], slope[-1:]) if len(keys) < 3 else _ends(slope, inner)
    tangent = np.concatenate([first, inner * tension, final])
    counts = np.maximum((chord / step).astype(int), 3)
    which = np.repeat(np.arange(len(chord)), counts)
    t = np.concatenate([np.arange(n) / n for n in counts])
    h = span[which]
    out = (
        (2 * t**3 - 3 * t**2 + 1) * keys[which]
        + (t**3 - 2 * t**2 + t) * h * tangent[which]
        + (3 * t**2 - 2 * t**3) * keys[which + 1]
        + (t**3 - t**2) * h * tangent[which + 1]
    )
    return np.append(out, keys[-1])


def _ends(slope: Curve, inner: Curve) -> tuple[Curve, Curve]:
    # A run arrives at its end in the curvature it had, so that two-sided shapes stay round.
    return 1.5 * slope[:1] - 0.5 * inner[:1], 1.5 * slope[-1:] - 0.5 * inner[-1:]
