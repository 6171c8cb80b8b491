import numpy as np
import pytest

from strokebook.model import canvas
from strokebook.model.batches import START

MIDDLE = canvas.GRID // 2


def page(*points: tuple[float, float, int]) -> np.ndarray:
    """Stroke-5 rows of one drawing: offsets and whether the pen lifts after them."""
    rows = [START] + [(dx, dy, 1.0 - lift, float(lift), 0.0) for dx, dy, lift in points]
    return np.array(rows, np.float32)[:, None]


def sights(rows: np.ndarray, first: int = 0) -> np.ndarray:
    return canvas.notice(rows, first, np.full(rows.shape[1], len(rows)))


def pictures(sight: np.ndarray) -> np.ndarray:
    return sight[canvas.NUMBERS :].reshape(-1, canvas.GRID, canvas.GRID)


def scribble(count: int = 30, batch: int = 3, seed: int = 0, size: float = 1.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    rows = np.zeros((count, batch, 5), np.float32)
    rows[1:, :, :2] = size * rng.normal(size=(count - 1, batch, 2))
    lifted = rng.random((count, batch)) < 0.15
    rows[..., 2], rows[..., 3] = ~lifted, lifted
    rows[0] = START
    return rows


def test_what_is_seen_depends_on_the_rows_so_far_alone() -> None:
    rows = scribble()
    changed = rows.copy()
    changed[12:, :, :2] += 1.0
    changed[12:, :, 2:] = (0.0, 1.0, 0.0)
    np.testing.assert_array_equal(sights(rows)[:12], sights(changed)[:12])
    assert np.abs(sights(rows)[12] - sights(changed)[12]).max() > 0.1


def test_the_last_row_alone_is_seen_as_among_all() -> None:
    rows = scribble()
    for count in (1, 2, 13, 30):
        np.testing.assert_array_equal(sights(rows[:count], count - 1)[0], sights(rows)[count - 1])


def test_drawings_do_not_see_each_other() -> None:
    rows = scribble(batch=5)
    np.testing.assert_array_equal(sights(rows)[:, 2:3], sights(rows[:, 2:3]))


def test_nothing_is_told_after_a_drawings_length() -> None:
    found = canvas.notice(scribble(batch=2), 0, np.array([10, 30]))
    assert not found[10:, 0].any()
    assert found[10:, 1].any()


def test_the_line_behind_the_pen_is_in_the_picture_and_nothing_ahead() -> None:
    for picture in pictures(sights(page((0, 0, 0), (30, 0, 0)))[-1, 0]):
        assert picture[MIDDLE - 1 : MIDDLE + 1, : MIDDLE - 1].min() > 0.3
        assert not picture[:, MIDDLE + 2 :].any()
        assert not picture[: MIDDLE - 2].any()


def test_turned_pictures_turn_with_the_line_and_upright_ones_do_not() -> None:
    right, down = (pictures(sights(page((0, 0, 0), d))[-1, 0]) for d in ((3, 0, 0), (0, 3, 0)))
    np.testing.assert_allclose(right[: canvas.TURNED], down[: canvas.TURNED], atol=1e-5)
    np.testing.assert_allclose(right[canvas.TURNED :], down[canvas.TURNED :].swapaxes(1, 2))
    assert np.abs(right[-1] - down[-1]).max() > 0.3


def test_a_lifted_pen_leaves_no_ink_and_looks_at_the_upright_page() -> None:
    drawn, jumped = (
        pictures(sights(page((0, 0, 0), (0, 2, lift), (2, 0, 0)))[-1, 0]) for lift in (0, 1)
    )
    assert drawn[1].sum() > jumped[1].sum() + 1
    lifted = sights(page((0, 0, 0), (0, 2, 1)))[-1, 0]
    assert lifted[:2].tolist() == [1.0, 0.0]


def test_the_numbers_of_a_small_drawing() -> None:
    found = sights(page((0, 0, 0), (3, 0, 1), (0, 2, 0), (0, 2, 0)))[-1, 0]
    assert found[:2] == pytest.approx([0, 1], abs=1e-6)  # it faces down
    assert found[2:4] == pytest.approx([1, 0], abs=1e-3)  # straight on
    assert found[5:7] == pytest.approx([0.45, 0.6])
    assert found[7:11] == pytest.approx([3 / 5, 4 / 5, 0, 0])  # box of 3 by 4, plus 1
    assert found[19:21] == pytest.approx([-1, 0], abs=1e-6)  # the stroke began 2 behind
    assert found[22:24] == pytest.approx([0.1, 0.1])
    # The first stroke's ends, from (3, 4) facing down: 4 behind and 3 to the right, 4 behind.
    assert found[24:28] == pytest.approx([-2, 1.5, -2, 0], abs=1e-6)
    assert not found[28 : canvas.NUMBERS].any()


@pytest.mark.parametrize("size", [0.0, 1e-6, 500.0])
def test_any_size_is_finite(size: float) -> None:
    found = sights(scribble(size=size))
    assert np.isfinite(found).all()
    assert np.abs(found[..., canvas.NUMBERS :]).max() <= 1
