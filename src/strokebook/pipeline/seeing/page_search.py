"""Pages like a page or a picture: a stand-in until the search for pages is merged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from strokebook.base.errors import StrokebookError
from strokebook.pipeline.project import Project
from strokebook.pipeline.project_backbone import ProjectBackbone
from strokebook.pipeline.stage import usable_pages


@dataclass(frozen=True)
class PageMatch:
    """A page that is like what was asked for."""

    page: str
    score: float
    why: str


def rank_pages(project: Project, query: Image.Image | str, most: int) -> list[PageMatch]:
    """The pages most like a picture, or like a page (by id), the best first."""
    eyes, pages = ProjectBackbone(project), usable_pages(project)
    if eyes.known_fingerprint is None:
        raise StrokebookError("The pages were not looked at yet.", "Run 'strokebook run' first.")
    known = project.catalogue.vector_keys("pages", eyes.known_fingerprint)
    pages = [page for page in pages if page.image in known]
    table = project.catalogue.vectors("pages", eyes.known_fingerprint, [p.image for p in pages])
    if isinstance(query, str):
        own = project.catalogue.page(query)
        asked = project.catalogue.vectors("pages", eyes.known_fingerprint, [own.image])[0]
    else:
        own, asked = None, eyes.backbone.embed([query])[0]
    scores = table @ asked
    order = [r for r in np.argsort(-scores) if own is None or pages[r].image != own.image]
    return [PageMatch(pages[r].id, float(scores[r]), "looks alike") for r in order[:most]]
