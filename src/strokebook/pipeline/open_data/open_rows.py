"""The rows of the open data, gathered from the catalogue; nothing of a private page is among them.

What may be shown is decided once, by the list of pages: every other row is here only if the page
that it is about is on that list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from strokebook.library.catalogue.records import DrawingRecord, Page, Space
from strokebook.library.edits.log import Edit, member_page, read, undone_commands
from strokebook.library.identity import image_of
from strokebook.pipeline.dating.page_dates import date_pages
from strokebook.pipeline.editing.describe import EditWords
from strokebook.pipeline.over_time.measured_drawings import MeasuredDrawings, measure_drawings
from strokebook.pipeline.project import Project
from strokebook.pipeline.seeing.page_order import order_pages

Row = tuple[Any, ...]
_ABOUT_A_PAGE = ("label", "tag", "decision", "date")
_STEPS = ("undo", "redo")


@dataclass(frozen=True, eq=False)
class OpenRows:
    """All rows by table, and what they were made of.

    Attributes:
        rows: By the names in ``open_schema.TABLES``.
        pages: In order.
        drawings: On those pages.
        measured: Their measures.
    """

    rows: Mapping[str, Sequence[Row]]
    pages: tuple[Page, ...]
    drawings: tuple[DrawingRecord, ...]
    measured: MeasuredDrawings


@dataclass(frozen=True)
class OpenFiles:
    """Where the pictures of pages and the files of drawings lie, by id; relative, posix."""

    images: Mapping[str, str] = field(default_factory=dict)
    drawings: Mapping[str, str] = field(default_factory=dict)


def public_pages(project: Project) -> list[Page]:
    """The pages that are shown, in order: present, one of each image, never a private one."""
    pages = project.catalogue.pages(include_private=False)
    return order_pages([page for page in pages if page.copy_of is None])


def gather_rows(project: Project, pages: Sequence[Page], files: OpenFiles) -> OpenRows:
    """All rows about these pages."""
    images = {page.image for page in pages}
    drawings = [d for d in project.catalogue.drawings() if d.image in images]
    measured = measure_drawings(project, pages, drawings)
    labels = Counter(page.label for page in pages if page.label)
    rows: dict[str, list[Row]] = {
        "sketchbooks": _sketchbooks(project, pages, drawings),
        "labels": [
            (label, next(p.kind for p in pages if p.label == label), count)
            for label, count in sorted(labels.items())
        ],
        "page_clusters": _clusters(project, "pages", [p.cluster for p in pages]),
        "drawing_clusters": _clusters(project, "drawings", [d.cluster for d in drawings]),
        "pages": _pages(pages, drawings, files),
        "dates": _dates(project, pages),
        "tags": [(p.id, tag) for p in pages for tag in sorted(p.tags) if tag != "private"],
        "drawings": _drawings(pages, drawings, measured, files),
    }
    rows["edits"], rows["edit_pages"] = _edits(project, pages, set(labels))
    return OpenRows(rows, tuple(pages), tuple(drawings), measured)


def _sketchbooks(
    project: Project, pages: Sequence[Page], drawings: Sequence[DrawingRecord]
) -> list[Row]:
    dates, book_of = date_pages(project), {page.id: page.book for page in pages}
    found = Counter(book_of[d.page] for d in drawings if d.page in book_of)
    rows = []
    for book, count in Counter(page.book for page in pages).items():
        own = [dates[p.id] for p in pages if p.book == book and p.id in dates]
        first = min((i.first for i in own), default=None)
        last = max((i.last for i in own), default=None)
        ends = (first and first.isoformat(), last and last.isoformat())
        rows.append((book, count, found[book], *ends))
    return rows


def _clusters(project: Project, space: Space, numbers: Sequence[int | None]) -> list[Row]:
    """The clusters that something shown is in: another one's name may be a private page's."""
    sizes = Counter(number for number in numbers if number is not None)
    return [
        (cluster.number, cluster.name, cluster.name_source, sizes[cluster.number])
        for cluster in project.catalogue.clusters(space)
        if cluster.number in sizes
    ]


def _pages(pages: Sequence[Page], drawings: Sequence[DrawingRecord], files: OpenFiles) -> list[Row]:
    found = Counter(drawing.page for drawing in drawings)
    return [
        (
            *(page.id, page.book, page.number, page.title, place, page.folder),
            *(page.label, page.label_source, page.confidence, page.kind, page.cluster),
            *(found[page.id], page.width, page.height, page.format, files.images.get(page.id)),
        )
        for place, page in enumerate(pages, start=1)
    ]


def _dates(project: Project, pages: Sequence[Page]) -> list[Row]:
    dates = date_pages(project)
    return [
        (page.id, interval.first.isoformat(), interval.last.isoformat(), interval.source)
        for page in pages
        if (interval := dates.get(page.id)) is not None
    ]


def _drawings(
    pages: Sequence[Page],
    drawings: Sequence[DrawingRecord],
    measured: MeasuredDrawings,
    files: OpenFiles,
) -> list[Row]:
    books = {page.id: page.book for page in pages}
    rows: list[Row] = []
    for d in drawings:
        m = measured.measures.get(d.key)
        numbers = (
            (m.length, m.length_mm, m.crossings, m.lifts, m.turns, m.size, m.size_mm)
            if m is not None
            else (None,) * 7
        )
        about = (d.id, d.page, books[d.page], d.number, int(d.kept), d.reason, d.reason_source)
        rows.append(
            (*about, d.cluster, *d.box, d.strokes, d.points, *numbers, files.drawings.get(d.id))
        )
    return rows


def _edits(
    project: Project, pages: Sequence[Page], labels: set[str]
) -> tuple[list[Row], list[Row]]:
    """The edits that say something of the pages shown, and the pages that each is about."""
    catalogue = project.catalogue
    undone, words = undone_commands(catalogue.db), EditWords(catalogue)
    shown = {page.image: page.id for page in pages}
    numbers: dict[int, str | None] = {}

    def page_of(number: int) -> str | None:
        if number not in numbers:
            image = image_of(catalogue.db, number)
            numbers[number] = shown.get(image) if image is not None else None
        return numbers[number]

    rows: list[Row] = []
    links: list[Row] = []
    commands: set[int] = set()
    for edit in read(catalogue.db):
        about = _about(edit, page_of, labels, commands)
        if about is None:
            continue
        narrowed, ids = about
        commands.add(edit.command)
        label = edit.body.get("label") or edit.body.get("name")
        rows.append(
            (
                *(edit.seq, edit.command, edit.at, edit.by, edit.kind),
                ids[0] if len(ids) == 1 else None,
                label if label in labels else None,
                int(edit.command in undone),
                words.describe([narrowed]),
            )
        )
        links += [(edit.seq, page) for page in ids]
    return rows, links


def _about(
    edit: Edit, page_of: Any, labels: set[str], commands: set[int]
) -> tuple[Edit, list[str]] | None:
    """An edit without what it says of pages that are not shown, and the pages that it is about.

    Returns:
        None where nothing of it may be shown: it is about a private page, or about bookkeeping.
    """
    body = edit.body
    if edit.kind in _ABOUT_A_PAGE and "page" in body:
        page = page_of(int(body["page"]))
        # That a page was private once is nobody's business either.
        hidden = page is None or body.get("tag") == "private" or edit.by == "doubt"
        return None if hidden else (edit, [str(page)])
    if edit.kind == "date":  # of a whole sketchbook
        return edit, []
    if edit.kind in ("cluster", "group"):
        members = [m for m in body["members"] if (n := member_page(m)) and page_of(n)]
        pages = dict.fromkeys(str(page_of(int(member_page(m) or 0))) for m in members)
        narrowed = Edit(
            edit.seq, edit.command, edit.at, edit.by, edit.kind, {**body, "members": members}
        )
        return (narrowed, list(pages)) if members else None
    if edit.kind == "label-kind":
        return (edit, []) if body["label"] in labels else None
    if edit.kind in _STEPS:
        return (edit, []) if body.get("of") in commands else None
    return None
