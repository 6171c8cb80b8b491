"""A library and its project, small enough for tests."""

from __future__ import annotations

from pathlib import Path

from benchmarks.campaigns.common import SETTINGS, Copy
from strokebook.pipeline.project import open_project
from strokebook.pipeline.run import run_all
from strokebook.pipeline.stage import Outcome


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
