"""When the pages of a project were drawn: hand over read over file, an even pace between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from strokebook.base.errors import StrokebookError
from strokebook.library.catalogue.date_rows import Said
from strokebook.library.catalogue.records import Page
from strokebook.pipeline.project import Project
from strokebook.pipeline.stage import page_file
from strokebook.vision.dates.contradictions import Contradiction, Dated, find_contradictions
from strokebook.vision.dates.interpolate import interpolate
from strokebook.vision.dates.intervals import DateInterval
from strokebook.vision.dates.photo_dates import FileDate, file_date, take_days
from strokebook.vision.dates.spelling import spell_days


@dataclass(frozen=True)
class ProjectDates:
    """All that is known of when pages were drawn; private pages are not among them.

    Attributes:
        pages: In the order in which they were drawn: by sketchbook, number, id.
        intervals: By page id; pages of which nothing is known are absent.
        books: Of sketchbooks, by name.
        contradictions: Dates that cannot both be true.
        too_late: Pages dated after the day in their file, by id: that day.
    """

    pages: tuple[Page, ...]
    intervals: dict[str, DateInterval]
    books: dict[str, DateInterval]
    contradictions: tuple[Contradiction, ...]
    too_late: dict[str, date]

    @property
    def sentences(self) -> list[str]:
        """The contradictions for the artist."""
        lines = [_contradiction(one) for one in self.contradictions]
        lines += [
            f"{page} is dated {spell_days(self.intervals[page].days)}, but its file is of {day}."
            for page, day in self.too_late.items()
        ]
        return lines


def date_pages(project: Project) -> dict[str, DateInterval]:
    """When each page was drawn, by page id.

    Pages without a date of their own are interpolated between dated ones; where nothing at all is
    known they are absent. Only present pages that are not private.
    """
    return collect_dates(project).intervals


def collect_dates(project: Project) -> ProjectDates:
    """Dates of pages and sketchbooks with what contradicts what."""
    pages = project.catalogue.pages(include_private=False)
    books = {page.id: page.book for page in pages}
    photographed, latest = take_days(_file_dates(project, pages), books)
    said = project.catalogue.said_dates()
    own = {
        page.id: interval
        for page in pages
        if (interval := _interval(said.get(page.image, {}), photographed.get(page.id)))
    }
    present = set(books.values())
    of_books = {
        book: interval
        for book, dates in project.catalogue.said_book_dates().items()
        if book in present and (interval := _interval(dates, None))
    }
    contradictions, doubtful = find_contradictions(_dated(pages, own, of_books))
    intervals = interpolate([p.id for p in pages], books, own, of_books, doubtful, latest)
    too_late = {
        page: latest[page]
        for page, interval in own.items()
        if page in latest and interval.first > latest[page]
    }
    return ProjectDates(tuple(pages), intervals, of_books, tuple(contradictions), too_late)


def _interval(said: Said, photographed: date | None) -> DateInterval | None:
    """Hand over read over file."""
    if days := said.get("hand"):
        return DateInterval(*days, "hand")
    if days := said.get("read"):
        return DateInterval(*days, "read")
    return DateInterval(photographed, photographed, "file") if photographed else None


def _dated(
    pages: list[Page], own: Mapping[str, DateInterval], books: Mapping[str, DateInterval]
) -> list[Dated]:
    dated = [
        Dated(page.id, place, place, own[page.id], page.book)
        for place, page in enumerate(pages)
        if page.id in own
    ]
    places: dict[str, list[int]] = {}
    for place, page in enumerate(pages):
        places.setdefault(page.book, []).append(place)
    return dated + [Dated(b, min(places[b]), max(places[b]), books[b]) for b in books]


def _file_dates(project: Project, pages: list[Page]) -> dict[str, FileDate]:
    """The days in the pages' files; a header is read once, and again when its file changes."""
    known = project.catalogue.file_days()
    new = [page for page in pages if page.image not in known]
    if new and (read := _read_headers(project, new)):
        project.catalogue.put_file_days(read)
        known |= read
    return {p.id: FileDate(*found) for p in pages if (found := known.get(p.image))}


def _read_headers(project: Project, pages: list[Page]) -> dict[str, tuple[date, bool] | None]:
    try:
        present = [page for page in pages if page_file(project, page).is_file()]
    except StrokebookError:  # the library is away: nothing is said of its files, nor kept
        return {}
    read: dict[str, tuple[date, bool] | None] = {}
    for page in project.progress.track(present, "dates in files"):
        found = file_date(page_file(project, page))
        read[page.image] = (found.day, found.photo) if found else None
    return read


def _contradiction(one: Contradiction) -> str:
    earlier, later = one.earlier, one.later
    said = f"{later.name} is dated {_with_source(later)}"
    if one.inside:
        return f"{said}, outside of {earlier.name}, dated {_with_source(earlier)}."
    return (
        f"{said}, before {earlier.name}, which comes earlier and is dated {_with_source(earlier)}."
    )


HOW = {"hand": "by hand", "read": "as it was read", "file": "by its photo", "between": "estimated"}


def _with_source(one: Dated) -> str:
    return f"{spell_days(one.interval.days)} ({HOW[one.interval.source]})"
