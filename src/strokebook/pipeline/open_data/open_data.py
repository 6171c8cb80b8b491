"""``strokebook open-data``: what is known of the pages and drawings, as a folder to give away.

In it: a SQLite database of plain tables that Datasette opens, the same as CSV, and on request the
pages' small pictures in folders by label and the drawings as SVG. It is a copy, not the project's
catalogue: Datasette shows every table of a file, and the catalogue has to know private pages.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from strokebook.base import owned, trees
from strokebook.base.errors import Diagnostic, Severity, StrokebookError, UsageError
from strokebook.base.files import atomic_path, inside, write_bytes, write_json, write_text
from strokebook.library.catalogue.records import DrawingRecord, Page
from strokebook.library.disk.previews import preview_path
from strokebook.pipeline.open_data.open_datasette import (
    OpenDataFacts,
    metadata,
    page_template,
    readme,
)
from strokebook.pipeline.open_data.open_rows import OpenFiles, OpenRows, gather_rows, public_pages
from strokebook.pipeline.open_data.open_schema import TABLES, VIEWS, create_indexes, create_table
from strokebook.pipeline.over_time.time_tables import csv_text
from strokebook.pipeline.project import Project
from strokebook.pipeline.removal.outside import recorded
from strokebook.pipeline.removal.ownership import lies_in

STAGE = "open-data"
WHAT = "open data of pages and drawings"
DATABASE, METADATA, README = "sketchbooks.db", "metadata.json", "README.md"
# Datasette serves what lies in a folder of this name.
IMAGES, SVGS = "static/by-label", "static/drawings"
TEMPLATE = "templates/_table-sketchbooks-pages.html"
NO_LABEL = "no label"


@dataclass(frozen=True)
class OpenData:
    """What was written.

    Attributes:
        folder: Where.
        counts: Rows by table.
        images: Pages' pictures and drawings' files.
        removed: Files of an earlier export that are no longer part of it.
        diagnostics: What could not be copied, or stands in the way.
    """

    folder: Path
    counts: dict[str, int]
    images: int
    removed: int
    diagnostics: tuple[Diagnostic, ...]


def write_open_data(
    project: Project, folder: Path, facts: OpenDataFacts, *, images: bool = False
) -> OpenData:
    """Write the folder, or bring an earlier one up to date; what is not ours in it stays.

    Which pages are in it is noted in the project before anything is written, so that a page that
    becomes private later names the folder.

    Args:
        project: Open.
        folder: New, empty, or an earlier export.
        facts: Title, artist and licence, as the artist has them.
        images: Also copy the pages' small pictures and the drawings' SVG files.

    Raises:
        UsageError: The folder holds something else, or lies in the project or the library.
        StrokebookError: It cannot be written.
    """
    _claim(project, folder)
    pages = public_pages(project)
    if not pages:
        raise UsageError("There is no page to show.", "Run 'strokebook run' on a library first.")
    with recorded(project, folder, {page.image for page in pages}, WHAT), owned.owning(STAGE):
        return _write(project, folder, facts, pages, images=images)


def _claim(project: Project, folder: Path) -> None:
    """Mark the folder as ours, unless something else is there."""
    library = project.folder / project.options.library
    for place, what in ((project.folder, "project"), (library, "library")):
        if lies_in(folder, place) or lies_in(place, folder):
            raise UsageError(
                f"{folder} and the {what} {place} lie in each other.", "Choose another folder."
            )
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file.", "Name a folder.")
    if folder.is_dir() and any(folder.iterdir()):
        ours = {entry.stage for _, entry in owned.listed(folder)} if owned.is_marked(folder) else {}
        if STAGE not in ours:
            raise UsageError(
                f"{folder} holds something else.", "Choose a new folder, or an earlier export."
            )
    try:
        owned.mark(folder)
    except OSError as error:
        raise StrokebookError(
            f"{folder} cannot be written ({error.strerror}).",
            "Check its permissions and the space on its disk.",
        ) from error


def _write(
    project: Project, folder: Path, facts: OpenDataFacts, pages: Sequence[Page], *, images: bool
) -> OpenData:
    before = {path for path, _ in owned.listed(folder)}
    diagnostics: list[Diagnostic] = []
    files = OpenFiles()
    if images:
        drawings = project.catalogue.drawings()
        files = _copy_files(project, folder, pages, drawings, diagnostics)
    rows = gather_rows(project, pages, files)
    diagnostics += [_unmeasured(name) for name in rows.measured.unread]
    write_database(folder / DATABASE, rows)
    for table in TABLES:
        text = csv_text(table.names, rows.rows[table.name])
        write_text(folder / "csv" / f"{table.name}.csv", text)
    write_json(folder / METADATA, metadata(facts, images=images))
    write_text(folder / README, readme(facts, len(rows.pages), len(rows.drawings)))
    if images:
        write_text(folder / TEMPLATE, page_template())
    now = set(_names(images=images)) | {*files.images.values(), *files.drawings.values()}
    stale = before - {owned.absolute(folder / name) for name in now}
    diagnostics += [_changed(path) for path in sorted(stale) if not owned.remove(path)]
    trees.prune(stale, folder)
    owned.manifest(folder).compact()  # our list of files is given away too: former names go
    return OpenData(
        folder=folder,
        counts={table.name: len(rows.rows[table.name]) for table in TABLES},
        images=len(files.images) + len(files.drawings),
        removed=len(stale),
        diagnostics=tuple(diagnostics),
    )


def _names(*, images: bool) -> Iterator[str]:
    """The files that are always written."""
    yield from (DATABASE, METADATA, README, *(f"csv/{table.name}.csv" for table in TABLES))
    if images:
        yield TEMPLATE


def write_database(path: Path, rows: OpenRows) -> None:
    """Write all rows as SQLite, whole or not at all.

    Raises:
        StrokebookError: It cannot be written, or a row links to none.
    """
    try:
        with atomic_path(path) as partial:
            connection = sqlite3.connect(partial)
            try:
                # In memory: nothing but the file itself is left behind, whatever happens.
                connection.execute("PRAGMA journal_mode = MEMORY")
                _fill(connection, rows)
            finally:
                connection.close()
    except sqlite3.Error as error:
        raise StrokebookError(
            f"{path} cannot be written ({error}).", "Check the space on its disk."
        ) from error


def _fill(connection: sqlite3.Connection, rows: OpenRows) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    with connection:  # one transaction, in which every link is checked as it is made
        for table in TABLES:
            connection.execute(create_table(table))
            marks = ", ".join("?" * len(table.columns))
            connection.executemany(
                f"INSERT INTO {table.name} VALUES ({marks})", rows.rows[table.name]
            )
            for statement in create_indexes(table):
                connection.execute(statement)
        for _, statement in VIEWS.values():
            connection.execute(statement)
    connection.execute("ANALYZE")
    connection.commit()


def _copy_files(
    project: Project,
    folder: Path,
    pages: Sequence[Page],
    drawings: Sequence[DrawingRecord],
    diagnostics: list[Diagnostic],
) -> OpenFiles:
    """Copy what is not there yet as it is now; where each page and drawing lies."""
    images: dict[str, str] = {}
    for page in project.progress.track(pages, "pictures by label"):
        name = f"{IMAGES}/{page.label or NO_LABEL}/{page.id}.jpg"
        source = preview_path(project.folder, page.image)
        if _copied(source, folder, name, page.image, page.id, diagnostics):
            images[page.id] = name
    shown = {page.image for page in pages}
    svgs: dict[str, str] = {}
    for drawing in (d for d in drawings if d.image in shown):
        name = f"{SVGS}/{drawing.id}.svg"
        source = inside(project.folder, drawing.svg)
        if _copied(source, folder, name, drawing.image, drawing.id, diagnostics):
            svgs[drawing.id] = name
    return OpenFiles(images, svgs)


def _copied(
    source: Path, folder: Path, name: str, image: str, item: str, diagnostics: list[Diagnostic]
) -> bool:
    """Copy one file of ours; whether it is there as it should be."""
    target = inside(folder, name)
    try:
        data = source.read_bytes()
        if not (owned.is_ours(target) and target.read_bytes() == data):
            with owned.owning(STAGE, image):
                write_bytes(target, data)
    except owned.ForeignFileError as error:
        diagnostics.append(Diagnostic(item, error.reason, error.remedy))
        return False
    except FileNotFoundError:
        reason, remedy = "has no file of its own yet.", "Run 'strokebook run --until compose'."
        diagnostics.append(Diagnostic(item, reason, remedy, severity=Severity.WARNING))
        return False
    return True


def _unmeasured(drawing: str) -> Diagnostic:
    return Diagnostic(
        drawing,
        "has a file that cannot be read; it has no measures.",
        "Run 'strokebook run --until compose': it is made again.",
        severity=Severity.WARNING,
    )


def _changed(path: Path) -> Diagnostic:
    return Diagnostic(
        str(path),
        "is no longer part of the export, but was changed since, so it stays.",
        "Remove it by hand if you do not need it.",
        severity=Severity.WARNING,
    )
