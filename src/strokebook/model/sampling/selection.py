"""Choice among many drawings: those accepted, the likeliest, or those that differ most.

Shape letters: D drawings, P points of one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from strokebook.base.array_types import Floats, Floats32
from strokebook.base.errors import UsageError
from strokebook.base.options import nearest
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.polyline import evenly

CHOICES = ("raw", "rejection", "likely", "different")
FORMER = {"first": "raw"}  # names of earlier versions
OVERDRAWN = 4  # times as many are drawn as are chosen
ACCEPTED = 2  # times as many are accepted, where there is a chooser, as are then chosen
UNLIKELY = 0.25  # share of them that cannot be chosen as different: what fails differs most
POINTS = 64  # at equal steps of a drawing's ink, by which two are compared


def find_choice(choose: str | None, has_chooser: bool) -> str:
    """The choice that is meant; None: rejection where the model has a chooser, else raw.

    Raises:
        UsageError: No such choice, or it asks for a chooser that the model has not.
    """
    if choose is None:
        return "rejection" if has_chooser else "raw"
    choose = FORMER.get(choose, choose)
    if choose not in CHOICES:
        raise UsageError(f"The choice {choose!r} is unknown.", nearest(choose, CHOICES))
    if choose == "rejection" and not has_chooser:
        raise UsageError(
            "This model has no chooser, so none of its drawings can be rejected.",
            "Choose raw, likely or different, or train the model again: that makes a chooser.",
        )
    return choose


def check(n: int, choose: str, of: int | None) -> int:
    """How many drawings are made where no chooser rejects any.

    Raises:
        UsageError: Fewer to choose from than are wanted.
    """
    if choose == "raw":
        return n
    if of is not None and of < n:
        raise UsageError(f"{n} drawings cannot be chosen of {of}.", f"Draw at least {n}.")
    return OVERDRAWN * n if of is None else of


def chosen(drawings: Sequence[Drawing], nats: npt.ArrayLike, count: int, choose: str) -> list[int]:
    """The places of ``count`` drawings, the best first.

    Args:
        drawings: D of them.
        nats: What a point of each costs, ``(D,)``.
        count: At most D.
        choose: ``likely`` or ``different``.
    """
    costs = np.asarray(nats, np.float64)
    order = np.argsort(costs, kind="stable")
    if choose == "likely":
        return [int(k) for k in order[:count]]
    left = order[: max(count, round(len(order) * (1 - UNLIKELY)))]
    away = distances([drawings[k] for k in left])
    return [int(left[k]) for k in spread_out(away, count)]


def spread_out(away: Floats, count: int) -> list[int]:
    """Places such that the nearest two of them are as far apart as can be found.

    The first is 0, each next the one farthest from all before it: the least distance is at least
    half the best possible for that beginning (Gonzalez 1985; Ravi, Rosenkrantz & Tayi 1994).

    Args:
        away: Distances, ``(D, D)``.
        count: At most D.
    """
    places, nearest_of = [0], away[0].copy()
    while len(places) < count:
        nearest_of[places] = -1.0
        places.append(int(np.argmax(nearest_of)))
        nearest_of = np.minimum(nearest_of, away[places[-1]])
    return places


def distances(drawings: Sequence[Drawing]) -> Floats:
    """How differently drawings of one frame look, ``(D, D)``, in their unit.

    Mean distance from the points of one to the nearest point of the other, both ways (chamfer
    distance; Barrow et al. 1977). Endings are compared without the start that they share, where
    they lie; new drawings with their boxes' middles together.
    """
    points = np.stack([_points(d) for d in drawings])
    size = np.square(points).sum(2)
    out = np.zeros((len(points), len(points)))
    for k, one in enumerate(points):
        square = size[k][:, None] + size[:, None, :] - 2.0 * one @ points.transpose(0, 2, 1)
        gaps = np.sqrt(np.maximum(square, 0.0))  # (D, P, P)
        out[k] = (gaps.min(1).mean(1) + gaps.min(2).mean(1)) / 2
    np.fill_diagonal(out, 0.0)
    return out


def _points(drawing: Drawing) -> Floats:
    """Points at equal steps of what the model drew, ``(P, 2)``."""
    start_points = drawing.meta.get("start_points", 0)
    strokes, left = [], max(0, start_points - 1)  # from the start's last point on
    for stroke in drawing.strokes:
        if len(stroke) > left:
            strokes.append(stroke[left:])
        left = max(0, left - len(stroke))
    points = np.concatenate([_even(s, POINTS) for s in strokes]).astype(np.float64)
    weights = np.concatenate([np.full(POINTS, _length(s) + 1e-9) for s in strokes])
    at = (np.arange(POINTS) + 0.5) / POINTS * weights.sum()
    points = points[np.searchsorted(np.cumsum(weights), at)]
    if not start_points:
        points -= (points.min(0) + points.max(0)) / 2
    return np.asarray(points)


def _even(stroke: Floats32, count: int) -> Floats32:
    return evenly(stroke, count) if len(stroke) > 1 else np.repeat(stroke, count, axis=0)


def _length(stroke: Floats32) -> float:
    return float(np.linalg.norm(np.diff(stroke.astype(np.float64), axis=0), axis=1).sum())
