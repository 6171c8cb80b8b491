"""The pictures of what was seen: a contact sheet of every cluster and label.

Each picture is kept under a key of all that it shows, so that an edit redraws what it touched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np
from PIL import Image

from strokebook.base.files import slug
from strokebook.base.imaging.images import open_image
from strokebook.geometry.render import render
from strokebook.library.catalogue.records import Cluster, DrawingRecord, Page, Space, Vectors
from strokebook.library.disk.previews import preview_path
from strokebook.pipeline.output.cached_pictures import CachedPicture, draw_cached
from strokebook.pipeline.output.pictures import counted
from strokebook.pipeline.project import Project
from strokebook.pipeline.stage import key_of, usable_pages
from strokebook.pipeline.stages.figures import load_figure
from strokebook.pipeline.stages.map_pictures import draw_maps
from strokebook.vision.sheets import cluster_sheet, contact_sheet

VERSION = "3"
MOST = 60  # items on a sheet of a label; of more an even choice is shown
COLUMNS, CELL = 10, 150
SMALL = 160  # px: a page or drawing on a sheet
T = TypeVar("T")


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
    draw_cluster_sheets(project, "pages", looked)
    sheets: dict[str, CachedPicture] = {}
    groups: dict[str, list[Item]] = {}
    for item, page in zip(items, pages, strict=True):
        if page.label:
            groups.setdefault(page.label, []).append(item)
    for label, group in sorted(groups.items()):
        sheets[f"labels/{slug(label)}.jpg"] = _cached_sheet(
            group, f"{label}: {counted(len(group), 'page')}"
        )
    draw_maps(project)
    draw_cached(project, "pages", sheets)


def draw_drawing_clusters(project: Project, looked: str) -> None:
    """The same for the sheets of the clusters of drawings."""
    draw_cluster_sheets(project, "drawings", looked)


def draw_cluster_sheets(project: Project, space: Space, looked: str) -> None:
    """Redraw the sheets of the clusters of a space whose members, names or captions changed."""
    if space == "pages":
        items = [_page_item(project, page) for page in usable_pages(project)]
    else:
        records = project.catalogue.drawings(include_private=project.options.include_private)
        items = [_drawing_item(project, record, record.id) for record in records]
    draw_cached(project, f"clusters of {space}", _cluster_pictures(project, space, looked, items))


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
    draw_cached(project, "verdicts", sheets)


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
    """A sheet of each cluster, and one of what is in none."""
    clustering = project.catalogue.clustering(space)
    if clustering is None:
        return {}
    groups: dict[int | None, list[Item]] = {}
    for item in items:
        groups.setdefault(clustering.members.get(item.key), []).append(item)
    sheets = {}
    for cluster in project.catalogue.clusters(space):
        members = groups.get(cluster.number, [])
        if members:
            key = key_of(
                VERSION, clustering.key, str(cluster), *(f"{i.key} {i.caption}" for i in members)
            )
            centroid = clustering.centroids[cluster.number]
            make = partial(_cluster_sheet, project, space, looked, centroid, cluster, members)
            sheets[f"clusters/{space}-{cluster.number:02d}.jpg"] = CachedPicture(key, make)
    outside = [item for item in groups.get(None, []) if item.key in clustering.outside]
    if outside:
        heading = f"In no cluster: {counted(len(outside), space.removesuffix('s'))}"
        sheets[f"clusters/no-cluster-{space}.jpg"] = _cached_sheet(outside, heading)
    return sheets


def _cluster_sheet(
    project: Project,
    space: Space,
    looked: str,
    centroid: Vectors,
    cluster: Cluster,
    items: Sequence[Item],
) -> Image.Image:
    """The sheet of one cluster, of which ``items`` are the members; only theirs is read."""
    vectors = project.catalogue.vectors(space, looked, [item.key for item in items])
    return cluster_sheet(
        vectors,
        centroid,
        cluster.number,
        lambda row: items[row].picture(),
        lambda row: items[row].caption,
        cluster.name,
        space,
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


def _even(items: Sequence[T], most: int) -> list[T]:
    """At most ``most`` of the items, evenly chosen, in order."""
    if len(items) <= most:
        return list(items)
    return [items[int(i)] for i in np.linspace(0, len(items) - 1, most)]
