"""``strokebook over-time``: patterns over the years as a picture, a page to zoom, and tables."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from strokebook.base import owned
from strokebook.base.errors import Diagnostic, Severity, StrokebookError
from strokebook.base.files import write_bytes, write_text
from strokebook.pipeline.over_time.measured_drawings import STAGE as MEASURES
from strokebook.pipeline.over_time.time_page import time_page
from strokebook.pipeline.over_time.time_story import Told, tell_story
from strokebook.pipeline.over_time.time_tables import drawings_csv, pages_csv
from strokebook.pipeline.project import Project

STAGE = "over-time"
FOLDER = "over-time"  # in pictures/
PICTURE, PRINT, PAGE = "over-time.png", "over-time.pdf", "over-time.html"
PAGES, DRAWINGS = "pages.csv", "drawings.csv"
ROUNDS = 3  # a page may become private while its picture is being made


@dataclass(frozen=True)
class OverTime:
    """What was written.

    Attributes:
        files: The picture, the same for print, the page to zoom, the tables.
        notes: What is missing, in sentences.
        subtitle: What is shown.
        size: Of the picture on paper, in mm.
        page_bytes: Size of the HTML file.
        diagnostics: Drawings that could not be read.
    """

    files: tuple[Path, ...]
    notes: tuple[str, ...]
    subtitle: str
    size: tuple[float, float]
    page_bytes: int
    diagnostics: tuple[Diagnostic, ...]


def show_over_time(project: Project, cut: str = "auto", title: str = "") -> OverTime:
    """Tell what the sketchbooks show over time, and write it into ``pictures/over-time``.

    No run has to end for it. So what it was made of is looked at again after it is written: a page
    that became private meanwhile is in none of the files that stay.

    Args:
        project: Open.
        cut: What periods are: ``auto``, ``book``, ``year``, ``quarter``, ``month``.
        title: Of the picture; by default the sketchbooks are counted.

    Raises:
        UsageError: There is no page, or there are too few dates for the periods asked for.
        StrokebookError: A file cannot be written, or pages kept becoming private.
    """
    for _ in range(ROUNDS):
        told = tell_story(project, cut, title)
        made = _write(project, told)
        shown = {page.image for page in told.axis.pages}
        hidden = shown & project.catalogue.private_hashes()
        if not hidden:
            return made
        for file in made.files:
            owned.remove(file)
        project.catalogue.forget_results(MEASURES, hidden)
    raise StrokebookError(
        "Pages became private again and again while the picture was made; nothing was written.",
        "Run it again when you have finished.",
    )


@owned.owning(STAGE)
def _write(project: Project, told: Told) -> OverTime:
    from strokebook.vision.trends.poster import draw_poster

    folder = project.pictures / FOLDER
    project.progress.say("drawing the picture")
    poster = draw_poster(told.story)
    page = time_page(project, told)
    names = (PICTURE, PRINT, PAGE, PAGES, DRAWINGS)
    files = tuple(folder / name for name in names)
    write_bytes(files[0], poster.png)
    write_bytes(files[1], poster.pdf)
    write_text(files[2], page)
    write_text(files[3], pages_csv(told))
    write_text(files[4], drawings_csv(told))
    return OverTime(
        files=files,
        notes=told.story.notes,
        subtitle=told.story.subtitle,
        size=poster.size,
        page_bytes=len(page.encode()),
        diagnostics=tuple(_unread(name) for name in told.unread),
    )


def _unread(drawing: str) -> Diagnostic:
    return Diagnostic(
        drawing,
        "has a file that cannot be read; it is left out.",
        "Run 'strokebook run --until compose': it is made again.",
        severity=Severity.WARNING,
    )
