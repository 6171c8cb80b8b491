"""Pages that are there twice: the very same file, or the same page scanned again.

That two pages are alike is no reason: each pair is laid onto each other, and the ink has to agree.
What was compared is kept page by page, so that a killed search goes on and the next is quick; the
results name pages, so they go when one of those becomes private (``removal/purge.py``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

from strokebook.library.catalogue.records import Page
from strokebook.pipeline.project import Project
from strokebook.pipeline.removal.purge import COMPARED
from strokebook.pipeline.seeing.page_index import SOUGHT, features_of, map_pages
from strokebook.pipeline.seeing.vector_file import open_table
from strokebook.pipeline.stage import Timer, key_of, usable_pages
from strokebook.vision.search import ink_map
from strokebook.vision.search.near_duplicates import in_order_of, likely_pairs, together
from strokebook.vision.search.nearest import widen
from strokebook.vision.search.registration import PageFeatures, register

VERSION = "1"
LIKELY = 0.6  # cosine of two ink maps; of second scans that were measured the least had 0.71
HELD = 4_000  # pages whose features are held: 160 MB
SAME_FILE = "the very same file"
Pairs = list[tuple[Page, Page]]


@dataclass(frozen=True)
class DuplicatePair:
    """Two that are one.

    Attributes:
        first: Id of the one to keep.
        second: Id of the other.
        why: In words.
        agreement: Share of the ink that agrees.
    """

    first: str
    second: str
    why: str
    agreement: float


@dataclass(frozen=True)
class DuplicateGroup:
    """Pages or drawings that are one.

    Attributes:
        keep: Id of the best: of pages the largest scan.
        others: Ids of the others, in the library's order.
        pairs: Why: pairs that agree, those with the best first.
    """

    keep: str
    others: Sequence[str]
    pairs: Sequence[DuplicatePair]


def find_page_duplicates(project: Project) -> list[DuplicateGroup]:
    """Pages that are there more than once, in the library's order; private ones are left out."""
    pages = usable_pages(project)
    mapped = map_pages(project, [page.image for page in pages])
    pages = [page for page in pages if page.image in mapped]
    by_image = {page.image: page for page in pages}
    found = _compare_all(project, pages, _likely(project, pages)) if pages else {}
    same = [(image, other, facts) for image, others in found.items() for other, facts in others]
    pairs = [(by_image[a], by_image[b], facts) for a, b, facts in same]
    pairs += [(one, copy, {"why": SAME_FILE, "agreement": 1.0}) for one, copy in _copies(project)]
    return group_pages(pairs)


def group_pages(pairs: Sequence[tuple[Page, Page, Mapping[str, Any]]]) -> list[DuplicateGroup]:
    """Pairs of pages as groups, each with the page to keep."""
    pages = {page.id: page for a, b, _ in pairs for page in (a, b)}
    order = sorted(pages, key=lambda i: (pages[i].book, pages[i].number or 0, i))
    groups = []
    for ids in together((a.id, b.id) for a, b, _ in pairs):
        ordered = in_order_of(ids, order)
        # max takes the first of equal ones
        keep = max(ordered, key=lambda i: (pages[i].width * pages[i].height, not pages[i].copy_of))
        inside = [
            _pair(a.id, b.id, facts, keep) for a, b, facts in pairs if {a.id, b.id} <= set(ids)
        ]
        inside.sort(key=lambda pair: (pair.first != keep, order.index(pair.second)))
        groups.append(DuplicateGroup(keep, [i for i in ordered if i != keep], inside))
    return sorted(groups, key=lambda group: order.index(group.keep))


def _pair(a: str, b: str, facts: Mapping[str, Any], keep: str) -> DuplicatePair:
    first, second = (b, a) if b == keep else (a, b)
    return DuplicatePair(first, second, str(facts["why"]), float(facts["agreement"]))


def _likely(project: Project, pages: Sequence[Page]) -> dict[str, list[str]]:
    """The images that each page's image is to be compared with; each pair once."""
    images = [page.image for page in pages]
    table = open_table(project, "ink", SOUGHT, ink_map.NAME, images)
    pairs = likely_pairs(widen(table.rows), table.nearest, LIKELY)
    return {
        images[row]: [images[other] for _, other in group]
        for row, group in groupby(pairs, key=lambda pair: pair[0])
    }


def _compare_all(
    project: Project, pages: Sequence[Page], likely: Mapping[str, Sequence[str]]
) -> dict[str, list[tuple[str, Mapping[str, Any]]]]:
    """Which of the likely ones are the same page, with what is known of each pair."""
    done = project.catalogue.results(COMPARED)
    keys = {image: key_of(VERSION, image, *others) for image, others in likely.items()}
    due = [i for i, key in keys.items() if i not in done or done[i].key != key]
    features = lru_cache(HELD)(lambda image: features_of(project, image))
    for image in project.progress.track(due, "pages laid onto each other"):
        timer = Timer()
        facts = {"same": _compare(features, image, likely[image])}
        if _are_usable(project, [image, *likely[image]]):
            project.catalogue.put_result(COMPARED, image, keys[image], timer.seconds, facts)
    results = project.catalogue.results(COMPARED)
    present = {page.image for page in pages}
    return {
        image: [(other, facts) for other, facts in results[image].summary["same"]]
        for image in likely
        if image in results and image in present
    }


def _are_usable(project: Project, images: Sequence[str]) -> bool:
    """Whether none of them has become private since the search began."""
    return project.options.include_private or not project.catalogue.private_hashes() & set(images)


def _compare(features: Any, image: str, others: Sequence[str]) -> list[tuple[str, dict[str, Any]]]:
    same: list[tuple[str, dict[str, Any]]] = []
    one: PageFeatures | None = features(image)
    for other in others:
        second: PageFeatures | None = features(other)
        fit = register(one, second) if one is not None and second is not None else None
        if fit is not None and fit.is_same_page:
            same.append((other, {"why": fit.why, "agreement": round(fit.agreement, 3)}))
    return same


def _copies(project: Project) -> Pairs:
    """Pages whose very file another page has, too."""
    private = project.options.include_private
    pages = project.catalogue.pages(include_private=private, copies=True)
    by_id = {page.id: page for page in pages}
    return [(by_id[p.copy_of], p) for p in pages if p.copy_of in by_id]
