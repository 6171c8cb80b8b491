"""Stage ``figures``: joined, spliced and separated, every drawing on a page as its own file."""

from __future__ import annotations

from strokebook.base import owned
from strokebook.base.errors import Diagnostic
from strokebook.base.files import inside
from strokebook.figures.prepare_page import PreparedPage, prepare_page
from strokebook.figures.separate import Figure
from strokebook.geometry.drawing import Drawing
from strokebook.geometry.svg.io import read_drawing, write_svg
from strokebook.library.catalogue.records import DrawingRecord, NewDrawing, Page
from strokebook.pipeline.project import Project
from strokebook.pipeline.settings import fingerprint
from strokebook.pipeline.stage import Outcome, Timer, is_done, key_of
from strokebook.pipeline.stages.trace import (
    scaled_trace,
    trace_file,
    trace_is_awaited,
    trace_key,
    traceable,
)

STAGE, VERSION = "figures", "1"


@owned.owning(STAGE)
def separate_pages(project: Project) -> Outcome:
    """Find the drawings of every traced page; pages no longer traced lose theirs."""
    outcome, timer = Outcome(STAGE), Timer()
    pages = [page for page in traceable(project) if trace_file(project, page).exists()]
    files = _files_by_image(project)
    _forget_others(project, files.keys() - {page.image for page in pages}, files)
    due = []
    for page in pages:
        key = figures_key(project, page)
        if trace_is_awaited(project, page):
            outcome.ready += 1  # its drawings stay as they are until it can be traced again
        elif is_done(project, STAGE, page.image, key) and all(
            project.at(name).exists() for name in files.get(page.image, ())
        ):
            outcome.ready += 1
        else:
            due.append((page, key))
    for page, key in project.progress.track(due, "join, splice, separate"):
        try:
            _work_on(project, page, key)
            outcome.worked += 1
        except owned.ForeignFileError as error:
            outcome.diagnostics.append(Diagnostic(page.id, error.reason, error.remedy))
    outcome.seconds = timer.seconds
    return outcome


def figures_key(project: Project, page: Page) -> str:
    """The key of a page's drawings: its tracing, its id (in the file names), the settings."""
    s = project.settings
    options = fingerprint(s.page, s.join, s.splice, s.separate, s.route)
    return key_of(STAGE, VERSION, trace_key(project, page), page.id, options)


def prepare(project: Project, page: Page) -> PreparedPage:
    """A page's way from its tracing to its drawings, with every state between."""
    s = project.settings
    return prepare_page(scaled_trace(project, page), s.page, s.join, s.splice, s.separate, s.route)


def load_figure(project: Project, record: DrawingRecord) -> Drawing:
    """A separated drawing in page pixels, exactly as it was found."""
    return read_drawing(inside(project.folder, record.svg))


def _work_on(project: Project, page: Page, key: str) -> None:
    timer = Timer()
    before = {d.svg for d in project.catalogue.drawings(image=page.image, include_private=True)}
    prepared = prepare(project, page)
    for number in range(1, len(prepared.kept) + 1):
        owned.check(project.at(_name(page, number)))  # all of them, before the first is replaced
    with owned.owning(STAGE, page.image):
        records = [_save(project, page, n, f) for n, f in enumerate(prepared.kept, start=1)]
    project.catalogue.replace_drawings(page.image, records)
    _remove(project, page.image, before - {record.svg for record in records})
    facts = {
        "counts": {c.step: [c.strokes, c.points] for c in prepared.counts},
        "small": len(prepared.dropped),
    }
    project.catalogue.put_result(STAGE, page.image, key, timer.seconds, facts)


def _save(project: Project, page: Page, number: int, figure: Figure) -> NewDrawing:
    name, drawing = _name(page, number), figure.drawing
    write_svg(drawing, project.at(name), layer=f"1 {page.id}d{number:02d}")
    x0, y0, x1, y1 = (round(float(v), 1) for v in figure.box)
    return NewDrawing((x0, y0, x1, y1), len(drawing), drawing.n_points, name, _content(drawing))


def _name(page: Page, number: int) -> str:
    return f"drawings/{page.id}d{number:02d}.svg"


def _content(drawing: Drawing) -> str:
    return key_of(*(stroke.tobytes().hex() for stroke in drawing.strokes))


def _files_by_image(project: Project) -> dict[str, set[str]]:
    """The files of all drawings, read at once."""
    files: dict[str, set[str]] = {}
    for drawing in project.catalogue.drawings(include_private=True):
        files.setdefault(drawing.image, set()).add(drawing.svg)
    return files


def _forget_others(project: Project, images: set[str], files: dict[str, set[str]]) -> None:
    for image in images:
        _remove(project, image, files[image])
        project.catalogue.replace_drawings(image, [])
        project.catalogue.forget_results(STAGE, [image])


def _remove(project: Project, image: str, names: set[str]) -> None:
    """Remove drawings of an image; pages that changed names may have each other's files by now."""
    for name in names:
        path = inside(project.folder, name)
        if owned.owner_of(path) in (image, None):
            owned.remove(path)
