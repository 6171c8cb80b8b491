"""Cleaning: scanner edges, shadows, specks and show-through are no ink."""

from __future__ import annotations

import cv2
import numpy as np

from strokebook.base.array_types import Bytes
from strokebook.tracing.binarisation.levels import Grey, Levels, Mask

EDGE_BAND = 0.012  # of the longer side: where a scanner's bed or the next page shows
EDGE_RUN = 0.3  # of the side: a dark run this long within the band lies along the edge
GRAZES = 0.2  # of the side: a line runs no longer along the border …
GRAZES_DEEP = 1.3  # … and in the mean no more pen widths deep
BLOT = 2.5  # pen widths: no line is as thick as this


def clean(
    mask: Mask,
    flat: Grey,
    page_levels: Levels,
    pen: float,
    *,
    pale: float = 0.35,
    speck: float = 1.5,
) -> Mask:
    """``mask`` without the marks that no pen made.

    Args:
        mask: ``(H, W)``, True where the flattened page is darker than a threshold.
        flat: The flattened page.
        page_levels: Its ink and paper.
        pen: Width of the line in pixels.
        pale: Marks whose darkest spot has less than this share of the ink's contrast go.
        speck: Marks of less than this many pen widths squared go.
    """
    return without_pale(without_edges(mask, pen), flat, page_levels, pen, pale=pale, speck=speck)


def without_edges(mask: Mask, pen: float) -> Mask:
    """Drop dark runs along the page's edges, and blots that touch its border."""
    out = mask.astype(np.uint8)
    _drop_runs(out, pen)
    _drop_border_blots(out, pen)
    return out.astype(bool)


def _drop_runs(mask: Bytes, pen: float) -> None:
    height, width = mask.shape
    band = max(3, round(EDGE_BAND * max(height, width)))
    for side, length in (
        (mask[:band], width), (mask[-band:], width),
        (mask[:, :band].T, height), (mask[:, -band:].T, height),
    ):  # fmt: skip
        # Rows of `side` run along the page's edge. A tilted edge climbs a little: let runs do so.
        run = np.ones((1, max(8, round(8 * pen), round(EDGE_RUN * length))), np.uint8)
        thick = cv2.dilate(np.ascontiguousarray(side), np.ones((3, 1), np.uint8))
        along = cv2.morphologyEx(thick, cv2.MORPH_OPEN, run)
        reach = np.ones((2 * round(pen) + 1, 2 * round(pen) + 1), np.uint8)
        side[cv2.dilate(along, reach) > 0] = 0


def _drop_border_blots(mask: Bytes, pen: float) -> None:
    """Drop what is thicker than any line and touches the border, however large it is."""
    reach = BLOT * pen / 2
    rim = 2 * int(reach) + 3
    # Continued outwards, a thin dark rim is as thick as any blot.
    padded = cv2.copyMakeBorder(mask, rim, rim, rim, rim, cv2.BORDER_REPLICATE)
    thick = cv2.distanceTransform(padded, cv2.DIST_L2, 5) > reach
    if not thick.any():
        return
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(thick.view(np.uint8), connectivity=8)
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    for number in np.unique(border[border > 0]):
        x, y, w, h = boxes[number, : cv2.CC_STAT_HEIGHT + 1].tolist()
        if _is_grazing_line(mask, (x - rim, y - rim, w, h), pen):
            continue
        # Around the blot alone: the page may have many.
        grow = int(reach) + 3
        top, left = max(0, y - grow), max(0, x - grow)
        part = labels[top : y + h + grow, left : x + w + grow]
        near = cv2.distanceTransform((part != number).astype(np.uint8), cv2.DIST_L2, 5)
        padded[top : y + h + grow, left : x + w + grow][near <= reach + 2] = 0
    mask[padded[rim:-rim, rim:-rim] == 0] = 0


def _is_grazing_line(mask: Bytes, box: tuple[int, int, int, int], pen: float) -> bool:
    """Is what lies along the border a line that runs off the page, rather than a scanner's edge?

    It is where it is short and no thicker than the pen, and a line goes on from it into the page.

    Args:
        mask: ``(H, W)``, 1 on ink.
        box: x, y, width and height of the ink along the border; it may reach beyond it.
        pen: Width of the line.
    """
    height, width = mask.shape
    x, y, w, h = box
    left, top, right, bottom = max(0, x), max(0, y), min(width, x + w), min(height, y + h)
    deep = round(GRAZES_DEEP * pen) + 1
    # Seen from the border, with the border as the first row; in a corner two borders touch.
    sides = [y <= 0, y + h >= height, x <= 0, x + w >= width]
    if sum(sides) != 1 or max((right - left) / width, (bottom - top) / height) > GRAZES:
        return False
    rows = (mask, mask[::-1], mask.T, mask.T[::-1])[sides.index(True)]
    first, size = (left, right - left) if sides[0] or sides[1] else (top, bottom - top)
    rows = np.ascontiguousarray(rows[: 2 * deep + 2])
    run = rows[:, first : first + size]
    depth = np.where(run.all(axis=0), len(run), run.argmin(axis=0))
    if np.median(depth) > deep:
        return False
    labels = cv2.connectedComponents(rows, connectivity=8)[1]
    here = labels[0, first : first + size]
    return bool(np.isin(labels[-1], here[here > 0]).any())


def without_pale(
    mask: Mask, flat: Grey, page_levels: Levels, pen: float, *, pale: float, speck: float
) -> Mask:
    """Drop connected marks that are small, or pale all over (ink of the other side)."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        mask.astype(np.uint8), connectivity=8
    )
    if count == 1:
        return mask
    calm = cv2.blur(flat, (3, 3)) if pen >= 3 else flat  # one dark grain is not ink
    darkest = np.full(count, 255, np.uint8)
    np.minimum.at(darkest, labels[mask].astype(np.intp), calm[mask])
    keep = stats[:, cv2.CC_STAT_AREA] >= speck * pen * pen
    keep &= 255.0 - darkest >= pale * page_levels.contrast
    keep[0] = False
    return np.asarray(keep[labels], bool)
