"""Pages like a page or a picture: the same page in another scan first, then what looks alike.

Candidates come from two sides: where the ink lies (``vision/search/ink_map.py``) finds the same
page in another scan, also upside down or on its side; the network finds what shows the like.
The nearest of both are laid onto the query (``vision/search/registration.py``), the likeliest first
and until no better is to be expected: what fits is the same page, and the reason can be told. The
rest is ordered by the network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from PIL import Image

from strokebook.base.array_types import Floats32
from strokebook.base.errors import StrokebookError, UsageError
from strokebook.pipeline.project import Project
from strokebook.pipeline.project_backbone import ProjectBackbone
from strokebook.pipeline.seeing.page_index import (
    PAGES,
    SOUGHT,
    THREADS,
    PageIndex,
    features_of,
    in_all_turns,
    index_pages,
    map_pages,
    open_preview,
)
from strokebook.vision.search import ink_map
from strokebook.vision.search.registration import (
    SURE_PAIRS,
    PageFeatures,
    Registration,
    measure_features,
    register,
)

BY_INK, BY_NETWORK = 40, 10  # nearest that are laid onto the query at most
AT_ONCE = 8  # of them
CLEARLY = 0.1  # by which the ink of others must be farther than that of the same page


@dataclass(frozen=True)
class PageMatch:
    """A page that is like what was asked for.

    Attributes:
        page: Its id.
        score: Cosine of the network's vectors; of the same page 1 more than the share of ink that
            agrees, so that these come first.
        why: In words: ``same page, turned 1.9°, 214 of 500 points agree``.
    """

    page: str
    score: float
    why: str


@dataclass(frozen=True, eq=False)
class PageQuery:
    """What is asked for.

    Attributes:
        vector: Of the network, length 1.
        ink: Its ink map.
        features: What is laid onto the pages; None where its picture is missing.
        image: Key of the page that it is, which is not found again; "": it is from outside.
    """

    vector: Floats32
    ink: ink_map.InkMap
    features: PageFeatures | None
    image: str = ""


def rank_pages(project: Project, query: Image.Image | str, most: int) -> list[PageMatch]:
    """The pages most like a picture, or like a page (by id), the best first.

    Raises:
        StrokebookError: The pages were not looked at yet.
        UsageError: There is no such page, or it is private.
    """
    return PageSearch(project).rank(query, most)


class PageSearch:
    """The pages of a project, ready to be asked for more than once."""

    def __init__(self, project: Project) -> None:
        """Read what the pages are sought by, and make what is missing of it.

        Raises:
            StrokebookError: The pages were not looked at yet.
        """
        self._project = project
        self._eyes = ProjectBackbone(project)
        self.index: PageIndex = index_pages(project)

    def rank(self, query: Image.Image | str, most: int) -> list[PageMatch]:
        """See :func:`rank_pages`."""
        asked = self.of_page(query) if isinstance(query, str) else self.of_picture(query)
        return self.rank_query(asked, most)

    def rank_query(self, asked: PageQuery, most: int) -> list[PageMatch]:
        """The pages most like a query, the best first."""
        own = 1 if asked.image else 0
        by_ink = self._by_ink(asked.ink, BY_INK + own)
        rows, cosines = self.index.network.nearest(asked.vector, most + BY_INK + own)
        scores = {int(row): float(c) for row, c in zip(rows[0], cosines[0], strict=True)}
        laid = self._lay(asked, by_ink, list(scores)[: BY_NETWORK + own])
        same = [row for row, fit in laid.items() if fit.is_same_page]
        same.sort(key=lambda row: (-laid[row].agreement, -laid[row].pairs, row))
        order = [*same, *(row for row in scores if row not in same)]
        return [
            self._match(row, scores.get(row, 0.0), laid.get(row))
            for row in order
            if self.index.images[row] != asked.image
        ][:most]

    def _by_ink(self, ink: ink_map.InkMap, count: int) -> dict[int, float]:
        """Rows with ink in the same places and their cosines, whichever way the page lies."""
        if not ink.any():
            return {}
        rows, cosines = self.index.maps.nearest(in_all_turns(ink), count)
        order = np.argsort(-cosines, axis=None, kind="stable")
        near: dict[int, float] = {}
        for row, cosine in zip(rows.ravel()[order], cosines.ravel()[order], strict=True):
            near.setdefault(int(row), float(cosine))
        return dict(list(near.items())[:count])

    def _lay(
        self, asked: PageQuery, by_ink: Mapping[int, float], by_network: Sequence[int]
    ) -> dict[int, Registration]:
        """How the query lies on the likely pages, where it does at all."""
        query, laid = asked.features, dict[int, Registration]()
        if query is None or query.is_blank:
            return laid
        others = (row for row in dict.fromkeys([*by_ink, *by_network]))
        rows = [row for row in others if self.index.images[row] != asked.image]
        with ThreadPoolExecutor(THREADS) as pool:
            for first in range(0, len(rows), AT_ONCE):
                part = rows[first : first + AT_ONCE]
                nearest = max(
                    (by_ink.get(r, 0) for r, f in laid.items() if f.is_same_page), default=0
                )
                if nearest and by_ink.get(part[0], 0.0) < nearest - CLEARLY:
                    break
                fits = pool.map(lambda row: self._lay_on(query, row), part)
                laid |= {r: fit for r, fit in zip(part, fits, strict=True) if fit is not None}
        return laid

    def _lay_on(self, query: PageFeatures, row: int) -> Registration | None:
        features = features_of(self._project, self.index.images[row])
        return None if features is None else register(query, features)

    def _match(self, row: int, cosine: float, fit: Registration | None) -> PageMatch:
        if fit is not None and fit.is_same_page:
            return PageMatch(self.index.ids[row], 1 + fit.agreement, fit.why)
        why = f"looks alike ({cosine:.2f})"
        if fit is not None and fit.pairs >= SURE_PAIRS:
            why += f", {fit.why}"
        return PageMatch(self.index.ids[row], cosine, why)

    def of_picture(self, picture: Image.Image) -> PageQuery:
        """What is asked for by a picture from outside."""
        rgb = picture.convert("RGB")
        vector = self._eyes.backbone.embed([rgb])[0]
        return PageQuery(vector, ink_map.measure_ink_map(rgb), measure_features(rgb))

    def of_page(self, name: str) -> PageQuery:
        """What is asked for by a page's id.

        Raises:
            UsageError: There is no such page, or it is private.
            StrokebookError: It was not looked at yet.
        """
        project, page = self._project, self._project.catalogue.page(name)
        if page.private and not project.options.include_private:
            raise UsageError(f"{page.id} is private, and nothing is looked for that is like it.")
        picture = open_preview(project, page.image)
        map_pages(project, [page.image])
        fingerprint = self._eyes.known_fingerprint or ""
        try:
            vector = project.catalogue.vectors(PAGES, fingerprint, [page.image])[0]
            ink = project.catalogue.vectors(SOUGHT, ink_map.NAME, [page.image])[0]
        except StrokebookError as error:
            raise StrokebookError(
                f"{page.id} was not looked at yet.", "Run 'strokebook run' first."
            ) from error
        features = None if picture is None else measure_features(picture)
        return PageQuery(vector, ink, features, page.image)
