"""Drawings that an artist has chosen for a published page, and the pages that they came from.

They are the only thing of the artist's pages that a published page holds. None of a page that is
private gets there, under whatever name its file is given; and where one came from a page of a
project, that page is known, so that the published file can be named once it becomes private.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from strokebook.base import owned
from strokebook.base.errors import InputRefused, UsageError
from strokebook.base.reading import read_plain
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.simplify import simplify
from strokebook.geometry.svg.io import SvgLimits, read_drawing
from strokebook.geometry.svg.write import decimals
from strokebook.library.catalogue.records import Page
from strokebook.pipeline.project import Project
from strokebook.pipeline.publishing.draw_page import CarriedStart

FILES = (".svg", ".json")
FINENESS = 1 / 5000  # of the longer side: what a start's line may lose; a page shows 1,000 pixels
_OF_DRAWING = re.compile(r"(.+?)-?d[0-9]{2,}")
# The layers of our SVG files are called for the page or drawing that they show.
_LAYER = re.compile(rb'inkscape:label="(?:[0-9]+ )?([^"]{1,200})"')
PRIVATE = "Choose another drawing: nothing of a private page is ever published."


@dataclass(frozen=True)
class ChosenStart:
    """A drawing that was chosen.

    Attributes:
        drawing: As it is read.
        images: In each project (by its folder) the images that it came from, where they are known.
    """

    drawing: Drawing
    images: dict[Path, frozenset[str]]


def is_file_name(name: str) -> bool:
    """Whether a start is named by its file, not by a drawing's id."""
    return Path(name).suffix.lower() in FILES


def choose_start(name: str, projects: Sequence[Project]) -> ChosenStart:
    """The drawing that the artist named.

    Args:
        name: A file, or a drawing's id in the first of the projects.
        projects: Open; those whose pages it might show.

    Raises:
        UsageError: No such drawing, or no project to look for it; or it shows a private page.
        InputRefused: Its file cannot be read, or has no line.
    """
    if is_file_name(name):
        file, images = Path(name), {}
        for project in projects:
            pages = _pages_of_file(project, file)
            _refuse_private(project, pages, name)
            images[project.folder] = frozenset(page.image for page in pages)
        return ChosenStart(_line_of(file), images)
    if not projects:
        raise UsageError(
            f"{name!r} is no drawing's file (.svg, .json), and there is no project to look for it.",
            "Name a file, or the project with --project.",
        )
    project = projects[0]
    _refuse_private(project, _pages_called(project, [name.strip().lower()]), name)
    drawing = project.catalogue.drawing(name)
    page = project.catalogue.page_of_image(drawing.image)
    _refuse_private(project, [] if page is None else [page], name)
    return ChosenStart(
        _line_of(project.at(drawing.svg)), {project.folder: frozenset([drawing.image])}
    )


def _line_of(file: Path) -> Drawing:
    drawing = read_drawing(file)
    if drawing.n_points < 2 or not np.any(np.ptp(drawing.points, axis=0)):
        raise InputRefused(str(file), "has no line to go on from.", "Choose another drawing.")
    return drawing


def _pages_of_file(project: Project, file: Path) -> list[Page]:
    """Pages that a file shows: by our list of files, by its name, and by what its layers say."""
    owner = owned.owner_of(file)
    page = project.catalogue.page_of_image(owner) if owner else None
    return [*([page] if page else []), *_pages_called(project, _names(file))]


def _pages_called(project: Project, names: Iterable[str]) -> list[Page]:
    """The pages with these ids, or of drawings with these ids, in all their copies."""
    pages = {p.id: p for p in project.catalogue.pages(copies=True, gone=True)}
    stems = set(names)
    stems |= {match[1] for name in stems if (match := _OF_DRAWING.fullmatch(name))}
    return [pages[stem] for stem in sorted(stems & pages.keys())]


def _names(file: Path) -> Iterator[str]:
    yield file.stem.lower()
    try:
        text = read_plain(file, SvgLimits().max_bytes)
    except InputRefused:  # whoever reads its line says so
        return
    for match in _LAYER.finditer(text):
        yield match[1].decode("utf-8", "replace").lower()


def _refuse_private(project: Project, pages: Iterable[Page], name: str) -> None:
    hidden = project.catalogue.private_hashes()
    for page in pages:
        if page.private or page.image in hidden:
            raise UsageError(f"{name} shows page {page.id}, which is private.", PRIVATE)


def carried(start: ChosenStart, number: int) -> CarriedStart:
    """A start as a page carries it: its line alone, moved to the origin, under a new name."""
    drawing = start.drawing
    points = drawing.points
    low, side = points.min(axis=0), float(np.ptp(points, axis=0).max())
    places = max(0, decimals(side) - 1)
    strokes = [
        np.round((stroke - low).astype(np.float64), places).ravel().tolist()
        for stroke in simplify(drawing, side * FINENESS).strokes
    ]
    return CarriedStart(f"start {number}", strokes, drawing.unit)
