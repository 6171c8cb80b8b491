import numpy as np
import pytest

from strokebook.model.networks import page_features

MIDDLE = page_features.GRID // 2


def page(*points: tuple[float, float, int]) -> np.ndarray:
    """The points of one drawing: offsets, and whether the pen lifts after them."""
    begins = [1, *(lift for _, _, lift in points[:-1])]
    rows = [(dx, dy, begin) for (dx, dy, _), begin in zip(points, begins, strict=True)]
    return np.array(rows, np.float32)[:, None]


def features(rows: np.ndarray, first: int = 0) -> np.ndarray:
    count, batch = len(rows) - first, rows.shape[1]
    slots = np.arange(count * batch).reshape(count, batch)
    found = page_features.compute_features(rows, first, np.full(batch, len(rows)), slots)
    return found.reshape(count, batch, -1)


def patches(features: np.ndarray) -> np.ndarray:
    return features[page_features.SCALARS :].reshape(-1, page_features.GRID, page_features.GRID)


def scribble(count: int = 30, batch: int = 3, seed: int = 0, size: float = 1.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    rows = np.zeros((count, batch, 3), np.float32)
    rows[1:, :, :2] = size * rng.normal(size=(count - 1, batch, 2))
    rows[..., 2] = rng.random((count, batch)) < 0.15
    rows[0, :, 2] = 1.0
    return rows


def test_features_depend_on_the_rows_so_far_alone() -> None:
    rows = scribble()
    changed = rows.copy()
    changed[12:, :, :2] += 1.0
    changed[12:, :, 2] = 1.0 - changed[12:, :, 2]
    np.testing.assert_array_equal(features(rows)[:12], features(changed)[:12])
    assert np.abs(features(rows)[12] - features(changed)[12]).max() > 0.1


def test_the_last_row_alone_has_the_features_it_has_among_all() -> None:
    rows = scribble()
    for count in (1, 2, 13, 30):
        np.testing.assert_array_equal(
            features(rows[:count], count - 1)[0], features(rows)[count - 1]
        )


def test_drawings_do_not_affect_each_other() -> None:
    rows = scribble(batch=5)
    np.testing.assert_array_equal(features(rows)[:, 2:3], features(rows[:, 2:3]))


def test_features_go_where_they_are_wanted_and_only_up_to_a_drawings_length() -> None:
    rows = scribble(batch=2)
    slots = np.zeros((30, 2), np.int64)
    slots[:, 1], slots[:10, 0] = np.arange(30)[::-1], 30 + np.arange(10)
    found = page_features.compute_features(rows, 0, np.array([10, 30]), slots)
    assert found.shape == (40, page_features.FEATURES)
    np.testing.assert_array_equal(found[:30][::-1], features(rows)[:, 1])
    np.testing.assert_array_equal(found[30:], features(rows)[:10, 0])


def test_the_line_behind_the_pen_is_in_the_patch_and_nothing_ahead() -> None:
    for patch in patches(features(page((0, 0, 0), (30, 0, 0)))[-1, 0]):
        assert patch[MIDDLE - 1 : MIDDLE + 1, : MIDDLE - 1].min() > 0.3
        assert not patch[:, MIDDLE + 2 :].any()
        assert not patch[: MIDDLE - 2].any()


def test_rotated_patches_turn_with_the_line_and_upright_ones_do_not() -> None:
    right, down = (patches(features(page((0, 0, 0), d))[-1, 0]) for d in ((3, 0, 0), (0, 3, 0)))
    np.testing.assert_allclose(
        right[: page_features.ROTATED], down[: page_features.ROTATED], atol=1e-5
    )
    np.testing.assert_allclose(
        right[page_features.ROTATED :], down[page_features.ROTATED :].swapaxes(1, 2)
    )
    assert np.abs(right[-1] - down[-1]).max() > 0.3


def test_a_lifted_pen_leaves_no_ink_and_comes_down_looking_at_the_upright_page() -> None:
    drawn, jumped = (
        patches(features(page((0, 0, 0), (0, 2, lift), (2, 0, 0)))[-1, 0]) for lift in (0, 1)
    )
    assert drawn[1].sum() > jumped[1].sum() + 1
    landed = features(page((0, 0, 0), (0, 2, 1), (0, 3, 0)))[-1, 0]
    assert landed[:4].tolist() == [1.0, 0.0, 0.0, 0.0]


def test_whether_the_pen_lifts_at_a_point_is_not_known_there() -> None:
    down, lifted = (features(page((0, 0, 0), (0, 2, lift)))[-1] for lift in (0, 1))
    np.testing.assert_array_equal(down, lifted)


def test_the_numbers_of_a_small_drawing() -> None:
    found = features(page((0, 0, 0), (3, 0, 1), (0, 2, 0), (0, 2, 0)))[-1, 0]
    assert found[:2] == pytest.approx([0, 1], abs=1e-6)  # it faces down
    assert not found[2:4].any()  # the offset before was a jump: there is no turn
    assert found[5:7] == pytest.approx([0.45, 0.6])
    assert found[7:11] == pytest.approx([3 / 5, 4 / 5, 0, 0])  # box of 3 by 4, plus 1
    assert found[19:21] == pytest.approx([-1, 0], abs=1e-6)  # the stroke began 2 behind
    assert found[22:24] == pytest.approx([0.1, 0.1])
    # The first stroke's ends, from (3, 4) facing down: 4 behind and 3 to the right, 4 behind.
    assert found[24:28] == pytest.approx([-2, 1.5, -2, 0], abs=1e-6)
    assert not found[28 : page_features.NEAREST_INK].any()


def test_the_nearest_ink_is_told_but_not_the_lines_own_last_bit() -> None:
    """A line to the right, then up beside its middle."""
    found = features(page((0, 0, 0), (4, 0, 0), (0, -3, 0), (-2, 0, 0), (0, 2.5, 0)))[-1, 0]
    at = found[page_features.NEAREST_INK :]
    # The pen is at (2, -0.5), heading down: the line is half a unit ahead.
    assert at[:2] == pytest.approx([0.5, 0.0], abs=1e-6)
    assert at[2] == pytest.approx(0.5 * np.log(0.53))
    alone = features(page((0, 0, 0), (0.5, 0, 0), (0.5, 0, 0)))[-1, 0]
    assert not alone[page_features.NEAREST_INK : page_features.NEAREST_INK + 2].any()


@pytest.mark.parametrize("size", [0.0, 1e-6, 500.0])
def test_any_size_is_finite(size: float) -> None:
    found = features(scribble(size=size))
    assert np.isfinite(found).all()
    assert np.abs(found[..., page_features.SCALARS :]).max() <= 1
