"""Stage ``report``: one self-contained HTML page with the pictures of every stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PIL import Image

from strokebook import __version__
from strokebook.base import owned
from strokebook.base.errors import StrokebookError
from strokebook.base.files import file_digest, write_text
from strokebook.base.imaging.images import open_image
from strokebook.figures.prepare_page import prepare_page
from strokebook.geometry.drawing import Drawing
from strokebook.library.catalogue.records import Page as BookPage
from strokebook.library.disk.previews import preview_path
from strokebook.pipeline.output.html import HtmlPage
from strokebook.pipeline.output.pictures import STEP_CELL, Way, path_picture, save_picture
from strokebook.pipeline.project import Project
from strokebook.pipeline.project_summary import Summary, summarise
from strokebook.pipeline.stage import Outcome, Timer, is_done, key_of, page_file
from strokebook.pipeline.stages.figures import STAGE as FIGURES
from strokebook.pipeline.stages.figures import prepare
from strokebook.pipeline.stages.trace import load_trace, trace_file, traceable
from strokebook.pipeline.stages.train import model_folder
from strokebook.tracing.page import load_page
from strokebook.tracing.registry import engine

STAGE, VERSION = "report", "3"
SHOWN = 5  # pages whose way from scan to drawings is shown


@owned.owning(STAGE)
def write_report(project: Project) -> Outcome:
    """Write ``report.html`` where anything on it has changed."""
    outcome, timer = Outcome(STAGE), Timer()
    _draw_path(project)
    summary, target = summarise(project), project.at("report.html")
    summary.seconds.pop(STAGE, None)
    files = sorted(p for p in _pictures(project) if p.exists())
    key = key_of(
        STAGE,
        VERSION,
        __version__,
        repr(summary),
        *(f"{p.relative_to(project.folder)} {file_digest(p)}" for p in files),
    )
    if is_done(project, STAGE, "all", key) and target.exists():
        outcome.ready = 1
        return outcome
    write_text(target, _page(project, summary).render())
    outcome.worked, outcome.seconds = 1, timer.seconds
    project.catalogue.put_result(STAGE, "all", key, timer.seconds, {})
    return outcome


def _pictures(project: Project) -> list[Path]:
    files = [p for folder in ("pictures", "drawn") for p in project.at(folder).rglob("*.*")]
    return [p for p in files if p.suffix in (".png", ".jpg", ".gif")] + [
        model_folder(project) / "curve.png"
    ]


def _draw_path(project: Project) -> None:
    """Some pages on their way through tracing, joining, splicing and separating."""
    pages = _examples(project)
    target = project.pictures / "path.png"
    results = project.catalogue.results(FIGURES)
    key = key_of(VERSION, *(results[p.image].key for p in pages))
    if not pages or (is_done(project, "picture", "path.png", key) and target.exists()):
        return
    ways = [_way(project, page) for page in project.progress.track(pages, "pages on their way")]
    save_picture(path_picture(ways), target)
    project.catalogue.put_result("picture", "path.png", key, 0.0, {"group": "path"})


def _examples(project: Project) -> list[BookPage]:
    """Pages with drawings on them, evenly chosen."""
    done = project.catalogue.results(FIGURES)
    with_drawings = {d.image for d in project.catalogue.drawings(kept=True)}
    pages = [
        p
        for p in traceable(project)
        if p.image in done and p.image in with_drawings and trace_file(project, p).exists()
    ]
    step = max(1, len(pages) // SHOWN)
    return pages[::step][:SHOWN]


def _way(project: Project, page: BookPage) -> Way:
    """The page both ways: joined and spliced, and routed; one of them is the one that it went."""
    s = project.settings
    traced, prepared = load_trace(project, page), prepare(project, page)
    scan, name = _scan(project, page), page.id
    if s.page.path == "join":
        by_route = replace(s.page, path="traced" if s.trace.engine == "pen" else "route")
        routed = prepare_page(traced, by_route, s.join, s.splice, s.separate, s.route).spliced
        return Way(name, scan, traced, prepared, "joined, spliced", prepared.spliced, routed)
    by_joining = replace(s.page, path="join")
    other, title = _autotraced(project, page), "autotrace, joined, spliced"
    if other is None:
        other, title = traced, "joined, spliced"
    joined = prepare_page(other, by_joining, s.join, s.splice, s.separate, s.route).spliced
    return Way(name, scan, traced, prepared, title, joined, prepared.spliced)


def _autotraced(project: Project, page: BookPage) -> Drawing | None:
    """The page's strokes as autotrace has them; None where that is not installed."""
    s = project.settings
    try:
        tracer = engine("autotrace", replace(s.trace, engine="autotrace"))
        return tracer.trace(load_page(page_file(project, page))).drawing
    except StrokebookError:
        return None


def _scan(project: Project, page: BookPage) -> Image.Image:
    return open_image(preview_path(project.folder, page.image), reduce_to=max(STEP_CELL))


def _page(project: Project, summary: Summary) -> HtmlPage:
    total = sum(summary.pages.values())
    page = HtmlPage(
        f"{project.library.name}: from sketchbooks to a model",
        f"{total} pages, {summary.drawings['found']} drawings · strokebook {__version__}",
    )
    _completions(project, page, summary)
    _pages(project, page, summary)
    _clusters(project, page)
    _path(project, page, summary)
    _composition(project, page, summary)
    _data(project, page, summary)
    _model(project, page, summary)
    page.section("Time", "What the present results took to make.")
    page.table(("stage", "seconds"), list(summary.seconds.items()))
    return page


def _show(page: HtmlPage, path: Path, caption: str) -> None:
    if path.exists():
        page.picture(path, caption)


def _tables(page: HtmlPage, summary: Summary, *titles: str) -> None:
    for table in summary.tables():
        if table.title.startswith(titles):
            page.table(table.columns, table.rows)


def _completions(project: Project, page: HtmlPage, summary: Summary) -> None:
    drawn = project.at("drawn")
    if not (drawn / "completions.png").exists():
        return
    facts = summary.model or {}
    who = "the starter" if facts.get("drawn_with") == "starter" else "the model"
    page.section(
        f"What {who} draws",
        f"Starts that it has not seen, and how it goes on. {facts.get('remark', '')}".strip(),
    )
    page.text("To draw with it yourself: strokebook canvas. For others: strokebook publish.")
    caption = f"Left: the start. Black: given; red brown: {who}'s line."
    _show(page, drawn / "completions.png", caption)
    _show(page, drawn / "completions.gif", "The first start's completions, drawn.")


def _pages(project: Project, page: HtmlPage, summary: Summary) -> None:
    page.section("Pages", "By kind. Private pages are counted here and used nowhere.")
    _tables(page, summary, "Pages")
    for path in sorted(project.pictures.glob("labels/*.jpg")):
        _show(page, path, f"Labelled {path.stem}.")
    for name, words in (
        ("labels-confusion.png", "What was taken for what, of pages held back from learning."),
        ("labels-reliability.png", "How sure the labels are against how often they are right."),
    ):
        _show(page, project.pictures / name, words)


def _clusters(project: Project, page: HtmlPage) -> None:
    page.section(
        "Map of the pages", "Near pages look alike to the network; 'strokebook map --open' zooms."
    )
    _show(page, project.pictures / "map.png", "The map, coloured by folder, cluster and label.")
    _show(page, project.pictures / "map-pages.jpg", "The pages themselves on the map.")
    for path in sorted(project.pictures.glob("clusters/pages-*.jpg")):
        _show(page, path, f"Pages of cluster {int(path.stem.rpartition('-')[2])}.")


def _path(project: Project, page: HtmlPage, summary: Summary) -> None:
    page.section("From ink to strokes", "Traced; joined and spliced beside routed; separated.")
    _tables(page, summary, "Strokes")
    _show(
        page,
        project.pictures / "path.png",
        "One page a row, on its way. Lines run from blue to yellow: first joined end to end and "
        "spliced, then in the order of the pen as the router finds it.",
    )


def _composition(project: Project, page: HtmlPage, summary: Summary) -> None:
    page.section("Drawings", "What was found, what was kept, and why the rest was not.")
    _tables(page, summary, "Drawings")
    for name in ("drawings-kept.jpg", "drawings-dropped.jpg"):
        _show(page, project.pictures / name, name.partition(".")[0].replace("-", " "))
    for path in sorted(project.pictures.glob("clusters/drawings-*.jpg")):
        _show(page, path, f"Drawings of cluster {int(path.stem.rpartition('-')[2])}.")


def _data(project: Project, page: HtmlPage, summary: Summary) -> None:
    if summary.dataset is None:
        return
    page.section("Data set", " ".join(summary.dataset["notes"]))
    _tables(page, summary, "Data set")
    _show(page, project.pictures / "points.png", "Points of a drawing, before and after.")


def _model(project: Project, page: HtmlPage, summary: Summary) -> None:
    if summary.model is None:
        return
    remark = summary.model.get("remark", "")
    page.section("Model", f"SketchRNN, trained on the data set. {remark}".strip())
    _tables(page, summary, "Model")
    _show(page, model_folder(project) / "curve.png", "Losses while it learnt.")
    drawn: Sequence[tuple[str, str]] = (
        ("samples.png", "New drawings, from nothing."),
        ("variations.png", "Drawings that it has not seen, varied in its hand."),
        ("reconstructions.png", "Drawings that it has not seen, and what it makes of them."),
        ("interpolation.png", "The way from one drawing to another."),
    )
    for name, caption in drawn:
        _show(page, project.at("drawn", name), caption)
