"""The PyPI package singleline-dataset 0.0.2, loaded without what its drawing rules do not use.

Its modules import each other with ``*``, and through that fastai, matplotlib, pandas and more.
The rules for joining, splicing and separating need only numpy, so whatever of the rest is not
installed is stood in for by an empty module. Nothing of ours imports this but benchmarks and tests.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
INSTALL = "pip install --no-deps --target build/peer singleline-dataset==0.0.2"
_UNUSED = {  # module: the names that are imported from it
    "svgpathtools": (),
    "lxml": ("etree",),
    "rdp": ("rdp",),
    "matplotlib": (),
    "matplotlib.patches": (),
    "matplotlib.pyplot": (),
    "singleline_dataset.dataset": (),
    "singleline_dataset.display": (),
    "singleline_dataset.fileorg": (),
}


def folder() -> Path:
    """Where the package was installed: ``STROKEBOOK_PEER``, else ``build/peer``."""
    return Path(os.environ.get("STROKEBOOK_PEER", ROOT / "build" / "peer"))


def load() -> tuple[Any, Any] | None:
    """The package's modules ``strokes`` and ``bounding_boxes``; None where it is not installed."""
    if not (folder() / "singleline_dataset" / "strokes.py").is_file():
        return None
    sys.path.insert(0, str(folder()))
    try:
        for name, members in _UNUSED.items():
            _stand_in(name, members)
        return tuple(
            importlib.import_module(f"singleline_dataset.{m}")
            for m in ("strokes", "bounding_boxes")
        )
    finally:
        sys.path.remove(str(folder()))


def _stand_in(name: str, members: tuple[str, ...]) -> None:
    """An empty module under ``name`` if the real one cannot be imported."""
    try:
        importlib.import_module(name)
    except ImportError:
        module = ModuleType(name)
        module.__dict__.update(dict.fromkeys(members), __all__=list(members))
        sys.modules[name] = module
