"""Distance transform and connected components over the ink's pixels alone.

Most of a page is paper; what passes over the whole page for every step is most of the time on a
page that was enlarged. Pixels are flat indices in raster order.
"""

from __future__ import annotations

import numpy as np

from strokebook.base.array_types import Floats32, Ints32
from strokebook.base.jit import compiled
from strokebook.tracing.disjoint_sets import root_of

# Steps of a 5 x 5 chamfer mask that are nearest to Euclidean distance (Borgefors 1986, "Distance
# transformations in digital images"; the very values are those that OpenCV has).
SIDE, SLANT, KNIGHT = 1.0, 1.4, 2.1969


def to_paper(shape: tuple[int, int], pixels: Ints32) -> Floats32:
    """Distance of each ink pixel to the paper, ``(H, W)``; 0 on paper.

    Args:
        shape: ``(H, W)``; the outermost pixels are paper.
        pixels: Flat indices of the ink.
    """
    height, width = shape
    # A knight's step from the first row of ink leads two rows up: rows of paper for it.
    padded = np.zeros((height + 4, width), np.float32)
    _sweep(padded.ravel(), pixels + np.int32(2 * width), width)
    return padded[2:-2]


@compiled
def _sweep(distance: Floats32, pixels: Ints32, width: int) -> None:
    for k in range(pixels.size):
        p = pixels[k]
        slant = min(distance[p - width - 1], distance[p - width + 1]) + SLANT
        side = min(distance[p - 1], distance[p - width]) + SIDE
        far = min(distance[p - width - 2], distance[p - width + 2])
        tall = min(distance[p - 2 * width - 1], distance[p - 2 * width + 1])
        distance[p] = min(side, slant, min(far, tall) + KNIGHT)
    for k in range(pixels.size - 1, -1, -1):
        p = pixels[k]
        slant = min(distance[p + width - 1], distance[p + width + 1]) + SLANT
        side = min(distance[p + 1], distance[p + width]) + SIDE
        far = min(distance[p + width - 2], distance[p + width + 2])
        tall = min(distance[p + 2 * width - 1], distance[p + 2 * width + 1])
        distance[p] = min(distance[p], side, slant, min(far, tall) + KNIGHT)


def connected(shape: tuple[int, int], pixels: Ints32) -> tuple[int, Ints32]:
    """Number the connected marks from 1.

    Args:
        shape: ``(H, W)``; the outermost pixels are paper.
        pixels: Flat indices of the ink.

    Returns:
        How many numbers there are, 0 for the paper among them; ``(H W,)`` the numbers.
    """
    labels = np.zeros(shape[0] * shape[1], np.int32)
    return _connect(labels, pixels, shape[1]), labels


@compiled
def _connect(labels: Ints32, pixels: Ints32, width: int) -> int:
    parent = np.zeros(pixels.size + 1, np.int32)
    count = 0
    for p in pixels:
        best = 0
        for q in (p - 1, p - width - 1, p - width, p - width + 1):
            if not labels[q]:
                continue
            root = root_of(parent, labels[q])
            if best == 0:
                best = root
            elif root != best:
                low, high = min(root, best), max(root, best)
                parent[high] = low
                best = low
        if best == 0:
            count += 1
            parent[count] = count
            best = count
        labels[p] = best
    number = np.zeros(count + 1, np.int32)
    total = 0
    for n in range(1, count + 1):
        if parent[n] == n:
            total += 1
            number[n] = total
        else:
            number[n] = number[root_of(parent, n)]
    for p in pixels:
        labels[p] = number[labels[p]]
    return total + 1
