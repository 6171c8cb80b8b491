"""What an artist writes for drawings, spelt out: a page's id stands for all drawings on it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from strokebook.base.errors import UsageError
from strokebook.pipeline.project import Project

_CLUSTER = re.compile(r"cluster:\d+")
_DRAWING = re.compile(r".+?-?d[0-9]{2,}")


def expand_names(project: Project, names: Iterable[str]) -> list[str]:
    """``names`` with every page's id replaced by the ids of its drawings; each name once.

    Drawings (``sb48p005d01``, or their keys) and clusters (``cluster:3``) stay as they are; so does
    what is no page either, for the catalogue to refuse with the nearest drawing.

    Raises:
        UsageError: A page has no drawings.
    """
    expanded: list[str] = []
    pages: dict[str, str] | None = None
    for name in names:
        wanted = name.strip().lower()
        if _CLUSTER.fullmatch(wanted) or _DRAWING.fullmatch(wanted):
            expanded.append(name)
            continue
        pages = pages or {page.id: page.image for page in project.catalogue.pages()}
        expanded += _on_page(project, wanted, pages) if wanted in pages else [name]
    return list(dict.fromkeys(expanded))


def _on_page(project: Project, page: str, pages: dict[str, str]) -> list[str]:
    ids = [d.id for d in project.catalogue.drawings(image=pages[page], include_private=True)]
    if not ids:
        raise UsageError(
            f"There are no drawings on page {page}.",
            f"'strokebook show {page}' says what is known of it.",
        )
    return ids
