"""The pictures of what was seen: the map, and a contact sheet of every cluster and label.

Each picture is kept under a key of all that it shows, so that an edit redraws what it touched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np
from PIL import Image

from strokebook.base import owned
from strokebook.base.files import inside, slug
from strokebook.base.imaging.images import open_image
from strokebook.geometry.render import render
from strokebook.library.catalogue.records import DrawingRecord, Page, Space, Vectors
from strokebook.library.disk.previews import preview_path
from strokebook.pipeline.output.pictures import counted, save_picture
from strokebook.pipeline.preview_images import Previews
from strokebook.pipeline.project import Project
from strokebook.pipeline.stage import is_done, key_of, usable_pages
from strokebook.pipeline.stages.figures import load_figure
from strokebook.vision.clusters.k_means import ClusterFit
from strokebook.vision.maps.mapview import map_picture, thumbnail_map
from strokebook.vision.sheets import cluster_sheet, contact_sheet

STAGE, VERSION = "picture", "2"
MOST = 60  # items on a sheet of a label; of more an even choice is shown
COLUMNS, CELL = 10, 150
SMALL = 160  # px: a page or drawing on a sheet
T = TypeVar("T")


@dataclass(frozen=True)
class CachedPicture:
    """A picture that may have to be redrawn: the key of all it shows, and how it is made."""

    key: str
    make: Callable[[], Image.Image]


@dataclass(frozen=True)
class Item:
    """A page or drawing on a sheet: its key in the catalogue, its caption, its picture."""

    key: str
    caption: str
    picture: Callable[[], Image.Image]


def draw_page_sheets(project: Project, looked: str) -> None:
    """Redraw the maps and the sheets of pages where what they show has changed.

    Args:
        project: Open.
        looked: Fingerprint of the network whose vectors were clustered.
    """
    pages = usable_pages(project)
    items = [_page_item(project, page) for page in pages]
    sheets = _cluster_pictures(project, "pages", looked, items)
    groups: dict[str, list[Item]] = {}
    for item, page in zip(items, pages, strict=True):
        if page.label:
            groups.setdefault(page.label, []).append(item)
    for label, group in sorted(groups.items()):
        sheets[f"labels/{slug(label)}.jpg"] = _cached_sheet(
            group, f"{label}: {counted(len(group), 'page')}"
        )
    _draw(project, "pages", sheets | _map_pictures(project, pages))


def draw_drawing_clusters(project: Project, looked: str) -> None:
    """The same for the sheets of the clusters of drawings."""
    records = project.catalogue.drawings(include_private=project.options.include_private)
    items = [_drawing_item(project, record, record.id) for record in records]
    _draw(project, "drawings", _cluster_pictures(project, "drawings", looked, items))


def draw_verdicts(project: Project) -> None:
    """A sheet of the drawings kept, and one of those dropped with the reason of each."""
    records = project.catalogue.drawings(include_private=project.options.include_private)
    sheets: dict[str, CachedPicture] = {}
    for word, kept in (("kept", True), ("dropped", False)):
        group = [
            _drawing_item(project, d, d.id if kept else f"{d.id}: {d.reason}")
            for d in records
            if d.kept is kept
        ]
        if group:
            sheets[f"drawings-{word}.jpg"] = _cached_sheet(
                group, f"{counted(len(group), 'drawing')} {word}"
            )
    _draw(project, "verdicts", sheets)


@owned.owning(STAGE)
def _draw(project: Project, group: str, sheets: Mapping[str, CachedPicture]) -> None:
    """Make what is not up to date and remove pictures of the group that nothing wants any more."""
    due = [
        name
        for name, sheet in sheets.items()
        if not is_done(project, STAGE, name, sheet.key) or not (project.pictures / name).exists()
    ]
    for name in project.progress.track(due, f"pictures of {group}"):
        try:
            save_picture(sheets[name].make(), project.pictures / name)
        except owned.ForeignFileError as error:  # the other pictures are drawn all the same
            project.progress.say(str(error))
            continue
        project.catalogue.put_result(STAGE, name, sheets[name].key, 0.0, {"group": group})
    for name, result in project.catalogue.results(STAGE).items():
        if result.summary.get("group") == group and name not in sheets:
            owned.remove(inside(project.pictures, name))
            project.catalogue.forget_results(STAGE, [name])


def _page_item(project: Project, page: Page) -> Item:
    caption = f"{page.id} {page.label or 'no label'}"
    if page.label_source == "hand":
        caption += " (by hand)"
    path = preview_path(project.folder, page.image)
    return Item(page.image, caption, partial(open_image, path, reduce_to=SMALL))


def _drawing_item(project: Project, record: DrawingRecord, caption: str) -> Item:
    return Item(record.key, caption, partial(_rendered, project, record))


def _rendered(project: Project, record: DrawingRecord) -> Image.Image:
    return render(load_figure(project, record), (SMALL, SMALL), 1.5)


def _cluster_pictures(
    project: Project, space: Space, looked: str, items: Sequence[Item]
) -> dict[str, CachedPicture]:
    clustering = project.catalogue.clustering(space)
    if clustering is None:
        return {}
    groups: dict[int, list[Item]] = {}
    for item in items:
        groups.setdefault(clustering.members[item.key], []).append(item)
    sheets = {}
    for cluster in project.catalogue.clusters(space):
        members = groups.get(cluster.number, [])
        if members:
            key = key_of(
                VERSION, clustering.key, str(cluster), *(f"{i.key} {i.caption}" for i in members)
            )
            make = partial(
                _cluster_sheet,
                project,
                space,
                looked,
                clustering.centroids,
                cluster.number,
                members,
                cluster.name,
            )
            sheets[f"clusters/{space}-{cluster.number:02d}.jpg"] = CachedPicture(key, make)
    return sheets


def _cluster_sheet(
    project: Project,
    space: Space,
    looked: str,
    centroids: Vectors,
    number: int,
    items: Sequence[Item],
    name: str | None,
) -> Image.Image:
    """The sheet of one cluster, of which ``items`` are the members; only theirs is read."""
    vectors = project.catalogue.vectors(space, looked, [item.key for item in items])
    return cluster_sheet(
        vectors,
        ClusterFit(centroids, np.full(len(items), number, np.int64)),
        number,
        lambda row: items[row].picture(),
        lambda row: items[row].caption,
        name,
    )


def _cached_sheet(items: Sequence[Item], heading: str) -> CachedPicture:
    shown = _even(items, MOST)
    if len(shown) < len(items):
        heading += f" ({len(shown)} of {len(items)} shown)"
    key = key_of(VERSION, heading, *(f"{i.key} {i.caption}" for i in shown))
    return CachedPicture(key, partial(_sheet, shown, heading))


def _sheet(items: Sequence[Item], heading: str) -> Image.Image:
    captions = [item.caption for item in items]
    return contact_sheet([i.picture() for i in items], captions, heading, COLUMNS, CELL)


def _map_pictures(project: Project, pages: Sequence[Page]) -> dict[str, CachedPicture]:
    points = project.catalogue.map_points("pages")
    placed = [page for page in pages if page.image in points]
    if not placed:
        return {}
    places = [str(points[page.image]) for page in placed]
    facts = [f"{p.image} {p.folder} {p.cluster} {p.label} {p.label_source}" for p in placed]
    return {
        "map.png": CachedPicture(key_of(VERSION, *facts, *places), partial(_map, project, placed)),
        "map-pages.jpg": CachedPicture(
            key_of(VERSION, *(p.image for p in placed), *places),
            partial(_map_of_pages, project, placed),
        ),
    }


def _places(
    project: Project, pages: Sequence[Page]
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    points = project.catalogue.map_points("pages")
    return np.array([points[page.image] for page in pages], np.float32)


def _map(project: Project, pages: Sequence[Page]) -> Image.Image:
    groups = {
        "folder": [page.folder or page.book for page in pages],
        "cluster": [str(page.cluster) for page in pages],
        "label": [page.label or "none" for page in pages],
    }
    hand = np.array([page.label_source == "hand" for page in pages])
    return map_picture(_places(project, pages), groups, hand=hand)


def _map_of_pages(project: Project, pages: Sequence[Page]) -> Image.Image:
    return thumbnail_map(_places(project, pages), Previews(project, pages, SMALL))


def _even(items: Sequence[T], most: int) -> list[T]:
    """At most ``most`` of the items, evenly chosen, in order."""
    if len(items) <= most:
        return list(items)
    return [items[int(i)] for i in np.linspace(0, len(items) - 1, most)]
