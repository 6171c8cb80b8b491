"""SketchRNN's ``.npz`` files: written so that every reader takes them, read so that none can bite.

The usual file has the keys train, valid and test, each a one-dimensional object array of
``(N, 3)`` stroke-3 arrays, which numpy pickles. The flat file has ``train_points`` ``(M, 3)``, the
drawings end to end, and ``train_offsets`` ``(B + 1,)``: drawing b is
``points[offsets[b]:offsets[b + 1]]``; it needs no pickle.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from strokebook.base.files import atomic_open
from strokebook.dataset.splits import PARTS, Part, Rows, Splits, arrays_of


def write_npz(splits: Splits, path: Path) -> None:
    """Write train, valid and test as object arrays, for any SketchRNN reader.

    ``np.load(path, allow_pickle=True, encoding="latin1")["train"]`` gives them back, in numpy 1 as
    in numpy 2. The same drawings give the same bytes.

    Args:
        splits: Three lists of ``(N, 3)`` int16 or float32 arrays; any of them may be empty.
        path: Ends in ``.npz``; replaced at once or not at all.
    """
    _write_zip(path, {part: _object_npy(arrays_of(splits, part)) for part in PARTS})


def write_flat(splits: Splits, path: Path, ids: Mapping[Part, Sequence[str]] | None = None) -> None:
    """Write the drawings end to end with their offsets, and their ids where given; no pickle.

    Args:
        splits: Three lists of ``(N, 3)`` int16 or float32 arrays.
        path: Ends in ``.npz``; replaced at once or not at all.
        ids: Names of the drawings of each part; written as ``train_ids``.
    """
    members: dict[str, bytes] = {}
    for part in PARTS:
        arrays = arrays_of(splits, part)
        lengths = [0, *(len(a) for a in arrays)]
        members[f"{part}_points"] = _npy(_end_to_end(arrays))
        members[f"{part}_offsets"] = _npy(np.cumsum(lengths, dtype=np.int64))
        if ids is not None:
            members[f"{part}_ids"] = _npy(np.array(list(ids.get(part, ())), np.str_))
    _write_zip(path, members)


def _end_to_end(arrays: Sequence[Rows]) -> Rows:
    if not arrays:
        return np.zeros((0, 3), np.int16)
    return np.concatenate([_plain(a) for a in arrays])


def _plain(rows: Rows) -> Rows:
    """Rows as little-endian int16 or float32 in C order, which is what is written."""
    dtype = "<i2" if np.asarray(rows).dtype.kind in "iu" else "<f4"
    return np.ascontiguousarray(rows, dtype)


def _write_zip(path: Path, members: Mapping[str, bytes]) -> None:
    with (
        atomic_open(path) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name, data in members.items():
            # A fixed date, system and mode: the same drawings give the same bytes anywhere.
            info = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            info.compress_type, info.create_system, info.external_attr = 8, 3, 0o644 << 16
            archive.writestr(info, data)


def _npy(array: npt.NDArray[Any]) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def _object_npy(arrays: Sequence[Rows]) -> bytes:
    """A ``.npy`` file of a one-dimensional object array.

    The pickle is put together here because numpy 2 writes the name ``numpy._core``, which no
    numpy 1 reader knows, while every numpy reads ``numpy.core``. It has one form for a drawing
    whatever else is in memory, which also makes the bytes the same each time, and cannot turn
    drawings of equal length into one three-dimensional array.
    """
    buffer = io.BytesIO()
    header = {"descr": "|O", "fortran_order": False, "shape": (len(arrays),)}
    np.lib.format.write_array_header_1_0(buffer, header)
    buffer.write(_pickle(arrays))
    return buffer.getvalue()


# Memo slots 0 to 3 hold what every array needs: _reconstruct, ndarray, (0,), b"b"; 4 a dtype.
_PROTO_3 = b"\x80\x03"
_NEW_ARRAY = b"h\x00h\x01h\x02h\x03\x87R"  # _reconstruct(ndarray, (0,), b"b")
_PRELUDE = (
    b"cnumpy.core.multiarray\n_reconstruct\nq\x000cnumpy\nndarray\nq\x010"
    b"K\x00\x85q\x020C\x01bq\x030"
)


def _dtype_pickle(code: str, state: bytes) -> bytes:
    return b"cnumpy\ndtype\nX" + _u32(len(code)) + code.encode() + b"\x89\x88\x87R(" + state + b"tb"


def _pickle(arrays: Sequence[Rows]) -> bytes:
    """The pickle (protocol 3) of an object array of ``arrays``."""
    ends = b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xff"
    pieces = [_PROTO_3, _PRELUDE]
    for slot, code in ((4, "i2"), (5, "f4")):
        state = b"K\x03X" + _u32(1) + b"<" + ends + b"K\x00"
        pieces += [_dtype_pickle(code, state), b"q" + bytes([slot]), b"0"]
    objects = _dtype_pickle("O8", b"K\x03X" + _u32(1) + b"|" + ends + b"K\x3f")
    pieces += [_NEW_ARRAY, b"(K\x01J", struct.pack("<i", len(arrays)), b"\x85", objects, b"\x89]("]
    pieces += [_array_pickle(_plain(a)) for a in arrays]
    return b"".join([*pieces, b"etb."])


def _array_pickle(rows: Rows) -> bytes:
    slot = b"h\x04" if rows.dtype.kind == "i" else b"h\x05"
    content = rows.tobytes()
    shape = b"(K\x01J" + struct.pack("<i", len(rows)) + b"K\x03\x86"
    return b"".join([_NEW_ARRAY, shape, slot, b"\x89B", _u32(len(content)), content, b"tb"])


def _u32(value: int) -> bytes:
    return struct.pack("<I", value)
