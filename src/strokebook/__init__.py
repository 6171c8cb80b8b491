"""From scanned sketchbooks of single-line drawings to a model that draws in that hand.

``import strokebook as sb`` offers :mod:`strokebook.api`: ``sb.trace``, ``sb.separate``,
``sb.build_dataset``, ``sb.train``, ``sb.load_model`` and their kin. Its parts are imported when
they are first asked for, so that the import itself takes no time.

The rooms, from the ground up: ``base`` (errors, files, options, progress), ``geometry`` (drawings
as arrays), ``routing`` (a graph of lines to the pen's path), ``figures`` (strokes to separate
drawings), ``library`` (sketchbooks and the catalogue), ``tracing`` (page to pen strokes),
``dataset`` (drawings to a training set), ``model`` (SketchRNN), ``vision`` (embeddings and labels),
``demo`` (a sample library drawn from a seed), ``pipeline`` (the stages in order) and ``cli``
(commands).
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from strokebook.api import (
        Drawing,
        Model,
        build_dataset,
        load_dataset,
        load_drawing,
        load_model,
        separate,
        trace,
        train,
    )

__version__ = "0.1.0"
__all__ = [
    "Drawing",
    "Model",
    "build_dataset",
    "load_dataset",
    "load_drawing",
    "load_model",
    "separate",
    "trace",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'strokebook' has no attribute {name!r}")
    return getattr(importlib.import_module("strokebook.api"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
