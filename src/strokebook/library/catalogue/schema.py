"""The catalogue's tables, as numbered migrations. What was released is never edited, only added to.

Tables made of the log of edits refer to images and drawings by content key without a foreign key:
they outlive them, and are there before them after the database was deleted. ``at`` is ISO time in
UTC.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from strokebook.library.edits.legacy import convert_tables
from strokebook.library.sqlite.database import Database


@dataclass(frozen=True)
class Migration:
    """One step of the schema; ``number`` runs from 1 without gaps; ``convert`` runs last."""

    number: int
    name: str
    sql: tuple[str, ...]
    convert: Callable[[Database], None] | None = None


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
# Pages get numbers of their own, and every edit by hand is a row of a log; what the log says is
# kept ready in hand_label, image_tag, decision, named_before, place_name and label_kind, which are
# made of it (edits.projection).
_EDITS = (
    # 1,024 grey values, or a fingerprint of 32 bytes for a private page (library.signature).
    "ALTER TABLE image ADD COLUMN signature BLOB",
    "CREATE TABLE identity (number INTEGER PRIMARY KEY AUTOINCREMENT, image TEXT NOT NULL UNIQUE)",
    # Files that showed the same page before; one that comes back is known at once.
    """CREATE TABLE former_image (
        image TEXT PRIMARY KEY, number INTEGER NOT NULL REFERENCES identity (number))""",
    "INSERT INTO identity (image) SELECT hash FROM image ORDER BY rowid",
    """CREATE TABLE edit (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, command INTEGER NOT NULL, at TEXT NOT NULL,
        by TEXT NOT NULL, kind TEXT NOT NULL, target TEXT NOT NULL, body TEXT NOT NULL)""",
    "CREATE INDEX edit_target ON edit (kind, target)",
    "CREATE INDEX edit_command ON edit (command)",
    """CREATE TRIGGER edit_stays BEFORE UPDATE ON edit
        WHEN NOT EXISTS (SELECT 1 FROM meta WHERE name = 'redacting')
        BEGIN SELECT RAISE(ABORT, 'a row of the log of edits is never changed'); END""",
    """CREATE TRIGGER edit_is_kept BEFORE DELETE ON edit
        BEGIN SELECT RAISE(ABORT, 'a row of the log of edits is never deleted'); END""",
    "CREATE TABLE undone (command INTEGER PRIMARY KEY)",
    "CREATE TABLE label_kind (label TEXT PRIMARY KEY, kind TEXT NOT NULL)",
    # unit: page = relative to its width and height; px = pixels of a page not seen since.
    """CREATE TABLE decision (
        image TEXT NOT NULL, x0 REAL NOT NULL, y0 REAL NOT NULL, x1 REAL NOT NULL,
        y1 REAL NOT NULL, unit TEXT NOT NULL, kept INTEGER NOT NULL, reason TEXT,
        page TEXT NOT NULL, at TEXT NOT NULL,
        PRIMARY KEY (image, unit, x0, y0, x1, y1)) WITHOUT ROWID""",
    # The name of the cluster that a place on a page was in, for drawings not found yet.
    """CREATE TABLE place_name (
        image TEXT NOT NULL, x0 REAL NOT NULL, y0 REAL NOT NULL, x1 REAL NOT NULL,
        y1 REAL NOT NULL, name TEXT NOT NULL, PRIMARY KEY (image, x0, y0, x1, y1)) WITHOUT ROWID""",
    # The rule's name waits under the artist's, for when that is taken back.
    "ALTER TABLE cluster ADD COLUMN rule_name TEXT",
    "UPDATE cluster SET rule_name = name WHERE name_source = 'rule'",
    # A page marked private of which something made of it may be left.
    """CREATE TABLE purge (
        image TEXT PRIMARY KEY, page TEXT NOT NULL, at TEXT NOT NULL, confirmed INTEGER NOT NULL
        ) WITHOUT ROWID""",
    # Pages whose drawings were in a data set that a model of this project has learnt from.
    "CREATE TABLE trained_image (image TEXT PRIMARY KEY) WITHOUT ROWID",
    "INSERT INTO trained_image SELECT DISTINCT image FROM drawing",
    # What was written outside of the project, and of which page; we never delete it.
    """CREATE TABLE outside (
        path TEXT NOT NULL, image TEXT NOT NULL, what TEXT NOT NULL, at TEXT NOT NULL,
        PRIMARY KEY (path, image)) WITHOUT ROWID""",
    "DROP VIEW private_image",
    """CREATE VIEW private_image AS
        SELECT image FROM page WHERE folder = 'priv'
        UNION ALL SELECT image FROM image_tag WHERE tag = 'private' AND active
        UNION ALL SELECT f.image FROM former_image f JOIN identity i ON i.number = f.number
            JOIN image_tag t ON t.image = i.image AND t.tag = 'private' AND t.active""",
)

_PASSING = (
    "ALTER TABLE refusal ADD COLUMN passing INTEGER NOT NULL DEFAULT 0",
    # Kept until now whatever the fault was, a disk that was away included: all are tried once more.
    "DELETE FROM stage_result WHERE json_extract(summary, '$.refused')",
    "UPDATE image SET state = 'new' WHERE state = 'refused'",
)

# TIFFs turned by their tags or of 16 bits were read wrongly: pages that are TIFFs are opened,
# looked at and traced anew. A private one keeps its fingerprint: it is compared with new files.
_TIFFS = (
    """DELETE FROM stage_result WHERE item IN (SELECT hash FROM image WHERE format = 'TIFF')""",
    """DELETE FROM vector WHERE key IN (SELECT hash FROM image WHERE format = 'TIFF')""",
    """UPDATE image SET signature = NULL
        WHERE format = 'TIFF' AND hash NOT IN (SELECT image FROM private_image)""",
)

# When pages and sketchbooks were drawn: said (made of the log: source hand, or read and accepted; a
# row without days was misread), read and waiting, or in the file's header (day NULL: none there).
# A sketchbook's page: the number of the page that its dates were read on, or "".
_DATES = (
    """CREATE TABLE IF NOT EXISTS page_date (
        image TEXT NOT NULL, source TEXT NOT NULL, first TEXT, last TEXT, page TEXT NOT NULL,
        at TEXT NOT NULL, PRIMARY KEY (image, source)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS book_date (
        book TEXT NOT NULL, source TEXT NOT NULL, first TEXT, last TEXT, page TEXT NOT NULL,
        at TEXT NOT NULL, PRIMARY KEY (book, source)) WITHOUT ROWID""",
    # box: relative to the page's width and height.
    """CREATE TABLE IF NOT EXISTS reading (
        image TEXT NOT NULL, number INTEGER NOT NULL, text TEXT NOT NULL, certainty REAL NOT NULL,
        x0 REAL NOT NULL, y0 REAL NOT NULL, x1 REAL NOT NULL, y1 REAL NOT NULL,
        PRIMARY KEY (image, number)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS file_date (
        image TEXT PRIMARY KEY, day TEXT, photo INTEGER NOT NULL) WITHOUT ROWID""",
)

# What a page looks like to the classifier: its label, how sure that is, and what comes second.
_CLASSIFIER = (
    """CREATE TABLE class_label (
        image TEXT PRIMARY KEY, label TEXT NOT NULL, confidence REAL NOT NULL, second TEXT,
        second_confidence REAL) WITHOUT ROWID""",
)

# Clusters that the artist merged or split, items in no cluster (number NULL, by density), and how a
# cluster stood before that: ``fitted`` is what the clustering said, ``number`` what holds.
_GROUPS = (
    "ALTER TABLE clustering ADD COLUMN backbone TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE cluster ADD COLUMN reach REAL",
    """CREATE TABLE membership (
        space TEXT NOT NULL, key TEXT NOT NULL, number INTEGER, fitted INTEGER,
        PRIMARY KEY (space, key),
        FOREIGN KEY (space, number) REFERENCES cluster (space, number) ON DELETE CASCADE
        ) WITHOUT ROWID""",
    "INSERT INTO membership SELECT space, key, number, number FROM member",
    "DROP TABLE member",
    "ALTER TABLE membership RENAME TO member",
    "CREATE INDEX member_number ON member (space, number)",
    # Made of the log: the cluster that the artist put an item, or a place on a page, into.
    """CREATE TABLE hand_group (
        space TEXT NOT NULL, key TEXT NOT NULL, number INTEGER NOT NULL,
        PRIMARY KEY (space, key)) WITHOUT ROWID""",
    """CREATE TABLE place_group (
        image TEXT NOT NULL, x0 REAL NOT NULL, y0 REAL NOT NULL, x1 REAL NOT NULL,
        y1 REAL NOT NULL, number INTEGER NOT NULL,
        PRIMARY KEY (image, x0, y0, x1, y1)) WITHOUT ROWID""",
)

MIGRATIONS = (
    Migration(1, "initial", _INITIAL),
    Migration(2, "look-ups by index", _LOOK_UPS),
    Migration(3, "passing refusals", _PASSING),
    Migration(4, "log of edits", _EDITS, convert_tables),
    Migration(5, "TIFFs anew", _TIFFS),
    Migration(
        6,
        "stage see is called embed",
        tuple(
            f"UPDATE {table} SET stage = 'embed' WHERE stage = 'see'"
            for table in ("stage_result", "refusal")
        ),
    ),
    Migration(7, "dates and readings", _DATES),
    Migration(8, "labels of a classifier", _CLASSIFIER),
    Migration(9, "clusters by hand", _GROUPS),
)
