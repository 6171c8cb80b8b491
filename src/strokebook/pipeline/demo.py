"""The demo: a sample library, a project whose settings suit five minutes on a laptop, a page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from strokebook.base.progress import SILENT, Progress
from strokebook.demo import SampleSummary, make_library
from strokebook.pipeline.project import SETTINGS, open_project
from strokebook.pipeline.publishing.draw_page import PageSettings
from strokebook.pipeline.publishing.publish import Published, publish
from strokebook.pipeline.settings import Settings, settings_of, with_library, write_settings
from strokebook.pipeline.stages.draw import drawn_with
from strokebook.pipeline.stages.train import model_folder

PAGE = "hand.html"
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


def publish_demo(folder: Path) -> Published | None:
    """Publish what draws the demo's pictures: its model, or the starter where that was better.

    Returns:
        The page, beside the demo's library and project; None where there is no model.
    """
    with open_project(folder / "project") as project:
        model = model_folder(project)
        if not (model / "best.json").exists():
            return None
        chosen = model if drawn_with(project) == "model" else Path("starter")
    settings = PageSettings(
        title="Draw with the demo", artist="strokebook's sample program", licence="MIT"
    )
    return publish(chosen, folder / PAGE, settings)
