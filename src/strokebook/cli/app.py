"""The command's frame: the app, the options that many commands share, errors to exit codes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from strokebook.cli.console import SOME_REFUSED, BarProgress
from strokebook.pipeline import locks
from strokebook.pipeline.project import Project, open_project

app = typer.Typer(
    name="strokebook",
    no_args_is_help=True,
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
        help="The project's folder (default: here, or $STROKEBOOK_PROJECT).",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
HERE = Path()


@contextmanager
def reading(folder: Path) -> Iterator[Project]:
    """An open project for commands that only look."""
    with open_project(folder, progress=BarProgress()) as project:
        yield project


@contextmanager
def writing(folder: Path, library: Path | None = None, command: str = "run") -> Iterator[Project]:
    """An open project for one run at a time; ``command`` is what another one is told."""
    with (
        open_project(folder, library=library, progress=BarProgress()) as project,
        locks.running(project, command),
    ):
        yield project


@contextmanager
def editing(folder: Path) -> Iterator[Project]:
    """An open project for an edit, which a run in another process does not hold up."""
    with open_project(folder, progress=BarProgress()) as project, locks.editing(project):
        yield project


def finish(refused: bool) -> None:
    """End the command with 1 where inputs were refused."""
    if refused:
        raise typer.Exit(SOME_REFUSED)
