"""What to look at now, and what to do next: for the end of a run, and for ``status``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from strokebook.library.records import Cluster, Page
from strokebook.pipeline.datasets import npz_file
from strokebook.pipeline.learning import LEAST, model_folder
from strokebook.pipeline.project import Project
from strokebook.pipeline.stage import usable_pages

# What the stages leave, the last stage's first: at most this many are named.
MOST = 9


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
        ("map of pages", pictures / "map-pages.jpg"),
        ("map", pictures / "map.png"),
        ("traces", project.at("traces")),
    ):
        if path.exists():
            yield Sight(what, path)


def next_step(project: Project) -> str:
    """One thing to do now, with its command, decided from what there is.

    Pages that may be used come first, then names for their clusters, then whatever stage is
    missing, then drawing.
    """
    pages = usable_pages(project)
    clusters = project.catalogue.clusters("pages") if pages else []
    if not clusters:
        why = "to look at the pages, and to go on from there" if pages else "to find the pages"
        return _command(project, "run", why)
    if unnamed := [c for c in clusters if c.name is None and c.size]:
        return _name_them(project, unnamed)
    if not any(page.kind == "drawing" for page in pages):
        return _label_drawings(project, pages)
    return _go_on(project)


def _go_on(project: Project) -> str:
    """The next step once every cluster has a name."""
    drawings = project.catalogue.drawings(include_private=project.options.include_private)
    kept = [drawing for drawing in drawings if drawing.kept]
    if not drawings:
        return _command(project, "run", "to trace the drawings, and to go on from there")
    if (model_folder(project) / "best.json").exists():
        start = project.at(kept[0].svg) if kept else "start.svg"
        return _command(project, f"complete {start} --from 20", "to draw with it")
    if len(kept) <= LEAST and npz_file(project).exists():
        return (
            f"{len(kept)} drawings are too few to learn from: add sketchbooks to the library, then"
            f" {_command(project, 'run')}"
        )
    return _command(project, "run", "to learn from the drawings")


def _name_them(project: Project, unnamed: list[Cluster]) -> str:
    largest = max(unnamed, key=lambda cluster: cluster.size)
    sheet = project.pictures / "clusters" / f"pages-{largest.number:02d}.jpg"
    count = f"{len(unnamed)} clusters have" if len(unnamed) > 1 else "1 cluster has"
    command = _command(project, f"label {largest.number}=drawings")
    return f"{count} no name: look at {sheet}, then {command} (or another label)"


def _label_drawings(project: Project, pages: list[Page]) -> str:
    sheets = project.pictures / "clusters"
    command = _command(project, f"correct {pages[0].id} drawings")
    return f"no page counts as a drawing: look at {sheets}, then {command}"


def _command(project: Project, words: str, why: str = "") -> str:
    here = project.folder.resolve() == Path.cwd()
    place = "" if here else f" --project {project.folder}"
    return f"strokebook {words}{place}{f'   ({why})' if why else ''}"
