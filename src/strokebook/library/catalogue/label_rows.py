"""Labels and tags of pages: by hand, by rule, from files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from strokebook.base.errors import UsageError
from strokebook.base.options import nearest
from strokebook.library.catalogue.purge_rows import PurgeRows
from strokebook.library.catalogue.records import ClassLabel, Page
from strokebook.library.disk.tags import FOLDER_TAGS, tag_named
from strokebook.library.edits.log import By
from strokebook.library.kinds import KINDS, OTHER, check_label, kind_of


class LabelRows(PurgeRows):
    """Writing labels and tags; those by hand are bound to the image's content."""

    def set_hand_label(self, page: str, label: str) -> Page:
        """Say what a page is, for ever: it wins over clusters and rules, and survives renaming.

        Raises:
            UsageError: No such page, or the label cannot be a folder's name.
        """
        return self.set_hand_labels({page: label})[0]

    def set_hand_labels(self, labels: Mapping[str, str], by: By = "hand") -> list[Page]:
        """The same for many pages at once, ``{page: label}``; all or none."""
        labelled = [(self.page(name), check_label(label)) for name, label in labels.items()]
        with self.hand_edit(by):
            for page, label in labelled:
                self.record("label", {"page": self.page_number(page.image), "label": label})
        return [self.page(page.id) for page, _ in labelled]

    def clear_hand_label(self, page: str) -> Page:
        """Take a hand label back; the page has its cluster's or rule's label again."""
        return self.clear_hand_labels([page])[0]

    def clear_hand_labels(self, pages: Iterable[str]) -> list[Page]:
        """The same for many pages at once; all or none."""
        labelled = [self.page(name) for name in pages]
        with self.hand_edit():
            for page in labelled:
                self.record("label", {"page": self.page_number(page.image), "label": None})
        return [self.page(page.id) for page in labelled]

    def set_label_kind(self, label: str, kind: str | None) -> None:
        """Say what kind of page a label of the artist's own means; None takes it back.

        Raises:
            UsageError: No such kind; the nearest is named.
        """
        if kind is not None and kind not in KINDS:
            raise UsageError(f"There is no kind of page {kind!r}.", nearest(kind, KINDS))
        with self.hand_edit():
            self.record("label-kind", {"label": check_label(label), "kind_of_page": kind})

    def kind_of_label(self, label: str) -> str | None:
        """The kind of page that a label means, by the artist's word or its own; None: unknown."""
        row = self.db.row("SELECT kind FROM label_kind WHERE label = ?", (label.casefold(),))
        if row is not None:
            return str(row["kind"])
        kind = kind_of(label)
        return None if kind == OTHER else kind

    def known_labels(self) -> frozenset[str]:
        """Every label in use: given by hand, by a cluster's name, by the rule, or with a kind."""
        rows = self.db.rows(
            "SELECT label FROM hand_label UNION SELECT label FROM rule_label "
            "UNION SELECT label FROM class_label "
            "UNION SELECT name FROM cluster WHERE space = 'pages' AND name IS NOT NULL "
            "UNION SELECT label FROM label_kind"
        )
        return frozenset(row[0] for row in rows if row[0] is not None)

    def set_rule_labels(self, labels: Mapping[str, tuple[str, float]]) -> None:
        """Labels that a rule gives, ``{image: (label, confidence)}``; they come last of all."""
        with self.db.transaction():
            self.db.run_many(
                "INSERT OR REPLACE INTO rule_label (image, label, confidence) VALUES (?, ?, ?)",
                [(image, check_label(name), float(c)) for image, (name, c) in labels.items()],
            )

    def put_class_labels(self, labels: Mapping[str, ClassLabel]) -> None:
        """What the classifier takes pages for, ``{image: label}``; other pages keep theirs."""
        rows = [
            (image, check_label(c.label), c.confidence, c.second, c.second_confidence)
            for image, c in labels.items()
        ]
        with self.db.transaction():
            self.db.run_many("INSERT OR REPLACE INTO class_label VALUES (?, ?, ?, ?, ?)", rows)

    def forget_class_labels(self, images: Iterable[str] | None = None) -> None:
        """Forget what the classifier said of these images, or of all."""
        with self.db.transaction():
            if images is None:
                self.db.run("DELETE FROM class_label")
            else:
                rows = [(image,) for image in images]
                self.db.run_many("DELETE FROM class_label WHERE image = ?", rows)

    def class_labels(self) -> dict[str, ClassLabel]:
        """What the classifier takes each page for, by image."""
        rows = self.db.tuples(
            "SELECT image, label, confidence, second, second_confidence FROM class_label"
        )
        return {image: ClassLabel(*rest) for image, *rest in rows}

    def hand_labels(self) -> dict[str, str]:
        """Labels by hand, by image."""
        rows = self.db.tuples("SELECT image, label FROM hand_label WHERE label IS NOT NULL")
        return dict(rows)

    def tag(self, page: str, tag: str) -> Page:
        """Tag a page (``private``, ``notes``, ``extras``, ``favourite``, ``cover``, or a colour).

        What was made of a page that becomes private is removed by ``hide_private``.

        Raises:
            UsageError: No such page or tag.
        """
        return self.tag_pages([page], tag)[0]

    def tag_pages(self, pages: Iterable[str], tag: str) -> list[Page]:
        """The same for many pages at once; all or none.

        A page that is tagged private is so from the moment this returns; what was made of it is
        noted for removal in the same transaction.
        """
        name = tag_named(tag)
        tagged = [self.page(page) for page in pages]
        with self.hand_edit():
            for page in tagged:
                self._put_tag(page.image, name, on=True)
                if name == "private":
                    self.note_purge(page.image, page.id, confirmed=False)
        return [self.page(page.id) for page in tagged]

    def _put_tag(self, image: str, tag: str, *, on: bool) -> None:
        self.record("tag", {"page": self.page_number(image), "tag": tag, "on": on})

    def untag(self, page: str, tag: str) -> Page:
        """Take a tag away, whether it was given here or read from a file.

        Raises:
            UsageError: No such page or tag, the page's folder gives the tag, or it is private by a
                file that wears the red tag still.
        """
        return self.untag_pages([page], tag)[0]

    def untag_pages(self, pages: Iterable[str], tag: str) -> list[Page]:
        """The same for many pages at once; all or none."""
        tagged, name = [self.page(page) for page in pages], tag_named(tag)
        for page in tagged:
            self._check_untag(page, name)
        with self.hand_edit():
            for page in tagged:
                self._put_tag(page.image, name, on=False)
                self.db.run("DELETE FROM purge WHERE image = ? AND NOT confirmed", (page.image,))
        return [self.page(page.id) for page in tagged]

    def _check_untag(self, page: Page, name: str) -> None:
        rows = self.db.rows(
            "SELECT path, folder, wears FROM page WHERE image = ? AND (present OR id = ?)",
            (page.image, page.id),
        )
        for row in rows:
            if FOLDER_TAGS.get(row["folder"] or "") == name:
                raise UsageError(
                    f"{page.id} is {name} because {row['path']} lies in {row['folder']!r}.",
                    "Move the file to another folder, then scan again.",
                )
            if name == "private" and name in row["wears"].split():
                raise UsageError(
                    f"{row['path']}, or a folder it lies in, wears the red tag.",
                    "Remove that tag from the file, scan again, then untag the page.",
                )

    def take_file_tags(self, worn: Iterable[tuple[str, str, frozenset[str]]]) -> int:
        """Keep the tags that files wear: (image, page id, tags) each.

        What the artist took away stays away, except ``private``: a red file is private.

        Returns:
            How many tags are new.
        """
        known = {
            (row["image"], row["tag"]): bool(row["active"])
            for row in self.db.rows("SELECT image, tag, active FROM image_tag")
        }
        new = {
            (image, tag): page
            for image, page, tags in worn
            for tag in tags
            if (image, tag) not in known or (tag == "private" and not known[image, tag])
        }
        if new:
            with self.hand_edit("file"):
                for (image, tag), page in new.items():
                    self._put_tag(image, tag, on=True)
                    if tag == "private":
                        self.note_purge(image, page, confirmed=True)
        return len(new)

    def mark_doubtful(self, images: Iterable[str]) -> None:
        """Make pages private that may be private ones in another file, until the artist says."""
        with self.hand_edit("doubt"):
            for image in images:
                self._put_tag(image, "private", on=True)

    def doubtful_images(self) -> frozenset[str]:
        """Images that are private only because they may show a private page."""
        rows = self.db.rows(
            "SELECT image FROM image_tag WHERE tag = 'private' AND active AND source = 'doubt'"
        )
        return frozenset(row["image"] for row in rows)
