"""The catalogue's tables, as numbered migrations. What was released is never edited, only added to.

Hand work (hand_label, image_tag, hand_decision, named_before) refers to images and drawings by
content key without a foreign key: it outlives them, and is there before them after the database
was deleted. ``at`` is ISO time in UTC; a row whose value is NULL remembers that the artist took
the value back, so that an older ``hand.json`` does not bring it back.
"""

from __future__ import annotations

from dataclasses import dataclass

APPLICATION_ID = 0x73746B62  # "stkb", SQLite's mark of whose file it is


@dataclass(frozen=True)
class Migration:
    """One step of the schema; ``number`` runs from 1 without gaps."""

    number: int
    name: str
    sql: tuple[str, ...]


_INITIAL = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    # state: new = hashed, not opened yet; ok = decodes; refused = with reason and remedy.
    """CREATE TABLE image (
        hash TEXT PRIMARY KEY, state TEXT NOT NULL CHECK (state IN ('new', 'ok', 'refused')),
        width INTEGER, height INTEGER, format TEXT, reason TEXT, remedy TEXT, checked TEXT)""",
    # size, mtime_ns, inode: while they stay, the file is not read again.
    """CREATE TABLE page (
        path TEXT PRIMARY KEY, id TEXT NOT NULL, book TEXT NOT NULL, number INTEGER, title TEXT,
        folder TEXT, image TEXT NOT NULL REFERENCES image (hash), size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL, inode INTEGER NOT NULL, wears TEXT NOT NULL DEFAULT '',
        present INTEGER NOT NULL DEFAULT 1)""",
    "CREATE INDEX page_image ON page (image)",
    "CREATE INDEX page_id ON page (id)",
    "CREATE INDEX page_book ON page (book)",
    """CREATE TABLE hand_label (
        image TEXT PRIMARY KEY, label TEXT, page TEXT NOT NULL, at TEXT NOT NULL)""",
    "CREATE TABLE rule_label (image TEXT PRIMARY KEY, label TEXT NOT NULL, confidence REAL)",
    """CREATE TABLE image_tag (
        image TEXT NOT NULL, tag TEXT NOT NULL, active INTEGER NOT NULL, source TEXT NOT NULL,
        page TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (image, tag)) WITHOUT ROWID""",
    """CREATE TABLE clustering (
        space TEXT PRIMARY KEY, key TEXT NOT NULL, k INTEGER NOT NULL, dims INTEGER NOT NULL,
        centroids BLOB NOT NULL, at TEXT NOT NULL)""",
    """CREATE TABLE cluster (
        space TEXT NOT NULL REFERENCES clustering (space) ON DELETE CASCADE,
        number INTEGER NOT NULL, name TEXT, name_source TEXT,
        PRIMARY KEY (space, number)) WITHOUT ROWID""",
    """CREATE TABLE member (
        space TEXT NOT NULL, key TEXT NOT NULL, number INTEGER NOT NULL,
        PRIMARY KEY (space, key),
        FOREIGN KEY (space, number) REFERENCES cluster (space, number) ON DELETE CASCADE
        ) WITHOUT ROWID""",
    "CREATE INDEX member_number ON member (space, number)",
    # The hand-given name of the cluster that an item was last in: carries names to new clusters.
    """CREATE TABLE named_before (
        space TEXT NOT NULL, key TEXT NOT NULL, name TEXT, at TEXT NOT NULL,
        PRIMARY KEY (space, key)) WITHOUT ROWID""",
    """CREATE TABLE drawing (
        key TEXT PRIMARY KEY, image TEXT NOT NULL REFERENCES image (hash),
        number INTEGER NOT NULL, x0 REAL NOT NULL, y0 REAL NOT NULL, x1 REAL NOT NULL,
        y1 REAL NOT NULL, strokes INTEGER NOT NULL, points INTEGER NOT NULL, svg TEXT NOT NULL)""",
    "CREATE INDEX drawing_image ON drawing (image, number)",
    """CREATE TABLE verdict (
        key TEXT NOT NULL REFERENCES drawing (key) ON DELETE CASCADE, source TEXT NOT NULL,
        kept INTEGER NOT NULL, reason TEXT, PRIMARY KEY (key, source)) WITHOUT ROWID""",
    """CREATE TABLE hand_decision (
        image TEXT NOT NULL, x0 REAL NOT NULL, y0 REAL NOT NULL, x1 REAL NOT NULL,
        y1 REAL NOT NULL, kept INTEGER, reason TEXT, page TEXT NOT NULL, at TEXT NOT NULL,
        PRIMARY KEY (image, x0, y0, x1, y1)) WITHOUT ROWID""",
    """CREATE TABLE stage_result (
        stage TEXT NOT NULL, item TEXT NOT NULL, key TEXT NOT NULL, seconds REAL NOT NULL,
        summary TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (stage, item)) WITHOUT ROWID""",
    "CREATE INDEX stage_result_item ON stage_result (item)",
    """CREATE TABLE refusal (
        stage TEXT NOT NULL, item TEXT NOT NULL, subject TEXT NOT NULL, reason TEXT NOT NULL,
        remedy TEXT NOT NULL, fatal INTEGER NOT NULL,
        PRIMARY KEY (stage, item, subject, reason)) WITHOUT ROWID""",
    """CREATE TABLE vector (
        space TEXT NOT NULL, backbone TEXT NOT NULL, key TEXT NOT NULL, data BLOB NOT NULL)""",
    "CREATE UNIQUE INDEX vector_key ON vector (space, backbone, key)",
    "CREATE INDEX vector_item ON vector (key)",
    """CREATE TABLE map_point (
        space TEXT NOT NULL, key TEXT NOT NULL, x REAL NOT NULL, y REAL NOT NULL,
        PRIMARY KEY (space, key)) WITHOUT ROWID""",
    # The files that we put into the project's filed/, so that only those are ever removed.
    """CREATE TABLE filed (
        path TEXT PRIMARY KEY, page TEXT NOT NULL, image TEXT NOT NULL, mode TEXT NOT NULL,
        size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, inode INTEGER NOT NULL)""",
    "CREATE INDEX filed_image ON filed (image)",
    """CREATE VIEW private_image AS
        SELECT image FROM page WHERE folder = 'priv'
        UNION SELECT image FROM image_tag WHERE tag = 'private' AND active""",
)

# What is asked of one page or drawing is looked up, never searched for: UNION ALL lets SQLite look
# a single image up in both halves of the view, and the lists of what is private stay short.
_LOOK_UPS = (
    "DROP VIEW private_image",
    """CREATE VIEW private_image AS
        SELECT image FROM page WHERE folder = 'priv'
        UNION ALL SELECT image FROM image_tag WHERE tag = 'private' AND active""",
    "DROP INDEX page_image",
    "CREATE INDEX page_image ON page (image, present)",
    "CREATE INDEX page_private ON page (image) WHERE folder = 'priv'",
    "CREATE INDEX image_tag_private ON image_tag (image) WHERE tag = 'private' AND active",
    "CREATE INDEX verdict_source ON verdict (source)",
)

_PASSING = (
    "ALTER TABLE refusal ADD COLUMN passing INTEGER NOT NULL DEFAULT 0",
    # Kept until now whatever the fault was, a disk that was away included: all are tried once more.
    "DELETE FROM stage_result WHERE json_extract(summary, '$.refused')",
    "UPDATE image SET state = 'new' WHERE state = 'refused'",
)

MIGRATIONS = (
    Migration(1, "initial", _INITIAL),
    Migration(2, "look-ups by index", _LOOK_UPS),
    Migration(3, "passing refusals", _PASSING),
)
