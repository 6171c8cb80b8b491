"""Separating: which strokes of a page make one drawing, and which drawings are worth keeping.

``faithful`` is the artist's rule as his published code has it: passes over the strokes' boxes,
each box merged with the one that it overlaps most when their IoU reaches the threshold, until a
pass merges nothing. A pass may merge a box into two others; its strokes are then in two drawings.

``mended`` puts every stroke into exactly one drawing: strokes within a gap of each other belong
together, then boxes are merged that overlap by the same IoU, or of which one lies mostly inside
the other, however small its share of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from strokebook.base.options import option
from strokebook.geometry.boxes import Boxes, areas, boxes_of, iou
from strokebook.geometry.drawing import Drawing, Points

Groups = list[list[int]]
_PAD = 0.5  # units by which boxes are grown to measure insideness: a straight line has no area


@dataclass(frozen=True)
class SeparateOptions:
    """Settings of separation; lengths are units of a frame whose longer side is 200."""

    iou: float = option(
        0.05, "Boxes whose IoU is at least this make one drawing.", low=0.0, high=1.0
    )
    least_area: float = option(
        500.0, "Drawings whose box covers less than this, in square units, are dropped.", low=0.0
    )
    mode: str = option(
        "mended",
        "faithful: by boxes alone; mended: by nearness and boxes, each stroke in one drawing.",
        choices=("faithful", "mended"),
    )
    gap: float = option(
        22.0, "mended: strokes within this distance belong to one drawing.", low=0.0
    )
    inside: float = option(
        0.5, "mended: a box of which this share lies in another joins it.", low=0.0, high=1.0
    )


@dataclass(frozen=True, eq=False)
class Figure:
    """One drawing of a page.

    Attributes:
        drawing: Its strokes, still in the page's frame.
        box: Its box there, ``(4,)``.
        members: Its strokes' numbers on the page.
        reason: Why it is dropped; empty: it is kept.
    """

    drawing: Drawing
    box: Boxes
    members: tuple[int, ...]
    reason: str = ""


@dataclass(frozen=True)
class Separation:
    """The drawings of a page: those kept, and those dropped with their reason."""

    kept: tuple[Figure, ...]
    dropped: tuple[Figure, ...]


def separate(drawing: Drawing, options: SeparateOptions | None = None) -> Separation:
    """Part a page into its drawings and drop the small ones."""
    options = options or SeparateOptions()
    return as_figures(drawing, group_strokes(drawing, options), options)


def group_strokes(drawing: Drawing, options: SeparateOptions | None = None) -> Groups:
    """The numbers of the strokes of each drawing of a page, small ones included."""
    options = options or SeparateOptions()
    if not drawing.strokes:
        return []
    boxes = boxes_of(drawing.strokes)
    if options.mode == "faithful":
        return _by_overlap(boxes, options.iou)
    near = _by_nearness(drawing.strokes, options.gap)
    return _reading_order(*_merge_boxes(near, boxes, options))


def as_figures(drawing: Drawing, groups: Groups, options: SeparateOptions) -> Separation:
    """Groups of a page's strokes as figures, the small ones dropped with their reason."""
    kept, dropped = [], []
    for group in groups:
        part = drawing.with_strokes(drawing.strokes[k] for k in group)
        box = _around(boxes_of(part.strokes))
        area = float(areas(box))
        if area < options.least_area:
            reason = f"Its box covers {area:.0f} square units, under {options.least_area:g}."
            dropped.append(Figure(part, box, tuple(group), reason))
        else:
            kept.append(Figure(part, box, tuple(group)))
    return Separation(tuple(kept), tuple(dropped))


def _around(boxes: Boxes) -> Boxes:
    """The box ``(4,)`` around boxes ``(B, 4)``."""
    return np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])


def _by_overlap(boxes: Boxes, least: float) -> Groups:
    """The faithful rule; two boxes without area count as not overlapping."""
    groups: Groups = [[k] for k in range(len(boxes))]
    while len(groups) > 1:
        merged, around = _one_pass(groups, boxes, least)
        if len(merged) == len(groups):
            break
        groups, boxes = merged, around
    return groups


def _one_pass(groups: Groups, boxes: Boxes, least: float) -> tuple[Groups, Boxes]:
    """Each box not yet merged joins the one it overlaps most, even one already merged."""
    overlap = iou(boxes, boxes)
    np.fill_diagonal(overlap, -1.0)
    partner = overlap.argmax(axis=1)
    merged: Groups = []
    around = []
    gone: set[int] = set()
    for a, b in enumerate(partner.tolist()):
        if a not in gone and overlap[a, b] >= least:
            gone |= {a, b}
            merged.append(groups[a] + groups[b])
            around.append(_around(boxes[[a, b]]))
    left = [k for k in range(len(groups)) if k not in gone]
    return merged + [groups[k] for k in left], np.array(around + [boxes[k] for k in left])


def _by_nearness(strokes: Sequence[Points], gap: float) -> Groups:
    """Strokes linked, directly or through others, by distances of at most ``gap``."""
    links = stroke_gaps(strokes) <= gap
    label = np.full(len(strokes), -1)
    groups: Groups = []
    for seed in range(len(strokes)):
        if label[seed] >= 0:
            continue
        members = np.zeros(len(strokes), bool)
        front = members.copy()
        front[seed] = True
        while front.any():
            members |= front
            front = links[front].any(axis=0) & ~members
        label[members] = len(groups)
        groups.append(np.flatnonzero(members).tolist())
    return groups


def stroke_gaps(strokes: Sequence[Points]) -> npt.NDArray[np.float64]:
    """The least distance between points of each pair of strokes, ``(S, S)``."""
    points = np.vstack(strokes).astype(np.float64)
    starts = np.concatenate([[0], np.cumsum([len(s) for s in strokes])[:-1]])
    gaps = np.zeros((len(strokes), len(strokes)))
    for k, stroke in enumerate(strokes):
        step = points[None, :, :] - stroke.astype(np.float64)[:, None, :]
        nearest = np.einsum("pnk,pnk->pn", step, step).min(axis=0)
        gaps[k] = np.sqrt(np.minimum.reduceat(nearest, starts))
    return gaps


def _merge_boxes(
    groups: Groups, stroke_boxes: Boxes, options: SeparateOptions
) -> tuple[Groups, Boxes]:
    """Merge, most overlapping first, until no two boxes overlap enough."""
    groups = [list(g) for g in groups]
    boxes = np.array([_around(stroke_boxes[g]) for g in groups])
    while len(groups) > 1:
        overlap, covered = iou(boxes, boxes), _insideness(boxes)
        score = np.where(
            (overlap >= options.iou) | (covered >= options.inside), overlap + covered, -1.0
        )
        np.fill_diagonal(score, -1.0)
        a, b = sorted(int(k) for k in np.unravel_index(score.argmax(), score.shape))
        if score[a, b] < 0:
            break
        groups[a] = sorted(groups[a] + groups.pop(b))
        boxes[a] = _around(boxes[[a, b]])
        boxes = np.delete(boxes, b, axis=0)
    return groups, boxes


def _insideness(boxes: Boxes) -> npt.NDArray[np.float64]:
    """The share of the smaller of each two boxes that lies in the other, ``(B, B)``."""
    grown = boxes + np.array([-_PAD, -_PAD, _PAD, _PAD])
    low = np.maximum(grown[:, None, :2], grown[None, :, :2])
    high = np.minimum(grown[:, None, 2:], grown[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=2)
    area = areas(grown)
    return np.asarray(shared / np.minimum(area[:, None], area[None, :]), np.float64)


def _reading_order(groups: Groups, boxes: Boxes) -> Groups:
    """Rows from the top, left to right: a row holds what is centred above its first's bottom."""
    left = sorted(range(len(groups)), key=lambda k: boxes[k, 1])
    order: list[int] = []
    while left:
        bottom = boxes[left[0], 3]
        row = [k for k in left if boxes[k, [1, 3]].mean() <= bottom]
        order += sorted(row, key=lambda k: boxes[k, 0])
        left = [k for k in left if k not in row]
    return [groups[k] for k in order]
