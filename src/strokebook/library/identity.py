"""The number of a page: what edits refer to, through renames, new scans and other files.

An image file is known by the hash of its content; the page on it has a number of its own, minted
when the image is first met. When the file changes, the number moves to the new content
(``move_number``) and everything said by hand goes along; results of stages stay with the content.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from strokebook.base.errors import StrokebookError
from strokebook.library.sqlite.database import Database

# Tables made of the log of edits, by the column that holds a page's image.
_FOLLOWING = (
    ("hand_label", "image"),
    ("image_tag", "image"),
    ("decision", "image"),
    ("place_name", "image"),
    ("named_before", "key"),
    ("page_date", "image"),
    ("place_group", "image"),
    ("hand_group", "key"),
)


def mint_numbers(db: Database, images: Iterable[str]) -> None:
    """Give every image that shows no known page a new page number."""
    db.run_many(
        "INSERT OR IGNORE INTO identity (image) SELECT ? WHERE NOT EXISTS "
        "(SELECT 1 FROM former_image WHERE image = ?)",
        [(image, image) for image in images],
    )


def number_of(db: Database, image: str) -> int:
    """The number of the page that an image shows.

    Raises:
        StrokebookError: None yet: the image was never scanned.
    """
    row = db.row(
        "SELECT number FROM identity WHERE image = ? UNION "
        "SELECT number FROM former_image WHERE image = ?",
        (image, image),
    )
    if row is None:
        raise StrokebookError(f"The image {image} belongs to no page yet.", "Scan again.")
    return int(row[0])


def image_of(db: Database, number: int) -> str | None:
    """The image that shows a page now, or did last; None for an unknown number."""
    row = db.row("SELECT image FROM identity WHERE number = ?", (number,))
    return None if row is None else str(row["image"])


def images_of(db: Database, numbers: Iterable[int]) -> frozenset[str]:
    """The images that show these pages now, or did last; unknown numbers have none."""
    images = (image_of(db, number) for number in numbers)
    return frozenset(image for image in images if image is not None)


def move_number(db: Database, number: int, image: str) -> None:
    """Let another image show a page; what was said by hand moves to it.

    Args:
        db: In a transaction.
        number: The page's.
        image: The present content; it must not be another page's.
    """
    former = image_of(db, number)
    if former is None or former == image:
        return
    db.run("DELETE FROM identity WHERE image = ? AND number != ?", (image, number))
    db.run("DELETE FROM former_image WHERE image = ?", (image,))
    db.run("UPDATE identity SET image = ? WHERE number = ?", (image, number))
    db.run("INSERT OR REPLACE INTO former_image VALUES (?, ?)", (former, number))
    for table, column in (t for t in _FOLLOWING if db.has_table(t[0])):  # in a migration not all
        db.run(f"UPDATE OR REPLACE {table} SET {column} = ? WHERE {column} = ?", (image, former))


def restore_number(db: Database, number: int, image: str) -> None:
    """Take in a number that the twin of the log knows, for an image seen or not."""
    known = image_of(db, number)
    if known is None:
        db.run("DELETE FROM identity WHERE image = ?", (image,))
        db.run("INSERT INTO identity (number, image) VALUES (?, ?)", (number, image))
    elif known != image:
        move_number(db, number, image)


def shown_images(db: Database) -> dict[int, str]:
    """The image of every page that a file in the library shows, by number."""
    rows = db.rows(
        "SELECT number, image FROM identity i WHERE EXISTS "
        "(SELECT 1 FROM page p WHERE p.image = i.image AND p.present)"
    )
    return {row["number"]: row["image"] for row in rows}


def keep_shown(db: Database, shown: Mapping[int, str]) -> None:
    """Move numbers back to the images that show their pages, unless others do by now."""
    now = {row["number"]: row["image"] for row in db.rows("SELECT number, image FROM identity")}
    taken, present = {image: number for number, image in now.items()}, set(shown.values())
    for number, image in shown.items():
        is_free = taken.get(image, number) == number
        if number in now and now[number] != image and is_free and now[number] not in present:
            move_number(db, number, image)
