"""Nearest neighbours: the answer is that of float64 on the stored numbers, whatever the path."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from strokebook.base.errors import StrokebookError
from strokebook.vision.search import nearest
from strokebook.vision.search.nearest import find_nearest, widen


def unit(rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def brute(queries: npt.NDArray[np.float32], rows: npt.NDArray[np.float16], most: int):  # type: ignore[no-untyped-def]
    cosines = queries.astype(np.float64) @ rows.astype(np.float64).T
    order = np.argsort(-cosines, axis=1, kind="stable")[:, :most]
    return order, np.take_along_axis(cosines, order, 1)


@pytest.fixture(scope="module")
def rows() -> npt.NDArray[np.float16]:
    """Rows of which many differ by less than float32 can tell, and some not at all."""
    rng = np.random.default_rng(3)
    middle = rng.normal(size=(1, 96))
    near = unit(middle + 1e-3 * rng.normal(size=(1500, 96))).astype(np.float16)
    far = unit(rng.normal(size=(1500, 96))).astype(np.float16)
    return np.concatenate([near, far, near[:40]])


@pytest.mark.parametrize("count", [1, 3, 40])
def test_the_answer_is_that_of_float64(rows: npt.NDArray[np.float16], count: int) -> None:
    queries = unit(rows[5 : 5 + count].astype(np.float64) + 1e-4)
    numbers, cosines = find_nearest(queries, rows, 60)
    order, exact = brute(queries, rows, 60)
    assert np.array_equal(numbers, order)
    assert np.allclose(cosines, exact, atol=1e-7)


def test_a_file_mapped_into_memory_answers_the_same(
    rows: npt.NDArray[np.float16], tmp_path: Path
) -> None:
    np.save(tmp_path / "rows.npy", rows)
    mapped = np.load(tmp_path / "rows.npy", mmap_mode="r")
    query = unit(rows[:1].astype(np.float64))
    for here, there in zip(
        find_nearest(query, rows, 9), find_nearest(query, mapped, 9), strict=True
    ):
        assert np.array_equal(here, there)


def test_small_blocks_answer_the_same(
    rows: npt.NDArray[np.float16], monkeypatch: pytest.MonkeyPatch
) -> None:
    queries = unit(rows[::200].astype(np.float64))
    whole = find_nearest(queries, rows, 7)
    monkeypatch.setattr(nearest, "BLOCK", 100)
    monkeypatch.setattr(nearest, "MOST_SCORES", 9000)
    parts = find_nearest(queries, rows, 7)
    assert np.array_equal(whole[0], parts[0])


def test_equal_rows_come_in_their_order() -> None:
    same = np.ones((5, 4), np.float16) / 2
    numbers, cosines = find_nearest(np.full(4, 0.5, np.float32), same, 3)
    assert numbers.tolist() == [[0, 1, 2]]
    assert np.allclose(cosines, 1)


def test_every_float16_is_widened_without_loss() -> None:
    bits = np.arange(65536, dtype=np.uint16)
    halves = bits.view(np.float16)
    halves = halves[np.isfinite(halves)].reshape(-1, 64)
    assert np.array_equal(widen(halves), halves.astype(np.float32))


def test_more_than_there_are_gives_all_and_none_gives_none() -> None:
    rows = unit(np.random.default_rng(0).normal(size=(3, 8)))
    assert find_nearest(rows[0], rows, 10)[0].shape == (1, 3)
    assert find_nearest(rows[0], rows[:0], 10)[0].shape == (1, 0)


def test_vectors_of_another_network_are_refused() -> None:
    with pytest.raises(StrokebookError, match="512 features"):
        find_nearest(np.zeros(512, np.float32), np.zeros((2, 1280), np.float16), 1)
