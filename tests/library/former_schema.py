"""A catalogue as an older version left it: what the newer migrations brought is taken away."""

from __future__ import annotations

from strokebook.library.sqlite.database import Database

# By the number of the migration that brought them.
TABLES = {
    7: ("page_date", "book_date", "reading", "file_date"),
    8: ("class_label",),
    9: ("hand_group", "place_group"),
}
COLUMNS = {9: (("clustering", "backbone"), ("cluster", "reach"))}


def roll_back(db: Database, number: int) -> None:
    """Make the schema that of migration ``number``; the table of members keeps its newer form."""
    for later in range(number + 1, max(TABLES) + 1):
        for table in TABLES.get(later, ()):
            db.run(f"DROP TABLE {table}")
        for table, column in COLUMNS.get(later, ()):
            db.run(f"ALTER TABLE {table} DROP COLUMN {column}")
    db.run("DELETE FROM migration WHERE number > ?", (number,))
    db.run(f"PRAGMA user_version = {number}")
