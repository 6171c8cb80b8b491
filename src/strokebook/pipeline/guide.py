"""What to look at now, and what to do next: for the end of a run, and for ``status``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from strokebook.library.catalogue.records import Cluster
from strokebook.pipeline.output.pictures import counted
from strokebook.pipeline.project import Project
from strokebook.pipeline.project_summary import PRIVATE, Summary
from strokebook.pipeline.stages.dataset import npz_file
from strokebook.pipeline.stages.train import LEAST, model_folder

# What the stages leave, the last stage's first: at most this many are named.
MOST = 9
SOME = 200  # pages among which a drawing to go on from is looked for


@dataclass(frozen=True)
class Sight:
    """Something to open: what it is, and where it lies."""

    what: str
    path: Path


def to_look_at(project: Project) -> list[Sight]:
    """The files worth opening now, the furthest along first; only those that exist."""
    return list(_sights(project))[:MOST]


def _sights(project: Project) -> Iterator[Sight]:
    pictures = project.pictures
    for what, path in (
        ("report", project.at("report.html")),
        ("completions", project.at("drawn", "completions.png")),
        ("animation", project.at("drawn", "completions.gif")),
        ("pages on their way", pictures / "path.png"),
        ("drawings kept", pictures / "drawings-kept.jpg"),
        ("drawings dropped", pictures / "drawings-dropped.jpg"),
    ):
        if path.exists():
            yield Sight(what, path)
    for what, pattern in (
        ("clusters of drawings", "drawings-*.jpg"),
        ("clusters of pages", "pages-*.jpg"),
    ):
        if any((pictures / "clusters").glob(pattern)):
            yield Sight(what, pictures / "clusters" / pattern)
    for what, path in (
        ("map to zoom in", pictures / "map.html"),
        ("map of pages", pictures / "map-pages.jpg"),
        ("map", pictures / "map.png"),
        ("traces", project.at("traces")),
    ):
        if path.exists():
            yield Sight(what, path)


def next_step(project: Project, summary: Summary) -> str:
    """One thing to do now, with its command, decided from what there is.

    Pages that may be used come first, then names for their clusters, then whatever stage is
    missing, then drawing. All but a page or two is known from the ``summary``.
    """
    usable = sum(count for kind, count in summary.pages.items() if kind != PRIVATE)
    clusters = project.catalogue.clusters("pages") if usable else []
    if not clusters:
        why = "to look at the pages, and to go on from there" if usable else "to find the pages"
        return _command(project, "run", why)
    if unnamed := [c for c in clusters if c.name is None and c.size]:
        return _name_them(project, unnamed)
    if not summary.pages.get("drawing"):
        return _label_drawings(project)
    return _go_on(project, summary)


def _go_on(project: Project, summary: Summary) -> str:
    """The next step once every cluster has a name."""
    if not summary.drawings["found"]:
        return _command(project, "run", "to trace the drawings, and to go on from there")
    if (model_folder(project) / "best.json").exists():
        ending = _command(project, f"complete {_start(project)} --from 20")
        return f"{_command(project, 'canvas')}   (to draw with it; in the terminal: {ending})"
    kept = summary.drawings["kept"]
    if kept <= LEAST and npz_file(project).exists():
        return (
            f"{counted(kept, 'drawing')} kept: too few to learn from. Add sketchbooks to the"
            f" library, then {_command(project, 'run')}"
        )
    return _command(project, "run", "to learn from the drawings")


def _start(project: Project) -> Path:
    """A drawing that the model can go on from: one that was kept, of an early page."""
    for image, _ in _usable_pages(project)[:SOME]:
        for drawing in project.catalogue.drawings(image=image, kept=True, include_private=True):
            return project.at(drawing.svg)
    return Path("start.svg")


def _usable_pages(project: Project) -> list[tuple[str, str]]:
    """Image and id of each page that may be used."""
    shown = project.options.include_private
    return project.catalogue.standing_pages(include_private=shown)


def _name_them(project: Project, unnamed: list[Cluster]) -> str:
    largest = max(unnamed, key=lambda cluster: cluster.size)
    sheet = project.pictures / "clusters" / f"pages-{largest.number:02d}.jpg"
    count = f"{len(unnamed)} clusters have" if len(unnamed) > 1 else "1 cluster has"
    command = _command(project, f"label {largest.number}=drawings")
    return f"{count} no name: look at {sheet}, then {command} (or another label)"


def _label_drawings(project: Project) -> str:
    sheets = project.pictures / "clusters"
    _, page = _usable_pages(project)[0]
    command = _command(project, f"correct {page} drawings")
    return f"no page counts as a drawing: look at {sheets}, then {command}"


def _command(project: Project, words: str, why: str = "") -> str:
    here = project.folder.resolve() == Path.cwd()
    place = "" if here else f" --project {project.folder}"
    return f"strokebook {words}{place}{f'   ({why})' if why else ''}"
