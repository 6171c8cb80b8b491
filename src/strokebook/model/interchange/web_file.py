"""Model file for the browser: one safetensors file, weights of 16 bits, the rest in its header.

Tensors are those of the net (float16), of the line between points and, where there is one, of the
chooser (float32). The header's metadata hold, as JSON texts, what the model was made with, the
measures of its drawings, and its card; docs/web-format.md has the table. A model that is read back
is the reference for the engine in the browser: its weights are the file's, widened to float32.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays

from strokebook.base.array_types import Floats
from strokebook.base.errors import InputRefused, StrokebookError
from strokebook.base.files import digest, write_bytes
from strokebook.base.options import build
from strokebook.base.reading import read_plain
from strokebook.model.checkpoints.checkpoint import SketchModel
from strokebook.model.choosing.chooser import Chooser
from strokebook.model.choosing.chooser_file import check_forest, check_frame
from strokebook.model.choosing.forest import Forest
from strokebook.model.config import ModelOptions
from strokebook.model.data.statistics import from_json
from strokebook.model.features.normalise import FORMER_SIDE
from strokebook.model.interchange.web_card import MOST_CREDITS, MOST_TEXT, MOST_WORDS, Card
from strokebook.model.line.restorer import LineRestorer
from strokebook.model.line.stored_line import fault_of
from strokebook.model.networks.sketch_rnn import SketchNet

FORMAT, VERSION = "strokebook-web", "1"
SUFFIX = ".strokebook.safetensors"
MOST_BYTES = 1 << 28  # 256 MiB: about 5,000 units
MOST_HEADER = 1 << 22
LARGEST = 65504.0  # of a number of 16 bits
LAYERS = 3  # of the line's net
# What the header says of a chooser; the first six are what the engine needs.
CHOOSER = ("base", "strange", "log_scale", "budget", "temperature")
CHOOSER_HISTORY = ("real", "generated", "accuracy")
FRAME = "frame"  # of a chooser; files of before have none
AGAIN = f"Export it again (strokebook export MODEL -o NAME{SUFFIX}), or name another file."


def write(path: Path, model: SketchModel, card: Card) -> int:
    """Write the file, at once or not at all.

    Args:
        path: Conventionally ``NAME.strokebook.safetensors``.
        model: Trained, of any architecture.
        card: What it says of itself, from :func:`.web_card.card_of`.

    Returns:
        Its bytes.

    Raises:
        StrokebookError: A weight that 16 bits cannot hold, or too many of them to be read again.
    """
    data = to_bytes(model, card)
    if len(data) > MOST_BYTES:
        raise StrokebookError(
            f"This model cannot be written for the browser: its file would have"
            f" {len(data) / 2**20:.0f} MB, over the limit of {MOST_BYTES / 2**20:.0f} MB.",
            "Train one of fewer units.",
        )
    write_bytes(path, data)
    return len(data)


def to_bytes(model: SketchModel, card: Card) -> bytes:
    """The file's content; see :func:`write`."""
    arrays = _net_arrays(model.net) | _line_arrays(model.line)
    texts: dict[str, Any] = {
        "model": dataclasses.asdict(model.options),
        "statistics": dataclasses.asdict(model.statistics),
        "line": {"extent": float(model.line.extent), "tremor": float(model.line.tremor)},
        "card": dataclasses.asdict(card),
    }
    if model.chooser is not None:
        arrays |= _chooser_arrays(model.chooser)
        numbers = {n: getattr(model.chooser, n) for n in (*CHOOSER[1:], *CHOOSER_HISTORY, FRAME)}
        texts["chooser"] = {"base": model.chooser.forest.base} | numbers
    metadata = {name: json.dumps(value, ensure_ascii=False) for name, value in texts.items()}
    metadata |= {"format": FORMAT, "version": VERSION, "digest": identity(arrays)}
    return _ordered(bytes(save_arrays(arrays, metadata)))


def _ordered(data: bytes) -> bytes:
    """A safetensors file with its header's texts in order: the library's order is random."""
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # tensors begin at a multiple of eight
    return len(text).to_bytes(8, "little") + text + data[8 + size :]


def identity(arrays: Mapping[str, Any]) -> str:
    """The digest by which a model is known: of its tensors' names and bytes, in order of names."""
    return digest(*(part for n in sorted(arrays) for part in (n, arrays[n].tobytes())))


def _net_arrays(net: SketchNet) -> dict[str, Any]:
    """The net's weights in 16 bits.

    Raises:
        StrokebookError: One of them is too large, or not finite.
    """
    arrays = {}
    for name, weight in net.state_dict().items():
        halved = weight.detach().cpu().half()
        if not torch.isfinite(halved).all():
            raise StrokebookError(
                f"This model cannot be written for the browser: its {name} has numbers that are not"
                f" finite or beyond ± {LARGEST:.0f}, which 16 bits cannot hold.",
                "Train it again, with a lower learning rate.",
            )
        arrays[name] = halved.contiguous().numpy()
    return arrays


def _line_arrays(line: LineRestorer) -> dict[str, Any]:
    arrays = {"line.mean": line.mean, "line.spread": line.spread}
    for k, (weight, bias) in enumerate(zip(line.weights, line.biases, strict=True)):
        arrays |= {f"line.weight{k}": weight, f"line.bias{k}": bias}
    return {name: np.ascontiguousarray(a, np.float32) for name, a in arrays.items()}


def _chooser_arrays(chooser: Chooser) -> dict[str, Any]:
    """Thresholds and bounds in 32 bits, rounded to the side on which no decision changes."""
    forest = chooser.forest
    return {
        "chooser.feature": forest.feature.astype(np.int32),
        "chooser.threshold": _not_above(forest.threshold),
        "chooser.leaf": forest.leaf.astype(np.float32),
        "chooser.low": _not_above(chooser.low),
        "chooser.high": -_not_above(-chooser.high),
    }


def _not_above(values: Floats) -> Any:
    """The greatest float32 numbers that are not above ``values``.

    What is greater than such a threshold is greater than the threshold itself, for any feature of
    32 bits: those that the trees were learnt from.
    """
    most = np.finfo(np.float32).max
    near = np.clip(values, -most, most).astype(np.float32)
    return np.where(near > values, np.nextafter(near, np.float32(-np.inf)), near)


def read(path: Path) -> SketchModel:
    """Read such a file; nothing in it is believed before it is checked.

    Returns:
        The model, ready to draw; its ``key`` is the file's digest, its card stands in ``info``.

    Raises:
        InputRefused: It is no such file, cut short, too large, too new, or says what cannot be.
    """
    return from_bytes(read_plain(path, MOST_BYTES), str(path))


def from_bytes(data: bytes, subject: str) -> SketchModel:
    """A model from a file's content; see :func:`read`.

    Args:
        data: All of it.
        subject: What errors call it.
    """
    metadata = _metadata(data, subject)
    try:
        options = build(ModelOptions, _object(metadata, "model"), "its model")
        statistics = from_json(_object(metadata, "statistics"), "its statistics")
        card = _card(_object(metadata, "card"))
        arrays = _arrays(data)
        _check_size(arrays, options)
        net = SketchNet(options)
        _check_arrays(arrays, net, "chooser" in metadata)
        line = _line(arrays, _object(metadata, "line"))
        key = identity(arrays)
        if metadata.get("digest") != key:
            raise ValueError("its weights are not those that its header names")
        chooser = (
            _chooser(arrays, _object(metadata, "chooser"), key) if "chooser" in metadata else None
        )
    except (ValueError, TypeError, KeyError, ArithmeticError, RecursionError) as error:
        raise _bad(subject, str(error)) from error
    except StrokebookError as error:
        raise _bad(subject, error.reason.rstrip(".")) from error
    net.load_state_dict({n: torch.from_numpy(arrays[n]).float() for n in net.state_dict()})
    net.eval().requires_grad_(False)
    info = {"name": card.name, "card": dataclasses.asdict(card), "scores": None, "step": None}
    return SketchModel(net, options, statistics, info, line, key, chooser)


def is_web_file(path: Path) -> bool:
    """Whether a path names a file of this format, by its suffix, rather than a model's folder."""
    return path.name.lower().endswith(".safetensors") and not path.is_dir()


def _metadata(data: bytes, subject: str) -> dict[str, str]:
    """The header's texts, of a file of this format and version."""
    size = int.from_bytes(data[:8], "little")  # safetensors: 8 bytes of length, then JSON
    if len(data) < 8 or not 2 <= size <= len(data) - 8:
        raise _bad(subject, "its header is damaged or cut short")
    if size > MOST_HEADER:
        raise _bad(subject, f"its header has {size:,} bytes, over the limit of {MOST_HEADER:,}")
    try:
        header = json.loads(data[8 : 8 + size])
    except (ValueError, RecursionError) as error:
        raise _bad(subject, "its header is damaged or cut short") from error
    metadata = header.get("__metadata__") if isinstance(header, dict) else None
    if not isinstance(metadata, dict) or metadata.get("format") != FORMAT:
        raise InputRefused(
            subject,
            "is no model for the browser: its header does not say that it is one.",
            "Name a model's folder, or a file that strokebook export wrote.",
        )
    if not all(isinstance(text, str) for text in metadata.values()):
        raise _bad(subject, "its header has values that are no texts")
    version = metadata.get("version", "")
    if version != VERSION:
        raise InputRefused(
            subject,
            f"has version {version[:20]!r}; this program reads version {VERSION!r}.",
            "Install a newer strokebook, or have the model exported again.",
        )
    return metadata


def _object(metadata: Mapping[str, str], name: str) -> dict[str, Any]:
    """One of the header's JSON objects.

    Raises:
        ValueError: It is missing, or none.
    """
    if name not in metadata:
        raise ValueError(f"its header has no {name}")
    try:
        value = json.loads(metadata[name])
    except (ValueError, RecursionError) as error:
        raise ValueError(f"its {name} is no JSON") from error
    if not isinstance(value, dict):
        raise ValueError(f"its {name} is no object")
    return value


def _arrays(data: bytes) -> dict[str, Any]:
    try:
        return dict(load_arrays(data))
    except SafetensorError as error:
        raise ValueError(f"its tensors are damaged or cut short ({error})") from error


def _check_size(arrays: Mapping[str, Any], options: ModelOptions) -> None:
    """Refuse sizes far beyond the weights before a net of them is made, which may be gigabytes.

    Raises:
        ValueError: There are fewer numbers than the layers that may be largest would have.
    """
    z, encoder = (options.z, options.encoder) if options.conditional else (0, 0)
    least = 4 * options.decoder * (options.decoder + z) + 4 * encoder * (2 * encoder + z)
    if sum(a.size for a in arrays.values()) < least:
        raise ValueError(
            f"its weights are fewer than those of a decoder of {options.decoder} units"
            + (f", an encoder of {encoder} and a z of {z}" if options.conditional else "")
        )


def _check_arrays(arrays: Mapping[str, Any], net: SketchNet, chooser: bool) -> None:
    """Refuse tensors that are not those of a net, a line and a chooser.

    Raises:
        ValueError: One is missing, unknown, of another shape or number type, or not finite.
    """
    wanted = {n: tuple(t.shape) for n, t in net.state_dict().items()}
    halves = {n for n in arrays if n.startswith(("decoder.", "encoder."))}
    for name in sorted(wanted.keys() | halves):
        shape = arrays[name].shape if name in halves else "missing"
        if shape != wanted.get(name):
            should = wanted.get(name, "absent")
            raise ValueError(f"its {name} is {shape}, but should be {should}")
    rest = _line_names() | ({f"chooser.{n}" for n in _CHOOSER_ARRAYS} if chooser else set())
    for name in sorted(rest ^ (arrays.keys() - halves)):
        what = "is missing" if name in rest else "does not belong to it"
        raise ValueError(f"its tensor {name[:80]} {what}")
    for name, array in arrays.items():
        kind = np.float16 if name in halves else _CHOOSER_ARRAYS.get(name[8:], np.float32)
        if array.dtype != kind:
            raise ValueError(f"its {name} holds {array.dtype}, not {np.dtype(kind)}")
        if not np.isfinite(array).all():
            raise ValueError(f"its {name} has numbers that are not finite")


_CHOOSER_ARRAYS: dict[str, Any] = {
    "feature": np.int32,
    "threshold": np.float32,
    "leaf": np.float32,
    "low": np.float32,
    "high": np.float32,
}


def _line_names() -> set[str]:
    layers = {f"line.{part}{k}" for part in ("weight", "bias") for k in range(LAYERS)}
    return {"line.mean", "line.spread"} | layers


def _line(arrays: Mapping[str, Any], value: Mapping[str, Any]) -> LineRestorer:
    weights, biases = (
        tuple(arrays[f"line.{part}{k}"] for k in range(LAYERS)) for part in ("weight", "bias")
    )
    extent = _number(value, "extent", "line")
    tremor = _number(value, "tremor", "line") if "tremor" in value else 0.0  # files of before
    mean, spread = arrays["line.mean"], arrays["line.spread"]
    line = LineRestorer(mean, spread, weights, biases, extent, tremor)
    if fault := fault_of(line):
        raise ValueError(f"its line {fault}")
    return line


def _chooser(arrays: Mapping[str, Any], value: Mapping[str, Any], key: str) -> Chooser:
    numbers = {name: _number(value, name, "chooser") for name in CHOOSER}
    if not (0 < numbers["budget"] < 1 and 0 < numbers["temperature"] <= 10):
        raise ValueError("a number of its chooser is out of its range")
    forest = Forest(
        np.asarray(arrays["chooser.feature"], np.intp),
        np.asarray(arrays["chooser.threshold"], np.float64),
        np.asarray(arrays["chooser.leaf"], np.float64),
        numbers.pop("base"),
    )
    low, high = (np.asarray(arrays[f"chooser.{n}"], np.float64) for n in ("low", "high"))
    frame = _number(value, FRAME, "chooser") if FRAME in value else FORMER_SIDE
    try:
        check_frame(frame)
        check_forest(forest, low, high)
    except ValueError as error:
        raise ValueError(f"its chooser is damaged: {error}") from error
    real, generated, accuracy = (
        _number(value, n, "chooser") if n in value else 0.0 for n in CHOOSER_HISTORY
    )
    return Chooser(
        forest,
        low,
        high,
        **numbers,
        real=int(real),
        generated=int(generated),
        accuracy=accuracy,
        checkpoint=key,
        frame=frame,
    )


def _number(value: Mapping[str, Any], name: str, where: str) -> float:
    number = value.get(name)
    if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
        raise ValueError(f"{name} of its {where} is no number")
    return float(number)


def _card(value: Mapping[str, Any]) -> Card:
    limits = {"name": MOST_WORDS, "artist": MOST_WORDS, "licence": MOST_WORDS, "text": MOST_TEXT}
    for name, most in limits.items():
        if not isinstance(value.get(name), str) or len(value[name]) > most:
            raise ValueError(f"{name} of its card is no text of at most {most} characters")
    credit = value.get("credits")
    if not isinstance(credit, list) or len(credit) > MOST_CREDITS:
        raise ValueError(f"the credits of its card are no list of at most {MOST_CREDITS}")
    if not all(isinstance(line, str) and len(line) <= MOST_WORDS for line in credit):
        raise ValueError("a credit of its card is no text, or too long")
    return Card(value["name"], value["artist"], value["licence"], tuple(credit), value["text"])


def _bad(subject: str, reason: str) -> InputRefused:
    return InputRefused(subject, f"is no model for the browser: {reason}.", AGAIN)
