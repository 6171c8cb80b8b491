"""Pen order, measured: lines whose order is known, broken as a tracer breaks them."""

from __future__ import annotations

import gzip
import itertools
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from benchmarks.truth.warping import warped
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.polyline import evenly
from strokebook.geometry.resample import to_frame

Floats = npt.NDArray[np.float64]


def known_lines(path: Path, count: int, crossings: tuple[int, int] = (3, 60)) -> list[Floats]:
    """Single-stroke QuickDraw drawings that cross themselves, each ``(400, 2)`` in 200 units."""
    lines: list[Floats] = []
    with gzip.open(path, "rt") as rows:
        for row in rows:
            strokes = json.loads(row)["drawing"]
            if len(strokes) != 1 or len(strokes[0][0]) < 60:
                continue
            framed, _ = to_frame(Drawing.of([np.array(strokes[0][:2], float).T]))
            line = evenly(framed.strokes[0], 400).astype(np.float64)
            if crossings[0] <= int(crossed(line).sum()) // 2 <= crossings[1]:
                lines.append(line)
            if len(lines) == count:
                break
    return lines


def crossed(line: Floats) -> npt.NDArray[np.bool_]:
    """For each segment of a line whether it crosses another, ``(P,)`` → ``(P - 1,)``."""
    a, b = line[:-1], line[1:]

    def turn(o: Floats, u: Floats, v: Floats) -> Floats:
        one, two = u - o, v - o
        return np.asarray(one[..., 0] * two[..., 1] - one[..., 1] * two[..., 0])

    p, q, r, s = a[:, None], b[:, None], a[None], b[None]
    meet = (turn(p, q, r) * turn(p, q, s) < 0) & (turn(r, s, p) * turn(r, s, q) < 0)
    return np.asarray(meet.any(axis=1))


def broken(line: Floats, seed: int) -> list[Floats]:
    """The line cut at its crossings, the pieces shuffled and half of them turned round."""
    rng = np.random.default_rng(seed)
    cuts = np.flatnonzero(crossed(line)) + 1
    pieces = [p for p in np.split(line, cuts) if len(p) >= 3]
    return [
        pieces[k][::-1] if rng.random() < 0.5 else pieces[k] for k in rng.permutation(len(pieces))
    ]


def order_error(points: npt.ArrayLike, line: Floats) -> float:
    """Mean distance along the best time warping, the better of both directions."""
    p = np.asarray(points, np.float64)
    p = p[np.linspace(0, len(p) - 1, 200).astype(int)]
    return min(warped(p, way[::2]) for way in (line, line[::-1]))


def off_ink(strokes: Sequence[npt.ArrayLike], line: Floats, near: float = 1.5) -> float:
    """Length of pen-down travel that lies farther than ``near`` from the true line."""
    ink = cKDTree(evenly(line, 4000))
    astray = 0.0
    for stroke in strokes:
        p = np.asarray(stroke, np.float64)
        for a, b in itertools.pairwise(p):
            length = float(np.linalg.norm(b - a))
            at = (np.arange(int(2 * length) + 1) + 0.5) / (int(2 * length) + 1)
            far = ink.query(a + (b - a) * at[:, None])[0] > near
            astray += length * float(far.mean())
    return astray
