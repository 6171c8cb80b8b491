"""``pages``, ``show``, ``drawings``: what the catalogue knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from strokebook.cli.app import HERE, AsJson, ProjectDir, app, reading
from strokebook.cli.console import answer, print_json, table
from strokebook.library.catalogue.records import DrawingRecord, Page
from strokebook.library.edits.store import without_collector
from strokebook.pipeline.listing import list_pages, why_no_drawings
from strokebook.pipeline.output.pictures import counted
from strokebook.pipeline.seeing.drawing_reasons import (
    Judgement,
    explain_drawing,
    read_judgements,
)
from strokebook.pipeline.seeing.page_reasons import explain_label


@app.command()
@without_collector()
def pages(
    project: ProjectDir = HERE,
    as_json: AsJson = False,
    book: Annotated[str, typer.Option(help="List only the pages of this sketchbook.")] = "",
    kind: Annotated[
        str,
        typer.Option(
            help="List only pages of this kind or label: drawings, watercolour, notes, private,"
            " faces…; singular or plural."
        ),
    ] = "",
) -> None:
    """List the pages with their kind, label, source of the label and tags.

    Example: `strokebook pages --book sb48 --kind drawings`
    """
    with reading(project) as opened:
        listing = list_pages(opened.catalogue.pages(), book, kind)
    if as_json:
        print_json([page_json(page) for page in listing.pages])
    elif listing.why:
        answer(listing.why)
    else:
        rows = [_page_row(page) for page in listing.pages]
        columns = ("id", "path", "kind", "label", "from", "tags")
        table(counted(len(rows), "page"), columns, rows)


@app.command()
def show(
    page: Annotated[
        str, typer.Argument(help="A page's id (sb48p005), or the beginning of one, if unique.")
    ],
    project: ProjectDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Show everything about one page, why it has its label, and the drawings on it.

    Example: `strokebook show sb48p005`
    """
    with reading(project) as opened:
        match = opened.catalogue.page(page)
        drawings_on_it = opened.catalogue.drawings(image=match.image)
        why = explain_label(opened, match)
    facts = page_json(match) | {"confidence": match.confidence, "why": why}
    facts |= {"drawings": [drawing_json(d) for d in drawings_on_it]}
    if as_json:
        print_json(facts)
        return
    for name, value in facts.items():
        if name not in ("drawings", "why"):
            answer(f"{name:14}{_plain(value)}")
    if drawings_on_it:
        table("", DRAWING_COLUMNS, [_drawing_row(d) for d in drawings_on_it])
    answer(why)


@app.command()
@without_collector()
def drawings(
    project: ProjectDir = HERE,
    as_json: AsJson = False,
    kept: Annotated[
        bool | None,
        typer.Option(
            "--kept/--dropped", help="List only drawings that are kept, or only dropped ones."
        ),
    ] = None,
    why: Annotated[
        bool,
        typer.Option(
            "--why",
            help="Say of each what decided, whether it looks like one figure, a chain or a pattern,"
            " how sure that is, and its measures.",
        ),
    ] = False,
) -> None:
    """List the drawings: bounding box, strokes, points, and why a drawing was dropped.

    Example: `strokebook drawings --dropped --why`
    """
    with reading(project) as opened:
        everything = opened.catalogue.drawings()
        judged = read_judgements(opened) if why else {}
    listed = [d for d in everything if kept is None or d.kept is kept]
    if as_json:
        print_json([drawing_json(d) | _composition_json(judged, d) for d in listed])
        return
    if not listed:
        answer(why_no_drawings(everything, kept))
        return
    if why:
        for drawing in listed:
            answer(f"{drawing.id}  {explain_drawing(drawing, judged.get(drawing.key))}")
        return
    table(counted(len(listed), "drawing"), DRAWING_COLUMNS, [_drawing_row(d) for d in listed])


def page_json(page: Page) -> dict[str, object]:
    """A page as scripts get it."""
    return {
        "id": page.id,
        "path": page.path,
        "kind": page.kind,
        "label": page.label,
        "label_source": page.label_source,
        "confidence": page.confidence,
        "tags": sorted(page.tags),
        "private": page.private,
        "book": page.book,
        "number": page.number,
        "title": page.title,
        "folder": page.folder,
        "width": page.width,
        "height": page.height,
        "cluster": page.cluster,
    }


def drawing_json(drawing: DrawingRecord) -> dict[str, object]:
    """A drawing as scripts get it; the box is x0, y0, x1, y1 in page pixels."""
    return {
        "id": drawing.id,
        "page": drawing.page,
        "box": list(drawing.box),
        "strokes": drawing.strokes,
        "points": drawing.points,
        "kept": drawing.kept,
        "reason": drawing.reason,
        "reason_source": drawing.reason_source,
        "svg": drawing.svg,
        "cluster": drawing.cluster,
    }


def _composition_json(judged: Mapping[str, Judgement], drawing: DrawingRecord) -> dict[str, object]:
    """What the measures say of a drawing; nothing where that was not asked, or not measured."""
    return {"composition": judged[drawing.key].as_dict()} if drawing.key in judged else {}


DRAWING_COLUMNS = ("id", "box", "strokes", "points", "kept", "why")


def _drawing_row(d: DrawingRecord) -> tuple[object, ...]:
    box = "%.0f %.0f %.0f %.0f" % d.box  # noqa: UP031 -- half the time, of 100,000 rows
    return d.id, box, d.strokes, d.points, "yes" if d.kept else "no", d.reason


def _page_row(p: Page) -> tuple[object, ...]:
    tags = ", ".join(sorted(p.tags))
    return p.id, p.path, p.kind, p.label, p.label_source, tags


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    return "–" if value is None else str(value)
