"""The log of edits: whole, in order, understood, and come to what the catalogue says."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

from strokebook.library.catalogue.migrations import migrate
from strokebook.library.check.finding import REPAIR, Finding, name_some
from strokebook.library.edits.bodies import check_body, target_of
from strokebook.library.edits.log import REDACTED
from strokebook.library.edits.projection import rebuild
from strokebook.library.sqlite.database import MEMORY, Database

SUBJECT = "log of edits"
_WAIT = "It is kept as it is and not used; say it again."
# What a rebuild reads; a page's signature is of no use to it, and large.
_SOURCES = (
    ("image", "hash, state, width, height"),
    ("page", "path, id, book, image, size, mtime_ns, inode, present"),
    ("identity", "*"),
    ("former_image", "*"),
    ("drawing", "*"),
    ("edit", "*"),
)
# What each table made of the log says, by page number, without when it was said.
_SAYS = {
    "hand labels": "SELECT n.number, t.label FROM hand_label t JOIN n USING (image)",
    "tags": "SELECT n.number, t.tag, t.active, t.source FROM image_tag t JOIN n USING (image)",
    "decisions about drawings": (
        "SELECT n.number, t.unit, round(t.x0, 4), round(t.y0, 4), round(t.x1, 4), "
        "round(t.y1, 4), t.kept, t.reason FROM decision t JOIN n USING (image)"
    ),
    "names of pages' clusters": (
        "SELECT n.number, t.name FROM named_before t JOIN n ON n.image = t.key "
        "WHERE t.space = 'pages'"
    ),
    # Those of single drawings follow from these and from where the present drawings lie.
    "names of drawings' clusters": (
        "SELECT n.number, round(t.x0, 4), round(t.y0, 4), round(t.x1, 4), round(t.y1, 4), t.name "
        "FROM place_name t JOIN n USING (image)"
    ),
    "pages merged and split": (
        "SELECT n.number, t.number FROM hand_group t JOIN n ON n.image = t.key "
        "WHERE t.space = 'pages'"
    ),
    "drawings merged and split": (
        "SELECT n.number, round(t.x0, 4), round(t.y0, 4), round(t.x1, 4), round(t.y1, 4), t.number "
        "FROM place_group t JOIN n USING (image)"
    ),
    "kinds of labels": "SELECT label, kind FROM label_kind",
    "dates of pages": (
        "SELECT n.number, t.source, t.first, t.last FROM page_date t JOIN n USING (image)"
    ),
    "dates of sketchbooks": "SELECT book, source, first, last, page FROM book_date",
    "commands taken back": "SELECT command FROM undone",
}
_NUMBERS = (
    "WITH n AS (SELECT image, number FROM identity UNION SELECT image, number FROM former_image) "
)


def check_log(db: Database) -> list[Finding]:
    """Whether the log has every number once, and every row says something that can be meant."""
    findings: list[Finding] = []
    if gaps := missing_numbers(row["seq"] for row in db.rows("SELECT seq FROM edit ORDER BY seq")):
        some = name_some([str(seq) for seq in gaps])
        remedy = "'strokebook check --repair' takes from hand.json what is there of it."
        findings.append(Finding(SUBJECT, f"lacks edit {some}.", remedy, True))
    commands = {row["command"] for row in db.rows("SELECT command FROM edit")}
    firsts = {row["seq"] for row in db.rows("SELECT seq FROM edit WHERE seq = command")}
    for row in db.rows("SELECT * FROM edit ORDER BY seq"):
        fault = _fault(row, firsts, commands)
        if fault:
            findings.append(Finding(f"edit {row['seq']}", fault, _WAIT))
    return findings


def missing_numbers(seqs: Iterable[int]) -> list[int]:
    """The numbers from 1 to the last that are not among ``seqs``."""
    known = set(seqs)
    return [seq for seq in range(1, max(known, default=0)) if seq not in known]


def _fault(row: sqlite3.Row, firsts: set[int], commands: set[int]) -> str:
    if row["command"] > row["seq"] or row["command"] not in firsts:
        return f"belongs to command {row['command']}, which does not begin with it or before it."
    try:
        body = json.loads(row["body"])
        if not isinstance(body, dict):
            return "says nothing that can be read."
        checked = check_body(row["kind"], body)
        if row["kind"] != REDACTED and target_of(row["kind"], checked) != row["target"]:
            return f"is about {row['target']!r}, and what it says is about another."
    except (ValueError, KeyError, RecursionError) as error:
        return f"says nothing that can be meant ({error})."
    if row["kind"] in ("undo", "redo") and checked["of"] not in commands:
        return f"takes back command {checked['of']}, which there is not."
    return ""


def check_projections(db: Database) -> list[Finding]:
    """Whether what is kept ready of the log is what the log comes to."""
    differing = differing_tables(db)
    if not differing:
        return []
    fault = f"comes to other {name_some(differing)} than the catalogue has."
    return [Finding(SUBJECT, fault, REPAIR, True)]


def differing_tables(db: Database) -> list[str]:
    """What is not as the log says, in words, by making all of it anew in memory."""
    fresh = Database(MEMORY)
    try:
        migrate(fresh)
        fresh.run("PRAGMA foreign_keys = OFF")
        with fresh.transaction():
            for table, columns in _SOURCES:
                _copy(db, fresh, table, columns)
            rebuild(fresh)
        return [what for what, sql in _SAYS.items() if _says(db, sql) != _says(fresh, sql)]
    finally:
        fresh.close()


def _says(db: Database, sql: str) -> set[tuple[Any, ...]]:
    return {tuple(row) for row in db.rows(_NUMBERS + sql if "JOIN n" in sql else sql)}


def _copy(source: Database, target: Database, table: str, columns: str) -> None:
    rows = source.rows(f"SELECT {columns} FROM {table}")
    if rows:
        names = rows[0].keys()
        marks = ", ".join("?" * len(names))
        target.run_many(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", _tuples(rows))


def _tuples(rows: Iterable[sqlite3.Row]) -> Iterator[tuple[Any, ...]]:
    return (tuple(row) for row in rows)
