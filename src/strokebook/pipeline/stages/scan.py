"""Stage ``scan``: the library on disk into the catalogue."""

from __future__ import annotations

from strokebook.base import owned
from strokebook.base.errors import StrokebookError
from strokebook.library.filing import sync
from strokebook.library.scan import ScanOptions, scan
from strokebook.library.scan_report import ScanReport
from strokebook.pipeline.locks import editing
from strokebook.pipeline.project import Project
from strokebook.pipeline.removal.purge import purge
from strokebook.pipeline.stage import Outcome, Timer

STAGE = "scan"


@owned.owning(STAGE)
def scan_library(project: Project) -> Outcome:
    """Find new, changed, moved, private and vanished pages.

    Raises:
        StrokebookError: The library is missing, or holds no page that may be used.
    """
    timer, o = Timer(), project.options
    options = ScanOptions(
        max_megapixels=o.max_megapixels, workers=o.workers, include_private=o.include_private
    )
    report = scan(project.library, project.catalogue, project.folder, options, project.progress)
    purged = purge(project)
    with editing(project):  # ``filed/`` is read and listed by edits too
        synced = sync(project.catalogue, project.library, project.folder)
    outcome = Outcome(STAGE, len(report.new) + len(report.changed), report.unchanged)
    outcome.diagnostics = [*report.refused, *report.warnings, *synced.warnings]
    if purged is not None:
        outcome.diagnostics += purged.diagnostics
    outcome.notes = _news(report)
    if synced.corrections:
        outcome.notes.append(f"{len(synced.corrections)} corrections taken from filed/.")
    outcome.seconds = timer.seconds
    if outcome.worked:
        project.catalogue.put_result(STAGE, "all", "", timer.seconds, {})
    _check_some(project, outcome)
    return outcome


def _news(report: ScanReport) -> list[str]:
    parts = [
        (len(report.new), "new"),
        (len(report.changed), "changed"),
        (len(report.moved), "moved or renamed"),
        (len(report.gone), "gone"),
        (len(report.hidden), "private now: everything made of them was removed"),
    ]
    counts = [f"{count} {what}" for count, what in parts if count]
    return [f"pages: {', '.join(counts)}."] if counts else []


def _check_some(project: Project, outcome: Outcome) -> None:
    pages = project.catalogue.pages()
    if not pages:
        refused = sum(r.is_error for r in outcome.diagnostics)
        reason = f"The library {project.library} holds no page that can be read"
        reason += (
            f" ({refused} refused: {next(r for r in outcome.diagnostics if r.is_error)})."
            if refused
            else "."
        )
        raise StrokebookError(reason, "It should hold folders such as sb48/art/005.jpg.")
    if not project.options.include_private and all(page.private for page in pages):
        raise StrokebookError(
            f"All {len(pages)} pages of the library are private, so there is nothing to work on.",
            "If they may be used, set include_private = true under [project] in strokebook.toml.",
        )
