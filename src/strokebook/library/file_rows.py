"""The scan's own side of the catalogue: files as they lay on disk, images as they were opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from strokebook.library.names import PageName
from strokebook.library.previews import Look
from strokebook.library.store import Store
from strokebook.library.walk import Found


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

    def same_as(self, found: Found) -> bool:
        """True when nothing suggests that the content has changed."""
        return (self.size, self.mtime_ns, self.inode) == (found.size, found.mtime_ns, found.inode)


@dataclass(frozen=True)
class KnownImage:
    """An image as it was opened: ``state`` is ``new`` (not yet), ``ok`` or ``refused``.

    The reason is that of the refusal, or a remark on an image that is used.
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

    def put_files(self, files: Iterable[tuple[Found, str, PageName]]) -> None:
        """Write files as found, each with the key of its content and its name."""
        rows = [(found, image, name) for found, image, name in files]
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
        """Write what opening images showed; ``checked`` names the settings it depended on."""
        with self.db.transaction():
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
