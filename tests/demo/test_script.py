from __future__ import annotations

import numpy as np

from strokebook.demo.script import box, extent, signs, word


def test_every_sign_of_a_date_is_written_in_order() -> None:
    strokes = signs("2023-01-14", (100, 50), 20, np.random.default_rng(0))
    assert len(strokes) == 11  # ten signs, the 4 in two
    x0, y0, x1, y1 = extent(strokes)
    assert 96 < x0 < 104
    assert 230 < x1 < 260
    assert y0 > 45 and y1 < 75
    assert signs(" ", (0, 0), 20, np.random.default_rng(0)) == []


def test_longer_words_are_wider() -> None:
    short, long = (extent(word(n, (0, 0), 10, np.random.default_rng(1))) for n in (2, 8))
    assert long[2] > 2 * short[2]


def test_a_box_surrounds() -> None:
    x0, y0, x1, y1 = extent([box((100, 100, 200, 150), np.random.default_rng(0))])
    assert np.allclose((x0, y0, x1, y1), (100, 98, 200, 151), atol=9)
