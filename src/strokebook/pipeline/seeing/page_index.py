"""The pages that can be sought, and what they are sought by: vectors of the network, ink maps.

Ink maps are made when first asked for and kept in the catalogue beside the vectors, so that what
removes a page's vectors removes its map.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from PIL import Image

from strokebook.base.errors import InputRefused, StrokebookError
from strokebook.base.imaging.images import open_image
from strokebook.library.catalogue.records import Space
from strokebook.library.disk.previews import preview_path
from strokebook.pipeline.project import Project
from strokebook.pipeline.project_backbone import ProjectBackbone
from strokebook.pipeline.seeing.vector_file import VectorTable, open_table
from strokebook.vision.search import ink_map
from strokebook.vision.search.registration import PageFeatures, measure_features

PAGES: Space = "pages"
SOUGHT: Space = "search"
BATCH = 64  # maps between two commits: what a kill costs
THREADS = 2  # pictures decoded at a time


@dataclass(frozen=True, eq=False)
class PageIndex:
    """Pages that were looked at, row by row.

    Attributes:
        ids: Of the pages, by sketchbook and number.
        images: Keys of their content.
        network: Their vectors.
        maps: Their ink maps.
    """

    ids: Sequence[str]
    images: Sequence[str]
    network: VectorTable
    maps: VectorTable


def index_pages(project: Project) -> PageIndex:
    """All pages that may be sought; ink maps that are missing are made, with progress.

    Raises:
        StrokebookError: The pages were not looked at yet.
    """
    fingerprint = ProjectBackbone(project).known_fingerprint
    if fingerprint is None:
        raise StrokebookError("The pages were not looked at yet.", "Run 'strokebook run' first.")
    catalogue, private = project.catalogue, project.options.include_private
    known = catalogue.vector_keys(PAGES, fingerprint)
    pages = [p for p in catalogue.standing_pages(include_private=private) if p[0] in known]
    mapped = map_pages(project, [image for image, _ in pages])
    pages = [page for page in pages if page[0] in mapped]
    images = [image for image, _ in pages]
    if not images:
        raise StrokebookError("There are no pages to look at.", "Run 'strokebook run' first.")
    return PageIndex(
        ids=[page for _, page in pages],
        images=images,
        network=open_table(project, "network", PAGES, fingerprint, images),
        maps=open_table(project, "ink", SOUGHT, ink_map.NAME, images),
    )


def map_pages(project: Project, images: Sequence[str]) -> frozenset[str]:
    """Make the ink maps that are missing; the images that have one then.

    An image whose preview is missing or torn has none until the next run makes it again.
    """
    known = project.catalogue.vector_keys(SOUGHT, ink_map.NAME)
    due = [image for image in images if image not in known]
    starts = range(0, len(due), BATCH)
    with ThreadPoolExecutor(THREADS) as pool:
        for first in project.progress.track(starts, "where the ink lies", len(starts)):
            part = due[first : first + BATCH]
            pictures = pool.map(lambda image: open_preview(project, image), part)
            maps = {
                image: ink_map.measure_ink_map(picture)
                for image, picture in zip(part, pictures, strict=True)
                if picture is not None
            }
            _keep(project, maps)
    return project.catalogue.vector_keys(SOUGHT, ink_map.NAME) if due else known


def _keep(project: Project, maps: dict[str, ink_map.InkMap]) -> None:
    """Keep maps, but none of a page that has become private since its preview was read."""
    catalogue = project.catalogue
    with catalogue.transaction():
        hidden = frozenset() if project.options.include_private else catalogue.private_hashes()
        kept = {image: one for image, one in maps.items() if image not in hidden}
        catalogue.put_vectors(SOUGHT, ink_map.NAME, kept)


def open_preview(project: Project, image: str) -> Image.Image | None:
    """A page's small picture; None where it is missing or torn."""
    try:
        return open_image(preview_path(project.folder, image))
    except InputRefused:
        return None


def features_of(project: Project, image: str) -> PageFeatures | None:
    """What is laid onto other pages of this one; None where its preview is missing or torn."""
    picture = open_preview(project, image)
    return None if picture is None else measure_features(picture)


def in_all_turns(one: ink_map.InkMap) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """An ink map, and as it is when the page lies on its side or its head, ``(4, 784)``."""
    return np.stack([ink_map.turn_map(one, quarters) for quarters in range(4)])
