"""Checkpoints: weights as safetensors beside a JSON of options, statistics and training state.

Layout of a folder: ``best.json`` and ``last.json``, each naming its weights file and that file's
digest. The weights are written first under a new name and the JSON, replaced atomically, makes
them valid: a kill at any moment leaves the old pair or the new one.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from strokebook.base import owned
from strokebook.base.errors import InputRefused, StrokebookError
from strokebook.base.files import digest, inside, write_bytes, write_json
from strokebook.base.options import build
from strokebook.base.reading import read_plain
from strokebook.model.checkpoints.folder import mark_model
from strokebook.model.choosing import chooser_file
from strokebook.model.choosing.chooser import Chooser
from strokebook.model.config import ModelOptions
from strokebook.model.data.statistics import DataStatistics, from_json
from strokebook.model.line.restorer import LineRestorer
from strokebook.model.line.stored_line import default_line, line_of
from strokebook.model.networks.sketch_rnn import SketchNet

FORMAT = "strokebook-model"
VERSION = 1
NET = "net."  # prefix of the net's tensors; a checkpoint's other tensors are the optimiser's
# Parts of tensors' names in files of earlier versions, and what stands there now.
FORMER_NAMES = {
    "decoder.behind.": "decoder.hidden_layer.",
    "decoder.pointer.said.": "decoder.pointer.output.",
    "encoder.presig.": "encoder.logvar.",
}
# Weights of former decoders that saw the ink on the page.
OF_PAGE_AWARE = {f"decoder.{n}.weight" for n in ("cell.eye", "eye", "embedding")}
Which = Literal["best", "last"]
TEMPERATURE = 0.5  # of a model that has no chooser
MOST_JSON, MOST_BYTES = 1 << 26, 1 << 34
_WRONG = (KeyError, TypeError, ValueError, AttributeError)
TRAIN_AGAIN = "Train it again, or name another model folder."


@dataclass(frozen=True)
class Checkpoint:
    """One saved pair, read and verified."""

    options: ModelOptions
    statistics: DataStatistics
    info: dict[str, Any]
    loop: dict[str, Any]
    tensors: dict[str, Tensor]
    key: str


@dataclass(frozen=True, eq=False)
class SketchModel:
    """A trained net ready to draw, with what it knows of its data.

    Attributes:
        net: Its weights.
        options: What it was made with.
        statistics: Of the drawings it learnt from.
        info: Anything else about it, as its checkpoint holds it.
        line: What bends the segments that it draws into the artist's line.
        key: Digest of the weights file; empty for a net that is not on disk.
        chooser: Tells which of its drawings to show, where one was learnt.
    """

    net: SketchNet
    options: ModelOptions
    statistics: DataStatistics
    info: dict[str, Any]
    line: LineRestorer = field(default_factory=default_line)
    key: str = ""
    chooser: Chooser | None = None

    @property
    def temperature(self) -> float:
        """At which new drawings and endings are best drawn, as far as that is known."""
        return self.chooser.temperature if self.chooser else TEMPERATURE

    @property
    def scale(self) -> float:
        """Data units per unit of the net."""
        return self.statistics.scale

    @property
    def rounding(self) -> float:
        """Step to which offsets that it draws are rounded, in units of the net; 0: none."""
        return self.statistics.rounding / self.statistics.scale


def save(
    folder: Path,
    which: Which,
    net: SketchNet,
    statistics: DataStatistics,
    *,
    info: Mapping[str, Any],
    loop: Mapping[str, Any],
    more: Mapping[str, Tensor] | None = None,
) -> None:
    """Write a checkpoint, then remove the one it replaces.

    Args:
        folder: Of the model.
        which: ``best`` or ``last``.
        net: Its weights are saved.
        statistics: Of the training data.
        info: Anything about the model that JSON can hold (settings, scores).
        loop: Where the training stands.
        more: Tensors of the optimiser.
    """
    tensors = {NET + name: value for name, value in net.state_dict().items()} | dict(more or {})
    data = save_tensors({name: t.detach().cpu().contiguous() for name, t in tensors.items()})
    key = digest(data)
    mark_model(folder)
    weights = folder / f"{which}-{key}.safetensors"
    write_bytes(weights, data)
    value = {
        "format": FORMAT,
        "version": VERSION,
        "weights": weights.name,
        "digest": key,
        "model": dataclasses.asdict(net.options),
        "facts": dataclasses.asdict(statistics),
        "info": dict(info),
        "loop": dict(loop),
    }
    write_json(folder / f"{which}.json", value)
    for old in folder.glob(f"{which}-*.safetensors"):
        if old != weights:
            owned.remove(old)


def has(folder: Path, which: Which) -> bool:
    """Whether the folder holds that checkpoint."""
    return (folder / f"{which}.json").is_file()


def read(folder: Path, which: Which) -> Checkpoint:
    """A checkpoint, its weights verified against their digest.

    Raises:
        StrokebookError: There is none, or it is damaged or of another program.
    """
    path = folder / f"{which}.json"
    data: bytes | None = None
    for _ in range(2):  # a training that runs may replace the pair between the two reads
        value = _read_json(path)
        data = _weights(inside(folder, value["weights"]))
        if data is not None:
            break
    if data is None or digest(data) != value["digest"]:
        raise StrokebookError(
            f"The weights {value['weights']} of {path} are missing or cut short.", TRAIN_AGAIN
        )
    try:
        options = build(ModelOptions, value["model"], str(path))
        statistics = from_json(value["facts"], f"{path} facts")
        tensors = {_present_name(name): t for name, t in load_tensors(data).items()}
        return Checkpoint(
            options, statistics, value["info"], value["loop"], tensors, value["digest"]
        )
    except (SafetensorError, ArithmeticError, RuntimeError, *_WRONG, StrokebookError) as error:
        raise StrokebookError(f"{path} cannot be understood: {error}.", TRAIN_AGAIN) from error


def _present_name(name: str) -> str:
    """A tensor's name (the net's, or one of Adam's moments) as it is now."""
    for before, now in FORMER_NAMES.items():
        name = name.replace(before, now)
    return name


def _weights(path: Path) -> bytes | None:
    """The content of a weights file; None where there is none."""
    try:
        return read_plain(path, MOST_BYTES)
    except InputRefused as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return None
        raise StrokebookError(error.reason, TRAIN_AGAIN) from error


def _read_json(path: Path) -> dict[str, Any]:
    if not path.exists():
        raise StrokebookError(
            f"There is no model in {path.parent} ({path.name} is missing).",
            "Train one first, or name another folder.",
        )
    try:
        value = json.loads(read_plain(path, MOST_JSON))
    except InputRefused as error:
        raise StrokebookError(error.reason, TRAIN_AGAIN) from error
    except (ValueError, RecursionError) as error:
        raise StrokebookError(f"{path} cannot be read: {error}.", TRAIN_AGAIN) from error
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise StrokebookError(f"{path} is not a model of strokebook's.", TRAIN_AGAIN)
    if value.get("version") != VERSION:
        raise StrokebookError(
            f"{path} has version {value.get('version')}; this program reads version {VERSION}.",
            "Install a newer strokebook, or train the model again.",
        )
    if not {"weights", "digest", "model", "facts", "info", "loop"} <= set(value):
        raise StrokebookError(f"{path} is not complete.", TRAIN_AGAIN)
    for name in ("weights", "digest", "model", "facts", "info", "loop"):
        kind: type = str if name in ("weights", "digest") else dict
        if not isinstance(value[name], kind) or (kind is str and not value[name]):
            what = "a text" if kind is str else "an object"
            raise StrokebookError(f"{path}: its {name!r} is not {what}.", TRAIN_AGAIN)
    return value


def _check_size(options: ModelOptions, tensors: Mapping[str, Tensor], where: Path) -> None:
    """Refuse sizes far beyond the weights before a net of them is made, which may be gigabytes.

    Raises:
        StrokebookError: There are fewer numbers than the recurrent weights alone would be.
    """
    least = 4 * options.decoder**2 + 8 * options.encoder**2 * options.conditional
    if sum(t.numel() for t in tensors.values()) < least:
        raise StrokebookError(
            f"The model in {where} is of another kind or size: its weights are fewer than those of"
            f" {options.decoder} units.",
            TRAIN_AGAIN,
        )


def fill(net: SketchNet, tensors: Mapping[str, Tensor], where: Path) -> None:
    """Put a checkpoint's weights into ``net``.

    Raises:
        StrokebookError: They are of another size or kind of net.
    """
    stored = {n.removeprefix(NET): t for n, t in tensors.items() if n.startswith(NET)}
    wanted = {name: tuple(t.shape) for name, t in net.state_dict().items()}
    if stored.keys() & OF_PAGE_AWARE:
        raise StrokebookError(
            f"The model in {where} sees the ink on its page, which this version's models do not:"
            " they draw better without.",
            "Train it again.",
        )
    for name in sorted(wanted.keys() | stored.keys()):
        shape = tuple(stored[name].shape) if name in stored else None
        if shape != wanted.get(name):
            raise StrokebookError(
                f"The model in {where} is of another kind or size: its {name} is"
                f" {shape or 'missing'}, here it should be {wanted.get(name) or 'absent'}.",
                "Use the same [model] settings for both.",
            )
    net.load_state_dict(stored)


def load_model(folder: Path, device: str = "cpu") -> SketchModel:
    """The best model of a folder (the last, where none is the best yet), ready to draw.

    Raises:
        StrokebookError: There is none, or it is damaged, of another size or of another program.
    """
    which: Which = "last" if has(folder, "last") and not has(folder, "best") else "best"
    stored = read(folder, which)
    _check_size(stored.options, stored.tensors, folder)
    net = SketchNet(stored.options)
    fill(net, stored.tensors, folder)
    net.to(torch.device(device)).eval().requires_grad_(False)
    line, chooser = line_of(folder), chooser_file.read(folder, stored.key)
    return SketchModel(
        net, stored.options, stored.statistics, stored.info, line, stored.key, chooser
    )
