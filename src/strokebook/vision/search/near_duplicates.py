"""Near duplicates: which of many pages or drawings may be one and the same, and what goes together.

Only pairs that lie near each other by their maps are worth laying onto each other; of N items that
is a few times N pairs instead of N².
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from strokebook.base.array_types import Floats32, Ints64
from strokebook.vision.search.ink_map import turned_maps

NEAR = 5  # nearest of each item that are compared with it
TURNS = (0, 1, 2)  # quarter turns; one to the right of this is one to the left of the other
BLOCK = 2048
Pair = tuple[int, int]
Nearest = Callable[[Floats32, int], tuple[Ints64, Floats32]]


def likely_pairs(maps: Floats32, nearest: Nearest, least: float) -> list[Pair]:
    """Pairs of items whose maps are near, whichever way they lie.

    Args:
        maps: ``(N, 784)``; those of zeros are of blank items and are in no pair.
        nearest: Of queries ``(Q, 784)``, among all maps: see ``find_nearest``.
        least: Cosine below which two items are not compared.

    Returns:
        Rows, the smaller first, in order, each pair once.
    """
    pairs: set[Pair] = set()
    for first in range(0, len(maps), BLOCK):
        block = maps[first : first + BLOCK]
        drawn = np.flatnonzero(np.any(block, axis=1))
        for quarters in TURNS:
            rows, cosines = nearest(turned_maps(block[drawn], quarters), NEAR + 1)
            asked = np.repeat(drawn + first, rows.shape[1]).reshape(rows.shape)
            near = (cosines >= least) & (rows != asked)
            both = np.sort(np.stack([asked[near], rows[near]], axis=1), axis=1)
            pairs.update((int(a), int(b)) for a, b in both)
    return sorted(pairs)


def together(pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Items that belong together when each pair does, in the order in which they come."""
    root: dict[str, str] = {}

    def find(item: str) -> str:
        root.setdefault(item, item)
        while root[item] != item:
            root[item] = root[root[item]]
            item = root[item]
        return item

    for a, b in pairs:
        first, second = find(a), find(b)
        root[second] = first
    groups: dict[str, list[str]] = {}
    for item in list(root):
        groups.setdefault(find(item), []).append(item)
    return list(groups.values())


def in_order_of(items: Sequence[str], order: Sequence[str]) -> list[str]:
    """The items in the order in which they stand in ``order``."""
    wanted = set(items)
    return [item for item in order if item in wanted]
