"""File of a chooser: ``chooser.safetensors`` beside the checkpoint that it belongs to.

Arrays are its tensors; its numbers stand as JSON texts in the header's metadata.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from strokebook.base.errors import InputRefused, StrokebookError
from strokebook.base.files import write_bytes
from strokebook.base.reading import read_plain
from strokebook.model.choosing.chooser import Chooser
from strokebook.model.choosing.forest import Forest
from strokebook.model.features.normalise import FORMER_SIDE

NAME = "chooser.safetensors"
FORMAT, VERSION = "strokebook-chooser", "2"  # another version's features are other features
MOST_BYTES = 1 << 26
MOST_FRAME = 1e6  # units
NUMBERS = ("strange", "log_scale", "budget", "temperature", "accuracy")
COUNTS = ("real", "generated")
REMEDY = f"Delete {NAME}: drawings are then shown as they come; training goes on to make it anew."


def save(folder: Path, chooser: Chooser) -> None:
    """Write it into a model's folder, at once or not at all."""
    from safetensors.numpy import save as save_arrays

    forest = chooser.forest
    arrays: dict[str, Any] = {
        "feature": forest.feature.astype(np.int32),
        "threshold": forest.threshold,
        "leaf": forest.leaf,
        "low": chooser.low,
        "high": chooser.high,
    }
    value = {name: getattr(chooser, name) for name in (*NUMBERS, *COUNTS, "checkpoint", "frame")}
    metadata = {name: json.dumps(number) for name, number in value.items()}
    metadata |= {"format": FORMAT, "version": VERSION, "base": json.dumps(forest.base)}
    write_bytes(folder / NAME, save_arrays(arrays, metadata))


def read(folder: Path, checkpoint: str) -> Chooser | None:
    """The chooser of a folder; None where there is none, or it is another checkpoint's.

    Args:
        folder: Of the model.
        checkpoint: Digest of the weights beside it.

    Raises:
        StrokebookError: The file is damaged.
    """
    path = folder / NAME
    if not path.exists():
        return None
    try:
        data = read_plain(path, MOST_BYTES)
    except InputRefused as error:
        raise StrokebookError(error.reason, REMEDY) from error
    try:
        arrays, metadata = _parts(data)
        if metadata["format"] != FORMAT:
            raise ValueError("it is no chooser of strokebook's")
        if metadata["version"] != VERSION or json.loads(metadata["checkpoint"]) != checkpoint:
            return None
        return _chooser(arrays, metadata)
    except (KeyError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
        raise StrokebookError(f"{path} cannot be understood: {error}.", REMEDY) from error


def _parts(data: bytes) -> tuple[dict[str, Any], dict[str, str]]:
    from safetensors import SafetensorError
    from safetensors.numpy import load as load_arrays

    try:
        arrays = load_arrays(data)
    except SafetensorError as error:
        raise ValueError(str(error)) from error
    size = int.from_bytes(data[:8], "little")  # safetensors: 8 bytes of length, then JSON
    return arrays, json.loads(data[8 : 8 + size])["__metadata__"]


def _chooser(arrays: dict[str, Any], metadata: dict[str, str]) -> Chooser:
    value = {name: _number(metadata[name]) for name in NUMBERS}
    counts = {name: int(_number(metadata[name])) for name in COUNTS}
    if not (0 < value["budget"] < 1 and 0 < value["temperature"] <= 10):
        raise ValueError("a number is out of its range")
    low, high = (np.asarray(arrays[name], np.float64) for name in ("low", "high"))
    forest = Forest(
        np.asarray(arrays["feature"], np.intp),
        np.asarray(arrays["threshold"], np.float64),
        np.asarray(arrays["leaf"], np.float64),
        _number(metadata["base"]),
    )
    check_forest(forest, low, high)
    frame = _number(metadata.get("frame", str(FORMER_SIDE)))
    check_frame(frame)
    checkpoint = str(json.loads(metadata["checkpoint"]))
    made = {**value, **counts, "checkpoint": checkpoint, "frame": frame}
    return Chooser(forest, low, high, **made)  # type: ignore[arg-type]


def check_frame(frame: float) -> None:
    """Refuse a frame in which nothing could be measured.

    Raises:
        ValueError: It is none.
    """
    if not 1 <= frame <= MOST_FRAME:
        raise ValueError(f"its frame is {frame}")


def _number(text: str) -> float:
    number = json.loads(text)
    if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
        raise ValueError(f"{number!r} is no number")
    return float(number)


def check_forest(forest: Forest, low: Any, high: Any) -> None:
    """Refuse arrays that are not those of trees over as many features.

    Raises:
        ValueError: They are not.
    """
    trees, inner = forest.feature.shape
    leaves = inner + 1
    if forest.threshold.shape != (trees, inner) or forest.leaf.shape != (trees, leaves):
        raise ValueError("its trees do not fit together")
    if not trees or leaves & (leaves - 1) or low.ndim != 1 or low.shape != high.shape:
        raise ValueError("its trees or its bounds are incomplete")
    if forest.feature.size and not 0 <= forest.feature.min() <= forest.feature.max() < len(low):
        raise ValueError("a tree asks about a feature that there is not")
    if not all(np.isfinite(a).all() for a in (forest.threshold, forest.leaf, low, high)):
        raise ValueError("it has numbers that are not finite")
