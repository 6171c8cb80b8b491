"""Stage ``trace``: every page of the kind drawing, from its pixels to its strokes."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from pathlib import Path

from strokebook.base import owned
from strokebook.base.errors import Diagnostic, InputRefused, Severity, StrokebookError
from strokebook.base.imaging.images import image_info
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.svg.io import read_drawing, write_drawing, write_svg
from strokebook.library.catalogue.records import Page
from strokebook.pipeline.mounted import Mounted
from strokebook.pipeline.project import Project
from strokebook.pipeline.stage import Outcome, Timer, is_done, key_of, page_file, usable_pages
from strokebook.pipeline.workers import each
from strokebook.routing.route import RouteOptions
from strokebook.tracing.options import TraceOptions
from strokebook.tracing.page import load_page
from strokebook.tracing.registry import COMPILING, compiles_first, engine

STAGE, VERSION = "trace", "1"


@dataclass(frozen=True)
class TraceJob:
    """One page to trace, as it travels to a worker."""

    page: Page
    scan: Path
    result: Path
    svg: Path
    options: TraceOptions
    route: RouteOptions
    max_megapixels: float


@dataclass(frozen=True)
class TraceNote:
    """What came of it; the strokes themselves lie in the files."""

    strokes: int
    points: int
    pen_width: float | None
    seconds: float
    warning: Diagnostic | None = None


def traceable(project: Project) -> list[Page]:
    """The pages whose label says that they are drawings."""
    return [page for page in usable_pages(project) if page.kind == "drawing"]


def trace_file(project: Project, page: Page) -> Path:
    """Where a page's strokes lie; named by its image, so that a renamed page keeps them."""
    return project.at("cache", "traces", f"{page.image}.json")


def load_trace(project: Project, page: Page) -> Drawing:
    """A page's strokes in page pixels."""
    return read_drawing(trace_file(project, page))


def scaled_trace(project: Project, page: Page) -> Drawing:
    """A page's strokes as :func:`load_trace` gives them, with the dpi of the scan where it tells.

    Traces of former versions do not hold it; where the scan is away, it stays unknown.
    """
    drawing = load_trace(project, page)
    if "dpi" in drawing.meta:
        return drawing
    with contextlib.suppress(InputRefused, OSError):
        dpi = image_info(page_file(project, page)).dpi
        if dpi is not None:
            return replace(drawing, meta=drawing.meta | {"dpi": dpi})
    return drawing


def trace_key(project: Project, page: Page) -> str:
    """The key of a page's tracing: its image, the engine, the settings."""
    tracer = engine(options=project.settings.trace, route=project.settings.route)
    return key_of(STAGE, VERSION, page.image, tracer.fingerprint())


@owned.owning(STAGE)
def trace_pages(project: Project) -> Outcome:
    """Trace what is not traced yet, side by side; a page that fails is named and left out."""
    outcome, timer, keys = Outcome(STAGE), Timer(), {}
    for page in traceable(project):
        keys[page.image] = trace_key(project, page)
    jobs = [_job(project, page) for page in traceable(project) if _is_due(project, page, keys)]
    outcome.ready = len(keys) - len(jobs)
    if jobs and compiles_first(project.settings.trace.engine):
        project.progress.say(COMPILING)
    _trace_all(project, jobs, keys, outcome)
    _name_svgs(project)
    outcome.diagnostics += project.catalogue.diagnostics(STAGE)
    outcome.seconds = timer.seconds
    return outcome


def _trace_all(
    project: Project, jobs: list[TraceJob], keys: dict[str, str], outcome: Outcome
) -> None:
    mounted = Mounted(project.library)
    done = each(trace_one, jobs, project.options.workers, lambda job: job.page.path)
    # Closed at once when something stops the stage: its workers end with it.
    with contextlib.closing(done):
        for job, note in project.progress.track(done, "trace pages", len(jobs)):
            if isinstance(note, Diagnostic) and note.transient:
                mounted.check()
            _record(project, job, note, keys[job.page.image], outcome)


def trace_one(job: TraceJob) -> TraceNote:
    """Trace one page and write its files (in a worker).

    Raises:
        InputRefused: The page cannot be read or traced.
        StrokebookError: The project cannot be written, which is no fault of the page.
    """
    timer = Timer()
    image = load_page(job.scan, max_megapixels=job.max_megapixels, source=job.page.id)
    traced = engine(options=job.options, route=job.route).trace(image)
    drawing = traced.drawing
    try:
        warning = _save(job, drawing) or traced.warning
    except OSError as error:
        raise StrokebookError(
            f"The strokes of {job.page.id} cannot be written to {job.result} ({error.strerror}).",
            "Check the space on the disk and the permissions of the project's folder, then run"
            " again: what was traced is kept.",
        ) from error
    return TraceNote(len(drawing), drawing.n_points, drawing.pen_width, timer.seconds, warning)


def _save(job: TraceJob, drawing: Drawing) -> Diagnostic | None:
    """Write a page's strokes; a warning where the artist's own file has the picture's name."""
    with owned.owning(STAGE, job.page.image):
        write_drawing(drawing, job.result)
        try:
            write_svg(drawing, job.svg, layer=f"1 {job.page.id}")
        except owned.ForeignFileError as error:  # the strokes are safe; the picture is the artist's
            return Diagnostic(job.page.id, error.reason, error.remedy, severity=Severity.WARNING)
    return None


def _is_due(project: Project, page: Page, keys: dict[str, str]) -> bool:
    result = project.catalogue.result(STAGE, page.image)
    if result is None or result.key != keys[page.image]:
        return True
    return not result.summary.get("refused") and not trace_file(project, page).exists()


def trace_is_awaited(project: Project, page: Page) -> bool:
    """Whether the strokes there are, if any, are of former settings, for want of newer ones.

    So it is where the tracing under the present settings failed by a transient fault.
    """
    return not is_done(project, STAGE, page.image, trace_key(project, page))


def _job(project: Project, page: Page) -> TraceJob:
    return TraceJob(
        page,
        page_file(project, page),
        trace_file(project, page),
        _svg(project, page),
        project.settings.trace,
        project.settings.route,
        project.options.max_megapixels,
    )


def _svg(project: Project, page: Page) -> Path:
    return project.at("traces", f"{page.id}.svg")


def _record(
    project: Project, job: TraceJob, note: TraceNote | Diagnostic, key: str, outcome: Outcome
) -> None:
    image = job.page.image
    project.catalogue.clear_diagnostics(STAGE, image)
    if isinstance(note, Diagnostic):
        project.catalogue.put_diagnostics(STAGE, [note], item=image)
        if not note.transient:
            # Kept under the key: the same page with the same settings would be refused again.
            project.catalogue.put_result(STAGE, image, key, 0.0, {"refused": True})
        return
    if note.warning is not None:
        project.catalogue.put_diagnostics(STAGE, [note.warning], item=image)
    outcome.worked += 1
    facts = {"strokes": note.strokes, "points": note.points, "pen_width": note.pen_width}
    project.catalogue.put_result(STAGE, image, key, note.seconds, facts)


def _name_svgs(project: Project) -> None:
    """Make the SVGs' names follow the pages' ids, and remove those of pages no longer traced."""
    wanted = {_svg(project, page): page for page in traceable(project)}
    for path in project.at("traces").glob("*.svg"):
        if path not in wanted:
            owned.remove(path)
    for path, page in wanted.items():
        is_other = owned.owner_of(path) not in (page.image, None)  # pages that changed names
        if (is_other or not path.exists()) and trace_file(project, page).exists():
            with owned.owning(STAGE, page.image):
                write_svg(scaled_trace(project, page), path, layer=f"1 {page.id}")
