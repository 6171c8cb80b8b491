"""What the catalogue's other tables say of images: read table by table, each only when asked.

A join of seven tables looks every row up in each of them; for a whole library that takes twice the
time of reading each table once. For a few images the same questions are look-ups by key.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Any

from strokebook.library.catalogue.records import ClassLabel
from strokebook.library.disk.page_ids import FOLDERS, NO_FOLDER
from strokebook.library.sqlite.database import Database

FEW = 500  # up to here images are asked for one by one, beyond all are looked through


class ImageFacts:
    """Facts about some images, by image key; of more than :data:`FEW`, about all there are."""

    def __init__(self, db: Database, images: Collection[str]) -> None:
        self._db = db
        self._few = sorted(images) if len(images) <= FEW else None

    @cached_property
    def sizes(self) -> dict[str, tuple[int, int, str]]:
        """Width, height and format of those that can be read and whose page is settled."""
        sizes = "SELECT hash, width, height, format FROM image WHERE state = 'ok'"
        if self._few is not None:  # each is looked up in both tables
            rows = self._ask(
                f"{sizes} AND (hash IN (SELECT image FROM identity) "
                "OR hash IN (SELECT image FROM former_image))",
                "hash",
            )
            return {image: (width, height, form) for image, width, height, form in rows}
        numbered = "SELECT image FROM identity UNION ALL SELECT image FROM former_image"
        settled = {image for (image,) in self._db.tuples(numbered)}
        rows = self._db.tuples(sizes)
        return {image: (w, h, form) for image, w, h, form in rows if image in settled}

    @cached_property
    def by_hand(self) -> dict[str, str]:
        """Labels by hand."""
        query = "SELECT image, label FROM hand_label WHERE label IS NOT NULL"
        return dict(self._ask(query, "image"))

    @cached_property
    def kinds(self) -> dict[str, str]:
        """The kinds of page that the artist gave labels, by label in lower case."""
        return dict(self._db.tuples("SELECT label, kind FROM label_kind"))

    @cached_property
    def by_rule(self) -> dict[str, tuple[str, float]]:
        """Labels by rule, with their confidence."""
        rows = self._ask("SELECT image, label, confidence FROM rule_label WHERE 1", "image")
        return {image: (label, confidence) for image, label, confidence in rows}

    @cached_property
    def by_classifier(self) -> dict[str, ClassLabel]:
        """Labels by the classifier."""
        rows = self._ask(
            "SELECT image, label, confidence, second, second_confidence FROM class_label WHERE 1",
            "image",
        )
        return {image: ClassLabel(*rest) for image, *rest in rows}

    @cached_property
    def clusters(self) -> dict[str, int]:
        """The cluster of each."""
        query = "SELECT key, number FROM member WHERE space = 'pages' AND number IS NOT NULL"
        rows = self._ask(query, "key")
        return dict(rows)

    @cached_property
    def cluster_names(self) -> dict[int, tuple[str, bool]]:
        """The names of clusters that have one, and whether the artist gave it."""
        rows = self._db.tuples(
            "SELECT number, name, name_source FROM cluster"
            " WHERE space = 'pages' AND name IS NOT NULL"
        )
        return {number: (name, source == "hand") for number, name, source in rows}

    @cached_property
    def tags(self) -> dict[str, frozenset[str]]:
        """Tags, by hand or of files; those that a folder stands for are not among them."""
        tags: dict[str, frozenset[str]] = {}
        for image, tag in self._ask("SELECT image, tag FROM image_tag WHERE active", "image"):
            tags[image] = tags.get(image, frozenset()) | {tag}
        return tags

    @cached_property
    def private(self) -> frozenset[str]:
        """Those that are private in any of their copies, present or not."""
        rows = self._ask("SELECT image FROM private_image WHERE 1", "image")
        return frozenset(image for (image,) in rows)

    @cached_property
    def standing(self) -> dict[str, str]:
        """Of images with several present pages, the id of the page that stands for all."""
        among, parameters = self._narrowed("SELECT image FROM page WHERE present", "image")
        rows = self._db.tuples(
            "SELECT image, id, folder, path FROM page WHERE present AND image IN "
            f"({among} GROUP BY image HAVING count(*) > 1)",
            parameters,
        )
        first: dict[str, tuple[Any, ...]] = {}
        for image, page, folder, path in rows:
            rank = (FOLDERS.get(folder or "", NO_FOLDER), path, page)
            first[image] = min(first.get(image, rank), rank)
        return {image: rank[-1] for image, rank in first.items()}

    def _ask(self, query: str, column: str) -> list[Any]:
        return self._db.tuples(*self._narrowed(query, column))

    def _narrowed(self, query: str, column: str) -> tuple[str, Sequence[str]]:
        """The query about these images alone, where they are few; it ends with a condition."""
        if self._few is None:
            return query, ()
        return f"{query} AND {column} IN ({','.join('?' * len(self._few))})", self._few
