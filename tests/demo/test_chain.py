from __future__ import annotations

import cv2
import numpy as np
import pytest

from strokebook.demo.chain import WAYS, draw_chain, draw_crowd
from strokebook.demo.pages import PAINTERS
from strokebook.geometry.drawing import Drawing


def parts_of_ink(drawing: Drawing) -> list[int]:
    """Pixels of each connected part of the ink, lines nearer than 12 units taken for one."""
    points = drawing.points
    low = points.min(axis=0) - 10
    high = np.ptp(points, axis=0) + 20
    ink = np.zeros((int(high[1]), int(high[0])), np.uint8)
    runs = [np.rint(s - low).astype(np.int32).reshape(-1, 1, 2) for s in drawing.strokes]
    cv2.polylines(ink, runs, False, 1, 13)
    return list(cv2.connectedComponentsWithStats(ink)[2][1:, cv2.CC_STAT_AREA])


@pytest.mark.parametrize("way", WAYS)
def test_figures_of_a_chain_hang_together_and_are_as_many_as_asked(way: str) -> None:
    chain = draw_chain(7, 3, way)
    assert chain.meta == {"figures": 3, "way": way}
    largest = max(parts_of_ink(chain))
    assert largest > 0.85 * sum(parts_of_ink(chain))
    assert np.array_equal(chain.points, draw_chain(7, 3, way).points)
    assert not np.array_equal(chain.points[:50], draw_chain(8, 3, way).points[:50])


def test_a_line_between_figures_makes_one_stroke_of_them() -> None:
    joined, apart = draw_chain(5, 4, "by a line"), draw_chain(5, 4, "beside")
    assert len(joined) == len(apart) - 3


def test_a_crowd_has_many_figures() -> None:
    assert draw_crowd(3, 9).length > 4 * draw_chain(3, 2).length / 2


def test_a_painted_chain_is_one_drawing_on_its_page() -> None:
    painted = PAINTERS["chain"](np.random.default_rng(4), 7, 3)
    assert len(painted.drawings) == 1 and painted.pixels.min() < 120
