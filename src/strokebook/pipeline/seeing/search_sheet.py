"""The contact sheet of a search: what was asked for, then what was found, each with its reason."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from strokebook.base import owned
from strokebook.base.errors import StrokebookError
from strokebook.base.files import slug
from strokebook.base.imaging.images import open_image
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.render import sheet
from strokebook.library.disk.previews import preview_path
from strokebook.pipeline.output.pictures import counted, save_picture
from strokebook.pipeline.project import Project
from strokebook.pipeline.removal import outside
from strokebook.pipeline.seeing.search import DrawingHit, Hits, percent
from strokebook.pipeline.stages.figures import load_figure
from strokebook.vision.search.line_points import ink_of
from strokebook.vision.search.overlay import lay_on, overlay

STAGE = "similar"
CELL, COLUMNS, LINES = 220, 5, 3


def sheet_path(project: Project, hits: Hits) -> Path:
    """Where the sheet of a search goes by default; the same question replaces it."""
    return project.pictures / "similar" / f"{slug(hits.asked.name)}-{hits.wanted}.jpg"


def draw_sheet(project: Project, hits: Hits, output: Path | None = None) -> Path:
    """Draw the sheet of a search and write it (JPEG or PNG).

    Raises:
        StrokebookError: A page on it became private in the meantime.
    """
    images = {project.catalogue.page(m.page).image for m in hits.pages}
    images |= {hit.record.image for hit in hits.drawings}
    images |= {hits.asked.image} if hits.asked.image else set()
    picture = _picture(project, hits)
    private = project.catalogue.private_hashes()
    if images & private and not project.options.include_private:
        raise StrokebookError("A page on the sheet has just become private.", "Ask again.")
    path = output or sheet_path(project, hits)
    if output is None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with owned.owning(STAGE):
            save_picture(picture, path)
    else:
        with outside.recorded(project, path, images, "a sheet of a search"):
            save_picture(picture, path)
    return path


def _picture(project: Project, hits: Hits) -> Image.Image:
    cells: list[Image.Image | Drawing] = list(hits.shown)
    captions = [f"asked: {hits.asked.name}"] * len(cells)
    for match in hits.pages:
        page = project.catalogue.page(match.page)
        cells.append(open_image(preview_path(project.folder, page.image), reduce_to=2 * CELL))
        captions.append(f"{match.page} {percent(match.score)}: {match.why}")
    for hit in hits.drawings:
        cells.append(_overlaid(project, hit))
        captions.append(f"{hit.record.id} {percent(hit.score)}: {hit.why}")
    count = counted(len(cells) - len(hits.shown), hits.wanted.removesuffix("s"))
    heading = f"{count} like {hits.asked.name}"
    return sheet(cells, COLUMNS, CELL, captions, heading, lines=LINES)


def _overlaid(project: Project, hit: DrawingHit) -> Image.Image:
    drawing = load_figure(project, hit.record)
    ink = ink_of(drawing)
    if ink is None:
        return overlay(drawing, [], CELL)
    laid = lay_on(hit.figure.drawing, hit.figure.ink, hit.alignment, ink)
    return overlay(drawing, laid, CELL)
