"""The command's frame: the app, its help in the order of the work, options that commands share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from strokebook import __version__
from strokebook.cli.console import SOME_REFUSED, BarProgress, answer, manner
from strokebook.cli.logbook import Logbook
from strokebook.pipeline import locks
from strokebook.pipeline.project import Project, keep_backup, open_project
from strokebook.pipeline.removal.purge import purge as finish_purge

# What ``--help`` and docs/commands.md show, in the order of the work. A command that is not here
# comes last, and a test says so.
PANELS: dict[str, tuple[str, ...]] = {
    "Getting started": ("run", "status", "demo", "make-sample"),
    "Inspect": ("pages", "show", "drawings"),
    "See the sketchbooks": (
        *("similar", "duplicates", "clusters", "map", "over-time", "dates", "open-data"),
    ),
    "Label and choose": (
        *("review", "label", "cluster", "correct", "uncorrect", "sync"),
        *("tag", "keep", "drop", "date"),
    ),
    "History and repair": ("log", "undo", "redo", "trash", "restore", "retry", "check"),
    "Draw with a model": (
        *("canvas", "complete", "sample", "vary", "reconstruct", "interpolate", "plot"),
    ),
    "Single steps": ("trace", "dataset", "train", "evaluate"),
    "Import and export": ("publish", "export", "import", "export-pages"),
}
OTHERS = "More"


def panel_of(command: str) -> str:
    """The panel of the help in which a command stands."""
    return next((panel for panel, names in PANELS.items() if command in names), OTHERS)


class InOrder(TyperGroup):
    """The commands as :data:`PANELS` has them, whatever order their modules are imported in."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        order = [name for names in PANELS.values() for name in names]
        place = {name: at for at, name in enumerate(order)}
        sorted_names = sorted(self.commands, key=lambda name: place.get(name, len(place)))
        self.commands = {name: self.commands[name] for name in sorted_names}
        for name, command in self.commands.items():
            command.rich_help_panel = panel_of(name)  # type: ignore[attr-defined]


app = typer.Typer(
    name="strokebook",
    cls=InOrder,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="From scanned sketchbooks of single-line drawings to a model that draws in that hand.",
)

ProjectDir = Annotated[
    Path,
    typer.Option(
        "--project",
        "-p",
        envvar="STROKEBOOK_PROJECT",
        help="The project's folder (default: the current folder, or $STROKEBOOK_PROJECT).",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done; change nothing.")]
HERE = Path()


def _show_version(wanted: bool) -> None:
    if wanted:
        answer(f"strokebook {__version__}")
        raise typer.Exit


@app.callback()
def before(
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Also show what is written to the log.")
    ] = False,
    quiet: Annotated[
        bool,
        typer.Option("--quiet", "-q", help="Print only results, refused inputs and errors."),
    ] = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version and exit.", callback=_show_version, is_eager=True
        ),
    ] = False,
) -> None:
    """From scanned sketchbooks of single-line drawings to a model that draws in that hand."""
    del version
    manner.verbose, manner.quiet = verbose, quiet


class Session:
    """The log and the project of the command that runs, for the handling of its errors."""

    book: Logbook | None = None
    project: Path | None = None

    def at_work_in(self, project: Project) -> None:
        """Write the log to this project, and report errors as errors in it."""
        self.project = project.folder
        if self.book is not None:
            self.book.keep_in(project.folder)


session = Session()


@contextmanager
def reading(folder: Path) -> Iterator[Project]:
    """An open project for commands that only look."""
    with open_project(folder, progress=BarProgress()) as project:
        session.at_work_in(project)
        yield project


@contextmanager
def writing(folder: Path, library: Path | None = None, command: str = "run") -> Iterator[Project]:
    """An open project for one run at a time; ``command`` is named to another one that waits."""
    with (
        open_project(folder, library=library, progress=BarProgress()) as project,
        locks.running(project, command),
    ):
        session.at_work_in(project)
        keep_backup(project)
        yield project


@contextmanager
def editing(folder: Path) -> Iterator[Project]:
    """An open project for an edit, which a run in another process does not hold up."""
    with open_project(folder, progress=BarProgress()) as project, locks.editing(project):
        session.at_work_in(project)
        finish_purge(project)
        keep_backup(project)
        yield project


@contextmanager
def marking(folder: Path) -> Iterator[Project]:
    """An open project for a private mark, which waits for nobody: not even for another edit."""
    with open_project(folder, progress=BarProgress()) as project:
        session.at_work_in(project)
        yield project


def finish(refused: bool) -> None:
    """End the command with 1 where inputs were refused."""
    if refused:
        raise typer.Exit(SOME_REFUSED)
