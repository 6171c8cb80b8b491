"""Fairing: a restored line loses the kinks at its points and gets back the hand's tremor.

Points are on whole units, so a line through them turns too far at each and, since what lies between
is a mean, too little in between. Between corners the line is smoothed by a Gaussian, which spreads
each kink over its surroundings; corners and ends stay, and so does what a person drew. Then a
tremor is added to all but the ends: smooth noise of an amplitude that was learnt with the line
(:mod:`strokebook.model.line.tremor`), a few hundredths of a unit for the sample library.

Shape letters: P points of a stroke, N places along it.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from strokebook.base.array_types import Floats
from strokebook.base.random_streams import RandomStream, generator
from strokebook.geometry.corner_sampling import find_corners
from strokebook.geometry.drawing import Drawing, Points
from strokebook.geometry.polyline import arc_length, points_at

STEP = 0.5  # units between the places of a faired line, nearly
SMOOTHED = 1.0  # units: standard deviation of the Gaussian
ARM = 1.5  # units to both sides of a place: what a corner's turn is between
CORRELATED = 0.7  # units: standard deviation of the Gaussian that makes noise a tremor
REACH = 3.0  # standard deviations that are summed over


def fair(drawing: Drawing, tremor: float, units: float = 1.0, start_points: int = 0) -> Drawing:
    """The drawing faired.

    Args:
        drawing: A restored line.
        tremor: Standard deviation of the tremor in x and in y, units of the data; the numbers
            behind it are the same for every drawing.
        units: Units of the data per unit of the drawing.
        start_points: So many points at its beginning were given by a person, and stay.
    """
    left, strokes = start_points, []
    for number, stroke in enumerate(drawing.strokes):
        own = stroke[:left]
        line = stroke[max(len(own) - 1, 0) :]
        strokes.append(np.concatenate([own[:-1], _faired(line, tremor, units, number)]))
        left -= len(own)
    return drawing.with_strokes(strokes)


def _faired(stroke: Points, tremor: float, units: float, number: int) -> Points:
    points = np.asarray(stroke, np.float64) * units
    length = arc_length(points)
    if not length[-1] > STEP:
        return stroke
    corners = find_corners(points, length, ARM)
    pieces = [_smoothed(points, length, *ends) for ends in pairwise(corners)]
    line = np.concatenate([pieces[0][:1], *(piece[1:] for piece in pieces)])
    line[1:-1] += tremor * _noise(len(line), number)[1:-1]
    line[[0, -1]] = points[[0, -1]]
    return np.asarray(line / units, np.float32)


def _smoothed(points: Floats, length: Floats, first: float, last: float) -> Floats:
    """The line between two corners at even steps, smoothed, ``(N, 2)``."""
    steps = max(1, math.floor((last - first) / STEP + 0.5))
    at = first + (last - first) * np.arange(steps + 1) / steps
    line = points_at(points, length, at)
    kernel = _gaussian(SMOOTHED * steps / (last - first), steps)
    reach = len(kernel) // 2
    # Turned half round both ends, so that these stay.
    before = 2 * line[0] - line[reach:0:-1]
    after = 2 * line[-1] - line[-2 : -2 - reach : -1]
    around = np.concatenate([before, line, after])
    return np.stack([np.convolve(around[:, k], kernel, "valid") for k in (0, 1)], axis=1)


def _noise(count: int, number: int) -> Floats:
    """Smooth noise of standard deviation 1 at places a step apart, ``(count, 2)``."""
    kernel = _gaussian(CORRELATED / STEP, count)
    kernel /= np.sqrt(np.square(kernel).sum())
    uniform = generator(0, RandomStream.TREMOR, number).random((count + len(kernel) - 1, 2))
    white = math.sqrt(12) * (uniform - 0.5)
    return np.stack([np.convolve(white[:, k], kernel, "valid") for k in (0, 1)], axis=1)


def _gaussian(spread: float, most: int) -> Floats:
    """Weights at whole steps from the middle, at most ``most`` to each side; their sum is 1."""
    reach = min(most, math.ceil(REACH * spread))
    weight = np.exp(-0.5 * np.square(np.arange(-reach, reach + 1) / spread))
    return np.asarray(weight / weight.sum())
