import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strokebook.geometry.drawing import Stroke3
from strokebook.model.config import TrainOptions
from strokebook.model.data.augment import Augmentation, backwards, turned, warped
from strokebook.model.data.batches import Epochs

from tiny import waves

SEEDS = st.integers(0, 10_000)


def a_drawing(seed: int) -> Stroke3:
    return waves(1, seed)[0]


def points(rows: Stroke3) -> np.ndarray:
    return np.cumsum(rows[:, :2], axis=0)


def strokes(rows: Stroke3) -> list[np.ndarray]:
    ends = np.flatnonzero(rows[:, 2] > 0.5) + 1
    return [s for s in np.split(points(rows), ends) if len(s)]


def test_backwards_by_hand() -> None:
    rows = np.array([[0, 0, 0], [1, 2, 0], [3, 0, 1], [5, 5, 0], [0, 1, 1]], np.float32)
    expected = [[0, 0, 0], [0, -1, 1], [-5, -5, 0], [-3, 0, 0], [-1, -2, 1]]
    assert backwards(rows).tolist() == expected


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_backwards_is_the_same_ink_and_its_own_inverse(seed: int) -> None:
    rows = a_drawing(seed)
    back = backwards(rows)
    np.testing.assert_allclose(backwards(back), rows, atol=1e-5)
    there, here = strokes(rows), strokes(back)
    assert [len(s) for s in here] == [len(s) for s in there][::-1]
    last = points(rows)[-1]
    for a, b in zip(there, here[::-1], strict=True):
        np.testing.assert_allclose(b[::-1] + last, a, atol=1e-4)


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.floats(-180, 180))
def test_a_turn_keeps_lengths_and_turns_by_the_angle(seed: int, degrees: float) -> None:
    rows = a_drawing(seed)
    out = turned(rows, np.radians(degrees))
    np.testing.assert_allclose(
        np.hypot(*out[:, :2].T), np.hypot(*rows[:, :2].T), rtol=1e-4, atol=1e-5
    )
    was, now = (np.arctan2(r[1:, 1], r[1:, 0]) for r in (rows, out))
    np.testing.assert_allclose(
        np.exp(1j * (now - was)), np.exp(1j * np.radians(degrees)), atol=1e-4
    )
    assert (out[:, 2] == rows[:, 2]).all()


def test_a_quarter_turn_goes_clockwise_on_the_page() -> None:
    right = np.array([[0, 0, 0], [1, 0, 1]], np.float32)
    np.testing.assert_allclose(turned(right, np.pi / 2)[1, :2], (0, 1), atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.floats(0.001, 0.2))
def test_a_warp_is_local_and_smooth(seed: int, strength: float) -> None:
    rows = a_drawing(seed)
    out = warped(rows, strength, np.random.default_rng(seed))
    assert out.shape == rows.shape
    assert (out[:, 2] == rows[:, 2]).all()
    assert (out[0, :2] == 0).all()
    assert np.isfinite(out).all()
    assert not np.allclose(out, rows)
    # Three pulls of less than 0.9 reaches, at slopes of exp(-1/2): no offset grows by more.
    change = np.hypot(*(out - rows)[:, :2].T)
    assert (change <= 3 * 0.9 * np.exp(-0.5) * np.hypot(*rows[:, :2].T) + 1e-3).all()


def test_warping_grows_with_its_strength_and_outlives_one_spot() -> None:
    rows = waves(1, 0, 40, 40)[0]
    moved = [
        np.mean([np.abs(warped(rows, w, np.random.default_rng(k)) - rows) for k in range(20)])
        for w in (0.01, 0.05)
    ]
    assert 3 < moved[1] / moved[0] < 6
    spot = np.zeros((3, 3), np.float32)
    assert (warped(spot, 0.1, np.random.default_rng(0)) == spot).all()


def test_probabilities_are_kept() -> None:
    rows = np.array([[0, 0, 0], [1, 0, 0], [2, 1, 1]], np.float32)
    rng = np.random.default_rng(0)
    mirrored = [Augmentation(mirror=0.3)(rows, rng)[1, 0] < 0 for _ in range(2000)]
    reversed_ = [Augmentation(reverse=0.7)(rows, rng)[1, 0] == -2 for _ in range(2000)]
    assert np.mean(mirrored) == pytest.approx(0.3, abs=0.04)
    assert np.mean(reversed_) == pytest.approx(0.7, abs=0.04)
    angles = [
        np.degrees(np.arctan2(*Augmentation(rotate=20)(rows, rng)[1, 1::-1])) for _ in range(2000)
    ]
    assert 18 < np.max(np.abs(angles)) <= 20
    assert np.mean(angles) == pytest.approx(0, abs=1)


def test_the_given_drawing_is_left_alone() -> None:
    rows = a_drawing(3)
    before = rows.copy()
    Augmentation(45, 1, 1, 0.1)(rows, np.random.default_rng(0))
    assert (rows == before).all()


def test_off_by_default() -> None:
    assert not Augmentation.of(TrainOptions())
    assert Augmentation.of(TrainOptions(warp_augment=0.1))
    assert Augmentation.of(TrainOptions(rotate_augment=5, mirror_augment=0.5)) == Augmentation(
        rotate=5, mirror=0.5
    )


def test_a_batch_is_a_function_of_seed_and_step_and_varies() -> None:
    drawings = waves(6, 0)
    change = Augmentation(rotate=30, mirror=0.5, reverse=0.5, warp=0.05)
    once, again = (Epochs(drawings, 6, 7, vary=change) for _ in range(2))
    once[0], once[1]
    assert (once[5].rows == again[5].rows).all()
    assert not (once[0].rows[:, :, :2] == once[1].rows[:, :, :2]).all()
    plain = Epochs(drawings, 6, 7)
    assert not np.allclose(plain[5].rows, again[5].rows)
