"""A model's folder: which files in it are a training's own."""

from __future__ import annotations

import json
from pathlib import Path

from strokebook.base import owned
from strokebook.base.errors import StrokebookError
from strokebook.base.files import inside

# The names of stored_line and chooser_file, which need an extra that tracing does without.
LINE, CHOOSER = "line.safetensors", "chooser.safetensors"


def mark_model(folder: Path) -> None:
    """Mark a model's folder as ours, unless one above it is marked, so that files are replaced.

    What an earlier version left there is listed as ours.
    """
    if owned.home(folder / "best.json") is None:
        owned.adopt(folder, [(file, "", "") for file in model_files(folder)])


def model_files(folder: Path) -> list[Path]:
    """The files of a model of ours that a training left in ``folder``; none where it is another's.

    Its checkpoints name their weights; beside a checkpoint the rest have fixed names.
    """
    present = []
    for which in ("best", "last"):
        try:
            value = json.loads((folder / f"{which}.json").read_text("utf-8"))
            weights = inside(folder, str(value["weights"]))
            ours = value["format"] == "strokebook-model"
        except (OSError, ValueError, KeyError, TypeError, StrokebookError):
            continue
        if ours and weights.name == f"{which}-{value.get('digest')}.safetensors":
            present += [folder / f"{which}.json", weights]
    if present:
        names = ("metrics.jsonl", "curve.png", "card.json", "card.md", LINE, CHOOSER)
        present += [folder / name for name in names]
        present += [p for p in (folder / "samples").glob("*.png") if p.stem.isdigit()]
        present += (folder / "tensorboard").glob("events.out.tfevents.*")
    return present


def has_checkpoint(folder: Path) -> bool:
    """Whether a folder holds a model of ours, by the names of its files."""
    return any((folder / f"{which}.json").is_file() for which in ("best", "last"))
