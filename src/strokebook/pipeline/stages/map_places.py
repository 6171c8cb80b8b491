"""Pages onto the map: all of them once, later ones where their likes are; none ever moves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from strokebook.library.catalogue.records import Space
from strokebook.pipeline.project import Project
from strokebook.pipeline.stage import Timer
from strokebook.vision.maps.map2d import extend_map, fit_map

SPACE: Space = "pages"


def place_on_map(project: Project, looked: str, images: Sequence[str]) -> None:
    """A place for every page; those placed before keep theirs while the network is the same.

    Args:
        project: Open.
        looked: Fingerprint of the network, under which the map is kept.
        images: Every page's, each with a vector.
    """
    previous = project.catalogue.result("map", "all")
    same = previous is not None and previous.key == looked
    old = project.catalogue.map_points(SPACE) if same else {}
    new = [image for image in images if image not in old]
    if not new:
        return
    timer, kept = Timer(), [image for image in images if image in old]
    if kept and previous is not None:
        # A map of before the scale was kept has none: its new pages go to the median of their like.
        scale = float(previous.summary.get("scale", 0.0))
        vectors = project.catalogue.vectors(SPACE, looked, [*kept, *new])
        xy = np.array([old[image] for image in kept], np.float32)
        placed = extend_map(vectors[: len(kept)], xy, vectors[len(kept) :], scale)
        points = {**{i: old[i] for i in kept}, **dict(zip(new, placed.tolist(), strict=True))}
    else:
        vectors = project.catalogue.vectors(SPACE, looked, images)
        places, scale = fit_map(vectors, project.options.seed)
        points = dict(zip(images, places.tolist(), strict=True))
    project.catalogue.put_map(SPACE, points)
    project.catalogue.put_result("map", "all", looked, timer.seconds, {"scale": scale})
