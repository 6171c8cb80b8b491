"""Which pairs are worth comparing, and what belongs together."""

from __future__ import annotations

import numpy as np

from strokebook.vision.search.ink_map import LENGTH, turn_map
from strokebook.vision.search.near_duplicates import likely_pairs, together
from strokebook.vision.search.nearest import find_nearest


def test_near_maps_are_pairs_whichever_way_they_lie() -> None:
    rng = np.random.default_rng(0)
    maps = rng.normal(size=(6, LENGTH)).astype(np.float32)
    maps[3] = turn_map(maps[0], 2) + 0.1 * rng.normal(size=LENGTH)
    maps[4] = turn_map(maps[1], 3) + 0.1 * rng.normal(size=LENGTH)
    maps[5] = 0  # blank
    maps /= np.maximum(np.linalg.norm(maps, axis=1, keepdims=True), 1e-9)
    nearest = lambda asked, most: find_nearest(asked, maps, most)  # noqa: E731
    assert likely_pairs(maps, nearest, 0.6) == [(0, 3), (1, 4)]
    assert likely_pairs(maps[:3], lambda a, m: find_nearest(a, maps[:3], m), 0.6) == []


def test_what_is_one_goes_together() -> None:
    assert together([("a", "b"), ("c", "d"), ("d", "b"), ("e", "f")]) == [
        ["a", "b", "c", "d"],
        ["e", "f"],
    ]
    assert together([]) == []
