"""The list of files that we put into ``filed/``: only those are ever removed there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from strokebook.base.files import write_json
from strokebook.library.edits.store import Store

FILED = Path("filed")
LIST = ".files.json"  # beside the files: the list outlives the catalogue


@dataclass(frozen=True)
class FiledFile:
    """A file in ``filed/`` that we know of.

    Attributes:
        path: Posix, relative to ``filed/``.
        page: Its page's id.
        image: Key of its page's image.
        mode: ``copy`` or ``link``: ours to remove; ``theirs``: the artist's own, never removed.
        size: Of the file, or the link, itself; 0 while it is being put there.
        mtime_ns: As ``size``.
        inode: As ``size``.
    """

    path: str
    page: str
    image: str
    mode: str
    size: int
    mtime_ns: int
    inode: int


class FiledRows(Store):
    """Reading and writing that list."""

    def filed(self) -> dict[str, FiledFile]:
        """What we put there, by path."""
        rows = self.db.rows("SELECT * FROM filed")
        return {row["path"]: FiledFile(*tuple(row)) for row in rows}

    def put_filed(self, files: Iterable[FiledFile]) -> None:
        """Add to the list."""
        with self.db.transaction():
            self.db.run_many(
                "INSERT OR REPLACE INTO filed VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(f.path, f.page, f.image, f.mode, f.size, f.mtime_ns, f.inode) for f in files],
            )

    def forget_filed_of(self, image: str) -> None:
        """Take all files of an image from the list, the artist's own copies too."""
        self.db.run("DELETE FROM filed WHERE image = ?", (image,))

    def forget_filed(self, paths: Iterable[str]) -> None:
        """Take from the list."""
        with self.db.transaction():
            self.db.run_many("DELETE FROM filed WHERE path = ?", [(path,) for path in paths])


def write_list(root: Path, files: Iterable[FiledFile]) -> None:
    """Write the list beside the files in ``root``; where there is neither, nothing."""
    rows = [asdict(file) for file in sorted(files, key=lambda file: file.path)]
    if rows or root.is_dir():
        write_json(root / LIST, rows)
