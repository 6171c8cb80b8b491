"""Ridges: faint lines that a threshold at half the darkness around misses.

A faint line that meets a dark one lies under half the dark one's height near it. It is told by its
neighbours: a line's middle is darker than what lies most of a pen's width to either side of it
(a ridge of height, as in Haralick 1983, "Ridges and valleys on digital images"; here in four
directions and without derivatives).
"""

from __future__ import annotations

import numpy as np

from strokebook.base.array_types import Bytes, Ints64
from strokebook.base.jit import compiled

ASIDE = 0.8  # pen widths from a line's middle to what must be lighter
LASTS = 0.6  # of its darkness: a line is so dark a little farther along, either way
FADES = 0.4  # of its darkness: at least on one side it is lighter than that
OPEN = 0.5  # of its darkness: beside a gap between two ends of a line it is lighter than that


def offsets(width: int, reach: float) -> Ints64:
    """Steps in a flat image of about ``reach`` pixels: across, down, and along both diagonals."""
    far, slant = max(1, round(reach)), max(1, round(reach / np.sqrt(2)))
    return np.array([far, far * width, slant * width + slant, slant * width - slant])


@compiled
def faint_lines(
    mask: Bytes,
    dark: Bytes,
    aside: Ints64,
    near: Ints64,
    floor: int,
    rise: int,
) -> int:
    """Mark with 2 what is no ink yet but a ridge; gives how many pixels there are.

    Args:
        mask: Flat, 1 on ink.
        dark: Flat darkness.
        aside: Steps to what must be lighter.
        near: Steps of one pixel in the same directions.
        floor: No ridge is lighter than this.
        rise: By how much a ridge is darker than both sides.
    """
    # The longest step: straight down, or down and across. Beyond it lies other memory.
    margin = max(aside[1], aside[2], near[2])
    count = 0
    for p in range(margin, mask.size - margin):
        here = int(dark[p])
        if here <= floor or mask[p]:
            continue
        for k in range(aside.size):
            high = max(dark[p + aside[k]], dark[p - aside[k]])
            top = max(dark[p + near[k]], dark[p - near[k]])
            j = k ^ 1  # the direction at right angles to this one
            along = min(dark[p + aside[j]], dark[p - aside[j]])
            if here - int(high) < rise or here < top or along < LASTS * here:
                continue
            # What shines through the paper fades slowly to both sides.
            if min(dark[p + aside[k]], dark[p - aside[k]]) > FADES * here:
                continue
            # Between two lines that nearly touch, the paper's dark spots are ridges as well.
            if along <= here or high <= OPEN * here:
                mask[p] = 2
                count += 1
                break
    return count
