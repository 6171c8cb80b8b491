from __future__ import annotations

import io
import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from strokebook.base import InputRefused
from strokebook.base.errors import Severity
from strokebook.dataset.load import read_npz
from strokebook.dataset.npz import write_npz
from strokebook.dataset.pickled import PickleRefused, load_objects
from strokebook.dataset.splits import SplitArrays

A = np.array([[0, 0, 0], [3, -4, 1]], np.int16)


def boxed(items: list[Any]) -> np.ndarray:
    array = np.empty(len(items), object)
    for k, item in enumerate(items):
        array[k] = item
    return array


def npz_of(path: Path, pickles: dict[str, bytes], count: int = 1) -> Path:
    """An .npz whose members are object arrays with the given pickles."""
    with zipfile.ZipFile(path, "w") as archive:
        for part, data in pickles.items():
            buffer = io.BytesIO()
            header = {"descr": "|O", "fortran_order": False, "shape": (count,)}
            np.lib.format.write_array_header_1_0(buffer, header)
            archive.writestr(f"{part}.npy", buffer.getvalue() + data)
    return path


class Payload:
    """Makes a folder when it is unpickled by a trusting reader."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.mark),)


# --- planted files -------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
def test_a_planted_payload_does_not_run(tmp_path: Path, protocol: int) -> None:
    mark = tmp_path / "it-ran"
    data = pickle.dumps(boxed([Payload(mark)]), protocol)
    with pytest.raises(InputRefused, match="mkdir") as refused:
        read_npz(npz_of(tmp_path / "bad.npz", {"train": data}))
    assert not mark.exists()
    assert "Traceback" not in str(refused.value)
    np.load(tmp_path / "bad.npz", allow_pickle=True, encoding="latin1")["train"]
    assert mark.exists()  # the payload is real: numpy's own reader ran it


@pytest.mark.parametrize(
    "data",
    [
        b"cos\nsystem\n(S'true'\ntR.",
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"(S'true'\nios\nsystem\n.",
        b"cnumpy\nload\n(S'x'\ntR.",
        b"cnumpy.core.multiarray\nscalar\nc__main__\nA\n\x86R.",
        b"\x80\x02\x82\x01.",  # EXT1
        b"Pid\n.",  # PERSID
        b"cnumpy\nndarray\n)\x81.",  # NEWOBJ
    ],
)
def test_other_ways_to_call_are_refused_too(data: bytes) -> None:
    with pytest.raises(PickleRefused):
        load_objects(data, (1,))


def test_a_dtype_that_lies_about_its_flags_gives_no_pointers() -> None:
    # numpy believes the flags in a dtype's state: 'O' with flags 0 would take bytes as pointers.
    lie = (
        b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R"
        b"(K\x01K\x01\x85cnumpy\ndtype\nX\x02\x00\x00\x00O8K\x00K\x01\x87R"
        b"(K\x03X\x01\x00\x00\x00|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89C\x08AAAAAAAAtb."
    )
    with pytest.raises(PickleRefused, match="size of its shape"):
        load_objects(lie, (1,))


def test_bytes_are_never_believed_to_be_larger_than_they_are() -> None:
    data = pickle.dumps(boxed([np.arange(6, dtype=np.int16).reshape(2, 3)]), 2)
    at = data.index(b"K\x02K\x03\x86")
    with pytest.raises(PickleRefused, match="size of its shape"):
        load_objects(data[: at + 1] + b"\x09" + data[at + 2 :], (1,))


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("train.npy", bytes(3_000_000))
    with pytest.raises(InputRefused, match="unpacks to 3 MB, more than the 1 allowed"):
        read_npz(tmp_path / "bomb.npz", max_bytes=1_000_000)


def test_a_pickle_bomb_of_shared_content_is_not_unpacked() -> None:
    # One text of 100 kB, stored once and used by 2,000 arrays: 200 MB if each had its own.
    array = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R"
    kind = b"cnumpy\ndtype\nX\x02\x00\x00\x00i1K\x00K\x01\x87R"
    text = b"T" + (100_000).to_bytes(4, "little") + b"a" * 100_000 + b"q\x000"
    each = array + b"(K\x01J" + (100_000).to_bytes(4, "little") + b"\x85" + kind + b"\x89h\x00tb"
    with pytest.raises(PickleRefused, match="many times its size"):
        load_objects(text + b"]" + (each + b"a") * 2000 + b".", (2000,))


def test_a_bomb_of_shared_lists_is_not_unfolded(tmp_path: Path) -> None:
    nested: list[Any] = [0, 0, 1]
    for _ in range(60):  # 2 to the 60th numbers if it were made an array
        nested = [nested, nested, nested]
    np.savez(tmp_path / "d.npz", train=boxed([nested, A]))
    found = read_npz(tmp_path / "d.npz")
    assert len(found.train) == 1
    assert "do not have 3 numbers" in found.refused[0].reason


def test_a_pickle_of_too_many_operations_is_left() -> None:
    with pytest.raises(PickleRefused, match="more than 100 operations"):
        load_objects(b"]" * 1000 + b".", (1,), max_steps=100)


def test_an_array_within_itself_does_not_hang() -> None:
    array = boxed([None])
    array[0] = array
    with pytest.raises(PickleRefused, match="nested"):
        load_objects(pickle.dumps(array, 2), (1,))


def test_a_header_that_claims_a_giant_array_is_not_believed(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    header = {"descr": "<i2", "fortran_order": False, "shape": (10**12, 5, 3)}
    np.lib.format.write_array_header_1_0(buffer, header)
    with zipfile.ZipFile(tmp_path / "d.npz", "w") as archive:
        archive.writestr("train.npy", buffer.getvalue() + bytes(30))
    with pytest.raises(InputRefused, match="cut off or damaged"):
        read_npz(tmp_path / "d.npz")


# --- files that other programs wrote -------------------------------------------------------------


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
@pytest.mark.parametrize("dtype", ["int16", ">i2", "int64", "float16", "float32", ">f8", "uint8"])
def test_every_pickle_of_numpy_is_read(tmp_path: Path, protocol: int, dtype: str) -> None:
    drawings = [
        np.abs(A).astype(dtype),
        np.asfortranarray(np.vstack([np.abs(A)] * 2)).astype(dtype),
    ]
    data = pickle.dumps(boxed(drawings), protocol)
    found = read_npz(npz_of(tmp_path / "d.npz", {"train": data}, 2)).train
    assert all(np.array_equal(a, b) for a, b in zip(found, drawings, strict=True))
    assert found[0].dtype == (np.float32 if np.dtype(dtype).kind == "f" else np.int16)


def test_lists_of_numbers_and_equal_lengths_are_read(tmp_path: Path) -> None:
    ragged = boxed([A.tolist(), np.vstack([A, A]).tolist()])
    block = np.array([A.tolist(), A.tolist()], object)  # (2, 2, 3) of Python numbers
    np.savez(tmp_path / "d.npz", train=ragged, valid=block, test=np.stack([A, A]))
    found = read_npz(tmp_path / "d.npz")
    assert found.refused == ()
    assert np.array_equal(found.train[1], np.vstack([A, A]))
    assert [len(found.valid), len(found.test)] == [2, 2]
    assert np.array_equal(found.valid[1], A) and np.array_equal(found.test[1], A)


@pytest.mark.parametrize(
    ("name", "counts"), [("aaron_sheep.npz", (7400, 300, 300)), ("look_i16.npz", (1300, 300, 0))]
)
def test_real_files_read_as_numpy_reads_them(
    shared: Path, name: str, counts: tuple[int, int, int]
) -> None:
    found = read_npz(shared / "data" / name)
    assert (len(found.train), len(found.valid), len(found.test)) == counts
    theirs = np.load(shared / "data" / name, allow_pickle=True, encoding="latin1")
    assert all(np.array_equal(a, b) for a, b in zip(found.train, theirs["train"], strict=True))
    assert all(a.dtype == np.int16 for a in found.train)
    missing = [r for r in found.refused if r.severity is Severity.WARNING]
    assert [str(r) for r in missing] == (
        [] if counts[2] else [f"{name}: it has no 'test'. It is taken as empty."]
    )


# --- drawings that are none ----------------------------------------------------------------------


def test_drawings_that_are_none_are_named_and_left_out(tmp_path: Path) -> None:
    items = [
        A,
        A[:, :2],
        np.zeros((4, 4), np.int16),
        np.zeros((0, 3), np.int16),
        np.array([[0, np.nan, 0]], np.float32),
        np.array([[0, np.inf, 1]]),
        np.array([[0, 0, 7]]),
        np.array([[2e9, 0, 1]]),
        [[1, 2], [3]],
        "sheep",
        None,
        5,
    ]
    np.savez(tmp_path / "d.npz", train=boxed(items), valid=boxed([]), test=boxed([]))
    found = read_npz(tmp_path / "d.npz")
    assert len(found.train) == 1
    said = "\n".join(str(r) for r in found.refused)
    assert len(found.refused) == 11
    assert "d.npz train row 1: its shape is (2, 2), not (N, 3)." in said
    assert "row 2: its shape is (4, 4)" in said
    assert "row 3: it is empty" in said
    assert said.count("not finite") >= 2
    assert "row 6: its third column is not the pen's 0 or 1" in said
    assert "row 7: it has offsets over a million units" in said


# --- files that are none -------------------------------------------------------------------------


def good(tmp_path: Path) -> bytes:
    write_npz(SplitArrays((A,) * 50, (A,)), tmp_path / "good.npz")
    return (tmp_path / "good.npz").read_bytes()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"<!DOCTYPE html>", "is not a .npz file"),
        (b"\x93NUMPY\x01\x00", "single array"),
        (b"PK\x05\x06" + bytes(18), "none of train, valid, test"),
    ],
)
def test_files_that_are_none_are_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "f.npz"
    path.write_bytes(content)
    with pytest.raises(InputRefused, match=reason):
        read_npz(path)


def test_every_cut_of_a_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    whole = good(tmp_path)
    for length in range(1, len(whole), 7):
        (tmp_path / "cut.npz").write_bytes(whole[:length])
        with pytest.raises(InputRefused, match=r"cut\.npz"):
            read_npz(tmp_path / "cut.npz")


def test_no_flipped_byte_ends_in_another_error(tmp_path: Path) -> None:
    whole = good(tmp_path)
    for at in range(0, len(whole), 2):
        (tmp_path / "odd.npz").write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        try:
            read_npz(tmp_path / "odd.npz")
        except InputRefused:
            continue  # anything else fails the test


def test_no_flipped_byte_of_a_pickle_ends_in_another_error() -> None:
    whole = pickle.dumps(boxed([A, A + 1]), 2)
    for at in range(len(whole)):
        for flip in (0x01, 0x55, 0xFF):
            try:
                load_objects(whole[:at] + bytes([whole[at] ^ flip]) + whole[at + 1 :], (2,))
            except PickleRefused:
                continue


def test_missing_files_and_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="no such file"):
        read_npz(tmp_path / "none.npz")
    with pytest.raises(InputRefused, match="is a folder"):
        read_npz(tmp_path)


def test_offsets_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "f.npz", train_points=A, train_offsets=np.array([0, 5]))
    with pytest.raises(InputRefused, match="offsets that do not fit"):
        read_npz(tmp_path / "f.npz")
