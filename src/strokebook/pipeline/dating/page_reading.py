"""Reading dates and page numbers off the scans, and what is suggested of what was read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from strokebook.base.errors import Diagnostic, InputRefused, UsageError
from strokebook.base.imaging.images import open_image
from strokebook.library.catalogue.date_rows import NewDate, ReadLine
from strokebook.library.catalogue.records import Page
from strokebook.pipeline.project import Project
from strokebook.pipeline.stage import Outcome, Timer, is_done, key_of, page_file
from strokebook.vision.dates.intervals import Days
from strokebook.vision.reading.ocr import RapidReader, Reader
from strokebook.vision.reading.page_numbers import (
    NumberCheck,
    NumberRead,
    believe,
    check_numbers,
)
from strokebook.vision.reading.places import SIZE, Written, read_page
from strokebook.vision.reading.understand import cover_dates, number_of, page_date

STAGE, VERSION = "read", "1"


@dataclass(frozen=True)
class DateSuggestion:
    """A date that was read and waits for the artist.

    Attributes:
        page: The page that it stands on: accepting it names this.
        about: The page, or for a cover its sketchbook.
        is_book: It is a sketchbook's.
        days: From the first day to the last.
        written: The lines that were read.
    """

    page: Page
    about: str
    is_book: bool
    days: Days
    written: tuple[Written, ...]

    @property
    def certainty(self) -> float:
        """Of the least certain line."""
        return min(one.certainty for one in self.written)

    @property
    def text(self) -> str:
        """As it stands on the page."""
        return " · ".join(one.text for one in self.written)


def is_cover(page: Page) -> bool:
    """Whether all of a page is read, and for dates of its sketchbook."""
    return page.folder == "cover" or page.kind == "cover" or "cover" in page.tags


def read_pages(project: Project, reader: Reader | None = None) -> Outcome:
    """Read what was not read yet; private pages are never opened.

    A page that was read stays so until its file, or what it is taken for, changes; a reading that
    is stopped goes on at the next page.

    Args:
        project: Open; this process runs in it (``locks.running``).
        reader: What reads; None: ``rapidocr``.

    Raises:
        MissingExtraError: It is not installed.
    """
    outcome, timer = Outcome(STAGE), Timer()
    reader = reader or RapidReader()
    pages = project.catalogue.pages(include_private=False)
    keys = {p.image: key_of(STAGE, VERSION, reader.name, str(is_cover(p))) for p in pages}
    due = [page for page in pages if not is_done(project, STAGE, page.image, keys[page.image])]
    outcome.ready = len(pages) - len(due)
    for page in project.progress.track(due, "pages read"):
        try:
            _read(project, page, reader, keys[page.image])
        except InputRefused as refused:
            outcome.diagnostics.append(
                Diagnostic(page.id, refused.diagnostic.reason, refused.diagnostic.remedy)
            )
            continue
        outcome.worked += 1
    outcome.seconds = timer.seconds
    return outcome


def _read(project: Project, page: Page, reader: Reader, key: str) -> None:
    timer, cover = Timer(), is_cover(page)
    written = read_page(open_image(page_file(project, page), reduce_to=SIZE), reader, whole=cover)
    lines = [ReadLine(one.text, one.certainty, one.box) for one in written]
    with project.catalogue.transaction():
        if page.image in project.catalogue.private_hashes():
            return  # it became private meanwhile: nothing of it is kept
        project.catalogue.put_readings(page.image, lines)
        project.catalogue.put_result(STAGE, page.image, key, timer.seconds, {"lines": len(lines)})


def suggest_dates(project: Project, today: date | None = None) -> list[DateSuggestion]:
    """Dates that were read, of pages and sketchbooks of which nothing was said yet, in order."""
    said, of_books = project.catalogue.said_dates(), project.catalogue.said_book_dates()
    suggestions: dict[str, DateSuggestion] = {}
    for page, written in _read_by_page(project):
        cover = is_cover(page)
        look = cover_dates if cover else page_date
        if (of_books.get(page.book) if cover else said.get(page.image)) is not None:
            continue
        if (found := look(written, today or date.today())) is None:
            continue
        about = page.book if cover else page.id
        new = DateSuggestion(page, about, cover, found[0], tuple(found[1]))
        former = suggestions.get(about)
        suggestions[about] = new if former is None else _together(former, new)
    return list(suggestions.values())


def _together(one: DateSuggestion, other: DateSuggestion) -> DateSuggestion:
    """Of two covers of a sketchbook: from the first date to the last."""
    days = min(one.days[0], other.days[0]), max(one.days[1], other.days[1])
    return replace(one, days=days, written=one.written + other.written)


def decide_dates(project: Project, names: Sequence[str], *, accept: bool) -> list[DateSuggestion]:
    """Accept suggestions, or say that they were misread; one command, one undo.

    Args:
        project: Open.
        names: Of pages or sketchbooks; none: all.
        accept: Take them; else they are never suggested again.

    Returns:
        Those that it was about.

    Raises:
        UsageError: Nothing is suggested for one of the names.
    """
    waiting = suggest_dates(project)
    chosen = [_named(waiting, name) for name in names] if names else waiting
    chosen = list({one.about: one for one in chosen}.values())
    if chosen:
        project.catalogue.say_dates(
            NewDate(
                one.days if accept else None,
                "read",
                image=one.page.image,
                book=one.about if one.is_book else "",
            )
            for one in chosen
        )
    return chosen


def _named(waiting: Iterable[DateSuggestion], name: str) -> DateSuggestion:
    wanted = name.strip().lower()
    for one in waiting:
        if wanted in (one.about, one.page.id):
            return one
    raise UsageError(
        f"No date is suggested for {name!r}.", "'strokebook dates' lists what was read."
    )


def check_page_numbers(project: Project) -> NumberCheck:
    """Page numbers that were read against the numbers in file names."""
    filed: dict[str, list[int]] = {}
    # A private page has its number as well: it is not missing.
    for page in project.catalogue.pages(copies=True):
        if page.number is not None:
            filed.setdefault(page.book, []).append(page.number)
    readings = [
        NumberRead(page.id, page.book, page.number, number, one)
        for page, written in _read_by_page(project)
        if not is_cover(page)
        for one in written
        if (number := number_of(one.text)) is not None
    ]
    return check_numbers(believe(readings, filed), filed)


def count_read(project: Project) -> tuple[int, int]:
    """How many pages were read, and how many there are to read."""
    pages = project.catalogue.pages(include_private=False)
    done = project.catalogue.results(STAGE)
    return sum(page.image in done for page in pages), len(pages)


def _read_by_page(project: Project) -> list[tuple[Page, list[Written]]]:
    readings = project.catalogue.readings()
    return [
        (page, [Written(one.text, one.certainty, one.box) for one in readings[page.image]])
        for page in project.catalogue.pages(include_private=False)
        if page.image in readings
    ]
