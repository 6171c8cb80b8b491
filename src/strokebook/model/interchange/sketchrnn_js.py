"""The JSON of the browser library ``@magenta/sketch``: a plain LSTM decoder in 16-bit weights.

The file is ``[info, dims, blobs]``: facts of the model, the shapes of five arrays, and the arrays
as base64 of little-endian int16, round(w / 10 · 32767), clipped to ± 10. The library knows 20
mixtures, starts from a state of zeros, takes the gates in the order input, candidate, forget,
output, and adds 1 to the forget gate.

Shape letters: T rows, H units of the decoder.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np
import numpy.typing as npt

from strokebook.base.array_types import Floats32
from strokebook.base.errors import InputRefused
from strokebook.base.files import write_text
from strokebook.base.reading import read_plain
from strokebook.model.distributions.mixture import width

MIXTURES = 20
LIMIT = 10.0  # of a weight
STEPS = 32767  # integers up to the limit
LEVEL = LIMIT / STEPS  # one step of the 16-bit weights
MOST_UNITS = 8192
MOST_POINTS = 5000
MOST_BYTES = 1 << 28  # 256 MiB: about 4,900 units; the published ones have 512 to 2,048
MOST_INFO = 1 << 17  # characters of it that an import keeps, to write it again
KNOWN = {"mode", "version", "name", "max_seq_len", "scale_factor"}
ANOTHER = "Fetch it again, or name another .gen.json."


@dataclass(frozen=True, eq=False)
class BrowserModel:
    """What a file holds, in the library's own layout.

    Attributes:
        name: Of what it draws.
        scale: Pixels per unit of the net.
        longest: Most points of a drawing.
        output: Hidden state to the mixture's numbers, ``(H, 123)``.
        output_bias: ``(123,)``.
        rows: Input row to gates, ``(5, 4H)``.
        recurrent: Hidden state to gates, ``(H, 4H)``.
        bias: Of the gates, ``(4H,)``, without the 1 that is added to the forget gate.
        more: Further fields of ``info``; the library hands them on untouched.
        info: All of ``info`` as a file had it, to be written again; empty: made of the rest.
    """

    name: str
    scale: float
    longest: int
    output: Floats32
    output_bias: Floats32
    rows: Floats32
    recurrent: Floats32
    bias: Floats32
    more: Mapping[str, Any] = field(default_factory=dict)
    info: Mapping[str, Any] = field(default_factory=dict)

    @property
    def arrays(self) -> tuple[Floats32, Floats32, Floats32, Floats32, Floats32]:
        """In the file's order."""
        return self.output, self.output_bias, self.rows, self.recurrent, self.bias

    def with_arrays(
        self,
        output: Floats32,
        output_bias: Floats32,
        rows: Floats32,
        recurrent: Floats32,
        bias: Floats32,
    ) -> BrowserModel:
        """The same facts with other weights."""
        return dataclasses.replace(
            self,
            output=output,
            output_bias=output_bias,
            rows=rows,
            recurrent=recurrent,
            bias=bias,
        )

    @property
    def units(self) -> int:
        """H."""
        return len(self.output)


def write(path: Path, model: BrowserModel) -> None:
    """Write the file that ``new SketchRNN(url)`` of the library loads."""
    info = dict(model.info) or {
        "mode": "gen",
        "version": 6,
        "name": model.name,
        "max_seq_len": model.longest,
        "scale_factor": model.scale,
        **model.more,
    }
    blobs = [base64.b64encode(_integers(a).tobytes()).decode() for a in model.arrays]
    dims = [list(a.shape) for a in model.arrays]
    write_text(path, json.dumps([info, dims, blobs], allow_nan=False))


def clipped(model: BrowserModel) -> int:
    """How many weights lie beyond the file's ± 10."""
    return int(sum((np.abs(a) > LIMIT).sum() for a in model.arrays))


def as_written(model: BrowserModel) -> BrowserModel:
    """The model as its file gives it back, its weights rounded and clipped."""
    return model.with_arrays(*(_floats(_integers(a)) for a in model.arrays))


def _integers(array: Floats32) -> npt.NDArray[np.int16]:
    share = np.clip(array.astype(np.float64) / LIMIT, -1.0, 1.0)
    return np.rint(share * STEPS).astype("<i2")


def _floats(integers: npt.NDArray[np.int16]) -> Floats32:
    return (integers * LEVEL).astype(np.float32)


def read(path: Path) -> BrowserModel:
    """Read such a file; nothing in it is believed before it is checked.

    Raises:
        InputRefused: It is no such file, cut short, too large, or says what cannot be.
    """
    info, dims, blobs = _parts(path)
    scale, longest = info.get("scale_factor"), info.get("max_seq_len")
    if not _is_number(scale) or not 1e-6 < scale < 1e6:
        raise _bad(path, f"its scale_factor is {_short(scale)}, not a number over 0")
    if not _is_number(longest) or longest != int(longest) or not 2 <= longest <= MOST_POINTS:
        raise _bad(path, f"its max_seq_len is {_short(longest)}, not a count of 2 to {MOST_POINTS}")
    shapes = _shapes(path, dims)
    output, output_bias, rows, recurrent, bias = (
        _array(path, n, blob, shapes[n]) for n, blob in enumerate(blobs)
    )
    name = info.get("name")
    named = isinstance(name, str) and bool(name.strip())
    return BrowserModel(
        name=str(name)[:80] if named else path.name.partition(".")[0],
        scale=float(scale),
        longest=int(longest),
        output=output,
        output_bias=output_bias,
        rows=rows,
        recurrent=recurrent,
        bias=bias,
        more={k: v for k, v in info.items() if k not in KNOWN and _is_plain(v)},
        info=plain_info(info),
    )


def plain_info(value: object) -> dict[str, Any]:
    """A file's ``info``, if it can be kept and written again as it is; else nothing.

    Args:
        value: From JSON of another program, or of an import.
    """
    try:
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return {}
    return dict(value) if isinstance(value, dict) and len(text) <= MOST_INFO else {}


def _parts(path: Path) -> tuple[dict[str, Any], list[Any], list[str]]:
    """The three parts, each of the right kind."""
    try:
        value = json.loads(read_plain(path, MOST_BYTES))
    except (ValueError, RecursionError) as error:
        raise _bad(path, "it is no whole JSON (cut short, or another kind of file)") from error
    if not isinstance(value, list) or len(value) != 3:
        raise _bad(path, "it is not the list [info, dims, weights]")
    info, dims, blobs = value
    if not isinstance(info, dict) or not isinstance(dims, list) or not isinstance(blobs, list):
        raise _bad(path, "its info, dims or weights are not of the right kind")
    if len(dims) != 5 or len(blobs) != 5 or not all(isinstance(b, str) for b in blobs):
        raise _bad(
            path,
            f"it has {len(dims)} shapes and {len(blobs)} arrays, where a plain LSTM decoder has 5",
        )
    return info, dims, blobs


def _shapes(path: Path, dims: list[Any]) -> list[tuple[int, ...]]:
    first = dims[0]
    units = first[0] if isinstance(first, list) and first else None
    if not isinstance(units, int) or isinstance(units, bool) or not 1 <= units <= MOST_UNITS:
        raise _bad(path, f"its number of units is {_short(units)}, not 1 to {MOST_UNITS}")
    outputs, gates = width(MIXTURES), 4 * units
    wanted = [(units, outputs), (outputs,), (5, gates), (units, gates), (gates,)]
    if dims != [list(shape) for shape in wanted]:
        raise _bad(
            path,
            f"its shapes {_short(dims)} are not those of a plain LSTM with {MIXTURES} mixtures",
        )
    return wanted


def _array(path: Path, place: int, blob: str, shape: tuple[int, ...]) -> Floats32:
    """One array; the text's length is checked before it is decoded."""
    size = 2 * math.prod(shape)
    if len(blob) != 4 * -(-size // 3):
        raise _bad(path, f"array {place + 1} has {len(blob)} characters, its shape asks for others")
    try:
        data = base64.b64decode(blob, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _bad(path, f"array {place + 1} is not base64") from error
    if len(data) != size:
        raise _bad(path, f"array {place + 1} has {len(data)} bytes instead of {size}")
    return _floats(np.frombuffer(data, "<i2").reshape(shape))


def _is_number(value: object) -> TypeGuard[float]:
    """Whether it is a number, neither NaN nor infinity."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -1e300 < value < 1e300


def _is_plain(value: object) -> bool:
    return isinstance(value, str | bool) or _is_number(value)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _bad(path: Path, reason: str) -> InputRefused:
    return InputRefused(str(path), f"is no model of @magenta/sketch: {reason}.", ANOTHER)
