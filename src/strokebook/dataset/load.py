"""Reading ``.npz`` files of drawings, whoever made them; see ``pickled`` for why this is safe."""

from __future__ import annotations

import io
import itertools
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from strokebook.base import Diagnostic, InputRefused, Severity
from strokebook.base.array_types import Floats
from strokebook.base.reading import plain_size, unreadable
from strokebook.dataset.pickled import PickleRefused, load_objects
from strokebook.dataset.splits import PARTS, Part, Rows, SplitArrays

MAX_BYTES = 512 * 1024 * 1024
# What zipfile and its packers are known to raise on files that are cut off or altered.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ValueError,
    struct.error,
)
_AGAIN = "Download or copy the file again."
_OTHER = "Ask for a SketchRNN file with train, valid and test, each a list of (N, 3) arrays."


def read_npz(path: Path, *, max_bytes: int = MAX_BYTES) -> SplitArrays:
    """Read a SketchRNN ``.npz`` file, pickled or flat, without running anything in it.

    Args:
        path: A file with the keys train, valid, test, or those of
            :func:`~strokebook.dataset.npz.write_flat`. Parts that are missing come back empty and
            are named in ``refused`` (as warnings), if there is at least one.
        max_bytes: Refuses files that unpack to more than this.

    Returns:
        The drawings as stroke-3; those that are no drawing are named in ``refused`` and left out.

    Raises:
        InputRefused: No such file, not a ``.npz``, cut off, too large, asks for code to be run,
            or without any part.
    """
    with _open_zip(path) as archive:
        return _read(archive, path.name, max_bytes)


def _open_zip(path: Path) -> zipfile.ZipFile:
    plain_size(path, path.name)
    try:
        return zipfile.ZipFile(path)
    except PermissionError as error:
        raise unreadable(path.name, error) from error
    except (*_BROKEN, NotImplementedError) as error:
        _refuse_no_zip(path, error)


def _refuse_no_zip(path: Path, error: Exception) -> NoReturn:
    with path.open("rb") as file:
        start = file.read(6)
    if start.startswith(b"PK"):
        raise InputRefused(path.name, "is cut off or damaged.", _AGAIN) from error
    if not start:
        raise InputRefused(path.name, "is empty.", _AGAIN) from error
    what = "is a single array (.npy)" if start == b"\x93NUMPY" else "is not a .npz file"
    raise InputRefused(path.name, f"{what}.", _OTHER) from error


def _read(archive: zipfile.ZipFile, name: str, max_bytes: int) -> SplitArrays:
    members = {m.filename.removesuffix(".npy"): m for m in archive.infolist()}
    used = {k: m for k, m in members.items() if k.partition("_")[0] in PARTS}
    size = sum(m.file_size for m in used.values())
    if size > max_bytes:
        reason = f"unpacks to {size / 1e6:,.0f} MB, more than the {max_bytes / 1e6:,.0f} allowed."
        raise InputRefused(name, reason, "Split the file, or allow more with max_bytes.")
    parts: dict[Part, tuple[Rows, ...]] = {}
    refused: list[Diagnostic] = []
    for part in PARTS:
        raw = _raw_part(archive, used, part, name)
        if raw is None:
            refused.append(
                Diagnostic(name, f"it has no {part!r}.", "It is taken as empty.", Severity.WARNING)
            )
            continue
        parts[part] = tuple(_drawings(raw, f"{name} {part}", max_bytes, refused))
    if not parts:
        keys = ", ".join(sorted(members)[:8]) or "nothing"
        raise InputRefused(name, f"has none of train, valid, test; it has {keys}.", _OTHER)
    return SplitArrays(
        parts.get("train", ()), parts.get("valid", ()), parts.get("test", ()), tuple(refused)
    )


def _raw_part(
    archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], part: Part, name: str
) -> Sequence[Any] | None:
    """One part's drawings as they lie in the file; None where it is missing."""
    points, offsets = members.get(f"{part}_points"), members.get(f"{part}_offsets")
    if points is not None and offsets is not None:
        flat = _member(archive, points, f"{name} {part}_points")
        ends = _member(archive, offsets, f"{name} {part}_offsets")
        return _cut(flat, ends, f"{name} {part}")
    if part not in members:
        return None
    member = _member(archive, members[part], f"{name} {part}")
    if isinstance(member, np.ndarray) and member.ndim != 3:
        if member.size == 0:  # how some writers store a part without drawings
            return ()
        reason = f"is one array of shape {member.shape}, not a list of drawings."
        raise InputRefused(f"{name} {part}", reason, _OTHER)
    return list(member)


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, subject: str) -> bytes:
    try:
        with archive.open(member) as file:
            return file.read(member.file_size + 1)
    except (RuntimeError, NotImplementedError) as error:
        reason = "is encrypted or packed in a way that .npz files are not."
        raise InputRefused(subject, reason, _OTHER) from error
    except _BROKEN as error:
        raise InputRefused(subject, "is cut off or damaged.", _AGAIN) from error


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, subject: str) -> Any:
    """A numeric member as an array; an object member as the list (or ``(B, N, 3)``) it holds."""
    data = _unpack(archive, member, subject)
    stream = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(stream)
        reader = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        shape, fortran, dtype = reader(stream)
    except Exception as error:  # numpy parses the header as Python, which raises nearly anything
        raise InputRefused(subject, "is not an array that numpy wrote.", _OTHER) from error
    body = memoryview(data)[stream.tell() :]
    if dtype.hasobject:
        return _objects(bytes(body), shape, subject)
    if dtype.kind not in "iufb":
        raise InputRefused(subject, f"holds {dtype}, not numbers.", _OTHER)
    count = 1
    for side in shape:
        count *= side
    if count * dtype.itemsize != len(body):  # before numpy makes room for what the header claims
        raise InputRefused(subject, "is cut off or damaged.", _AGAIN)
    flat: npt.NDArray[Any] = np.frombuffer(body, dtype)
    return flat.reshape(shape, order="F" if fortran else "C")


def _objects(pickle: bytes, shape: tuple[int, ...], subject: str) -> Any:
    try:
        objects = load_objects(pickle, shape)
    except PickleRefused as error:
        remedy = "Do not open it with other programs either, if you do not trust its maker."
        raise InputRefused(subject, f"cannot be read safely: {error}.", remedy) from error
    if len(shape) == 1:
        return objects
    if len(shape) == 0 and len(objects) == 1 and isinstance(objects[0], list):
        return objects[0]  # np.array([...], dtype=object) of a ragged list, wrapped once more
    if len(shape) == 3 and shape[2] == 3:  # equal lengths: numpy made one block of numbers
        step = shape[1] * 3
        rows = [objects[k * step : (k + 1) * step] for k in range(shape[0])]
        return [[r[j : j + 3] for j in range(0, step, 3)] for r in rows]
    raise InputRefused(subject, f"has the shape {shape}, not that of a list.", _OTHER)


def _cut(points: Any, offsets: Any, subject: str) -> Sequence[Any]:
    """Drawings of a flat part; the offsets must rise from 0 to the number of points."""
    arrays = isinstance(points, np.ndarray) and isinstance(offsets, np.ndarray)
    if not (arrays and points.ndim == 2 and offsets.ndim == 1 and offsets.dtype.kind in "iu"):
        raise InputRefused(subject, "has points or offsets of the wrong shape.", _OTHER)
    ends = offsets.astype(np.int64)
    right = len(ends) > 0 and ends[0] == 0 and ends[-1] == len(points)
    if not (right and (np.diff(ends) >= 0).all()):
        raise InputRefused(subject, "has offsets that do not fit its points.", _AGAIN)
    return [points[a:b] for a, b in itertools.pairwise(ends)]


def _drawings(
    objects: Sequence[Any], subject: str, max_bytes: int, refused: list[Diagnostic]
) -> Iterator[Rows]:
    """The drawings among ``found``; the others go to ``refused``, named by their row."""
    room = max_bytes
    for row, value in enumerate(objects):
        try:
            rows = _rows(value)
        except ValueError as error:
            refused.append(Diagnostic(f"{subject} row {row}", f"{error}.", "It was left out."))
            continue
        room -= rows.nbytes
        if room < 0:  # one drawing may be listed many times
            reason = f"unpacks to more than the {max_bytes / 1e6:,.0f} MB allowed."
            raise InputRefused(subject, reason, "Allow more with max_bytes.")
        yield rows


def _rows(value: Any) -> Rows:
    """One drawing as ``(N, 3)`` int16 or float32; ValueError says why it is none."""
    if isinstance(value, (list, tuple)):
        _check_list(value)
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, OverflowError):
        raise ValueError("it does not hold numbers") from None
    if array.size == 0:
        raise ValueError("it is empty")
    if array.ndim != 2 or array.shape[1] != 3:
        raise ValueError(f"its shape is {array.shape}, not (N, 3)")
    return _checked(array if array.dtype.kind in "iu" else _as_floats(array))


def _as_floats(array: npt.NDArray[Any]) -> Floats:
    try:
        return array.astype(np.float64)
    except (ValueError, TypeError, OverflowError):
        raise ValueError("it does not hold numbers") from None


def _check_list(rows: Sequence[Any]) -> None:
    """Refuse lists nested deeper than a drawing: a pickle can share them and make numpy explode."""
    for row in rows:
        if not isinstance(row, (list, tuple, np.ndarray)) or len(row) != 3:
            raise ValueError("its rows do not have 3 numbers each")
        if any(isinstance(x, (list, tuple, np.ndarray)) for x in row):
            raise ValueError("its rows do not have 3 numbers each")


def _checked(array: npt.NDArray[Any]) -> Rows:
    if not np.isfinite(array).all():
        raise ValueError("it has numbers that are not finite (NaN or infinity)")
    if not ((array[:, 2] == 0) | (array[:, 2] == 1)).all():
        raise ValueError("its third column is not the pen's 0 or 1")
    if np.abs(array[:, :2].astype(np.float64)).max() > 1e6:
        raise ValueError("it has offsets over a million units")
    whole = array.dtype.kind in "iu" and np.abs(array.astype(np.int64)).max() <= 32767
    return array.astype(np.int16 if whole else np.float32)
