from __future__ import annotations

import io
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from strokebook.dataset.load import read_npz
from strokebook.dataset.npz import write_flat, write_npz
from strokebook.dataset.splits import PARTS, SplitArrays, arrays_of

A = np.array([[0, 0, 0], [3, -4, 1]], np.int16)
B = np.array([[0, 0, 0], [7, 0, 0], [0, 9, 1]], np.int16)


def rows_of(dtype: str) -> st.SearchStrategy[np.ndarray]:
    span = st.integers(-200, 200) if dtype == "int16" else st.floats(-200, 200, width=32)
    plain = hnp.arrays(dtype, st.tuples(st.integers(1, 9), st.just(3)), elements=span)

    def with_pen(rows: np.ndarray) -> np.ndarray:
        rows = rows.copy()
        rows[:, 2] = rows[:, 2] > 0
        return rows

    return plain.map(with_pen)


parts = st.sampled_from(["int16", "float32"]).flatmap(
    lambda d: st.tuples(*[st.lists(rows_of(d), max_size=4).map(tuple)] * 3)
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts, st.sampled_from([write_npz, write_flat]))
def test_written_and_read_back_is_the_same(tmp_path: Path, parts, write) -> None:
    splits = SplitArrays(*parts)
    write(splits, tmp_path / "d.npz")
    back = read_npz(tmp_path / "d.npz")
    assert back.refused == ()
    for part in PARTS:
        wanted, found = arrays_of(splits, part), arrays_of(back, part)
        assert len(wanted) == len(found)
        for a, b in zip(wanted, found, strict=True):
            assert a.dtype == b.dtype and np.array_equal(a, b)


@pytest.mark.parametrize(
    "train", [(A, B), (A, A.copy()), (A,), (), (A.astype(np.float32), B.astype(np.float32))]
)
def test_other_readers_get_a_list_of_arrays(tmp_path: Path, train: tuple[np.ndarray, ...]) -> None:
    write_npz(SplitArrays(train, (B, B), ()), tmp_path / "d.npz")
    loaded = np.load(tmp_path / "d.npz", allow_pickle=True, encoding="latin1")
    assert sorted(loaded.files) == ["test", "train", "valid"]
    found = loaded["train"]
    assert found.shape == (len(train),) and found.dtype == object
    assert all(
        np.array_equal(a, b) and a.dtype == b.dtype for a, b in zip(found, train, strict=True)
    )
    assert loaded["valid"].shape == (2,) and loaded["test"].shape == (0,)
    for rows in found:
        rows[0, 0] = 5  # SketchRNN readers scale in place


def test_every_unpickler_reads_it_by_the_old_name(tmp_path: Path) -> None:
    write_npz(SplitArrays((A, B)), tmp_path / "d.npz")
    member = zipfile.ZipFile(tmp_path / "d.npz").read("train.npy")
    body = io.BytesIO(member)
    np.lib.format.read_magic(body)
    np.lib.format.read_array_header_1_0(body)
    data = body.read()
    assert b"numpy._core" not in data  # numpy 1 does not know it
    found = pickle.loads(data)
    assert np.array_equal(found[1], B)
    assert body.read() == b""


def test_flat_arrays_need_no_pickle(tmp_path: Path) -> None:
    ids = {"train": ["sb44p005a", "sb44p006a"], "valid": [], "test": ["ü"]}
    write_flat(SplitArrays((A, B), (), (A,)), tmp_path / "d.npz", ids)
    with np.load(tmp_path / "d.npz", allow_pickle=False) as flat:
        assert flat["train_offsets"].tolist() == [0, 2, 5]
        assert np.array_equal(flat["train_points"][2:5], B)
        assert flat["valid_points"].shape == (0, 3) and flat["valid_offsets"].tolist() == [0]
        assert flat["train_ids"].tolist() == ids["train"] and flat["test_ids"].tolist() == ["ü"]
        assert flat["valid_ids"].shape == (0,)


@pytest.mark.parametrize("write", [write_npz, write_flat])
def test_the_same_drawings_give_the_same_bytes(tmp_path: Path, write) -> None:
    write(SplitArrays((A, B), (A,)), tmp_path / "1.npz")
    # Other objects, another memory order, arrays shared or not: the content alone counts.
    write(SplitArrays((np.asfortranarray(A), B.astype(np.int64)), (A.copy(),)), tmp_path / "2.npz")
    assert (tmp_path / "1.npz").read_bytes() == (tmp_path / "2.npz").read_bytes()


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "d.npz"
    write_npz(SplitArrays((A,)), path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="could not convert"):
        write_npz(SplitArrays((np.array([["x", "y", "z"]]),)), path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["d.npz"]
