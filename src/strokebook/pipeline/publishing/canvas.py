"""The page to draw on with all of a project's models, as a file of the project: nothing to share.

It lies among what the models drew, and goes with them when a page that they learnt from becomes
private.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from strokebook.base import owned
from strokebook.base.errors import Diagnostic, Severity, StrokebookError, UsageError
from strokebook.model.checkpoints.folder import has_checkpoint
from strokebook.pipeline.project import SETTINGS, Project, open_project
from strokebook.pipeline.publishing.draw_page import CarriedModel, PageSettings
from strokebook.pipeline.publishing.publish import TITLE, carry_model, refuse_others, write_page
from strokebook.pipeline.removal.outside import EVERYTHING_LEARNT, recorded
from strokebook.pipeline.removal.ownership import lies_in
from strokebook.pipeline.removal.purge import refuse_unpurged
from strokebook.pipeline.stages.draw import drawn_with
from strokebook.pipeline.stages.train import model_folder

STAGE = "canvas"  # whose file it is in the list of our files
WHAT = "a page to draw on with the project's models in it"


@dataclass(frozen=True)
class Canvas:
    """What was written.

    Attributes:
        page: The HTML file.
        size: In bytes.
        models: Names of the models in it, the first one first to draw.
        diagnostics: Models that could not be read, and so are not in it.
    """

    page: Path
    size: int
    models: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]


def write_canvas(folder: Path, output: Path | None = None) -> Canvas:
    """Write the page with every model of a project, and the starter.

    Args:
        folder: The project's; where there is none, the page has the starter alone.
        output: Default: ``drawn/canvas.html`` in the project.

    Raises:
        UsageError: Neither a project nor an output, or the output is none of ours to overwrite.
        StrokebookError: A model may have learnt from a page that is private now.
    """
    if output is not None:
        refuse_others(output)
    if (folder / SETTINGS).is_file():
        with open_project(folder) as project:
            return _of_project(project, output or project.at("drawn", "canvas.html"))
    if output is None:
        raise UsageError(
            f"{folder} is no strokebook project (it has no {SETTINGS}).",
            "Name one with --project, or a file for the starter's page: -o canvas.html.",
        )
    return _write(output, [_starter()])


def _of_project(project: Project, output: Path) -> Canvas:
    refuse_unpurged(project)
    models = [*project_models(project), _starter()]
    if drawn_with(project) != "model":  # the starter does better on what the artist kept aside
        models.insert(0, models.pop())
    if lies_in(output.parent, project.folder):
        with owned.owning(STAGE):
            return _write(output, models)
    with recorded(project, output, EVERYTHING_LEARNT, WHAT):
        return _write(output, models)


def project_models(project: Project) -> list[tuple[str, Path]]:
    """Name and folder of each of a project's models, its own before those imported."""
    own = model_folder(project)
    folders = [f for f in sorted(project.at("models").glob("[!.]*")) if has_checkpoint(f)]
    named = [(project.folder.resolve().name, own)] if own in folders else []
    return named + [(folder.name, folder) for folder in folders if folder != own]


def _starter() -> tuple[str, Path]:
    from strokebook.model.checkpoints import starter

    return starter.NAME, starter.FOLDER


def _write(output: Path, models: list[tuple[str, Path]]) -> Canvas:
    diagnostics: list[Diagnostic] = []
    carried = list(_carried(models, diagnostics))
    size = write_page(output, PageSettings(TITLE), carried)
    return Canvas(output, size, tuple(m.name for m in carried), tuple(diagnostics))


def _carried(
    models: list[tuple[str, Path]], diagnostics: list[Diagnostic]
) -> Iterator[CarriedModel]:
    from strokebook.pipeline.standalone import load

    for name, folder in models:
        try:
            yield replace(carry_model(load(folder), name, PageSettings(""))[0], name=name)
        except StrokebookError as error:
            diagnostics.append(
                Diagnostic(name, error.reason, error.remedy, severity=Severity.WARNING)
            )
