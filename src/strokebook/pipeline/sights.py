"""The pictures of what was seen: the map, and a contact sheet of every cluster and label.

Each picture is kept under a key of all that it shows, so that an edit redraws what it touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np
from PIL import Image

from strokebook.base.files import slug
from strokebook.base.images import open_image
from strokebook.geometry.render import render, sheet
from strokebook.library.previews import preview_path
from strokebook.library.records import DrawingRecord, Page
from strokebook.pipeline.figures import load_figure
from strokebook.pipeline.pictures import save_picture
from strokebook.pipeline.project import Project
from strokebook.pipeline.stage import is_done, key_of, usable_pages

STAGE, VERSION = "picture", "1"
MOST = 60  # pages on a sheet; a larger cluster shows an even choice of its pages
CELL = (150, 205)
SMALL = 200
T = TypeVar("T")


@dataclass(frozen=True)
class Sight:
    """A picture that may have to be redrawn: the key of all it shows, and how it is made."""

    key: str
    make: Callable[[], Image.Image]


def draw_sights(project: Project) -> None:
    """Redraw the map and the sheets of pages where what they show has changed."""
    pages = usable_pages(project)
    sights = {}
    for name, heading, group in _page_groups(project, pages):
        shown = _even(group, MOST)
        key = key_of(VERSION, heading, *(f"{p.id} {p.image} {p.label_source}" for p in shown))
        sights[name] = Sight(key, partial(_page_sheet, project, shown, heading))
    points = project.catalogue.map_points("pages")
    placed = [page for page in pages if page.image in points]
    if placed:
        facts = (f"{p.image} {p.folder} {p.cluster} {p.label} {p.label_source}" for p in placed)
        key = key_of(VERSION, *facts, *(str(points[p.image]) for p in placed))
        sights["map.png"] = Sight(key, partial(_map, project, placed))
    _draw(project, "pages", sights)


def draw_drawing_sights(project: Project) -> None:
    """The same for the separated drawings: a sheet of every cluster, of those kept and dropped."""
    records = project.catalogue.drawings(include_private=project.options.include_private)
    sights = {}
    for name, heading, group in _drawing_groups(project, records):
        shown = _even(group, MOST)
        key = key_of(VERSION, heading, *(f"{d.id} {d.key} {d.reason}" for d in shown))
        sights[name] = Sight(key, partial(_drawing_sheet, project, shown, heading))
    _draw(project, "drawings", sights)


def _draw(project: Project, group: str, sights: Mapping[str, Sight]) -> None:
    """Make what is not up to date and remove pictures of the group that nothing wants any more."""
    due = [
        name
        for name, sight in sights.items()
        if not is_done(project, STAGE, name, sight.key) or not (project.pictures / name).exists()
    ]
    for name in project.progress.track(due, f"pictures of {group}"):
        save_picture(sights[name].make(), project.pictures / name)
        project.catalogue.put_result(STAGE, name, sights[name].key, 0.0, {"group": group})
    for name, result in project.catalogue.results(STAGE).items():
        if result.summary.get("group") == group and name not in sights:
            (project.pictures / name).unlink(missing_ok=True)
            project.catalogue.forget_results(STAGE, [name])


def _page_groups(project: Project, pages: Sequence[Page]) -> Iterable[tuple[str, str, list[Page]]]:
    for cluster in project.catalogue.clusters("pages"):
        members = [p for p in pages if p.cluster == cluster.number]
        if members:
            name = f" {cluster.name}" if cluster.name else ", not named"
            heading = f"cluster {cluster.number}{name}: {len(members)} pages"
            yield f"clusters/pages-{cluster.number:02d}.jpg", heading, members
    for label in sorted({p.label for p in pages if p.label}):
        members = [p for p in pages if p.label == label]
        yield f"labels/{slug(label)}.jpg", f"{label}: {len(members)} pages", members


def _drawing_groups(
    project: Project, records: Sequence[DrawingRecord]
) -> Iterable[tuple[str, str, list[DrawingRecord]]]:
    for cluster in project.catalogue.clusters("drawings"):
        members = [d for d in records if d.cluster == cluster.number]
        if members:
            name = f" {cluster.name}" if cluster.name else ""
            heading = f"cluster {cluster.number}{name}: {len(members)} drawings"
            yield f"clusters/drawings-{cluster.number:02d}.jpg", heading, members
    for word, kept in (("kept", True), ("dropped", False)):
        members = [d for d in records if d.kept is kept]
        if members:
            yield f"drawings-{word}.jpg", f"{len(members)} drawings {word}", members


def _page_sheet(project: Project, pages: Sequence[Page], heading: str) -> Image.Image:
    images = [open_image(preview_path(project.folder, p.image), reduce_to=max(CELL)) for p in pages]
    titles = [f"{p.id} {'(by hand)' if p.label_source == 'hand' else ''}" for p in pages]
    return sheet(images, 10, CELL, titles, heading)


def _drawing_sheet(project: Project, records: Sequence[DrawingRecord], heading: str) -> Image.Image:
    images = [render(load_figure(project, d), (SMALL, SMALL), 1.5) for d in records]
    titles = [f"{d.id} {d.reason or ''}" for d in records]
    return sheet(images, 8, SMALL, titles, heading)


def _map(project: Project, pages: Sequence[Page]) -> Image.Image:
    from strokebook.vision.mapview import map_picture

    points = project.catalogue.map_points("pages")
    xy = np.array([points[page.image] for page in pages], np.float32)
    groups = {
        "folder": [page.folder or page.book for page in pages],
        "cluster": [str(page.cluster) for page in pages],
        "label": [page.label or "none" for page in pages],
    }
    hand = np.array([page.label_source == "hand" for page in pages])
    return map_picture(xy, groups, hand=hand)


def _even(items: Sequence[T], most: int) -> list[T]:
    """At most ``most`` of the items, evenly chosen, in order."""
    if len(items) <= most:
        return list(items)
    return [items[int(i)] for i in np.linspace(0, len(items) - 1, most)]
