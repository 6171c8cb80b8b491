"""Separating: which strokes of a page make one drawing, and which drawings are worth keeping.

``faithful`` is the artist's rule as his published code has it: passes over the strokes' boxes,
each box merged with the one that it overlaps most when their IoU reaches the threshold, until a
pass merges nothing. A pass may merge a box into two others; its strokes are then in two drawings.

``mended`` puts every stroke into exactly one drawing: strokes within a gap of each other belong
together, then boxes are merged that overlap by the same IoU, or of which one lies mostly inside
the other, however small its share of it. The gap is the page's own: narrow where lines are
unbroken and figures may stand close, wide where they are broken; and parts too small to be a
drawing join across more than it (after Felzenszwalb and Huttenlocher, "Efficient graph-based image
segmentation", IJCV 59, 2004, who let a gap divide what it exceeds in comparison with the gaps
inside, and small parts divide last).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from strokebook.base.array_types import Floats
from strokebook.base.options import option
from strokebook.figures.spanning_tree import Links, link_strokes
from strokebook.geometry.boxes import Boxes, areas, boxes_of, iou
from strokebook.geometry.drawing import Drawing, Points

Groups = list[list[int]]
_EVERY = 200.0  # units of ink, the longer side of the frame, in which a hand may lift once
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
        20.0, "mended: most that may lie between two parts of a drawing of broken lines.", low=0.0
    )
    least_gap: float = option(
        6.0, "mended: strokes within this distance make one drawing, if gap is not less.", low=0.0
    )
    looseness: float = option(
        12.0,
        "mended: between least_gap and gap, this times the gap that the page's line leaves once "
        "in 200 units.",
        low=0.0,
    )
    reach: float = option(
        1.5, "mended: parts smaller than least_area join across this many times the gap.", low=1.0
    )
    inside: float = option(
        0.5, "mended: a box of which this share lies in another joins it.", low=0.0, high=1.0
    )


@dataclass(frozen=True, eq=False)
class Figure:
    """One drawing of a page.

    Attributes:
        drawing: Its strokes, still in the page's frame.
        box: The box there, ``(4,)``, around its strokes and, where the page was separated before
            short strokes were dropped, around those as well.
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
    near = _by_nearness(drawing.strokes, boxes, options)
    return _reading_order(*_merge_boxes(near, boxes, options))


def as_figures(
    drawing: Drawing, groups: Groups, options: SeparateOptions, boxes: Boxes | None = None
) -> Separation:
    """Groups of a page's strokes as figures, the small ones dropped with their reason.

    Args:
        drawing: The page in its frame.
        groups: The numbers of each figure's strokes.
        options: The least area.
        boxes: The figures' boxes ``(G, 4)``; without them, those around their strokes.
    """
    if boxes is None:
        boxes = group_boxes(drawing, groups)
    kept, dropped = [], []
    for group, box in zip(groups, boxes, strict=True):
        part = drawing.with_strokes(drawing.strokes[k] for k in group)
        area = float(areas(box))
        if area < options.least_area:
            reason = f"Its box covers {area:.0f} square units, under {options.least_area:g}."
            dropped.append(Figure(part, box, tuple(group), reason))
        else:
            kept.append(Figure(part, box, tuple(group)))
    return Separation(tuple(kept), tuple(dropped))


def group_boxes(drawing: Drawing, groups: Groups) -> Boxes:
    """The boxes ``(G, 4)`` around groups of a drawing's strokes."""
    boxes = boxes_of(drawing.strokes)
    return np.array([_around(boxes[g]) for g in groups]).reshape(-1, 4)


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


def _by_nearness(strokes: Sequence[Points], boxes: Boxes, options: SeparateOptions) -> Groups:
    """Single linkage, nearest strokes first, within the page's gap.

    A part that is too small to be kept by itself reaches farther than two that are drawings.
    """
    links = link_strokes(strokes)
    gap = page_gap(links, options)
    label = list(range(len(strokes)))
    groups: dict[int, list[int]] = {k: [k] for k in label}
    around = {k: boxes[k] for k in label}
    for (i, j), distance in zip(links.pairs.tolist(), links.gaps.tolist(), strict=True):
        a, b = label[i], label[j]
        small = min(float(areas(around[a])), float(areas(around[b]))) < options.least_area
        if distance > gap * (options.reach if small else 1.0):
            continue
        if len(groups[a]) < len(groups[b]):
            a, b = b, a
        around[a] = _around(np.stack([around[a], around.pop(b)]))
        for k in groups[b]:
            label[k] = a
        groups[a] += groups.pop(b)
    return [sorted(g) for g in groups.values()]


def page_gap(links: Links, options: SeparateOptions) -> float:
    """How far apart two parts of one drawing may lie on this page, in units.

    A hand that lifts the pen often leaves many gaps inside a drawing, an unbroken line none: the
    gap follows from those that the page's own line leaves, within limits.
    """
    loose = options.looseness * links.looseness(_EVERY)
    return min(options.gap, max(options.least_gap, loose))


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


def _insideness(boxes: Boxes) -> Floats:
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
