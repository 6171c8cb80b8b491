"""Nothing made of a private page stays: its drawings, vectors, results, previews, filed copies."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from strokebook.base import owned
from strokebook.base.errors import StrokebookError
from strokebook.base.files import file_digest, inside
from strokebook.base.steps import step
from strokebook.library.catalogue.drawing_rows import DrawingRows
from strokebook.library.catalogue.filed_rows import FILED
from strokebook.library.clock import now
from strokebook.library.disk.previews import FOLDER, previews
from strokebook.library.disk.signature import fingerprint
from strokebook.library.edits.log import redact

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

    def forget_derived(self, image: str) -> list[Path]:
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
            self.forget_centroids(image)
            for table, column in _DERIVED:
                self.db.run_many(f"DELETE FROM {table} WHERE {column} = ?", [(i,) for i in items])
            self.db.run("DELETE FROM drawing WHERE image = ?", (image,))
            for table in ("rule_label", "class_label", "reading", "file_date"):
                self.db.run(f"DELETE FROM {table} WHERE image = ?", (image,))
            self.db.run("DELETE FROM filed WHERE image = ? AND mode != 'theirs'", (image,))
        files = [Path(d["svg"]) for d in drawings if d["svg"]]
        files += [FILED / f["path"] for f in filed]
        return [*files, FOLDER / f"{image}.jpg"]

    def forget_centroids(self, image: str) -> None:
        """Take an image, and the drawings on it, out of the centroids of their clusters.

        A cluster's centroid is the mean of its members' vectors; that of a single page is its very
        embedding. It is computed anew from the other members, and zero where there are none.
        """
        for space, keys in self._clustered(image).items():
            numbers = self.db.rows(
                "SELECT DISTINCT number FROM member WHERE space = ? AND number IS NOT NULL "
                f"AND key IN ({_marks(keys)})",
                (space, *keys),
            )
            row = self.db.row("SELECT * FROM clustering WHERE space = ?", (space,))
            if row is None or not numbers:
                continue
            centroids = np.frombuffer(row["centroids"], "<f4").reshape(row["k"], row["dims"]).copy()
            for (number,) in numbers:
                rows = self.db.rows(
                    "SELECT v.data FROM member m JOIN vector v ON v.key = m.key AND "
                    f"v.space = m.space WHERE m.space = ? AND m.number = ? "
                    f"AND m.key NOT IN ({_marks(keys)}) AND length(v.data) = ? "
                    "AND (? = '' OR v.backbone = ?)",
                    (space, number, *keys, 4 * row["dims"], row["backbone"], row["backbone"]),
                )
                others = [np.frombuffer(r["data"], "<f4") for r in rows]
                centroids[number] = np.mean(others, axis=0) if others else 0.0
            self.db.run(
                "UPDATE clustering SET centroids = ? WHERE space = ?", (centroids.tobytes(), space)
            )

    def _clustered(self, image: str) -> dict[str, list[str]]:
        drawings = self.db.rows("SELECT key FROM drawing WHERE image = ?", (image,))
        return {"pages": [image], "drawings": [row["key"] for row in drawings]}

    def forget_edits_of(self, image: str) -> None:
        """Leave of all that was said by hand of an image's page nothing but that it is private."""
        row = self.db.row("SELECT number FROM identity WHERE image = ?", (image,))
        if row is not None:
            redact(self.db, row["number"])
            # A sketchbook's dates that were read on this page.
            self.db.run("DELETE FROM book_date WHERE page = ?", (str(row["number"]),))
        for table, column in (
            ("hand_label", "image"),
            ("decision", "image"),
            ("place_name", "image"),
            ("named_before", "key"),
            ("page_date", "image"),
            ("place_group", "image"),
            ("hand_group", "key"),
        ):
            self.db.run(f"DELETE FROM {table} WHERE {column} = ?", (image,))
        self.db.run("DELETE FROM image_tag WHERE image = ? AND tag != 'private'", (image,))
        row = self.db.row("SELECT signature FROM image WHERE hash = ?", (image,))
        if row is not None and row["signature"]:
            self.db.run(
                "UPDATE image SET signature = ? WHERE hash = ?",
                (fingerprint(row["signature"]), image),
            )

    def exposed_private_images(self) -> list[str]:
        """Private images of which anything derived is left."""
        rows = self.db.rows(
            "SELECT DISTINCT image FROM private_image WHERE image IN (SELECT image FROM drawing "
            "UNION SELECT key FROM vector UNION SELECT key FROM member "
            "UNION SELECT key FROM map_point UNION SELECT item FROM stage_result "
            "UNION SELECT image FROM rule_label UNION SELECT image FROM class_label "
            "UNION SELECT image FROM reading UNION SELECT image FROM file_date "
            "UNION SELECT image FROM filed WHERE mode != 'theirs') ORDER BY image"
        )
        return [row["image"] for row in rows]

    def note_purge(self, image: str, page: str, *, confirmed: bool) -> None:
        """Note that all that was made of an image has to go, until that is done.

        Args:
            image: Of a private page.
            page: Its id, to speak of it.
            confirmed: The artist was asked, or need not be.
        """
        self.db.run(
            "INSERT INTO purge VALUES (?, ?, ?, ?) ON CONFLICT (image) DO UPDATE SET "
            "confirmed = max(confirmed, excluded.confirmed)",
            (image, page, now(), int(confirmed)),
        )

    def purges(self, *, confirmed: bool | None = None) -> dict[str, str]:
        """Private images that something may be left of, with their pages' ids.

        Args:
            confirmed: Only those whose removal was confirmed, or was not yet; None: all.
        """
        rows = self.db.rows(
            "SELECT image, page FROM purge WHERE ? IS NULL OR confirmed = ? ORDER BY page",
            (confirmed, confirmed),
        )
        return {row["image"]: row["page"] for row in rows}

    def confirm_purges(self) -> None:
        """The artist agreed that what was made of private pages is removed."""
        with self.db.transaction():
            self.db.run("UPDATE purge SET confirmed = 1")

    def end_purges(self, images: Iterable[str]) -> None:
        """Nothing is left of these images, and the space that they took in the file is wiped."""
        with self.db.transaction():
            self.db.run_many("DELETE FROM purge WHERE image = ?", [(image,) for image in images])
        self.db.compact()

    def versions_of(self, image: str) -> list[str]:
        """All images that show the same page: the present one, and those of former files."""
        row = self.db.row(
            "SELECT number FROM identity WHERE image = ? UNION "
            "SELECT number FROM former_image WHERE image = ?",
            (image, image),
        )
        if row is None:
            return [image]
        rows = self.db.rows(
            "SELECT image FROM identity WHERE number = ? UNION "
            "SELECT image FROM former_image WHERE number = ?",
            (row["number"], row["number"]),
        )
        return [r["image"] for r in rows]

    def note_trained(self, images: Iterable[str]) -> None:
        """Keep that a data set with drawings of these images was made, which a model may know."""
        with self.db.transaction():
            self.db.run_many(
                "INSERT OR IGNORE INTO trained_image VALUES (?)", [(image,) for image in images]
            )

    def trained_among(self, images: Iterable[str]) -> list[str]:
        """Those of the images that a data set, and so a model, may know."""
        wanted = list(images)
        rows = self.db.rows(
            f"SELECT image FROM trained_image WHERE image IN ({_marks(wanted)})", wanted
        )
        return [row["image"] for row in rows]

    def forget_trained(self) -> None:
        """No model and no data set of before is left."""
        with self.db.transaction():
            self.db.run("DELETE FROM trained_image")

    def note_outside(self, path: Path, images: Iterable[str], what: str) -> None:
        """Keep that something made of these images was written outside of the project.

        Args:
            path: The file or folder.
            images: The pages' images; "" stands for all that a model has learnt from.
            what: In words: "an export of pages", "a model".
        """
        with self.db.transaction():
            self.db.run_many(
                "INSERT OR REPLACE INTO outside VALUES (?, ?, ?, ?)",
                [(str(path.absolute()), image, what, now()) for image in images],
            )

    def images_outside(self, path: Path) -> set[str]:
        """The images that something written there was made of."""
        rows = self.db.rows("SELECT image FROM outside WHERE path = ?", (str(path.absolute()),))
        return {row["image"] for row in rows}

    def forget_outside(self, path: Path, images: Iterable[str]) -> None:
        """These images are no longer in what was written there."""
        with self.db.transaction():
            self.db.run_many(
                "DELETE FROM outside WHERE path = ? AND image = ?",
                [(str(path.absolute()), image) for image in images],
            )

    def outside_of(self, images: Iterable[str], *, trained: bool) -> list[tuple[str, str]]:
        """What was written outside of the project and may show these images: (path, what)."""
        wanted = [*images, *([""] if trained else [])]
        rows = self.db.rows(
            f"SELECT DISTINCT path, what FROM outside WHERE image IN ({_marks(wanted)}) "
            "ORDER BY path",
            wanted,
        )
        return [(row["path"], row["what"]) for row in rows]


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


def hide_private(catalogue: PurgeRows, project: Path) -> list[str]:
    """Delete what each private page alone left: drawings, vectors, preview, filed copies.

    To be called when a page becomes private. That something has to go is noted before anything
    does, and the note stays: what mixes several pages is the pipeline's to remove.

    Returns:
        The images of which something was left; those whose removal waits for the artist's answer
        are not among them.

    Raises:
        StrokebookError: A file cannot be deleted; it is tried again next time.
    """
    private, waiting = catalogue.private_hashes(), catalogue.purges(confirmed=False)
    exposed = {*catalogue.exposed_private_images(), *(private & previews(project))} - {*waiting}
    if not exposed:
        return []
    with catalogue.transaction():
        for image in exposed:
            page = catalogue.page_of_image(image)
            catalogue.note_purge(image, page.id if page else "", confirmed=True)
    for image in sorted(exposed):
        hide_image(catalogue, project, image)
    return sorted(exposed)


def hide_image(catalogue: PurgeRows, project: Path, image: str) -> None:
    """Delete what one private image alone left.

    Raises:
        StrokebookError: A file cannot be deleted; its rows stay, and it is tried again next time.
    """
    # The list of files is forgotten only when they are gone.
    with catalogue.transaction():
        moved, theirs = (
            _moved_copies(catalogue, project, image),
            _changed(catalogue, project, image),
        )
        for path in {*moved, *catalogue.forget_derived(image)} - theirs:
            _delete(project, path)


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


def _changed(catalogue: PurgeRows, project: Path, image: str) -> set[Path]:
    """Filed copies of an image that are no longer what we put there: the artist's to remove."""
    rows = catalogue.db.rows(
        "SELECT path, size, mtime_ns, inode FROM filed WHERE image = ? AND mode != 'theirs'",
        (image,),
    )
    changed = set()
    for row in rows:
        file = project / FILED / row["path"]
        with contextlib.suppress(OSError):
            status = file.lstat()
            same = (status.st_size, status.st_mtime_ns, status.st_ino) == tuple(row)[1:]
            if not (same or row["inode"] == 0 or file.is_symlink() or file_digest(file) == image):
                changed.add(FILED / row["path"])
    return changed


def _delete(project: Path, path: Path) -> None:
    if (project / path.parts[0]).is_symlink():
        return  # nothing is deleted behind a link; the purge names it
    try:
        # Of the parent, because the file itself may be a link out of the project.
        file = inside(project, path.parent.as_posix()) / path.name
        if path.is_relative_to(FILED):
            step("unlink", file)
            file.unlink(missing_ok=True)  # filed/ has a list of its own, which named it
            with contextlib.suppress(OSError):
                file.parent.rmdir()  # its name is a label; only succeeds when it is empty
        else:
            owned.remove(file)  # one that was changed stays, and stays listed under its owner
    except OSError as error:
        raise StrokebookError(
            f"{path}, made of a page that is private now, cannot be deleted ({error.strerror}).",
            "Check the permissions of the project's folder, then scan again.",
        ) from error
