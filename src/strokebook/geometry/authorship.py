"""Authorship: which of a drawing's lines a person drew, and which a model.

A completion says in ``meta["start_points"]`` how many points, from its first on, are a person's; a
drawing made in turns names the model's strokes in ``meta["model_strokes"]``. Without either the
drawing is one hand's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from strokebook.base.array_types import Floats


@dataclass(frozen=True, eq=False)
class Part:
    """A stroke, or the part of one, that one hand drew.

    Attributes:
        points: ``(P, 2)``.
        by_model: Whether a model drew it.
        continues: It begins in the last point of the part before, without a lift of the pen.
    """

    points: Floats
    by_model: bool
    continues: bool = False


def parts_of(strokes: Sequence[npt.ArrayLike], meta: Mapping[str, Any]) -> list[Part]:
    """Strokes cut where a model goes on from a person's line; in the pen's order.

    Args:
        strokes: All of a drawing's, each ``(P, 2)``, in any frame.
        meta: The drawing's.
    """
    lines = [np.asarray(s, np.float64) for s in strokes]
    if "start_points" not in meta:
        drawn = set(meta.get("model_strokes", ()))
        return [Part(s, n in drawn) for n, s in enumerate(lines)]
    left, parts = int(meta["start_points"]), []
    for stroke in lines:
        if left > 0:
            parts.append(Part(stroke[:left], by_model=False))
        if left < len(stroke):
            # Both parts have the point in which they meet, so that the line has no gap.
            parts.append(Part(stroke[max(0, left - 1) :], by_model=True, continues=left > 0))
        left -= len(stroke)
    return parts


def joined(parts: Sequence[Part]) -> list[Floats]:
    """The strokes of parts: one that continues goes on in the stroke before it."""
    strokes: list[Floats] = []
    for part in parts:
        if part.continues:
            strokes[-1] = np.concatenate((strokes[-1], part.points[1:]))
        else:
            strokes.append(part.points)
    return strokes


def meta_of(parts: Sequence[Part]) -> dict[str, Any]:
    """What a drawing of these parts says in its ``meta``: the reverse of :func:`parts_of`.

    It is nothing where one hand drew all.
    """
    if len({p.by_model for p in parts}) < 2:
        return {}
    first = next(n for n, p in enumerate(parts) if p.by_model)
    if all(p.by_model for p in parts[first:]):
        return {"start_points": sum(len(p.points) for p in parts[:first])}
    starts = [p for p in parts if not p.continues]
    return {"model_strokes": [n for n, p in enumerate(starts) if p.by_model]}
