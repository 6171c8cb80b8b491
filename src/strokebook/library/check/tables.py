"""The database itself: its pages and indexes, its schema, rows that refer to others, numbers."""

from __future__ import annotations

from strokebook.base.errors import StrokebookError
from strokebook.library.catalogue.schema import MIGRATIONS
from strokebook.library.check.finding import REPAIR, Finding, name_some
from strokebook.library.disk.backup_files import APPLICATION_ID
from strokebook.library.sqlite.database import Database

SUBJECT = "catalogue"
LINES = 20  # of SQLite's own report that are read


def integrity_faults(db: Database) -> list[str]:
    """What SQLite says is wrong with the file; empty when it is sound."""
    try:
        rows = db.rows(f"PRAGMA integrity_check({LINES})")
    except StrokebookError as error:
        return [error.reason]
    return [str(row[0]) for row in rows if row[0] != "ok"]


def is_only_index(faults: list[str]) -> bool:
    """Whether no table is concerned: an index can be made anew from its table."""
    return all("index" in fault and "malformed" not in fault for fault in faults)


def check_integrity(db: Database) -> list[Finding]:
    """Whether the file is sound."""
    faults = integrity_faults(db)
    if not faults:
        return []
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return [Finding(SUBJECT, f"is damaged: {faults[0].rstrip('.')}{more}.", REPAIR, True)]


def check_migrations(db: Database) -> list[Finding]:
    """Whether the schema is the present one, by every step."""
    owner, version = (db.row(f"PRAGMA {name}") for name in ("application_id", "user_version"))
    newest = MIGRATIONS[-1].number
    if owner is None or owner[0] != APPLICATION_ID:
        return [Finding(SUBJECT, "is a database of another program.", "Move it elsewhere.")]
    number = int(version[0]) if version else 0
    if number > newest:
        return [Finding(SUBJECT, "was made by a newer strokebook.", "Update strokebook.")]
    if number < newest:
        fault = f"is of an older strokebook (schema {number} of {newest})."
        return [Finding(SUBJECT, fault, "The next command brings it up to date.", True)]
    steps = [(row["number"], row["name"]) for row in db.rows("SELECT * FROM migration")]
    missing = [m.name for m in MIGRATIONS if (m.number, m.name) not in steps]
    if not missing:
        return []
    fault = f"does not say that it was brought up to date by {name_some(missing)}."
    return [Finding(SUBJECT, fault, REPAIR, True)]


def check_references(db: Database) -> list[Finding]:
    """Whether every row that refers to another finds it."""
    counts: dict[tuple[str, str], int] = {}
    for row in db.rows("PRAGMA foreign_key_check"):
        pair = (row["table"], row["parent"])
        counts[pair] = counts.get(pair, 0) + 1
    return [
        Finding(SUBJECT, f"has {n} {table} without their {parent}.", REPAIR, True)
        for (table, parent), n in sorted(counts.items())
    ]


def check_numbers(db: Database) -> list[Finding]:
    """Whether every page in the library has one number of its own."""
    without = db.rows(
        "SELECT p.id FROM page p JOIN image i ON i.hash = p.image AND i.state = 'ok' "
        "WHERE p.present AND p.image NOT IN "
        "(SELECT image FROM identity UNION SELECT image FROM former_image) ORDER BY p.id"
    )
    both = db.rows(
        "SELECT i.number, f.number AS other FROM identity i JOIN former_image f USING (image)"
    )
    lost = db.rows(
        "SELECT image FROM former_image WHERE number NOT IN (SELECT number FROM identity)"
    )
    findings = []
    if without:
        some = name_some([row["id"] for row in without])
        fault = "is in the library, but was not settled by a scan."
        findings.append(Finding(some, fault, "Run 'strokebook run --until scan'."))
    for row in both:
        fault = f"shows an image that is also a former one of page {row['other']}."
        findings.append(Finding(f"page {row['number']}", fault, REPAIR, True))
    if lost:
        fault = f"knows {len(lost)} former images of pages that it does not know."
        findings.append(Finding(SUBJECT, fault, REPAIR, True))
    return findings
