"""The contact sheet of duplicates: both of a pair side by side, and their ink on one sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PIL import Image

from strokebook.base import owned
from strokebook.geometry.render import sheet
from strokebook.pipeline.locks import editing
from strokebook.pipeline.output.pictures import counted, save_picture
from strokebook.pipeline.project import Project
from strokebook.pipeline.seeing.duplicates import DuplicateGroup, DuplicatePair
from strokebook.pipeline.seeing.page_index import open_preview
from strokebook.pipeline.stage import key_of
from strokebook.vision.search.registration import measure_features, overlay, register

STAGE, VERSION = "picture", "1"
MOST = 40  # pairs on a sheet
CELL = (300, 320)
CAPTION_LINES = 4
Row = tuple[Image.Image, Image.Image, Image.Image]  # the one to keep, the other, both on one
Draw = Callable[[DuplicatePair], Row | None]


def pairs_of(groups: Sequence[DuplicateGroup]) -> list[DuplicatePair]:
    """One pair for each that is there once too often: with the best of its group, if it can be."""
    return [
        next(pair for pair in group.pairs if other in (pair.second, pair.first))
        for group in groups
        for other in group.others
    ]


def save_sheet(
    project: Project, groups: Sequence[DuplicateGroup], name: str, noun: str, draw: Draw
) -> str | None:
    """Draw the pairs into ``pictures/`` and take an older sheet away.

    Args:
        project: Open.
        groups: Of pages or drawings.
        name: Of the file.
        noun: ``page`` or ``drawing``.
        draw: The three pictures of a pair; None where one of them is missing or private by now.

    Returns:
        The file's path in the project; None where there is nothing to show.
    """
    pairs = pairs_of(groups)
    path = project.pictures / name
    with editing(project), owned.owning(STAGE):
        # What became private meanwhile is not drawn: nothing becomes so under this lock.
        rows = [(pair, row) for pair in pairs[:MOST] if (row := draw(pair)) is not None]
        if not rows:
            owned.remove(path)
            project.catalogue.forget_results(STAGE, [name])
            return None
        heading = f"{counted(len(pairs), noun)} that another one shows, too"
        heading += f" ({len(rows)} shown)" if len(rows) < len(pairs) else ""
        titles = [t for p, _ in rows for t in (p.first, f"{p.second}: {p.why}", "both")]
        cells = [picture for _, row in rows for picture in row]
        save_picture(sheet(cells, 3, CELL, titles, heading, lines=CAPTION_LINES), path)
        key = key_of(VERSION, heading, *titles)
        project.catalogue.put_result(STAGE, name, key, 0.0, {"group": "duplicates"})
    return path.relative_to(project.folder).as_posix()


def save_page_sheet(project: Project, groups: Sequence[DuplicateGroup]) -> str | None:
    """The sheet of pages that are there twice, ``pictures/duplicates.jpg``."""
    return save_sheet(project, groups, "duplicates.jpg", "page", lambda p: _pages(project, p))


def _pages(project: Project, pair: DuplicatePair) -> Row | None:
    pages = [project.catalogue.page(name) for name in (pair.first, pair.second)]
    if any(page.private for page in pages) and not project.options.include_private:
        return None
    first, second = (open_preview(project, page.image) for page in pages)
    if first is None or second is None:
        return None
    one, other = measure_features(first), measure_features(second)
    fit = register(one, other)
    return first, second, second if fit is None else overlay(one, other, fit.matrix)
