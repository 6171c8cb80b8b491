"""``strokebook date``: when a page or a sketchbook was drawn, said by the artist."""

from __future__ import annotations

from collections.abc import Sequence

from strokebook.base.errors import UsageError
from strokebook.library.catalogue.date_rows import NewDate
from strokebook.pipeline.project import Project
from strokebook.vision.dates.intervals import Days


def set_dates(project: Project, names: Sequence[str], days: Days) -> list[str]:
    """Date pages and sketchbooks by hand; all or none, one undo.

    Returns:
        Their ids.

    Raises:
        UsageError: There is no such page or sketchbook, or the page is private.
    """
    targets = [_target(project, name) for name in names]
    project.catalogue.say_dates(
        NewDate(days, "hand", image=image, book=book) for _, image, book in targets
    )
    return [name for name, _, _ in targets]


def forget_dates(project: Project, names: Sequence[str]) -> list[str]:
    """Take dates back, by hand and accepted ones; what was read there is not suggested again.

    Returns:
        The ids of those that had one.

    Raises:
        UsageError: As :func:`set_dates`.
    """
    targets = [_target(project, name) for name in names]
    pages, books = project.catalogue.said_dates(), project.catalogue.said_book_dates()
    taken: dict[str, list[NewDate]] = {}
    for name, image, book in targets:
        said = books.get(book, {}) if book else pages.get(image, {})
        for source in (source for source, days in said.items() if days):
            taken.setdefault(name, []).append(NewDate(None, source, image=image, book=book))
    if taken:
        project.catalogue.say_dates(new for several in taken.values() for new in several)
    return list(taken)


def _target(project: Project, name: str) -> tuple[str, str, str]:
    """Id, image and sketchbook of what a name means; a sketchbook has no image."""
    wanted = name.strip().lower()
    if any(page.book == wanted for page in project.catalogue.pages()):
        return wanted, "", wanted
    page = project.catalogue.page(name)
    if page.private:
        raise UsageError(
            f"{page.id} is private: nothing more is said of it.",
            f"Date its sketchbook instead: strokebook date {page.book} 2019-05..2019-07.",
        )
    return page.id, page.image, ""
