"""Pages in the catalogue: looking them up and listing them."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence
from typing import Any

from strokebook.base.errors import UsageError
from strokebook.library.catalogue.image_facts import ImageFacts
from strokebook.library.catalogue.records import LabelSource, Page, record
from strokebook.library.disk.tags import FOLDER_TAGS
from strokebook.library.edits.store import Store, natural, without_collector
from strokebook.library.kinds import kind_of

Row = tuple[Any, ...]
Name = tuple[str, int | None, str, str]  # book, number, id, path
_COLUMNS = "path, id, book, number, title, folder, image, present"
_IMAGE = 6  # its place among them
NO_TAGS: frozenset[str] = frozenset()
LAST = 10**9  # beyond any page number; pages without one come last in their book
MANY = 2000  # beyond, a wrong name is compared only with ids that begin as it does
# A page is listed only when the scan has settled which page its image shows.
SETTLED = (
    "(EXISTS (SELECT 1 FROM identity n WHERE n.image = p.image) "
    "OR EXISTS (SELECT 1 FROM former_image f WHERE f.image = p.image))"
)
# What may follow the part of an id that stands for the page itself.
_ENDS = ("v", "--", "~")


class PageRows(Store):
    """Reading pages."""

    def pages(
        self,
        *,
        book: str | None = None,
        kind: str | None = None,
        label: str | None = None,
        folder: str | None = None,
        tag: str | None = None,
        include_private: bool = True,
        copies: bool = False,
        gone: bool = False,
    ) -> list[Page]:
        """Pages by sketchbook and number; every argument given narrows them.

        Args:
            book: Only this sketchbook.
            kind: Only pages whose label means this kind.
            label: Only pages with this label, whatever its case.
            folder: Only pages in ``art``, ``notes``, ``cover``, ``xtra`` or ``priv``.
            tag: Only pages with this tag.
            include_private: False leaves private pages out.
            copies: True lists also pages whose very image another page has already.
            gone: True lists also pages whose file has vanished.
        """
        where, parameters = ["1"], []
        if book is not None:
            where.append("p.book = ?")
            parameters.append(book)
        if folder is not None:
            where.append("p.folder = ?")
            parameters.append(folder)
        if not gone:
            where.append("p.present")
        with without_collector():
            kept = [
                page
                for page in self._pages(" AND ".join(where), parameters)
                if (include_private or not page.private)
                and (copies or page.copy_of is None)
                and (kind is None or page.kind == kind)
                and (label is None or (page.label or "").casefold() == label.casefold())
                and (tag is None or tag in page.tags)
            ]
            names = [(p.book, p.number, p.id, p.path) for p in kept]
            return [kept[i] for i in in_order(names)]

    def page(self, name: str) -> Page:
        """The page with this id, this path, or the only one whose id begins so.

        Raises:
            UsageError: None or several; the nearest are named.
        """
        wanted = name.strip().lower()
        for where, value in (("p.id = ? AND p.present", wanted), ("p.path = ?", name.strip())):
            if pages := self._pages(where, [value]):
                return pages[0]
        if gone := self._pages("p.id = ?", [wanted]):
            return gone[0]
        begun = self._ids_from(wanted) if wanted else []
        # sb48p005 means sb48p005--sneer before it means sb48p0051.
        matches = [i for i in begun if i[len(wanted) :].startswith(_ENDS)] or begun
        if len(matches) == 1:
            return self._pages("p.id = ? AND p.present", matches)[0]
        if matches:
            raise UsageError(f"{name!r} could be {_some(matches)}.", "Write more of the page's id.")
        raise UsageError(f"There is no page {name!r}.", _near(wanted, self._ids_like(wanted)))

    def page_ids(self) -> list[str]:
        """The ids of all present pages that can be read."""
        rows = self.db.rows(
            "SELECT p.id FROM page p JOIN image i ON i.hash = p.image "
            f"WHERE p.present AND i.state = 'ok' AND {SETTLED}"
        )
        return sorted((row["id"] for row in rows), key=natural)

    def _ids_from(self, beginning: str) -> list[str]:
        """The ids among them that begin so, looked up as a range of the index."""
        rows = self.db.rows(
            "SELECT p.id FROM page p JOIN image i ON i.hash = p.image "
            f"WHERE p.id >= ? AND p.id < ? AND p.present AND i.state = 'ok' AND {SETTLED}",
            (beginning, beginning + chr(0x10FFFF)),
        )
        return sorted((row["id"] for row in rows), key=natural)

    def _ids_like(self, wanted: str) -> list[str]:
        """Ids that may have been meant: of many only those that begin as ``wanted`` does."""
        row = self.db.row("SELECT count(*) FROM page")
        if row is None or row[0] <= MANY:
            return self.page_ids()
        beginnings = (wanted[:n] for n in range(len(wanted), 0, -1))
        return next((ids for b in beginnings if (ids := self._ids_from(b))), [])[:MANY]

    def page_of_image(self, image: str) -> Page | None:
        """The page that stands for an image; one whose file has vanished if there is no other."""
        matches = self._pages("p.image = ?", [image])
        names = [(p.book, p.number, p.id, p.path) for p in matches]
        ordered = sorted((matches[i] for i in in_order(names)), key=lambda page: not page.present)
        return next((page for page in ordered if page.copy_of is None), None)

    def private_hashes(self) -> frozenset[str]:
        """Keys of all images that are private in any of their copies, present or not."""
        return frozenset(row["image"] for row in self.db.rows("SELECT image FROM private_image"))

    def standing_pages(self, *, include_private: bool = False) -> list[tuple[str, str]]:
        """Image and page id of every present page, each image once, by sketchbook and number."""
        with without_collector():
            rows, facts = self._rows("p.present", ())
            sizes, standing, private = facts.sizes, facts.standing, facts.private
            kept = [
                (book, number, page, path, image)
                for path, page, book, number, _, _, image, _ in rows
                if image in sizes
                and standing.get(image, page) == page
                and (include_private or image not in private)
            ]
            return [(kept[i][4], kept[i][2]) for i in in_order([row[:4] for row in kept])]

    def count_kinds(self) -> Counter[tuple[str | None, bool]]:
        """How many pages are of each kind, and private or not; each image is counted once."""
        with without_collector():
            images = self.present_images()
            facts = ImageFacts(self.db, images)
            private = facts.private
            labels = Counter((_label(image, facts)[0], image in private) for image in images)
        kinds: Counter[tuple[str | None, bool]] = Counter()
        for (label, hidden), count in labels.items():
            kinds[_kind(label, facts), hidden] += count
        return kinds

    def present_images(self) -> set[str]:
        """The images of all present pages that can be read and are settled."""
        ok = self.db.tuples("SELECT hash FROM image WHERE state = 'ok'")
        present = self.db.tuples("SELECT image FROM page WHERE present")
        settled = self.db.tuples(
            "SELECT image FROM identity UNION ALL SELECT image FROM former_image"
        )
        return {i for (i,) in ok} & {i for (i,) in present} & {i for (i,) in settled}

    def _pages(self, where: str, parameters: Sequence[Any]) -> list[Page]:
        rows, facts = self._rows(where, parameters)
        sizes = facts.sizes
        return [_page(row, facts) for row in rows if row[_IMAGE] in sizes]

    def _rows(self, where: str, parameters: Sequence[Any]) -> tuple[list[Row], ImageFacts]:
        rows = self.db.tuples(f"SELECT {_COLUMNS} FROM page p WHERE {where}", parameters)
        return rows, ImageFacts(self.db, {row[_IMAGE] for row in rows})


def _page(row: Row, facts: ImageFacts) -> Page:
    path, page_id, book, number, title, folder, image, present = row
    label, source, confidence, cluster = _label(image, facts)
    tags = facts.tags.get(image, NO_TAGS)
    if folder in FOLDER_TAGS:
        tags = tags | {FOLDER_TAGS[folder]}
    standing = facts.standing.get(image, page_id)
    width, height, form = facts.sizes[image]
    fields = {
        "id": page_id,
        "book": book,
        "number": number,
        "title": title,
        "path": path,
        "folder": folder,
        "image": image,
        "width": width,
        "height": height,
        "format": form,
        "tags": tags,
        "private": image in facts.private,
        "label": label,
        "label_source": source,
        "confidence": confidence,
        "label_kind": facts.kinds.get(label.casefold()) if label else None,
        "cluster": cluster,
        "copy_of": standing if standing != page_id else None,
        "present": present == 1,
    }
    return record(Page, fields)


def _label(
    image: str, facts: ImageFacts
) -> tuple[str | None, LabelSource | None, float | None, int | None]:
    """The label that holds, its source, how sure it is, and the cluster."""
    cluster = facts.clusters.get(image)
    if (label := facts.by_hand.get(image)) is not None:
        return label, "hand", None, cluster
    seen = facts.by_classifier.get(image)
    named = None if cluster is None else facts.cluster_names.get(cluster)
    # A name that a rule gave is no word of the artist's: the classifier, which has heard the rule
    # and looked at the page itself, is right more often (benchmarks/seeing/labels.py).
    if named is not None and (named[1] or seen is None):
        return named[0], "cluster", seen.confidence_in(named[0]) if seen else None, cluster
    if seen is not None:
        return seen.label, "classifier", seen.confidence, cluster
    if (rule := facts.by_rule.get(image)) is not None:
        return rule[0], "rule", rule[1], cluster
    return None, None, None, cluster


def _kind(label: str | None, facts: ImageFacts) -> str | None:
    """The kind of page that a label means, by the artist's word or its own."""
    return (facts.kinds.get(label.casefold()) if label else None) or kind_of(label)


def in_order(names: Sequence[Name]) -> list[int]:
    """The order of pages by sketchbook, number, id and path, as indices into ``names``."""
    books = {book: natural(book) for book in {name[0] for name in names}}
    ranks = {key: rank * LAST for rank, key in enumerate(sorted(set(books.values())))}
    first = {book: ranks[key] for book, key in books.items()}
    places = [first[book] + (LAST - 1 if n is None else n) for book, n, _, _ in names]
    several = Counter(places)
    if len(several) == len(names):
        return sorted(range(len(names)), key=places.__getitem__)
    # Taking ids apart is most of the work, and only needed where numbers are the same.
    ties = [
        (place,) if several[place] == 1 else (place, natural(page), path)
        for place, (_, _, page, path) in zip(places, names, strict=True)
    ]
    return sorted(range(len(names)), key=ties.__getitem__)


def _some(ids: Sequence[str]) -> str:
    shown = ", ".join(ids[:5])
    return shown if len(ids) <= 5 else f"{shown} or {len(ids) - 5} others"


def _near(wanted: str, ids: Sequence[str]) -> str:
    close = difflib.get_close_matches(wanted, ids, n=1, cutoff=0.5)
    return f"Did you mean {close[0]!r}?" if close else "'strokebook pages' lists them all."
