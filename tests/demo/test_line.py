from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from strokebook.demo.line import Line

POINT = st.builds(complex, st.integers(-20, 20), st.integers(-20, 20))


@given(st.lists(POINT, min_size=2, max_size=12, unique=True), st.floats(0.5, 1.3))
def test_the_curve_passes_through_its_keys_and_begins_and_ends_there(
    keys: list[complex], tension: float
) -> None:
    (curve,) = Line().to(*keys).curves(0.25, tension)
    assert curve[0] == keys[0]
    assert curve[-1] == keys[-1]
    assert max(np.abs(curve - key).min() for key in keys) < 1e-9
    assert np.isfinite(curve).all()


def turn(curve: np.ndarray, at: complex) -> float:
    k = int(np.abs(curve - at).argmin())
    return float(abs(np.angle((curve[k + 1] - curve[k]) / (curve[k] - curve[k - 1]))))


def test_a_sharp_key_is_a_corner_and_a_smooth_one_is_not() -> None:
    smooth = Line().to(0, 1, 1 + 1j, 2 + 1j).curves(0.01, 1.0)[0]
    sharp = Line().to(0).sharp(1).to(1 + 1j, 2 + 1j).curves(0.01, 1.0)[0]
    assert turn(smooth, 1) < 0.1
    assert turn(sharp, 1) > 0.5


def test_lifting_the_pen_begins_another_stroke() -> None:
    line = Line().to(0, 1)
    line.lift().to(5, 6 + 1j)
    first, second = line.curves(0.1, 1.0)
    assert (first[-1], second[0]) == (1, 5)


def test_loosening_spares_what_was_drawn_before() -> None:
    line = Line().to(0, 1, 2, 3)
    line.loosen(np.random.default_rng(0), 1.0, 0.1, since=2)
    assert line.keys[:2] == [0, 1]
    assert line.corners == [False, False, True, True]
    assert 0 < abs(line.keys[2] - 2) < 1
