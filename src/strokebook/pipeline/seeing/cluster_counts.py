"""How many clusters there should be: the silhouette of a project's pages or drawings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from strokebook.base import owned
from strokebook.base.errors import StrokebookError
from strokebook.library.catalogue.records import Space
from strokebook.pipeline.output.pictures import save_picture
from strokebook.pipeline.project import Project
from strokebook.pipeline.project_backbone import ProjectBackbone
from strokebook.pipeline.stage import usable_pages
from strokebook.vision.clusters.silhouette import (
    SilhouetteCurve,
    silhouette_curve,
    silhouette_picture,
)

STAGE = "picture"
MOST_CLUSTERS = 24  # looked at, or eight more than the setting
FEWEST = 4  # items, for a number of clusters between 1 and each its own


@dataclass(frozen=True)
class DrawnSilhouette:
    """The curve, and where its picture lies."""

    curve: SilhouetteCurve
    picture: Path


@owned.owning(STAGE)
def draw_silhouette(project: Project, space: Space) -> DrawnSilhouette:
    """Measure the silhouette for each number of clusters, and draw it in ``pictures/clusters``.

    Raises:
        StrokebookError: The items were not looked at yet, or are too few or all alike.
    """
    catalogue, looked = project.catalogue, ProjectBackbone(project).known_fingerprint
    private = project.options.include_private
    if space == "pages":
        keys = [page.image for page in usable_pages(project)]
    else:
        keys = [d.key for d in catalogue.drawings(include_private=private)]
    known = catalogue.vector_keys(space, looked or "")
    keys = [key for key in keys if key in known]
    if looked is None or not keys:
        raise StrokebookError(f"The {space} were not looked at yet.", "Run 'strokebook run' first.")
    vectors, setting = catalogue.vectors(space, looked, keys), project.settings.vision.clusters
    ks = range(2, min(max(MOST_CLUSTERS, setting + 8), len(keys) - 1) + 1)
    tracked = project.progress.track(ks, "numbers of clusters")
    curve = silhouette_curve(vectors, tracked, project.options.seed)
    if not curve.scores:
        raise StrokebookError(
            f"{len(keys)} {space} that differ too little have no silhouette.",
            f"It takes at least {FEWEST}.",
        )
    target = project.pictures / "clusters" / f"silhouette-{space}.png"
    save_picture(silhouette_picture(curve, setting, space), target)
    return DrawnSilhouette(curve, target)
