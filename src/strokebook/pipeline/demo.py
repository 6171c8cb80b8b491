"""The demo: a sample library, and a project whose settings suit five minutes on a laptop."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from strokebook.base.progress import SILENT, Progress
from strokebook.demo import Summary, make_library
from strokebook.pipeline.project import SETTINGS
from strokebook.pipeline.settings import Settings, with_library, write_settings

PAGES = 80  # art pages: about 150 drawings to learn from


def prepare_demo(
    folder: Path, seed: int, progress: Progress = SILENT
) -> tuple[Path, Path, Summary]:
    """Draw the sample library and write the project's settings, where they are not there yet.

    Returns:
        The library's folder, the project's folder, and what the library holds.
    """
    library, project = folder / "library", folder / "project"
    made = make_library(library, seed=seed, pages=PAGES, progress=progress)
    if not (project / SETTINGS).exists():
        write_settings(project / SETTINGS, with_library(demo_settings(), "../library"))
    return library, project, made


def demo_settings() -> Settings:
    """The defaults, for few and short drawings: the model starts from the starter."""
    from strokebook.model import checkpoint, starter

    default = Settings()
    # Shorter drawings: a step of training costs as much as the longest drawing has points.
    short = replace(default.dataset, epsilon=1.0, budget=140)
    sizes = checkpoint.read(starter.FOLDER, "best").options
    # From such a start, 150 drawings are soon learnt by heart: vary them, and go slower.
    train = replace(
        default.train,
        start_from=starter.NAME,
        learning_rate=2e-3,
        rotate_augment=8.0,
        warp_augment=0.03,
    )
    return replace(default, dataset=short, model=sizes, train=train)
