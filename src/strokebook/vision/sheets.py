"""Contact sheets of clusters, for pages and for separated drawings alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image

from strokebook.geometry.drawing import Drawing
from strokebook.geometry.render import sheet
from strokebook.vision.clusters.k_means import ClusterFit, Vectors

MOST = 48  # items on a sheet: six rows of eight still fit on a screen
COLUMNS, CELL = 8, 150
LINES = 4  # of a caption: an id, and the longest reason there is


def members(vectors: Vectors, clustering: ClusterFit, number: int, most: int = MOST) -> list[int]:
    """Rows of one cluster for a sheet, the most typical first.

    Where there are more than ``most``, the last third shown are the least typical ones, because
    those are the ones to look at before the whole cluster gets a name.

    Args:
        vectors: ``(N, D)``, those that were clustered.
        clustering: Of them.
        number: The cluster.
        most: Most rows.
    """
    rows = np.flatnonzero(clustering.numbers == number)
    away = np.linalg.norm(vectors[rows] - clustering.centroids[number], axis=1)
    ordered = [int(r) for r in rows[np.argsort(away, kind="stable")]]
    if len(ordered) <= most:
        return ordered
    doubtful = most // 3
    return ordered[: most - doubtful] + ordered[len(ordered) - doubtful :]


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
    clustering: ClusterFit,
    number: int,
    item: Callable[[int], Image.Image | Drawing],
    caption: Callable[[int], str],
    name: str | None = None,
    most: int = MOST,
) -> Image.Image:
    """The sheet of one cluster.

    Args:
        vectors: ``(N, D)``.
        clustering: Of them.
        number: The cluster.
        item: The page image or drawing of a row; asked for the rows shown only.
        caption: Its caption (``sb48p005``).
        name: The label, if the cluster has one.
        most: Most items.
    """
    rows = members(vectors, clustering, number, most)
    size = int((clustering.numbers == number).sum())
    shown = (
        f"{size}"
        if len(rows) == size
        else f"{len(rows)} of {size} shown, the last {most // 3} of them the least typical"
    )
    heading = f"Cluster {number}{f': {name}' if name else ''} ({shown})"
    return contact_sheet([item(r) for r in rows], [caption(r) for r in rows], heading)
