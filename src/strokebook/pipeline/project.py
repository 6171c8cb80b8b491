"""A project folder: its settings, its catalogue, and where each thing lies."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from strokebook.base import owned
from strokebook.base.errors import UsageError
from strokebook.base.progress import SILENT, Progress
from strokebook.library.backup import back_up_daily
from strokebook.library.catalogue.catalogue import Catalogue
from strokebook.pipeline.removal.ownership import (
    adopt,
    lies_in,
    mark_project,
    refuse_overlap,
    refuse_strangers,
)
from strokebook.pipeline.settings import (
    ProjectOptions,
    Settings,
    load_settings,
    with_library,
    write_settings,
)

SETTINGS, DATABASE, HAND = "strokebook.toml", "strokebook.db", "hand.json"


@dataclass
class Project:
    """An open project.

    Attributes:
        folder: The project folder.
        settings: As read from ``strokebook.toml``.
        catalogue: The open catalogue.
        progress: Where long work tells how far it is.
        held: The locks that this process holds on it (``pipeline/locks.py``).
    """

    folder: Path
    settings: Settings
    catalogue: Catalogue
    progress: Progress = SILENT
    held: set[str] = field(default_factory=set)

    @property
    def options(self) -> ProjectOptions:
        """The ``[project]`` section."""
        return self.settings.project

    @property
    def library(self) -> Path:
        """The folder of sketchbooks.

        Raises:
            UsageError: No library is set yet, or it is no folder.
        """
        if not self.options.library:
            raise UsageError(
                f"{self.folder / SETTINGS} names no library.",
                "Run 'strokebook run LIBRARY --project DIR' once.",
            )
        root = (self.folder / self.options.library).resolve()
        if not root.is_dir():
            raise UsageError(
                f"The library {root} is no folder.",
                f"Mount it, or correct 'library' in {self.folder / SETTINGS}.",
            )
        return root

    def at(self, *parts: str) -> Path:
        """A path inside the project."""
        return self.folder.joinpath(*parts)

    @property
    def pictures(self) -> Path:
        """Where the stages leave the pictures to look at."""
        return self.folder / "pictures"


@contextlib.contextmanager
def open_project(
    folder: Path, *, library: Path | None = None, progress: Progress = SILENT
) -> Iterator[Project]:
    """Open a project, making it first when ``library`` is given and it does not exist.

    Raises:
        UsageError: No project there (and no library to make one of), or wrong settings.
        StrokebookError: The catalogue cannot be opened.
    """
    # Absolute, since manifests are: a command inside the project's folder names it ".".
    folder = Path(os.path.abspath(folder))  # noqa: PTH100, since a link has to be seen
    settings = _settings(folder, library)
    with Catalogue.open(folder / DATABASE, hand_file=folder / HAND) as catalogue:
        project = Project(folder, settings, catalogue, progress)
        for warning in catalogue.warnings:
            progress.say(str(warning))
        _guard_library(project)
        with contextlib.suppress(OSError):  # where nothing can be written, there is no need
            adopt(project)
        _mention_network(folder, catalogue, progress)
        yield project


def _guard_library(project: Project) -> None:
    """Keep all of the library as it is, also where an older project lies around it."""
    if not project.options.library:
        return
    library = project.folder / project.options.library
    owned.protect(library)
    if lies_in(library, project.folder):
        project.progress.say(
            f"The library {library.resolve()} lies inside the project's folder: nothing in it is"
            " ever deleted or overwritten, but better move it elsewhere and correct 'library' in"
            f" {project.folder / SETTINGS}."
        )


def _mention_network(folder: Path, catalogue: Catalogue, progress: Progress) -> None:
    """Say once in a project's life that it lies on another machine, and what that means."""
    if not catalogue.db.network or catalogue.note("network_mentioned"):
        return
    progress.say(
        f"{folder} lies on a network drive: the catalogue is kept in a slower way that is safe"
        " there, and only one computer at a time should work in the project."
    )
    catalogue.set_note("network_mentioned", "1")


def _settings(folder: Path, library: Path | None) -> Settings:
    path = folder / SETTINGS
    if not path.exists() and library is None:
        raise UsageError(
            f"{folder} is no strokebook project (it has no {SETTINGS}).",
            "Give the project's folder with --project, or make one with 'strokebook run LIBRARY'.",
        )
    settings = load_settings(path) if path.exists() else Settings()
    if library is None:
        return settings
    if not library.is_dir():
        raise UsageError(f"The library {library} is no folder.", "Check the path.")
    named = os.path.relpath(library.resolve(), folder.resolve())
    if not path.exists() and not (folder / DATABASE).exists():
        refuse_overlap(folder, library)
        refuse_strangers(folder)
        mark_project(folder)
    if not path.exists():
        write_settings(path, with_library(settings, named))
    elif (folder / settings.project.library).resolve() != library.resolve():
        raise UsageError(
            f"{path} names another library ({settings.project.library}).",
            "Use another --project, or correct 'library' there.",
        )
    return load_settings(path)


def keep_backup(project: Project) -> None:
    """Copy the catalogue once a day of use; to be called when a command is about to write."""
    warning = back_up_daily(project.catalogue.db)
    if warning is not None:
        project.progress.say(str(warning))
