"""A library and its project, small enough for tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from typer.testing import CliRunner, Result

from benchmarks.campaigns.common import SETTINGS, Copy
from strokebook.base.errors import StrokebookError
from strokebook.cli.main import app
from strokebook.pipeline.project import open_project
from strokebook.pipeline.run import run_all
from strokebook.pipeline.stage import Outcome
from strokebook.pipeline.stages.scan import scan_library

Run = Callable[..., Result]


class Place(Copy):
    """A library and its project, side by side, that stages can be run on."""

    def run(self, until: str | None = None) -> dict[str, Outcome]:
        with open_project(self.project) as project:
            return {outcome.stage: outcome for outcome in run_all(project, until)}


def make_place(folder: Path) -> Place:
    place = Place(folder)
    place.project.mkdir(parents=True)
    (place.project / "strokebook.toml").write_text(SETTINGS)
    return place


def make_scanned_place(folder: Path, pages: int) -> Place:
    """Unlike little pages ``sb48p001`` and on, in the catalogue already."""
    place = make_place(folder)
    for number in range(1, pages + 1):
        pixels = np.random.default_rng(number).integers(0, 255, (56, 48, 3), np.uint8)
        path = place.library / "sb48" / "art" / f"{number:03d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)
    with open_project(place.project) as project:
        scan_library(project)
    return place


def commands_on(place: Place) -> Run:
    """Runs commands on a place's project; errors that are no message for the artist are raised."""

    def run(*words: str) -> Result:
        result = CliRunner().invoke(app, [*words, "-p", str(place.project)])
        error = result.exception
        if error is not None and not isinstance(error, (SystemExit, StrokebookError)):
            raise error
        return result

    return run
