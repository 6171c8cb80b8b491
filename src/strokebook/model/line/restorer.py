"""The restorer: a small net that bends the segments between points into the artist's line.

What a model learns from are lines simplified to a few points and rounded; what it draws are such
points too. For each segment the net looks at the steps around it and says how far the traced line
lay from it, along and across, at even shares of its length. It looks four times, at the line as it
is, mirrored, backwards and both, and the mean is taken: the line is the same whichever way the pen
ran, and a straight line stays straight.

Shape letters: S segments, F features, H units of a hidden layer, K places along a segment with
both its ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from strokebook.base.array_types import Floats, Floats32
from strokebook.geometry.drawing import Drawing, Points
from strokebook.geometry.simplify import simplify
from strokebook.model.line.segments import Segments, mirrored, reversed_features, segments_of

PLACES = 9  # along a segment, with both its ends
THINNED = 1.0  # units: tolerance (RDP) at which a person's line is seen
STRAIGHT = 0.05  # units: a segment that bends less stays straight, without points between


@dataclass(frozen=True, eq=False)
class LineRestorer:
    """A perceptron of two hidden layers (tanh); float32.

    Attributes:
        mean: Of the features, ``(F,)``.
        spread: Their standard deviation, ``(F,)``.
        weights: ``(F, H)``, ``(H, H)``, ``(H, 2 K)``.
        biases: ``(H,)``, ``(H,)``, ``(2 K,)``; the output is ``(K, 2)``: along and across, in
            units of the data.
        extent: Longer side of the drawings that it learnt from, in units of the data.
        tremor: How far the hand's line trembles about a smooth one, units of the data; see
            :mod:`strokebook.model.line.fairing`.
    """

    mean: Floats32
    spread: Floats32
    weights: tuple[Floats32, Floats32, Floats32]
    biases: tuple[Floats32, Floats32, Floats32]
    extent: float = 200.0
    tremor: float = 0.0

    @property
    def places(self) -> int:
        """K, the places along a segment, with both its ends."""
        return len(self.biases[2]) // 2

    def restore(self, drawing: Drawing, units: float = 1.0, start_points: int = 0) -> Drawing:
        """The drawing with the artist's line between its points, through each of them.

        Args:
            drawing: Points as a model draws them.
            units: Units of the data per unit of the drawing.
            start_points: So many points at its beginning were given by a person: no line between
                two of them is changed.

        Returns:
            The same strokes with points added; ``meta["start_points"]`` still tells how many are
            the person's.
        """
        if not drawing.strokes:
            return drawing
        left, kept, seen = start_points, [], []
        for stroke in drawing.strokes:
            own = stroke[:left]
            # The points of a person's line lie closer than a model's: it is thinned to be seen.
            thin = simplify(drawing.with_strokes([own]), THINNED / units).strokes
            kept.append(own)
            seen.append(np.concatenate([*thin, stroke[len(own) :]]))
            left -= len(own)
        segments = segments_of([np.asarray(s, np.float64) * units for s in seen])
        bent = np.split(self.bend(segments) / units, np.cumsum([len(s) - 1 for s in seen])[:-1])
        return drawing.with_strokes(
            np.concatenate([own[:-1], _threaded(stroke[max(len(own) - 1, 0) :], off)])
            for own, stroke, off in zip(kept, drawing.strokes, bent, strict=True)
        )

    def bend(self, segments: Segments) -> Floats:
        """How far the line lies from each segment, ``(S, K, 2)`` in x and y; 0 at both ends."""
        off = self.through(self.deviation(segments.features))
        off[np.abs(off[:, :, 1]).max(1) <= STRAIGHT] = 0.0
        along, across = segments.along[:, None], segments.across[:, None]
        return np.asarray(off[:, :, :1] * along + off[:, :, 1:] * across)

    def through(self, off: Floats32) -> Floats:
        """Deviations ``(S, K, 2)`` sheared so that both ends lie on the points."""
        ramp = np.linspace(0.0, 1.0, self.places)[:, None]
        return np.asarray(off - (1 - ramp) * off[:, :1] - ramp * off[:, -1:])

    def deviation(self, features: Floats32) -> Floats32:
        """From each segment to the line, along and across it: ``(S, F)`` → ``(S, K, 2)``."""
        mirror = np.array((1.0, -1.0), np.float32)
        back = reversed_features(features)
        ahead = self._net(features) + mirror * self._net(mirrored(features))
        behind = self._net(back) + mirror * self._net(mirrored(back))
        return np.asarray((ahead - behind[:, ::-1]) / 4, np.float32)

    def _net(self, features: Floats32) -> Floats32:
        x = (features - self.mean) / self.spread
        for weight, bias in zip(self.weights[:2], self.biases[:2], strict=True):
            x = np.tanh(x @ weight + bias)
        out = x @ self.weights[2] + self.biases[2]
        return np.asarray(out.reshape(len(features), self.places, 2))


def _threaded(points: Points, off: Floats) -> Points:
    """The line through the last points of a stroke.

    Args:
        points: ``(P, 2)``.
        off: From each segment of the stroke to the line, ``(≥ P - 1, K, 2)``; the last count.
    """
    ramp = np.linspace(0.0, 1.0, off.shape[1])[1:-1, None]
    pieces: list[Points | Floats] = []
    for k in range(len(points) - 1):
        bend = off[len(off) - len(points) + 1 + k]
        pieces.append(points[k : k + 1])
        if bend.any():
            pieces.append(points[k] + ramp * (points[k + 1] - points[k]) + bend[1:-1])
    return np.concatenate([*pieces, points[-1:]]).astype(np.float32)
