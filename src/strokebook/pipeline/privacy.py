"""What was made of pages goes when they become private: pictures, data sets, models, the report."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from strokebook.pipeline.project import Project

# Everything here is made again by the next run from the pages that may be used.
PRODUCTS = ("pictures", "drawn", "datasets", "models/drawings", "report.html")


def forget_products(project: Project, images: Sequence[str]) -> None:
    """Delete traces of ``images`` and all that mixes several pages' drawings."""
    for image in images:
        project.at("cache", "traces", f"{image}.json").unlink(missing_ok=True)
    shown = {page.id for page in project.catalogue.pages(include_private=False)}
    for path in project.at("traces").glob("*.svg"):
        if path.stem not in shown:
            path.unlink()
    for name in PRODUCTS:
        path = project.at(*name.split("/"))
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
