"""Contact sheets of clusters, for pages and for separated drawings alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image

from strokebook.geometry.drawing import Drawing
from strokebook.geometry.render import sheet
from strokebook.vision.clusters.k_means import Vectors

COLUMNS, CELL = 8, 150
MOST = 48  # items on a sheet: six rows of eight still fit on a screen
EDGE = 2 * COLUMNS  # of them from the edge, where the cluster is larger than that
LINES = 4  # of a caption: an id, and the longest reason there is


def centre_and_edge(
    vectors: Vectors, centroid: Vectors, most: int = MOST, edge: int = EDGE
) -> tuple[list[int], list[int]]:
    """Rows for a cluster's sheet: those nearest to its centre, and those furthest from it.

    The most typical show what the cluster is, the least typical what a name for it would also
    name. A cluster of one row of items has no edge.

    Args:
        vectors: ``(N, D)`` of its members.
        centroid: ``(D,)``.
        most: Most rows in all.
        edge: Most rows from the edge, at least one row of items being left for the centre.

    Returns:
        Both from the centre outwards; together every member where there are no more than ``most``.
    """
    away = np.linalg.norm(vectors - centroid, axis=1)
    ordered = [int(row) for row in np.argsort(away, kind="stable")]
    last = min(edge, most // 3, max(0, len(ordered) - COLUMNS))
    first = min(most, len(ordered)) - last
    return ordered[:first], ordered[len(ordered) - last :] if last else []


def contact_sheet(
    items: Sequence[Image.Image | Drawing],
    captions: Sequence[str],
    heading: str,
    columns: int = COLUMNS,
    cell: int = CELL,
) -> Image.Image:
    """Pages (images) or separated drawings in rows under a heading, each with its caption."""
    return sheet(items, columns, cell, captions, heading, lines=LINES)


def cluster_sheet(
    vectors: Vectors,
    centroid: Vectors,
    number: int,
    item: Callable[[int], Image.Image | Drawing],
    caption: Callable[[int], str],
    name: str | None = None,
    what: str = "items",
    most: int = MOST,
) -> Image.Image:
    """The sheet of one cluster: its centre, and under that its edge.

    Args:
        vectors: ``(N, D)`` of its members.
        centroid: ``(D,)``.
        number: Its number.
        item: The page image or drawing of a row; asked for the rows shown only.
        caption: Its caption (``sb48p005``).
        name: The label, if the cluster has one.
        what: ``pages`` or ``drawings``.
        most: Most items.
    """
    centre, edge = centre_and_edge(vectors, centroid, most)
    size, shown = len(vectors), len(centre) + len(edge)
    counted = f"{size} {what if size != 1 else what.removesuffix('s')}"
    heading = f"Cluster {number}{f': {name}' if name else ''} ({counted}"
    heading += f", {shown} shown)" if shown < size else ")"
    bands = [_band(centre, item, caption, f"{heading}, nearest to the centre first")]
    if edge:
        told = f"At the edge: the {len(edge)} least like the others, the last the least"
        bands.append(_band(edge, item, caption, told))
    return _stacked(bands)


def _band(
    rows: Sequence[int],
    item: Callable[[int], Image.Image | Drawing],
    caption: Callable[[int], str],
    heading: str,
) -> Image.Image:
    return contact_sheet([item(r) for r in rows], [caption(r) for r in rows], heading)


def _stacked(bands: Sequence[Image.Image]) -> Image.Image:
    """Pictures one under the other, on white."""
    size = (max(b.width for b in bands), sum(b.height for b in bands))
    picture, top = Image.new("RGB", size, "white"), 0
    for band in bands:
        picture.paste(band, (0, top))
        top += band.height
    return picture
