"""Samples during training, as pictures in the model's folder."""

from __future__ import annotations

from pathlib import Path

from strokebook.base import owned
from strokebook.base.files import atomic_open
from strokebook.model.checkpoints.checkpoint import SketchModel
from strokebook.model.data.statistics import DataStatistics
from strokebook.model.networks.sketch_rnn import SketchNet
from strokebook.model.sampling import sample, shown

FOLDER = "samples"
COUNT, COLUMNS, CELL = 8, 4, 200
TEMPERATURE = 0.4


def picture_of(folder: Path, step: int) -> Path:
    """Where the picture of a step lies."""
    return folder / FOLDER / f"{step:07d}.png"


def save_samples(
    net: SketchNet, statistics: DataStatistics, folder: Path, step: int, seed: int
) -> Path:
    """Draw from nothing, with the same random numbers at every step, and leave a sheet.

    No random state of the training is touched.
    """
    from strokebook.geometry.render import sheet

    model = SketchModel(net, net.options, statistics, {})
    drawn = shown(model, sample(model, COUNT, TEMPERATURE, seed))
    path = picture_of(folder, step)
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_open(path) as file:
        sheet(drawn, COLUMNS, CELL, heading=f"step {step}").save(file, format="PNG")
    return path


def clear(folder: Path, after: int) -> None:
    """Remove the pictures of the steps after ``after``: a resumed training draws them anew."""
    for path in (folder / FOLDER).glob("*.png"):
        if path.stem.isdigit() and int(path.stem) > after:
            owned.remove(path)
