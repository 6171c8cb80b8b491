"""A library and its project, small enough for tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from strokebook.pipeline.project import open_project
from strokebook.pipeline.run import run_all
from strokebook.pipeline.stage import Outcome

# Small everywhere: what is tested is that the stages fit together, not how well they do.
SETTINGS = """
[project]
library = "../library"
[vision]
backbone = "efficientnet-lite0"
image_size = 64
fine_tune_epochs = 1
[model]
conditional = true
encoder = 16
decoder = 24
z = 4
mixtures = 3
[train]
steps = 12
batch = 8
validate_every = 6
threads = 1
"""


@dataclass
class Place:
    """A library and its project, side by side."""

    folder: Path

    @property
    def library(self) -> Path:
        return self.folder / "library"

    @property
    def project(self) -> Path:
        return self.folder / "project"

    def run(self, until: str | None = None) -> dict[str, Outcome]:
        with open_project(self.project) as project:
            return {outcome.stage: outcome for outcome in run_all(project, until)}


def make_place(folder: Path) -> Place:
    place = Place(folder)
    place.project.mkdir(parents=True)
    (place.project / "strokebook.toml").write_text(SETTINGS)
    return place
