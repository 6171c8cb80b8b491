"""Import of a published ``@magenta/sketch`` model into a model folder."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from strokebook import __version__
from strokebook.base.errors import StrokebookError
from strokebook.base.files import file_digest, write_json, write_text
from strokebook.geometry.stroke3 import to_stroke3
from strokebook.model.checkpoints import checkpoint
from strokebook.model.checkpoints.checkpoint import SketchModel
from strokebook.model.data.statistics import DataStatistics, measure
from strokebook.model.interchange import added_units, sketchrnn_js
from strokebook.model.interchange.sketchrnn_js import BrowserModel
from strokebook.model.sampling import sample

MEASURED = 100  # drawings of the model's own that its drawings' measures are taken from
TEMPERATURE = 0.65  # the library's, for them
UNKNOWN = "unknown: the file does not say"


@dataclass(frozen=True)
class Origin:
    """What the card says of where a model comes from; the file says neither."""

    source: str = UNKNOWN
    licence: str = UNKNOWN


def import_model(path: Path, folder: Path, origin: Origin | None = None) -> SketchModel:
    """Make a model folder of a ``.gen.json``: it samples, completes, and can be fine-tuned.

    The file holds weights and a scale only; what else a model knows of its drawings (their size,
    their distance of points) is measured on a hundred drawings of its own.

    Args:
        path: A file of the browser library.
        folder: Where the model goes; must hold none.
        origin: For the card.

    Raises:
        InputRefused: The file is no such model.
        StrokebookError: The folder holds a model already.
    """
    if checkpoint.has(folder, "best") or checkpoint.has(folder, "last"):
        raise StrokebookError(f"{folder} holds a model already.", "Name another folder.")
    browser_model = sketchrnn_js.read(path)
    net = added_units.to_net(browser_model)
    info: dict[str, Any] = {
        "imported": {
            "file": path.name,
            "digest": file_digest(path),
            "format": "@magenta/sketch",
            "name": browser_model.name,
            "source": (origin or Origin()).source,
            "licence": (origin or Origin()).licence,
            "says": dict(browser_model.more),
            "info": dict(browser_model.info),
        },
        "train": {},
        "data": None,
        "valid_drawings": 0,
        "started_from": None,
        "scores": None,
        "step": 0,
    }
    model = SketchModel(net, net.options, _blank(browser_model), info)
    model = dataclasses.replace(model, statistics=_statistics(model, browser_model))
    for which in ("best", "last"):  # with a last one, no training replaces it unasked
        checkpoint.save(folder, which, net, model.statistics, info=info, loop={})
    _write_card(model, browser_model, folder)
    return model


def _blank(browser_model: BrowserModel) -> DataStatistics:
    longest = browser_model.longest + 1  # ours count the first point
    return DataStatistics(browser_model.scale, 0, longest, longest, 0.0, 0.0, 0.0, 0.0)


def _statistics(model: SketchModel, browser_model: BrowserModel) -> DataStatistics:
    drawn = [to_stroke3(d) for d in sample(model, MEASURED, TEMPERATURE, seed=0)]
    size = browser_model.more.get("training_size")
    return dataclasses.replace(
        measure(drawn),
        scale=browser_model.scale,
        drawings=size if isinstance(size, int) and size > 0 else 0,
        longest=model.statistics.longest,
    )


def _write_card(model: SketchModel, browser_model: BrowserModel, folder: Path) -> None:
    statistics, origin = model.statistics, model.info["imported"]
    value = {
        "strokebook": __version__,
        "imported": {name: fact for name, fact in origin.items() if name != "info"},
        "facts": dataclasses.asdict(statistics),
        "model": dataclasses.asdict(model.options),
        "scores": None,
    }
    write_json(folder / "card.json", value)
    trained = f" on {statistics.drawings} drawings" if statistics.drawings else ""
    text = [
        f"# {folder.name}",
        "",
        f"SketchRNN (decoder only): LSTM {browser_model.units}, {sketchrnn_js.MIXTURES} mixtures;"
        f" imported from {origin['file']} ({browser_model.name}), a model for the browser library"
        f" @magenta/sketch,"
        f" trained by others{trained}.",
        "",
        f"- Source: {origin['source']}.",
        f"- Licence: {origin['licence']}. Ask its publisher before you share the model, or one"
        " fine-tuned from it.",
        f"- Digest of the file: {origin['digest']}.",
        f"- One unit of the net is {statistics.scale:.4g} units of the drawings (the file's"
        " scale_factor).",
        f"- Measured on {MEASURED} drawings of its own: {statistics.points} points,"
        f" {statistics.extent:.0f} units large, {statistics.offset:.1f} units from point to"
        " point (medians).",
        f"- Weights of 16 bits; {added_units.ADDED} units were added, which set the first"
        " point; an export leaves them out again.",
    ]
    write_text(folder / "card.md", "\n".join(text) + "\n")
