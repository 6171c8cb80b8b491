"""The scan's own side of the catalogue: files as they lay on disk, images as they were opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from strokebook.library.catalogue.image_facts import ImageFacts
from strokebook.library.disk.page_ids import PageName
from strokebook.library.disk.previews import Look
from strokebook.library.disk.signature import fingerprint
from strokebook.library.disk.walk import ScannedFile
from strokebook.library.edits.projection import settle_boxes
from strokebook.library.edits.store import Store
from strokebook.library.identity import mint_numbers


@dataclass(frozen=True)
class KnownFile:
    """A file as the last scan left it."""

    path: str
    id: str
    image: str
    size: int
    mtime_ns: int
    inode: int
    wears: frozenset[str]
    present: bool

    def same_as(self, file: ScannedFile) -> bool:
        """True when nothing suggests that the content has changed."""
        return (self.size, self.mtime_ns, self.inode) == (file.size, file.mtime_ns, file.inode)


@dataclass(frozen=True)
class KnownImage:
    """An image as it was opened: ``state`` is ``new`` (not yet), ``ok`` or ``refused``.

    The reason is that of the refusal, or a warning on an image that is used.
    """

    hash: str
    state: str
    format: str
    reason: str
    remedy: str
    checked: str


class FileRows(Store):
    """Reading and writing what scans know."""

    def known_files(self) -> dict[str, KnownFile]:
        """Every file ever met that has not moved elsewhere, by path."""
        rows = self.db.rows("SELECT * FROM page")
        return {
            row["path"]: KnownFile(
                path=row["path"],
                id=row["id"],
                image=row["image"],
                size=row["size"],
                mtime_ns=row["mtime_ns"],
                inode=row["inode"],
                wears=frozenset(row["wears"].split()),
                present=bool(row["present"]),
            )
            for row in rows
        }

    def known_images(self) -> dict[str, KnownImage]:
        """Every image ever met, by content."""
        rows = self.db.rows("SELECT hash, state, format, reason, remedy, checked FROM image")
        return {row["hash"]: KnownImage(*(v or "" for v in tuple(row))) for row in rows}

    def put_files(self, files: Iterable[tuple[ScannedFile, str, PageName]]) -> None:
        """Write files as found, each with the key of its content and its name."""
        rows = [(file, image, name) for file, image, name in files]
        with self.db.transaction():
            self.db.run_many(
                "INSERT OR IGNORE INTO image (hash, state) VALUES (?, 'new')",
                [(image,) for _, image, _ in rows],
            )
            self.db.run_many(
                "INSERT OR REPLACE INTO page (path, id, book, number, title, folder, image, size, "
                "mtime_ns, inode, wears) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        *(f.path, name.id, name.book, name.number, name.title, name.folder),
                        *(image, f.size, f.mtime_ns, f.inode, " ".join(sorted(f.tags))),
                    )
                    for f, image, name in rows
                ],
            )

    def put_names(self, names: Mapping[str, PageName], wears: Mapping[str, frozenset[str]]) -> None:
        """Write the names and worn tags of known files that are on disk, by path."""
        with self.db.transaction():
            self.db.run_many(
                "UPDATE page SET id = ?, book = ?, number = ?, title = ?, folder = ?, wears = ?, "
                "present = 1 WHERE path = ?",
                [
                    (n.id, n.book, n.number, n.title, n.folder, " ".join(sorted(wears[path])), path)
                    for path, n in names.items()
                ],
            )

    def vanish(self, paths: Iterable[str]) -> None:
        """Files are no longer on disk; what is known of them stays."""
        with self.db.transaction():
            self.db.run_many(
                "UPDATE page SET present = 0, wears = '' WHERE path = ?", [(p,) for p in paths]
            )

    def forget_files(self, paths: Iterable[str]) -> None:
        """Files lie elsewhere now."""
        with self.db.transaction():
            self.db.run_many("DELETE FROM page WHERE path = ?", [(path,) for path in paths])

    def put_looks(self, looks: Iterable[Look], checked: str) -> None:
        """Write what opening images showed; ``checked`` names the settings it depended on.

        Of a private image a fingerprint is kept instead of the signature.
        """
        looks = list(looks)
        private = ImageFacts(self.db, {look.image for look in looks}).private
        with self.db.transaction():
            self.put_signatures(
                {
                    o.image: fingerprint(o.signature) if o.image in private else o.signature
                    for o in looks
                    if o.signature
                }
            )
            self.db.run_many(
                "UPDATE image SET state = ?, width = ?, height = ?, format = ?, reason = ?, "
                "remedy = ?, checked = ? WHERE hash = ?",
                [
                    (
                        "refused"
                        if look.refused and look.lasting
                        else "new"
                        if look.refused
                        else "ok",
                        *(look.width, look.height, look.format, look.reason, look.remedy),
                        *(checked, look.image),
                    )
                    for look in looks
                ],
            )
            settle_boxes(self.db, [look.image for look in looks if not look.refused])

    def put_signatures(self, signatures: Mapping[str, bytes]) -> None:
        """Keep signatures, or fingerprints of private images, by image."""
        with self.db.transaction():
            self.db.run_many(
                "UPDATE image SET signature = ? WHERE hash = ?",
                [(signature, image) for image, signature in signatures.items()],
            )

    def signatures(self) -> dict[str, bytes | None]:
        """The signature of every image that was opened or is known from the log, by image."""
        rows = self.db.rows("SELECT hash, signature FROM image WHERE state != 'refused'")
        return {row["hash"]: row["signature"] for row in rows}

    def numbered_images(self) -> frozenset[str]:
        """Images whose page has a number: those settled by a scan."""
        rows = self.db.rows("SELECT image FROM identity UNION SELECT image FROM former_image")
        return frozenset(row["image"] for row in rows)

    def pages_with_work(self) -> dict[str, str]:
        """Ids of the pages that something hangs on, said by hand or private, by their image."""
        rows = self.db.rows(
            "SELECT i.image, (SELECT id FROM page p WHERE p.image = i.image) AS id FROM identity i "
            "WHERE i.image IN (SELECT image FROM hand_label UNION SELECT image FROM image_tag "
            "UNION SELECT image FROM decision UNION SELECT image FROM place_name "
            "UNION SELECT key FROM named_before UNION SELECT image FROM page_date "
            "UNION SELECT key FROM hand_group UNION SELECT image FROM place_group "
            "UNION SELECT image FROM private_image)"
        )
        return {row["image"]: row["id"] or "a page" for row in rows}

    def page_numbers(self) -> dict[str, int]:
        """The number of each page, by the image that shows it now: rising as they were met."""
        return dict(self.db.tuples("SELECT image, number FROM identity"))

    def image_ids(self, images: Iterable[str]) -> dict[str, str]:
        """The id of a page that shows each image, where there is or was one."""
        wanted = frozenset(images)
        rows = self.db.rows("SELECT image, id FROM page")
        return {row["image"]: row["id"] for row in rows if row["image"] in wanted}

    def book_of(self, image: str) -> str | None:
        """The sketchbook that an image lies in."""
        row = self.db.row("SELECT book FROM page WHERE image = ? ORDER BY present DESC", (image,))
        return None if row is None else str(row["book"])

    def settled_images(self) -> frozenset[str]:
        """Images that can be opened and whose page has a number."""
        rows = self.db.rows("SELECT hash FROM image WHERE state = 'ok'")
        return frozenset(row["hash"] for row in rows) & self.numbered_images()

    def mint(self, images: Iterable[str]) -> None:
        """Give the pages that images show numbers of their own."""
        with self.db.transaction():
            mint_numbers(self.db, images)

    def has_missing_work(self) -> bool:
        """Whether a page that something hangs on shows nowhere in the library at present."""
        present = {f.image for f in self.known_files().values() if f.present}
        return any(image not in present for image in self.pages_with_work())

    def size_of(self, image: str) -> int:
        """Bytes of the files that an image was met in; -1 when it never was."""
        row = self.db.row("SELECT size FROM page WHERE image = ?", (image,))
        return -1 if row is None else int(row["size"])
