from __future__ import annotations

import numpy as np

from strokebook.dataset.build import Cuts
from strokebook.dataset.points_picture import points_picture

CUT_RED = np.array([192, 57, 43])


def red_columns(picture: np.ndarray) -> int:
    return int((np.abs(picture.astype(int) - CUT_RED).max(axis=2) < 12).any(axis=0).sum())


def test_the_picture_shows_cuts_where_there_are_some() -> None:
    counts = np.random.default_rng(0).integers(20, 400, 300).tolist()
    plain = np.asarray(points_picture(counts, counts, Cuts(None, None, "")))
    cut = np.asarray(points_picture(counts, counts, Cuts(40.0, 380.0, ""), budget=250))
    assert plain.shape == cut.shape == (640, 1200, 3)
    assert red_columns(plain) == 0
    assert red_columns(cut) >= 3  # two cuts above, the budget below


def test_nothing_to_show_is_still_a_picture() -> None:
    assert points_picture([], [], Cuts(None, None, "")).size == (1200, 640)
    assert points_picture([5], [5], Cuts(None, None, ""), size=(600, 400)).size == (600, 400)
