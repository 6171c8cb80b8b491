"""What is dark on a page and yet no drawing: scanner edges, shadows, specks, show-through."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from strokebook.tracing.ink import Grey, Levels, Mask

EDGE_BAND = 0.012  # of the longer side: where a scanner's bed or the next page shows
EDGE_RUN = 0.3  # of the side: a dark run this long within the band lies along the edge
BLOT = 2.5  # pen widths: no line is as thick as this


def clean(
    mask: Mask, flat: Grey, found: Levels, pen: float, *, pale: float = 0.35, speck: float = 1.5
) -> Mask:
    """``mask`` without the marks that no pen made.

    Args:
        mask: ``(H, W)``, True where the flattened page is darker than a threshold.
        flat: The flattened page.
        found: Its ink and paper.
        pen: Width of the line in pixels.
        pale: Marks whose darkest spot has less than this share of the ink's contrast go.
        speck: Marks of less than this many pen widths squared go.
    """
    return without_pale(without_edges(mask, pen), flat, found, pen, pale=pale, speck=speck)


def without_edges(mask: Mask, pen: float) -> Mask:
    """Drop dark runs along the page's edges, and blots that touch its border."""
    out = mask.astype(np.uint8)
    _drop_runs(out, pen)
    _drop_border_blots(out, pen)
    return out.astype(bool)


def _drop_runs(mask: npt.NDArray[np.uint8], pen: float) -> None:
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


def _drop_border_blots(mask: npt.NDArray[np.uint8], pen: float) -> None:
    """Drop what is thicker than any line and touches the border, however large it is."""
    reach = BLOT * pen / 2
    rim = int(reach) + 2
    # Continued outwards, a thin dark rim is as thick as any blot.
    padded = cv2.copyMakeBorder(mask, rim, rim, rim, rim, cv2.BORDER_REPLICATE)
    thick = cv2.distanceTransform(padded, cv2.DIST_L2, 5)[rim:-rim, rim:-rim] > reach
    if not thick.any():
        return
    count, labels = cv2.connectedComponents(thick.astype(np.uint8), connectivity=8)
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    touches = np.zeros(count, bool)
    touches[border] = True
    touches[0] = False
    if touches.any():
        away = cv2.distanceTransform((~touches[labels]).astype(np.uint8), cv2.DIST_L2, 5)
        mask[away <= reach + 2] = 0


def without_pale(
    mask: Mask, flat: Grey, found: Levels, pen: float, *, pale: float, speck: float
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
    keep &= 255.0 - darkest >= pale * found.contrast
    keep[0] = False
    return np.asarray(keep[labels], bool)
