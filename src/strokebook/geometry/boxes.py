"""Axis-aligned boxes as ``(4,)`` or ``(B, 4)`` float arrays: x0, y0, x1, y1; y down."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from strokebook.base.array_types import Floats

Boxes = Floats


def box_of(points: npt.ArrayLike) -> Boxes:
    """The box ``(4,)`` of ``(P, 2)`` points."""
    p = np.asarray(points, np.float64)
    return np.concatenate([p.min(axis=0), p.max(axis=0)])


def boxes_of(strokes: Sequence[npt.ArrayLike]) -> Boxes:
    """The boxes ``(B, 4)`` of B strokes."""
    return np.array([box_of(s) for s in strokes]).reshape(-1, 4)


def areas(boxes: Boxes) -> Floats:
    """Areas ``(B,)`` of boxes ``(B, 4)``."""
    sides = boxes[..., 2:] - boxes[..., :2]
    return np.asarray(sides[..., 0] * sides[..., 1], np.float64)


def iou(a: Boxes, b: Boxes) -> Floats:
    """Intersection over union of every pair, ``(A, 4)`` × ``(B, 4)`` → ``(A, B)``; no area: 0."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=2)
    union = areas(a)[:, None] + areas(b)[None, :] - shared
    ratio = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return np.asarray(ratio, np.float64)
