"""Which folders of a project are ours, and how new and older projects come to carry our marks."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from strokebook.base import owned
from strokebook.base.errors import StrokebookError, UsageError
from strokebook.base.files import inside
from strokebook.library.disk.backup_files import backups
from strokebook.model.checkpoints.folder import model_files

if TYPE_CHECKING:
    from strokebook.library.catalogue.catalogue import Catalogue
    from strokebook.pipeline.project import Project

# What we make in a project's folder. filed/ keeps a list of its own (library/filing.py), and the
# settings, the catalogue and hand.json may be edited by hand.
FOLDERS = (
    "backups",
    "cache",
    "datasets",
    "drawings",
    "drawn",
    "logs",
    "models",
    "pictures",
    "traces",
    "trash",
)
FILES = ("report.html",)
ALSO = ("filed",)  # ours by its own list

File = tuple[Path, str, str]  # a file, its stage, the image that it was made of ("": of several)


def mark_project(folder: Path) -> None:
    """Mark a new project's folder; each folder of ours in it is marked when it is made."""
    owned.mark(folder, FILES, FOLDERS)


def refuse_strangers(folder: Path) -> None:
    """Make sure that no folder of ours would be one that is there already.

    Raises:
        UsageError: Something stands where we would write, and carries no mark of ours.
    """
    if owned.is_marked(folder):
        return
    for name in sorted((*FOLDERS, *ALSO, *FILES)):
        path = folder / name
        if os.path.lexists(path) and not owned.is_marked(path):
            raise UsageError(
                f"{path} already exists and was not made by strokebook.",
                "Choose another --project, best an empty folder.",
            )


def lies_in(inner: Path, outer: Path) -> bool:
    """Whether ``inner`` is ``outer`` or lies in it, whatever the case of letters and links say."""
    inner, outer = inner.resolve(), outer.resolve()
    if inner.is_relative_to(outer):
        return True
    for place in (inner, *inner.parents):
        with contextlib.suppress(OSError):
            if place.samefile(outer):
                return True
    return False


def refuse_overlap(folder: Path, library: Path) -> None:
    """Make sure that a new project and its library do not lie in each other.

    Raises:
        UsageError: They do.
    """
    if lies_in(folder, library):
        raise UsageError(
            f"The project {folder} lies inside the library {library}.",
            "Put it elsewhere: the library is only read.",
        )
    if lies_in(library, folder):
        raise UsageError(
            f"The library {library} lies inside the project {folder}.",
            "Put the project elsewhere: in its folder strokebook writes and deletes.",
        )


def adopt(project: Project) -> None:
    """List what an earlier version left in the project, once: only what its catalogue names."""
    if owned.is_marked(project.folder):
        return
    files: dict[str, list[File]] = {}
    for file in _known_files(project):
        files.setdefault(file[0].relative_to(project.folder).parts[0], []).append(file)
    for name in FOLDERS:
        if project.at(name).is_dir():
            owned.adopt(project.at(name), files.get(name, ()))
    # The project's own mark comes last: with it all of this is done.
    owned.adopt(project.folder, files.get(FILES[0], ()), FILES, FOLDERS)


def _known_files(project: Project) -> Iterator[File]:
    catalogue = project.catalogue
    yield from _of_images(project, catalogue)
    yield from ((backup.path, "backup", "") for backup in backups(project.folder))
    npz = project.settings.dataset.name
    for suffix in (".npz", ".flat.npz", ".card.json", ".card.md"):
        yield project.at("datasets", npz + suffix), "dataset", ""
    for name in catalogue.results("picture"):
        with contextlib.suppress(StrokebookError):
            yield inside(project.pictures, name), "picture", ""
    if catalogue.result("dataset", "all"):
        yield project.pictures / "points.png", "dataset", ""
    if catalogue.result("draw", "all"):
        yield from ((file, "draw", "") for file in _drawn(project))
    if catalogue.result("backbone", "all"):
        for name in ("backbone.json", "backbone.safetensors"):
            yield project.at("models", "vision", name), "embed", ""
    for folder in project.at("models").glob("*"):
        ours = folder.name == "drawings" or folder.name.startswith(".")
        # Another model is one that the artist named; it is not for us to take away.
        yield from ((file, "train" if ours else "", "") for file in model_files(folder))
    if catalogue.result("report", "all"):
        yield project.at("report.html"), "report", ""


def _of_images(project: Project, catalogue: Catalogue) -> Iterator[File]:
    images = catalogue.known_images()
    for part in project.at("cache", "previews").glob(".*.part"):  # half-written by a killed run
        if (image := part.name[1:].partition(".")[0]) in images:
            yield part, "scan", image
    for image in images:
        yield project.at("cache", "previews", f"{image}.jpg"), "scan", image
        yield project.at("cache", "traces", f"{image}.json"), "trace", image
    for page in catalogue.pages(include_private=True):
        yield project.at("traces", f"{page.id}.svg"), "trace", page.image
    for drawing in catalogue.drawings(include_private=True):
        with contextlib.suppress(StrokebookError):
            yield inside(project.folder, drawing.svg), "figures", drawing.image


def _drawn(project: Project) -> Iterator[Path]:
    for name in ("completions", "samples", "reconstructions", "interpolation", "variations"):
        yield project.at("drawn", f"{name}.png")
    yield project.at("drawn", "completions.gif")
    yield from (project.at("drawn", f"completions-{number}.svg") for number in range(1, 4))
