"""What was made of pages goes when they become private: pictures, data sets, models, the report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from strokebook.base import owned, trees
from strokebook.pipeline.ownership import FILES, FOLDERS
from strokebook.pipeline.project import Project

# Folders of what mixes several pages: the next run makes it again from the pages that may be used.
MIXED = ("pictures", "drawn", "datasets", "models", "trash")


def forget_products(project: Project, images: Sequence[str]) -> list[Path]:
    """Delete what was made of ``images``, and all of ours that mixes several pages' drawings.

    Only files that our manifests list, and that were not changed since, are deleted.

    Returns:
        Files that are listed but were changed since; they stay, and are the artist's to remove.
    """
    files = product_files(project, images)
    changed = [file for file in files if not owned.remove(file)]
    for name in FOLDERS:
        trees.prune(files, project.at(name))
        _tidy(project.at(name))
    return changed


def product_files(project: Project, images: Sequence[str]) -> list[Path]:
    """Every file that :func:`forget_products` takes away, or names because it was changed."""
    private, files = frozenset(images), []
    for name in (*FOLDERS, *FILES):
        folder = project.at(name) if name in FOLDERS else project.folder
        if folder.is_symlink():
            continue
        for file, entry in owned.listed(folder):
            # What a drawing command wrote for the artist has no stage: it is not ours to delete.
            mixed = bool(entry.stage) and (name in MIXED or file.name in FILES)
            if (entry.owner in private or mixed) and file.exists():
                files.append(file)
    return files


def _tidy(folder: Path) -> None:
    """Remove half-written files, and every trace of what is gone from the manifest."""
    if owned.is_marked(folder) and not folder.is_symlink():
        trees.remove_parts(folder)
        owned.manifest(folder).compact()
