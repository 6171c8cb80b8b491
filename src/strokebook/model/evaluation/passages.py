"""Copied passages: stretches of a drawing that repeat a stretch of a training drawing.

A drawing may be new as a whole and yet be put together from what was learnt by heart. So every
stretch of :data:`LENGTH` units of ink is compared with those of all training drawings, as it is
and mirrored, wherever it lies on its page and whichever way the pen ran: the distance of two is the
root mean square of the distances of their points. How near chance brings two, held-out drawings
tell.

Shape letters: D drawings, W stretches, P points of one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.spatial import cKDTree

from strokebook.base.array_types import Floats, Floats32
from strokebook.geometry.drawing import Stroke3
from strokebook.geometry.polyline import arc_length
from strokebook.geometry.stroke3 import from_stroke3, longer_side

FRAME = 200.0  # units: longer side of the median training drawing
LENGTH = 100.0  # units of ink of a stretch
EVERY = 25.0  # units from one stretch to the next that is looked at
KNOWN_EVERY = 6.25  # the same of those it is compared with
POINTS = 24  # of a stretch, at even steps
NEARER = 0.05  # share of held-out stretches that lie nearer than what counts as copied
COMPONENTS = 8  # by which the nearest are sought, and
CANDIDATES = 16  # how many of them are compared whole


def copied_share(
    drawings: Sequence[Stroke3], held: Sequence[Stroke3], training: Sequence[Stroke3]
) -> float | None:
    """Share of the drawings' stretches nearer to training than 5 % of the held-out ones' are.

    It is about 0.05 where nothing was learnt by heart, and 1 where all was.

    Returns:
        None where a side has no line of that length.
    """
    sides = float(np.median([longer_side(d) for d in training])) if len(training) else 0.0
    unit = sides / FRAME if sides > 0 else 1.0
    known = known_stretches(training, unit)
    made, others = stretches(drawings, unit), stretches(held, unit)
    if not len(known) or not len(made) or not len(others):
        return None
    near = np.quantile(nearest(others, known), NEARER)
    return float((nearest(made, known) < near).mean())


def known_stretches(training: Sequence[Stroke3], unit: float) -> Floats32:
    """Those of training drawings, as they are and mirrored, ``(W, 2 P)``."""
    both = [stretches(training, unit, KNOWN_EVERY, mirrored=flip) for flip in (False, True)]
    return np.concatenate(both)


def stretches(
    drawings: Sequence[Stroke3], unit: float, every: float = EVERY, *, mirrored: bool = False
) -> Floats32:
    """All stretches about their middles, ``(W, 2 P)``, one every so many units of ink.

    All drawings are measured in one unit, not each in its own frame: a part that was copied is as
    large as it was, whatever stands around it.
    """
    scale = np.array((-1.0 if mirrored else 1.0, 1.0)) / unit
    found = [np.zeros((0, 2 * POINTS), np.float32)]
    for drawing in drawings:
        found += [_along(stroke * scale, every) for stroke in from_stroke3(drawing).strokes]
    return np.concatenate(found)


def _along(stroke: Floats, every: float) -> Floats32:
    way = arc_length(stroke)
    begins = np.arange(0.0, way[-1] - LENGTH + 1e-9, every)
    at = begins[:, None] + np.linspace(0.0, LENGTH, POINTS)
    points = np.stack([np.interp(at, way, stroke[:, axis]) for axis in (0, 1)], 2)  # (W, P, 2)
    centred = points - points.mean(1, keepdims=True)
    return np.asarray(centred.reshape(len(begins), 2 * POINTS), np.float32)


def nearest(wanted: Floats32, known: Floats32) -> Floats32:
    """The distance of each stretch to the nearest of those known, in units, ``(W,)``.

    The nearest is sought among the few that are nearest by their first principal components: a
    stretch is smooth, so they hold nearly all of it.
    """
    backwards = known.reshape(len(known), POINTS, 2)[:, ::-1].reshape(known.shape)
    both = np.concatenate([known, backwards])
    _, vectors = np.linalg.eigh(known.T.astype(np.float64) @ known)
    basis = vectors[:, -COMPONENTS:].astype(np.float32)
    candidates = range(1, min(CANDIDATES, len(both)) + 1)
    _, index = cKDTree(both @ basis).query(wanted @ basis, list(candidates), workers=-1)
    squares = np.square(both[index] - wanted[:, None]).sum(2) / POINTS
    return np.asarray(np.sqrt(squares.min(1)), np.float32)
