"""Quick, Draw! files: one JSON object a line, raw with pen timing or simplified without.

``drawing`` is a list of strokes. Raw: ``[xs, ys, milliseconds]`` in the pixels of the player's
screen. Simplified: ``[xs, ys]`` in a frame of 256 units.
"""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from strokebook.base import Diagnostic, InputRefused
from strokebook.base.reading import plain_size, unreadable
from strokebook.geometry.drawing import Drawing

MAX_LINE = 8 * 1024 * 1024
MAX_BYTES = 16 * 1024**3  # unpacked: more than the greatest raw category, less than a gzip bomb
MAX_POINTS = 100_000
_AGAIN = "Download the file again."


def read_quickdraw(
    path: Path,
    on_diagnostic: Callable[[Diagnostic], None],
    *,
    limit: int | None = None,
    max_line: int = MAX_LINE,
    max_bytes: int = MAX_BYTES,
) -> Iterator[Drawing]:
    """Read drawings one by one; the file is never in memory whole.

    Args:
        path: ``.ndjson`` or ``.ndjson.gz`` (told by its content, not its name).
        on_diagnostic: Called for each line that is no drawing, and at the end of a cut-off file.
        limit: Stops after so many drawings.
        max_line: Lines of more bytes are refused.
        max_bytes: Reading stops, with a refusal, after so many unpacked bytes.

    Yields:
        Drawings with ``source`` = ``FILE:LINE`` and in ``meta`` ``word``, ``key_id``,
        ``countrycode``, ``recognized``, and for raw files ``times``: per stroke ``(P,)`` float64
        milliseconds.

    Raises:
        InputRefused: The file cannot be opened.
    """
    if limit is not None and limit <= 0:
        return
    count = 0
    try:
        with _open(path) as file:
            for number, line in _lines(file, path.name, on_diagnostic, max_line, max_bytes):
                try:
                    drawing = parse_line(line, f"{path.name}:{number}")
                except InputRefused as refused:
                    on_diagnostic(refused.diagnostic)
                    continue
                yield drawing
                count += 1
                if count == limit:
                    return
    except (EOFError, gzip.BadGzipFile, zlib.error):
        reason = f"is cut off or damaged after {count} drawings, which were read."
        on_diagnostic(Diagnostic(path.name, reason, _AGAIN))


def _open(path: Path) -> io.BufferedIOBase:
    plain_size(path, path.name)
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        return gzip.open(path, "rb") if packed else path.open("rb")
    except OSError as error:
        raise unreadable(path.name, error) from error


def _lines(
    file: io.BufferedIOBase,
    name: str,
    on_diagnostic: Callable[[Diagnostic], None],
    max_line: int,
    max_bytes: int,
) -> Iterator[tuple[int, bytes]]:
    """Lines that are not blank, with their numbers from 1; over-long ones are passed over."""
    number = read = 0
    while line := file.readline(max_line + 1):
        number += 1
        read += len(line)
        long = len(line) > max_line
        while long and not line.endswith(b"\n") and read <= max_bytes:
            line = file.readline(max_line + 1)
            read += len(line)
            if not line:
                break
        if read > max_bytes:
            reason = f"line {number} lies past the {max_bytes / 1e6:,.0f} MB that are read."
            on_diagnostic(Diagnostic(name, reason, "Split the file."))
            return
        if long:
            reason = f"the line is longer than {max_line / 1e6:g} MB."
            on_diagnostic(Diagnostic(f"{name}:{number}", reason, "It was left out."))
        elif line.strip():
            yield number, line


def parse_line(line: bytes, subject: str) -> Drawing:
    """One line as a Drawing.

    Raises:
        InputRefused: It is not JSON, or not a drawing; the reason says which.
    """
    try:
        return _drawing(json.loads(line), subject)
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise InputRefused(subject, "the line is not JSON.", "It was left out.") from None
    except RecursionError:
        raise InputRefused(subject, "the line is nested too deep.", "It was left out.") from None
    except ValueError as error:
        raise InputRefused(subject, f"{error}.", "It was left out.") from None


def _drawing(entry: Any, subject: str) -> Drawing:
    if not isinstance(entry, dict) or not isinstance(entry.get("drawing"), list):
        raise ValueError("the line has no list 'drawing'")
    if not entry["drawing"]:
        raise ValueError("the drawing has no strokes")
    channels = [_stroke(stroke, k) for k, stroke in enumerate(entry["drawing"], 1)]
    if sum(c.shape[1] for c in channels) > MAX_POINTS:
        raise ValueError(f"the drawing has more than {MAX_POINTS:,} points")
    if len({len(c) for c in channels}) > 1:
        raise ValueError("some strokes have times and some have none")
    meta = {k: entry[k] for k in ("word", "key_id", "countrycode", "recognized") if k in entry}
    raw = len(channels[0]) == 3
    if raw:
        meta["times"] = tuple(c[2] for c in channels)
    return Drawing.of(
        [c[:2].T for c in channels], unit="px" if raw else "unit", source=subject, meta=meta
    )


def _stroke(stroke: Any, number: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """``(2, P)`` or ``(3, P)``: x, y and, in raw files, milliseconds."""
    if not isinstance(stroke, list) or len(stroke) not in (2, 3):
        raise ValueError(f"stroke {number} is not [xs, ys] or [xs, ys, times]")
    try:
        channels = np.array(stroke, np.float64)
    except (ValueError, TypeError, OverflowError):
        reason = f"stroke {number} has lists of unequal length, or something that is no number"
        raise ValueError(reason) from None
    if channels.ndim != 2 or channels.shape[1] == 0:
        raise ValueError(f"stroke {number} has no points")
    if not np.isfinite(channels).all() or np.abs(channels[:2]).max() > 1e6:
        raise ValueError(f"stroke {number} has coordinates that are not finite, or over a million")
    return channels
