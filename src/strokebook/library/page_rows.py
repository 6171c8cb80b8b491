"""Pages in the catalogue: looking them up and listing them."""

from __future__ import annotations

import difflib
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from strokebook.base.errors import UsageError
from strokebook.library.names import FOLDERS, NO_FOLDER
from strokebook.library.records import LabelSource, Page
from strokebook.library.store import Store, natural
from strokebook.library.tags import FOLDER_TAGS

_SELECT = """
    SELECT p.*, i.width, i.height, i.format, h.label AS hand, c.name AS named, m.number AS cluster,
        r.label AS rule, r.confidence, EXISTS (SELECT 1 FROM private_image v WHERE v.image = p.image) AS private,
        (SELECT group_concat(tag) FROM image_tag t WHERE t.image = p.image AND active) AS tagged
    FROM page p JOIN image i ON i.hash = p.image AND i.state = 'ok'
    LEFT JOIN hand_label h ON h.image = p.image
    LEFT JOIN member m ON m.space = 'pages' AND m.key = p.image
    LEFT JOIN cluster c ON c.space = 'pages' AND c.number = m.number
    LEFT JOIN rule_label r ON r.image = p.image
"""
FEW = 500  # up to here images are asked for one by one, beyond all are looked through
MANY = 2000  # beyond, a wrong name is compared only with ids that begin as it does
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
        found = self._pages(" AND ".join(where), parameters)
        kept = [
            page
            for page in found
            if (include_private or not page.private)
            and (copies or page.copy_of is None)
            and (kind is None or page.kind == kind)
            and (label is None or (page.label or "").casefold() == label.casefold())
            and (tag is None or tag in page.tags)
        ]
        return sorted(kept, key=page_order)

    def page(self, name: str) -> Page:
        """The page with this id, this path, or the only one whose id begins so.

        Raises:
            UsageError: None or several; the nearest are named.
        """
        wanted = name.strip().lower()
        for where, value in (("p.id = ? AND p.present", wanted), ("p.path = ?", name.strip())):
            if found := self._pages(where, [value]):
                return found[0]
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
            "WHERE p.present AND i.state = 'ok'"
        )
        return sorted((row["id"] for row in rows), key=natural)

    def _ids_from(self, beginning: str) -> list[str]:
        """The ids among them that begin so, looked up as a range of the index."""
        rows = self.db.rows(
            "SELECT p.id FROM page p JOIN image i ON i.hash = p.image "
            "WHERE p.id >= ? AND p.id < ? AND p.present AND i.state = 'ok'",
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
        found = sorted(
            self._pages("p.image = ?", [image]), key=lambda p: (not p.present, page_order(p))
        )
        return next((page for page in found if page.copy_of is None), None)

    def private_hashes(self) -> frozenset[str]:
        """Keys of all images that are private in any of their copies, present or not."""
        return frozenset(row["image"] for row in self.db.rows("SELECT image FROM private_image"))

    def _pages(self, where: str, parameters: Sequence[Any]) -> list[Page]:
        rows = self.db.rows(f"{_SELECT} WHERE {where}", parameters)
        stand_for = self._standing(rows)
        return [_page(row, stand_for.get(row["image"])) for row in rows]

    def _standing(self, rows: Iterable[sqlite3.Row]) -> dict[str, str]:
        """For images with several present pages, the id of the page that stands for all."""
        images = sorted({row["image"] for row in rows})
        where, parameters = "", []
        if len(images) <= FEW:
            where, parameters = f"AND image IN ({','.join('?' * len(images))})", images
        first: dict[str, tuple[Any, ...]] = {}
        for row in self.db.rows(
            "SELECT image, id, folder, path FROM page WHERE present AND image IN (SELECT image "
            f"FROM page WHERE present {where} GROUP BY image HAVING count(*) > 1)",
            parameters,
        ):
            rank = (FOLDERS.get(row["folder"] or "", NO_FOLDER), row["path"], row["id"])
            first[row["image"]] = min(first.get(row["image"], rank), rank)
        return {image: rank[-1] for image, rank in first.items()}


def _page(row: sqlite3.Row, standing: str | None) -> Page:
    tags = set(filter(None, (row["tagged"] or "").split(",")))
    if row["folder"] in FOLDER_TAGS:
        tags.add(FOLDER_TAGS[row["folder"]])
    label, source = _label(row)
    return Page(
        id=row["id"],
        book=row["book"],
        number=row["number"],
        title=row["title"],
        path=row["path"],
        folder=row["folder"],
        image=row["image"],
        width=row["width"],
        height=row["height"],
        format=row["format"],
        tags=frozenset(tags),
        private=bool(row["private"]),
        label=label,
        label_source=source,
        confidence=row["confidence"] if source == "rule" else None,
        cluster=row["cluster"],
        copy_of=standing if standing != row["id"] else None,
        present=bool(row["present"]),
    )


def _label(row: sqlite3.Row) -> tuple[str | None, LabelSource | None]:
    if row["hand"] is not None:
        return row["hand"], "hand"
    if row["named"] is not None:
        return row["named"], "cluster"
    if row["rule"] is not None:
        return row["rule"], "rule"
    return None, None


def page_order(page: Page) -> tuple[Any, ...]:
    """A sort key: by sketchbook, number, id."""
    number = page.number if page.number is not None else 10**9
    return (natural(page.book), number, natural(page.id), page.path)


def _some(ids: Sequence[str]) -> str:
    shown = ", ".join(ids[:5])
    return shown if len(ids) <= 5 else f"{shown} or {len(ids) - 5} others"


def _near(wanted: str, ids: Sequence[str]) -> str:
    close = difflib.get_close_matches(wanted, ids, n=1, cutoff=0.5)
    return f"Did you mean {close[0]!r}?" if close else "'strokebook pages' lists them all."
