"""Labels and tags of pages: by hand, by rule, from files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from strokebook.base.errors import UsageError
from strokebook.library.kinds import check_label
from strokebook.library.migrations import now
from strokebook.library.page_rows import PageRows
from strokebook.library.records import Page
from strokebook.library.tags import FOLDER_TAGS, tag_named

_PUT_TAG = (
    "INSERT INTO image_tag (image, tag, active, source, page, at) VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (image, tag) DO UPDATE SET active = excluded.active, source = excluded.source, "
    "page = excluded.page, at = excluded.at"
)


class LabelRows(PageRows):
    """Writing labels and tags; those by hand are bound to the image's content."""

    def set_hand_label(self, page: str, label: str) -> Page:
        """Say what a page is, for ever: it wins over clusters and rules, and survives renaming.

        Raises:
            UsageError: No such page, or the label cannot be a folder's name.
        """
        return self.set_hand_labels({page: label})[0]

    def set_hand_labels(self, labels: Mapping[str, str]) -> list[Page]:
        """The same for many pages at once, ``{page: label}``; all or none."""
        found = [(self.page(name), check_label(label)) for name, label in labels.items()]
        with self.hand_edit():
            self.db.run_many(
                "INSERT OR REPLACE INTO hand_label (image, label, page, at) VALUES (?, ?, ?, ?)",
                [(page.image, label, page.id, now()) for page, label in found],
            )
        return [self.page(page.id) for page, _ in found]

    def clear_hand_label(self, page: str) -> Page:
        """Take a hand label back; the page has its cluster's or rule's label again."""
        found = self.page(page)
        with self.hand_edit():
            self.db.run(
                "UPDATE hand_label SET label = NULL, at = ? WHERE image = ?", (now(), found.image)
            )
        return self.page(found.id)

    def set_rule_labels(self, labels: Mapping[str, tuple[str, float]]) -> None:
        """Labels that a rule gives, ``{image: (label, confidence)}``; they come last of all."""
        with self.db.transaction():
            self.db.run_many(
                "INSERT OR REPLACE INTO rule_label (image, label, confidence) VALUES (?, ?, ?)",
                [(image, check_label(name), float(c)) for image, (name, c) in labels.items()],
            )

    def tag(self, page: str, tag: str) -> Page:
        """Tag a page (``private``, ``notes``, ``extras``, ``favourite``, ``cover``, or a colour).

        What was made of a page that becomes private is removed by ``hide_private``.

        Raises:
            UsageError: No such page or tag.
        """
        found, name = self.page(page), tag_named(tag)
        with self.hand_edit():
            self.db.run(_PUT_TAG, (found.image, name, 1, "hand", found.id, now()))
        return self.page(found.id)

    def untag(self, page: str, tag: str) -> Page:
        """Take a tag away, whether it was given here or read from a file.

        Raises:
            UsageError: No such page or tag, the page's folder gives the tag, or it is private by a
                file that wears the red tag still.
        """
        found, name = self.page(page), tag_named(tag)
        rows = self.db.rows(
            "SELECT path, folder, wears FROM page WHERE image = ? AND (present OR id = ?)",
            (found.image, found.id),
        )
        for row in rows:
            if FOLDER_TAGS.get(row["folder"] or "") == name:
                raise UsageError(
                    f"{found.id} is {name} because {row['path']} lies in {row['folder']!r}.",
                    "Move the file to another folder, then scan again.",
                )
            if name == "private" and name in row["wears"].split():
                raise UsageError(
                    f"{row['path']}, or a folder it lies in, wears the red tag.",
                    "Remove that tag from the file, scan again, then untag the page.",
                )
        with self.hand_edit():
            self.db.run(_PUT_TAG, (found.image, name, 0, "hand", found.id, now()))
        return self.page(found.id)

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
            with self.hand_edit():
                self.db.run_many(
                    _PUT_TAG,
                    [(image, tag, 1, "file", page, now()) for (image, tag), page in new.items()],
                )
        return len(new)

    def carry_over(self, old: str, new: str, page: str, *, private_only: bool = False) -> bool:
        """Give a page's changed image what was done by hand to the former one.

        Args:
            old: Key of the former image.
            new: Key of the present one; what it has already is left.
            page: The page's id.
            private_only: Carry over nothing but that it is private.

        Returns:
            True when there was something to carry.
        """
        with self.hand_edit():
            labels = self.db.run(
                "INSERT INTO hand_label (image, label, page, at) "
                "SELECT ?, label, ?, ? FROM hand_label WHERE image = ? AND label IS NOT NULL "
                "AND NOT ? ON CONFLICT (image) DO NOTHING",
                (new, page, now(), old, private_only),
            )
            tags = self.db.run(
                "INSERT INTO image_tag (image, tag, active, source, page, at) "
                "SELECT ?, tag, active, source, ?, ? FROM image_tag WHERE image = ? "
                "AND (tag = 'private' OR NOT ?) ON CONFLICT (image, tag) DO NOTHING",
                (new, page, now(), old, private_only),
            )
        return labels + tags > 0
