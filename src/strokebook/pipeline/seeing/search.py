"""Search by sight: what is asked for (page, drawing, picture, a few strokes), what is like it.

A page or a picture asks for pages; a drawing or strokes ask for drawings; either may ask for the
other. Strokes from a file are taken for a beginning: drawings that begin so, or are so as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from PIL import Image

from strokebook.base.errors import InputRefused, UsageError
from strokebook.base.imaging.images import open_image
from strokebook.figures.prepare_page import prepare_page
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.render import render
from strokebook.geometry.svg.io import read_drawing
from strokebook.library.catalogue.records import DrawingRecord
from strokebook.library.disk.previews import preview_path
from strokebook.pipeline.project import Project
from strokebook.pipeline.seeing.drawing_index import DrawingIndex, index_drawings, model_table
from strokebook.pipeline.seeing.page_search import PageMatch, rank_pages
from strokebook.pipeline.stages.figures import load_figure
from strokebook.tracing.page import load_page
from strokebook.tracing.registry import COMPILING, compiles_first, engine
from strokebook.vision.search.drawing_search import Alignment, DrawingQuery, search
from strokebook.vision.search.drawing_vectors import Part, measure_drawing, mirrored, statistics
from strokebook.vision.search.line_points import LinePoints

if TYPE_CHECKING:
    from strokebook.base.array_types import Floats32

Kind = Literal["page", "drawing", "picture", "strokes"]
Wanted = Literal["pages", "drawings"]
STROKES = (".svg", ".json")
MOST_FIGURES = 8  # of a page or picture that are sought one by one: those with the most points
SHOWN = 512  # px: a drawing or strokes as a picture, where pages are asked for
PICTURE = 1024  # px: longer side to which a picture is decoded, where pages are asked for
_DRAWING = re.compile(r".+d[0-9]{2,}")


@dataclass(frozen=True)
class Asked:
    """What is asked for.

    Attributes:
        kind: What it is.
        name: A page's or drawing's id, or a file's name.
        path: Of the file; None for what is in the project.
        image: The page that it is or lies on, which is not found again; None: it is from outside.
    """

    kind: Kind
    name: str
    path: Path | None = None
    image: str | None = None


@dataclass(frozen=True, eq=False)
class SoughtFigure:
    """A drawing that is asked for: its name, its lines, their ink."""

    name: str
    drawing: Drawing
    ink: LinePoints


@dataclass(frozen=True, eq=False)
class DrawingHit:
    """A drawing that is like what was asked for.

    Attributes:
        record: The drawing.
        score: 1 for the same line, 0 for what any other figure would reach.
        why: In words.
        figure: Which of the drawings asked for it is like.
        alignment: How that lies on it.
    """

    record: DrawingRecord
    score: float
    why: str
    figure: SoughtFigure
    alignment: Alignment


@dataclass(frozen=True, eq=False)
class Hits:
    """What was found; one of the two lists is empty. ``shown``: pictures of what was asked for."""

    asked: Asked
    wanted: Wanted
    pages: Sequence[PageMatch]
    drawings: Sequence[DrawingHit]
    shown: Sequence[Image.Image | Drawing]


def understand(project: Project, text: str) -> Asked:
    """What a person asks for: a file there is, else a drawing's id, else a page's.

    Raises:
        UsageError: It is none of these, or it is private.
    """
    path = Path(text)
    if path.suffix and path.is_file():
        kind: Kind = "strokes" if path.suffix.lower() in STROKES else "picture"
        return Asked(kind, path.name, path)
    if path.suffix or len(path.parts) > 1:
        raise UsageError(f"There is no file {text}.", "Check the path.")
    catalogue = project.catalogue
    if _DRAWING.fullmatch(text.strip().lower()):
        drawing = catalogue.drawing(text)
        page = catalogue.page(drawing.page)
        asked = Asked("drawing", drawing.id, image=drawing.image)
    else:
        page = catalogue.page(text)
        asked = Asked("page", page.id, image=page.image)
    if page.private and not project.options.include_private:
        raise UsageError(f"{page.id} is private, and nothing is done with it.", "Name another.")
    return asked


def find_similar(
    project: Project,
    asked: Asked,
    most: int,
    *,
    wanted: Wanted | None = None,
    kept: bool = False,
) -> Hits:
    """What is like ``asked``, the best first.

    Args:
        project: Open.
        asked: From :func:`understand`.
        most: How many.
        wanted: Pages or drawings; default: drawings for a drawing and for strokes, else pages.
        kept: Only drawings that are kept.

    Raises:
        InputRefused: The file is no picture, has no drawing on it, or its strokes are none.
        StrokebookError: Nothing was looked at yet.
    """
    wanted = wanted or ("drawings" if asked.kind in ("drawing", "strokes") else "pages")
    if wanted == "pages":
        return _find_pages(project, asked, most)
    figures = _figures(project, asked)
    return _find_drawings(project, asked, figures, most, kept)


def _find_pages(project: Project, asked: Asked, most: int) -> Hits:
    if asked.kind == "page":
        picture = open_image(preview_path(project.folder, asked.image or ""))
        return Hits(asked, "pages", rank_pages(project, asked.name, most), (), [picture])
    if asked.kind == "picture" and asked.path is not None:
        limit = project.options.max_megapixels
        picture = open_image(asked.path, max_megapixels=limit, reduce_to=PICTURE)
    else:
        drawing = _figures(project, asked)[0].drawing
        picture = render(drawing, (SHOWN, SHOWN), 2.0)
    return Hits(asked, "pages", rank_pages(project, picture, most), (), [picture])


def _figures(project: Project, asked: Asked) -> list[SoughtFigure]:
    """The drawings asked for, those with the most points first; at least one.

    Raises:
        InputRefused: There is none.
    """
    if asked.kind == "drawing":
        named = [(asked.name, load_figure(project, project.catalogue.drawing(asked.name)))]
    elif asked.kind == "page":
        records = project.catalogue.drawings(image=asked.image, include_private=True)
        named = [(record.id, load_figure(project, record)) for record in records]
    elif asked.kind == "strokes" and asked.path is not None:
        named = [(asked.name, read_drawing(asked.path))]
    else:
        named = [(asked.name, figure) for figure in _traced(project, asked)]
    named.sort(key=lambda pair: -pair[1].n_points)
    measured = [(n, d, measure_drawing(d)) for n, d in named[:MOST_FIGURES]]
    figures = [SoughtFigure(n, d, m.ink) for n, d, m in measured if m is not None]
    if not figures:
        raise InputRefused(asked.name, "has no drawing on it to look for.", "Ask for another.")
    return figures


def _traced(project: Project, asked: Asked) -> list[Drawing]:
    """The separate drawings on a picture from outside, traced as the project's pages are."""
    s = project.settings
    tracer = engine(options=s.trace, route=s.route)
    if compiles_first(tracer.name):
        project.progress.say(COMPILING)
    if asked.path is None:
        return []
    page = load_page(asked.path, max_megapixels=s.project.max_megapixels, source=asked.name)
    traced = tracer.trace(page).drawing
    prepared = prepare_page(traced, s.page, s.join, s.splice, s.separate, s.route)
    return [figure.drawing for figure in prepared.kept]


def _find_drawings(
    project: Project, asked: Asked, figures: Sequence[SoughtFigure], most: int, kept: bool
) -> Hits:
    records = project.catalogue.drawings(
        kept=True if kept else None, include_private=project.options.include_private
    )
    index = index_drawings(project, records)
    _mention_compilation(project)
    own = {r for r, d in enumerate(index.records) if _is_own(asked, d)}
    best: dict[int, DrawingHit] = {}
    for figure in figures:
        query = drawing_query(index, figure.drawing, beginning=asked.kind == "strokes")
        for match in search(index.store, query, most + len(own)):
            if match.row in own or match.alignment is None:
                continue
            if match.row not in best or best[match.row].score < match.score:
                record, reason = index.records[match.row], words(match.alignment)
                best[match.row] = DrawingHit(record, match.score, reason, figure, match.alignment)
    hits = sorted(best.values(), key=lambda hit: (-hit.score, hit.record.id))
    return Hits(asked, "drawings", (), hits[:most], [f.drawing for f in figures])


def _mention_compilation(project: Project) -> None:
    """Say so where the alignment of lines has to be compiled first, once on a computer."""
    from strokebook.base.jit import is_kept
    from strokebook.vision.search.chamfer import align_part, align_whole

    if not (is_kept(align_whole) and is_kept(align_part)):
        project.progress.say(
            "The alignment of lines is being compiled, once: this takes some 15 seconds longer."
        )


def _is_own(asked: Asked, drawing: DrawingRecord) -> bool:
    """Whether a drawing is what is asked for: itself, or on the page that is."""
    if asked.kind == "drawing":
        return drawing.id == asked.name
    return asked.image is not None and drawing.image == asked.image


def drawing_query(index: DrawingIndex, drawing: Drawing, *, beginning: bool) -> DrawingQuery:
    """A drawing as a query to an index.

    Raises:
        InputRefused: It has no line.
    """
    measured = measure_drawing(drawing)
    if measured is None:
        raise InputRefused(drawing.source or "the drawing", "has no line.", "Ask for another.")
    both = [measured.rows, mirrored(measured.rows)]
    vectors: dict[Part, Floats32] = {}
    if not beginning:
        vectors["statistics"] = np.stack([statistics(rows) for rows in both])
        vectors["model"] = model_table(index.model, both)
    return DrawingQuery(measured.ink, vectors, beginning)


def words(alignment: Alignment) -> str:
    """Why a drawing was found: how far the lines are apart, and how the query was changed."""
    near = f"lines {100 * alignment.cost:.1f} % of its size apart"
    return ", ".join(filter(None, (near, alignment.change.words)))


def percent(score: float) -> str:
    """A score as people read it; those of the same page, over 1, are 100 %."""
    return f"{min(max(score, 0.0), 1.0):.0%}"
