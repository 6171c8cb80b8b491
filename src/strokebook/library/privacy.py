"""Nothing made of a private page stays: its drawings, vectors, results, previews, filed copies."""

from __future__ import annotations

import os
from pathlib import Path

from strokebook.base import owned
from strokebook.base.errors import StrokebookError
from strokebook.base.files import inside
from strokebook.library.drawing_rows import DrawingRows
from strokebook.library.filed_rows import FILED
from strokebook.library.previews import FOLDER, previews

# Tables of derived data, by the column that holds an image's or a drawing's key.
_DERIVED = (
    ("vector", "key"),
    ("map_point", "key"),
    ("member", "key"),
    ("stage_result", "item"),
    ("refusal", "item"),
)


class PurgeRows(DrawingRows):
    """Removing what was made of a page."""

    def purge(self, image: str) -> list[Path]:
        """Remove all that was derived from an image; what was done by hand stays.

        Returns:
            Files to delete, relative to the project: drawings, its preview, filed copies. Some
            may not exist.
        """
        drawings = self.db.rows("SELECT key, number, svg FROM drawing WHERE image = ?", (image,))
        filed = self.db.rows(
            "SELECT path FROM filed WHERE image = ? AND mode != 'theirs'", (image,)
        )
        pages = self.db.rows("SELECT id FROM page WHERE image = ?", (image,))
        keys = [image, *(d["key"] for d in drawings)]
        # Stages may keep their results under ids as well.
        items = keys + [p["id"] for p in pages]
        items += [
            f"{p['id']}{mid}d{d['number']:02d}"
            for p in pages
            for d in drawings
            for mid in ("", "-")
        ]
        with self.db.transaction():
            for table, column in _DERIVED:
                self.db.run_many(f"DELETE FROM {table} WHERE {column} = ?", [(i,) for i in items])
            self.db.run("DELETE FROM drawing WHERE image = ?", (image,))
            self.db.run("DELETE FROM rule_label WHERE image = ?", (image,))
            self.db.run("DELETE FROM filed WHERE image = ? AND mode != 'theirs'", (image,))
        files = [Path(d["svg"]) for d in drawings if d["svg"]]
        files += [FILED / f["path"] for f in filed]
        return [*files, FOLDER / f"{image}.jpg"]

    def exposed_private_images(self) -> list[str]:
        """Private images of which anything derived is left."""
        rows = self.db.rows(
            "SELECT DISTINCT image FROM private_image WHERE image IN (SELECT image FROM drawing "
            "UNION SELECT key FROM vector UNION SELECT key FROM member "
            "UNION SELECT key FROM map_point UNION SELECT item FROM stage_result "
            "UNION SELECT image FROM rule_label "
            "UNION SELECT image FROM filed WHERE mode != 'theirs') ORDER BY image"
        )
        return [row["image"] for row in rows]


def hide_private(catalogue: PurgeRows, project: Path) -> list[str]:
    """Purge every private page and delete its files; to be called when a page becomes private.

    Returns:
        The images of which something was left.

    Raises:
        StrokebookError: A file cannot be deleted; it is tried again next time.
    """
    private = catalogue.private_hashes()
    exposed = sorted({*catalogue.exposed_private_images(), *(private & previews(project))})
    for image in exposed:
        # The list of files is forgotten only when they are gone.
        with catalogue.transaction():
            for path in [*_moved_copies(catalogue, project, image), *catalogue.purge(image)]:
                _delete(project, path)
    return exposed


def _moved_copies(catalogue: PurgeRows, project: Path, image: str) -> list[Path]:
    """Filed copies of an image that the artist has moved to another label's folder."""
    rows = catalogue.db.rows(
        "SELECT path, inode, mtime_ns FROM filed WHERE image = ? AND mode != 'theirs'", (image,)
    )
    moved = {
        (row["inode"], row["mtime_ns"])
        for row in rows
        if not os.path.lexists(project / FILED / row["path"])
    }
    if not moved:
        return []
    return [
        path.relative_to(project)
        for path in (project / FILED).rglob("*")
        if ((status := path.lstat()).st_ino, status.st_mtime_ns) in moved
    ]


def _delete(project: Path, path: Path) -> None:
    try:
        # Of the parent, because the file itself may be a link out of the project.
        file = inside(project, path.parent.as_posix()) / path.name
        if path.is_relative_to(FILED):
            file.unlink(missing_ok=True)  # filed/ has a list of its own, which named it
        else:
            owned.remove(file)  # one that was changed stays, and stays listed under its owner
    except OSError as error:
        raise StrokebookError(
            f"{path}, made of a page that is private now, cannot be deleted ({error.strerror}).",
            "Check the permissions of the project's folder, then scan again.",
        ) from error
