import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strokebook.base.errors import StrokebookError
from strokebook.model.data.batches import (
    Epochs,
    Prefetch,
    batch_of,
    check,
    dropped,
    in_order,
    scale_of,
    scaled,
)

from tiny import waves


def test_every_drawing_has_start_and_end_even_the_longest() -> None:
    batch = batch_of(waves(5, least=3, most=9))
    rows = batch.rows.numpy()
    assert rows[0].tolist() == [[0, 0, 1, 0, 0]] * 5
    for k, n in enumerate(batch.lengths.tolist()):
        assert rows[1 : n + 1, k, 4].max() == 0
        assert (rows[n + 1 :, k, 4] == 1).all()
        assert len(rows) > n + 1
    assert (rows[..., 2:].sum(-1) == 1).all()


def test_check_drops_with_warnings_and_lifts_the_last_point() -> None:
    bad = [np.zeros((1, 3)), np.zeros((0, 3)), np.ones((9, 3)), np.array([[5, 5, 0], [2000, 0, 0]])]
    kept, warnings = check(bad, 8, "training")
    assert [k.tolist() for k in kept] == [[[0, 0, 0], [1000, 0, 1]]]
    assert [str(r).split(" left out")[0] for r in warnings] == [
        "2 drawings of the training set: have a single point or none,",
        "1 drawing of the training set: has more than 8 points,",
    ]


@pytest.mark.parametrize(
    ("rows", "word"), [([[0, np.nan, 0], [1, 1, 1]], "not finite"), ([[0, 0], [1, 1]], "(2, 2)")]
)
def test_check_refuses_what_is_no_stroke3(rows: list[list[float]], word: str) -> None:
    with pytest.raises(StrokebookError, match="Drawing 0 of the training set") as error:
        check([rows], 8, "training")
    assert word in str(error.value)


def test_scale_keeps_the_mean() -> None:
    rows = np.array([[0, 0, 0], [10, 10, 0], [12, 10, 1]], np.float32)
    assert scale_of([rows]) == pytest.approx(np.std([10, 10, 12, 10]))


def test_every_epoch_holds_every_drawing_once_in_another_order() -> None:
    drawings = waves(23)
    for k, d in enumerate(drawings):
        d[1, 0] = 100 + k
    epochs = Epochs(drawings, 5, seed=3)
    seen = [
        [
            x
            for step in range(epochs.per_epoch)
            for x in epochs[e * epochs.per_epoch + step].rows[2, :, 0].tolist()
        ]
        for e in range(2)
    ]
    assert sorted(seen[0]) == sorted(seen[1]) == [100.0 + k for k in range(23)]
    assert seen[0] != seen[1]


def test_a_batch_is_a_function_of_seed_and_step() -> None:
    drawings = waves(12)
    first, again = (Epochs(drawings, 4, 7, 0.15, 0.1) for _ in range(2))
    _ = first[0], first[5]
    assert np.array_equal(first[9].rows, again[9].rows)
    assert not np.array_equal(first[9].rows, Epochs(drawings, 4, 8, 0.15, 0.1)[9].rows)


def test_prefetched_batches_are_those_of_their_steps() -> None:
    drawings = waves(12)
    plain, ahead = Epochs(drawings, 4, 7, 0.15, 0.1), Prefetch(Epochs(drawings, 4, 7, 0.15, 0.1))
    for step in (0, 1, 2, 3, 9, 10, 4, 4, 5):  # in order, and where a resumed run jumps to
        assert np.array_equal(ahead[step].rows, plain[step].rows)
    ahead.close()
    ahead.close()


def test_a_batch_that_fails_fails_at_its_own_step() -> None:
    def fails(number: int, rng: np.random.Generator) -> None:
        raise StrokebookError(f"drawing {number}")

    ahead = Prefetch(Epochs(waves(4), 4, 0, remake=fails))
    with pytest.raises(StrokebookError, match="drawing"):
        _ = ahead[0]
    ahead.close()


def test_augmentation_reaches_the_batch() -> None:
    drawings = waves(4, least=12, most=12)
    plain = Epochs(drawings, 4, 0)[0].rows
    varied = Epochs(drawings, 4, 0, scale_augment=0.15)[0].rows
    assert plain.shape == varied.shape
    assert not np.allclose(plain, varied)
    straight = [np.array([[0, 0, 0]] + [[1, 0, 0]] * 38 + [[1, 0, 1]], np.float32)] * 4
    assert (Epochs(straight, 4, 0, point_drop=0.5)[0].lengths < 40).all()


def test_buckets_hold_drawings_of_like_length() -> None:
    epochs = Epochs(waves(400, least=5, most=100), 20, 0)
    spread = [np.ptp(epochs[k].lengths.numpy()) for k in range(epochs.per_epoch)]
    assert max(spread) < 45


def test_in_order_covers_all() -> None:
    lengths = [n for b in in_order(waves(7), 3) for n in b.lengths.tolist()]
    assert lengths == sorted(len(w) for w in waves(7))


@settings(deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 0.9))
def test_dropping_keeps_strokes_their_ends_and_the_first_points(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 40))
    rows = rng.normal(size=(n, 3)).astype(np.float32)
    rows[:, 2] = rng.random(n) < 0.2
    rows[-1, 2] = 1
    out = dropped(rows, share, rng)
    assert out[:, 2].sum() == rows[:, 2].sum()
    ends = np.cumsum(rows[:, :2], 0)[rows[:, 2] > 0]
    np.testing.assert_allclose(np.cumsum(out[:, :2], 0)[out[:, 2] > 0], ends, atol=1e-4)
    before = np.cumsum(rows[:, :2], 0)
    for point in np.cumsum(out[:, :2], 0):  # no new places
        assert np.abs(before - point).sum(1).min() < 1e-3


def test_dropping_takes_about_the_share_asked_for() -> None:
    rows = np.zeros((20_000, 3), np.float32)
    assert len(dropped(rows, 0.1, np.random.default_rng(0))) == pytest.approx(18_000, rel=0.01)


def test_scaling_is_apart_for_width_and_height() -> None:
    rows = np.ones((3, 3), np.float32)
    out = scaled(rows, 0.15, np.random.default_rng(0))
    x, y = out[0, :2]
    assert x != y
    assert 0.85 <= min(x, y) <= max(x, y) <= 1.15
    assert (out[:, 2] == 1).all()
