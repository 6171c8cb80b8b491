"""What is written for the artist, and so is never ours to delete: noted when it is made.

When a page becomes private, the artist is told of all that may show it. The note comes before the
file: a kill between the two leaves one too many, never one too few.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from strokebook.base.progress import Progress
from strokebook.library.disk.place import Mode
from strokebook.library.flat import FlatReport, flat_export
from strokebook.pipeline.project import SETTINGS, Project, open_project
from strokebook.pipeline.removal.purge import refuse_unpurged

EVERYTHING_LEARNT = ("",)  # stands for all pages that a model has learnt from


def export_pages(project: Project, folder: Path, mode: Mode, progress: Progress) -> FlatReport:
    """Export the library flat, and note which pages went there."""
    catalogue, with_private = project.catalogue, project.options.include_private
    images = {page.image for page in catalogue.pages(include_private=with_private)}
    before = catalogue.images_outside(folder)
    catalogue.note_outside(folder, images, "an export of pages")
    report = flat_export(
        catalogue, project.library, folder, mode, include_private=with_private, progress=progress
    )
    if not report.refused:  # what was there of other pages is gone
        catalogue.forget_outside(folder, before - images)
    return report


@contextlib.contextmanager
def home_of(model: Path) -> Iterator[Project | None]:
    """The project that a model's folder lies in, open; None for any other model."""
    for folder in model.absolute().parents if model.is_dir() else ():
        if (folder / SETTINGS).is_file():
            with open_project(folder) as project:
                yield project
            return
    yield None


def use_model(model: Path, output: Path, what: str) -> None:
    """Make sure that a model may be used, and note where its work goes.

    Args:
        model: Its folder; models that lie in no project are used as they are.
        output: What is going to be written: a file or a folder.
        what: In words, such as "drawings by the model".

    Raises:
        StrokebookError: It may have learnt from a page that is private now.
    """
    with home_of(model) as project:
        if project is not None:
            refuse_unpurged(project)
            project.catalogue.note_outside(output, EVERYTHING_LEARNT, what)


@contextlib.contextmanager
def recorded(project: Project, output: Path, images: Iterable[str], what: str) -> Iterator[None]:
    """Note what a file is made of before it is written, and forget what was in the former one.

    Args:
        project: Open.
        output: Written in the block; where that fails, both notes stay.
        images: Of the pages that it may show.
        what: In words.
    """
    now, before = set(images), project.catalogue.images_outside(output)
    project.catalogue.note_outside(output, now, what)
    yield
    project.catalogue.forget_outside(output, before - now)
