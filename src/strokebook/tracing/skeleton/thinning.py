"""Distance-ordered thinning: ink to lines of one pixel that run along its middle.

Pixels are taken away from the rim inwards, in the order of their distance to the paper, each only
if the ink stays connected as it was (Pudney 1998, "Distance-ordered homotopic thinning"). One
pass over the ink; unlike parallel thinning it neither leaves blobs nor loses lines, and the rim's
roughness makes next to no spurs. A line ends where the round pen's middle stood.
"""

from __future__ import annotations

import numpy as np

from strokebook.base.array_types import Bytes, Floats32, Ints32
from strokebook.base.jit import compiled

LEVELS = 32  # of the distance, per pixel: finer steps change nothing


def skeleton(mask: Bytes, distance: Floats32, pixels: Ints32) -> tuple[Bytes, Ints32]:
    """Thin ``mask`` to lines of one pixel (8-connected) of the same topology.

    Args:
        mask: ``(H, W)``, 1 on ink; its outermost rows and columns must be paper.
        distance: ``(H, W)`` distance of each ink pixel to the paper.
        pixels: Flat indices of the ink.

    Returns:
        ``(H, W)`` uint8, 1 on the lines, and the flat indices of their pixels.
    """
    image = mask.copy()
    order = _by_distance(pixels, distance.ravel(), LEVELS)
    left = _peel(image.ravel(), distance.ravel(), order, image.shape[1])
    return image, remove_superfluous(image, left)


def remove_superfluous(image: Bytes, pixels: Ints32) -> Ints32:
    """Take away in place what is superfluous among ``pixels``; gives those that stay, in order."""
    _tidy(image.ravel(), pixels, image.shape[1])
    return np.sort(pixels[image.ravel()[pixels] > 0])


@compiled
def around(image: Bytes, p: int, width: int) -> int:
    """The eight neighbours of pixel ``p`` as bits, from east, anticlockwise."""
    up, down = p - width, p + width
    bits = np.int64(image[p + 1]) | np.int64(image[up + 1]) << 1
    bits |= np.int64(image[up]) << 2 | np.int64(image[up - 1]) << 3
    bits |= np.int64(image[p - 1]) << 4 | np.int64(image[down - 1]) << 5
    return int(bits | np.int64(image[down]) << 6 | np.int64(image[down + 1]) << 7)


@compiled
def groups(bits: int) -> int:
    """In how many pieces the neighbours fall when the pixel goes (Hilditch's crossing number)."""
    double = bits | bits << 8
    count = 0
    for k in range(0, 8, 2):
        if not (double >> k) & 1 and (double >> (k + 1)) & 3:
            count += 1
    return count


@compiled
def ones(bits: int) -> int:
    """How many bits are set."""
    count = 0
    while bits:
        bits &= bits - 1
        count += 1
    return count


@compiled
def _by_distance(pixels: Ints32, distance: Floats32, levels: int) -> Ints32:
    """Pixels from the rim inwards (counting sort)."""
    top = 0
    for p in pixels:
        top = max(top, int(distance[p] * levels))
    starts = np.zeros(top + 2, np.int64)
    for p in pixels:
        starts[int(distance[p] * levels) + 1] += 1
    for level in range(1, top + 2):
        starts[level] += starts[level - 1]
    order = np.empty(pixels.size, np.int32)
    for p in pixels:
        level = int(distance[p] * levels)
        order[starts[level]] = p
        starts[level] += 1
    return order


@compiled
def _is_ridge(distance: Floats32, p: int, width: int) -> bool:
    here = distance[p] + 1e-3
    for row in (-width, 0, width):
        for column in (-1, 0, 1):
            if distance[p + row + column] > here:
                return False
    return True


@compiled
def _peel(
    image: Bytes,
    distance: Floats32,
    order: Ints32,
    width: int,
) -> Ints32:
    """Take pixels away in this order; gives those that stay."""
    kept = 0
    left = np.empty(order.size, np.int32)
    for p in order:
        bits = around(image, p, width)
        count = ones(bits)
        # A ridge two pixels wide would be eaten from its end, pixel after pixel.
        end = count <= 1 or (count == 2 and _is_ridge(distance, p, width))
        if groups(bits) == 1 and not end:
            image[p] = 0
        else:
            left[kept] = p
            kept += 1
    return left[:kept].copy()


@compiled
def _tidy(image: Bytes, pixels: Ints32, width: int) -> None:
    """Take away what only later removals made superfluous: corners of stairs."""
    changed = True
    while changed:
        changed = False
        for p in pixels:
            if image[p]:
                bits = around(image, p, width)
                if ones(bits) > 1 and groups(bits) == 1:
                    image[p] = 0
                    changed = True
