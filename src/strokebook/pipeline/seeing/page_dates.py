"""When each page was drawn."""

from __future__ import annotations

from strokebook.pipeline.project import Project
from strokebook.vision.dates.intervals import DateInterval


def date_pages(project: Project) -> dict[str, DateInterval]:
    """When each present page that is not private was drawn, by page id; where that is known."""
    del project
    return {}
