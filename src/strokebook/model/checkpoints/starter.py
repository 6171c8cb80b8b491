"""Starter: the model in the package, to draw with at once and to start a training from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from strokebook.base.files import write_json, write_text
from strokebook.model.checkpoints import checkpoint
from strokebook.model.checkpoints.checkpoint import load_model
from strokebook.model.config import ModelOptions

NAME = "starter"
AUTO = "auto"
NOTHING = ("", ".", "nothing")  # an empty path is written "."
FOLDER = Path(__file__).parent / "shipped" / NAME


def find(name: str | Path, base: Path | None = None) -> Path:
    """The folder of a model that a person named.

    ``starter`` is the model in the package, unless there is a model folder of that name.

    Args:
        name: A folder, or ``starter``.
        base: What the folder is relative to; default: where the program runs.
    """
    path = (base or Path()) / name
    there = checkpoint.has(path, "best") or checkpoint.has(path, "last")
    return FOLDER if str(name) == NAME and not there else path


def named(name: str | Path, sizes: ModelOptions, base: Path | None = None) -> Path | None:
    """What a training starts from, as ``start_from`` in its settings says.

    Args:
        name: ``auto``: the starter for a model of its sizes, else nothing; ``nothing`` or empty;
            or as in :func:`find`.
        sizes: Of the model that is to be trained.
        base: As in :func:`find`.
    """
    if str(name) == AUTO:
        return FOLDER if checkpoint.read(FOLDER, "best").options == sizes else None
    return find(name, base) if str(name) not in NOTHING else None


def pack(source: Path, folder: Path, origin: dict[str, Any], page: str) -> None:
    """Put the best model of a training into a folder, with 16 bits a weight and its card.

    Args:
        source: A model's folder.
        folder: Where the packed model goes; an earlier one there is replaced.
        origin: For ``card.json``: data, licences, numbers.
        page: The card for people (Markdown).
    """
    model = load_model(source)
    card = json.loads((source / "card.json").read_text("utf-8"))
    info = {"scores": model.info["scores"], "step": model.info["step"], "started_from": None}
    kept = {n: model.info[n] for n in ("train", "data", "valid_drawings")}
    checkpoint.save(
        folder, "best", model.net.half(), model.statistics, info=info | kept | origin, loop={}
    )
    names = ("strokebook", "facts", "valid_drawings", "model", "train", "best_step", "scores")
    write_json(folder / "card.json", {n: card[n] for n in names} | origin)
    write_text(folder / "card.md", page)
