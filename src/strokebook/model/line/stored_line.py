"""A restorer as a file, beside a model or in the package."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays

from strokebook.base.errors import InputRefused, StrokebookError
from strokebook.base.files import write_bytes
from strokebook.base.reading import read_plain
from strokebook.model.line.restorer import LineRestorer
from strokebook.model.line.segments import FEATURES

NAME = "line.safetensors"
DEFAULT = Path(__file__).with_name("default_line.safetensors")
MOST_BYTES = 1 << 20
EXTENT, TREMOR = "extent", "tremor"
REMEDY = "Delete that file: the line that comes with strokebook is taken then."


def save_line(folder: Path, line: LineRestorer) -> Path:
    """Write a restorer into a model's folder, marked by its training; an earlier one goes."""
    path = folder / NAME
    write_line(path, line)
    return path


def write_line(path: Path, line: LineRestorer) -> None:
    """Write a restorer as safetensors, atomically."""
    arrays = {"mean": line.mean, "spread": line.spread}
    arrays[EXTENT] = np.array([line.extent], np.float32)
    arrays[TREMOR] = np.array([line.tremor], np.float32)
    layers = enumerate(zip(line.weights, line.biases, strict=True), start=1)
    for k, (weight, bias) in layers:
        arrays |= {f"weight.{k}": weight, f"bias.{k}": bias}
    write_bytes(path, save_arrays(arrays))


def read_line(path: Path) -> LineRestorer:
    """A restorer from its file.

    Raises:
        StrokebookError: It cannot be read, or is damaged.
    """
    try:
        arrays = load_arrays(read_plain(path, MOST_BYTES))
        line = LineRestorer(
            arrays["mean"],
            arrays["spread"],
            (arrays["weight.1"], arrays["weight.2"], arrays["weight.3"]),
            (arrays["bias.1"], arrays["bias.2"], arrays["bias.3"]),
            float(arrays[EXTENT][0]),
            float(arrays[TREMOR][0]) if TREMOR in arrays else 0.0,  # none was learnt formerly
        )
    except InputRefused as error:
        raise StrokebookError(error.reason, REMEDY) from error
    except (SafetensorError, json.JSONDecodeError, KeyError, IndexError, TypeError) as error:
        raise StrokebookError(f"{path} cannot be understood: {error}.", REMEDY) from error
    if fault := fault_of(line):
        raise StrokebookError(f"{path} {fault}.", REMEDY)
    return line


def fault_of(line: LineRestorer) -> str:
    """What makes a restorer unusable, such as ``holds no restorer of lines``; empty: nothing."""
    hidden = line.biases[0].size
    out = line.biases[2].size
    shapes = [w.shape for w in line.weights] + [b.shape for b in line.biases]
    wanted = [(FEATURES, hidden), (hidden, hidden), (hidden, out), (hidden,), (hidden,), (out,)]
    arrays = (line.mean, line.spread, *line.weights, *line.biases)
    whole = all(a.dtype == np.float32 and np.isfinite(a).all() for a in arrays)
    fits = shapes == wanted and line.mean.shape == line.spread.shape == (FEATURES,)
    if not (whole and fits and out >= 4 and out % 2 == 0):
        return "holds no restorer of lines"
    if not (0 < line.extent < np.inf and (line.spread > 0).all()):
        return "has an extent or a spread that is not above 0"
    if not 0 <= line.tremor < np.inf:
        return "has a tremor that is not a number from 0 on"
    return ""


def line_of(folder: Path) -> LineRestorer:
    """The restorer of a model's folder, or else the one in the package.

    Raises:
        StrokebookError: The folder's own is damaged.
    """
    path = folder / NAME
    return read_line(path) if path.is_file() else default_line()


@functools.cache
def default_line() -> LineRestorer:
    """The restorer in the package: learnt from drawings of the sample library's program."""
    return read_line(DEFAULT)
