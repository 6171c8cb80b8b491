from __future__ import annotations

import numpy as np
import pytest

from strokebook.vision.trends import unlike_before
from strokebook.vision.trends.unlike_before import (
    distances_to_earlier,
    most_typical,
    most_unlike,
)


@pytest.mark.parametrize("block", [2, 512])
def test_the_distance_is_to_the_nearest_before(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(unlike_before, "BLOCK", block)
    vectors = np.array([[1, 0], [0, 2], [3, 0], [-1, 0], [0, -1]], np.float32)
    assert distances_to_earlier(vectors) == pytest.approx([np.inf, 1, 0, 1, 1])


def test_the_first_pages_are_never_the_most_unlike() -> None:
    distances = np.array([np.inf, 0.9, 0.8, 0.7, *[0.1] * 36])
    distances[[20, 30]] = 0.5, 0.6
    assert most_unlike(distances, 2) == [20, 30]


def test_of_few_pages_few_are_unlike() -> None:
    assert len(most_unlike(np.linspace(1, 0, 12), 7)) == 3
    assert most_unlike(np.array([np.inf]), 7) == []


def test_the_most_typical_is_nearest_to_the_mean() -> None:
    vectors = np.array([[9, 9], [1, 0], [1, 1], [0, 1]], np.float32)
    assert most_typical(vectors, [1, 2, 3]) == 2
