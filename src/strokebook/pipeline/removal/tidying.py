"""What a run clears away first: files that a killed one left half-written, and old trash."""

from __future__ import annotations

from strokebook.base import trees
from strokebook.library.edits import trash
from strokebook.pipeline.project import Project
from strokebook.pipeline.removal.ownership import FOLDERS


def tidy(project: Project) -> None:
    """Delete half-written files that nobody writes any more, and what was in the trash too long."""
    for name in FOLDERS:
        trees.remove_parts(project.at(name), older_than=trees.STALE)
    trash.tidy(project.folder)
