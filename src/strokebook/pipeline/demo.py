"""The demo: a sample library, and a project whose settings suit five minutes on a laptop."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from strokebook.base.progress import SILENT, Progress
from strokebook.demo import SampleSummary, make_library
from strokebook.pipeline.project import SETTINGS
from strokebook.pipeline.settings import Settings, settings_of, with_library, write_settings

PAGES = 80  # art pages: about 150 drawings to learn from


def prepare_demo(
    folder: Path, seed: int, progress: Progress = SILENT
) -> tuple[Path, Path, SampleSummary]:
    """Draw the sample library and write the project's settings, where they are not there yet.

    Returns:
        The library's folder, the project's folder, and what the library holds.
    """
    library, project = folder / "library", folder / "project"
    sample = make_library(library, seed=seed, pages=PAGES, progress=progress)
    if not (project / SETTINGS).exists():
        write_settings(project / SETTINGS, with_library(demo_settings(), "../library"))
    return library, project, sample


def demo_settings() -> Settings:
    """The preset quick, for shorter drawings: a step costs as much as the longest has points."""
    default = settings_of({"project": {"preset": "quick"}})
    return replace(default, dataset=replace(default.dataset, epsilon=1.0, point_budget=140))
