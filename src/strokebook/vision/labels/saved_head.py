"""Label classifier on disk: its arrays as NumPy's npz without pickles, the rest as JSON."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from strokebook.base.errors import InputRefused
from strokebook.base.files import write_bytes, write_json
from strokebook.base.reading import read_plain
from strokebook.vision.labels.classifier import LabelHead
from strokebook.vision.labels.head_files import ARRAYS, CARD

FORMAT = 1
MOST_BYTES = 1 << 28
_NAMES = ("mean", "basis", "weights", "bias", "base")


def save_head(head: LabelHead, folder: Path, facts: dict[str, Any]) -> None:
    """Write a classifier; the JSON comes last, so that it never describes arrays not yet written.

    Args:
        head: Fitted.
        folder: Made if need be.
        facts: Kept beside it: what it learnt from, and its scores.
    """
    file = io.BytesIO()
    np.savez(file, **{name: getattr(head, name) for name in _NAMES})
    write_bytes(folder / ARRAYS, file.getvalue())
    card = {"format": FORMAT, "labels": head.labels, "temperature": head.temperature}
    write_json(folder / CARD, card | facts)


def load_head(folder: Path) -> LabelHead | None:
    """The classifier that :func:`save_head` wrote; None: missing or damaged, to be fitted anew."""
    try:
        card = json.loads(read_plain(folder / CARD, MOST_BYTES))
        if card["format"] != FORMAT:
            return None
        data = io.BytesIO(read_plain(folder / ARRAYS, MOST_BYTES))
        with np.load(data, allow_pickle=False) as arrays:
            parts = {name: arrays[name] for name in _NAMES}
        head = LabelHead(tuple(card["labels"]), temperature=float(card["temperature"]), **parts)
    except (InputRefused, OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
        return None
    (dim, width), classes = head.basis.shape, len(head.labels)
    fits = head.mean.shape == (dim,) and head.weights.shape == (width, classes)
    return head if fits and head.bias.shape == head.base.shape == (classes,) else None
