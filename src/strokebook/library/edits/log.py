"""The log of edits: one row per edit, in order, never changed; one command is one undo.

Rows are only ever added. The sole exception is privacy: the rows of a page that has become private
lose their content (``redact``). ``seq`` is the order, whatever the clock says; ``command`` is the
``seq`` of the first row that the same command wrote.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from strokebook.library.edits.bodies import MEMBERS, check_body, target_of
from strokebook.library.sqlite.database import Database

# hand: a command; file: a tag that a file wears; filed: a page moved in filed/; twin: hand.json
# edited by hand; run: clusters that follow an earlier naming; doubt: a page that may be private.
By = Literal["hand", "file", "filed", "twin", "run", "doubt", "import"]
BY_ARTIST = ("hand", "filed", "twin")
REDACTED = "redacted"


@dataclass(frozen=True)
class Edit:
    """One row of the log.

    Attributes:
        seq: Its place in the order, from 1.
        command: ``seq`` of the first row of the same command.
        at: ISO time in UTC, for people; the order is ``seq``.
        by: Where it came from.
        kind: ``label``, ``tag``, ``decision``, ``cluster``, ``group``, ``label-kind``, ``date``,
            ``page``,
            ``undo``, ``redo``, ``redacted``, or one of a later version.
        body: What it says (``edits.bodies``).
    """

    seq: int
    command: int
    at: str
    by: str
    kind: str
    body: Mapping[str, Any]


def next_seq(db: Database) -> int:
    """The number that the next row gets; only meaningful inside a transaction."""
    row = db.row("SELECT max(seq) FROM edit")
    return int((row[0] if row else None) or 0) + 1


def append(
    db: Database, kind: str, body: Mapping[str, Any], *, command: int | None, by: str, at: str
) -> Edit:
    """Add a row at the end of the log.

    Args:
        db: In a transaction.
        kind: What kind of edit.
        body: Checked here.
        command: The command that it belongs to; None begins a new one.
        by: Where it comes from.
        at: ISO time in UTC.

    Raises:
        MalformedError: The body is not what this kind says.
    """
    seq = next_seq(db)
    edit = Edit(seq, command or seq, at, by, kind, check_body(kind, body))
    insert(db, [edit])
    return edit


def insert(db: Database, edits: Iterable[Edit]) -> None:
    """Put rows into the log as they are, with the numbers that they have."""
    db.run_many(
        "INSERT INTO edit (seq, command, at, by, kind, target, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (e.seq, e.command, e.at, e.by, e.kind, target_of(e.kind, e.body), to_text(e.body))
            for e in edits
        ],
    )


def to_text(body: Mapping[str, Any]) -> str:
    """A body as the log keeps it: JSON without spaces, so that equal bodies are equal texts."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def from_text(text: str) -> dict[str, Any]:
    """A body as it was kept.

    Raises:
        ValueError: The text is no JSON object.
    """
    body = json.loads(text)
    if not isinstance(body, dict):
        raise ValueError("no JSON object")
    return body


def read(db: Database, where: str = "1", parameters: Iterable[Any] = ()) -> list[Edit]:
    """Rows in order; ``where`` narrows them."""
    rows = db.rows(f"SELECT * FROM edit WHERE {where} ORDER BY seq", tuple(parameters))
    return [_edit(db, row) for row in rows]


def standing(db: Database, kind: str, target: str | None = None) -> list[Edit]:
    """The rows of a kind (about ``target``) that were not undone, in order."""
    where, parameters = "kind = ?", [kind]
    if target is not None:
        where, parameters = f"{where} AND target = ?", [kind, target]
    undone = undone_commands(db)
    return [e for e in read(db, where, parameters) if not is_undone(e, undone)]


def is_undone(edit: Edit, undone: frozenset[int]) -> bool:
    """True when the edit, or the one that it follows from, was taken back."""
    return edit.command in undone or edit.body.get("follows") in undone


def undone_commands(db: Database) -> frozenset[int]:
    """The commands that are taken back as the log stands."""
    return frozenset(row["command"] for row in db.rows("SELECT command FROM undone"))


def redact(db: Database, page: int) -> int:
    """Take out of the log all that says more of a page than its id and its private mark.

    Returns:
        How many rows lost something.
    """
    known = read(db)
    rows = [e for e in known if e.kind != "page" and _says_more(e, page)]
    emptied = [(*_redacted(e, page), e.seq) for e in rows]
    # What kind a label means was said for this page alone where no other has it.
    lone = _labels(rows) - _labels(e for e in known if e.kind == "cluster" or e not in rows)
    emptied += [
        (REDACTED, "", "{}", e.seq)
        for e in known
        if e.kind == "label-kind" and str(e.body["label"]).casefold() in lone
    ]
    with db.transaction():
        note_redacted(db, page)
        # The trigger that keeps rows from being changed lets this one purpose through.
        db.run("INSERT OR REPLACE INTO meta VALUES ('redacting', '1')")
        db.run_many("UPDATE edit SET kind = ?, target = ?, body = ? WHERE seq = ?", emptied)
        db.run("DELETE FROM meta WHERE name = 'redacting'")
        db.run_many("DELETE FROM label_kind WHERE label = ?", [(label,) for label in lone])
    return len(emptied)


def _labels(edits: Iterable[Edit]) -> set[str]:
    """The labels that pages, or clusters with members, were given."""
    return {
        str(name).casefold()
        for e in edits
        if e.kind == "label" or (e.kind == "cluster" and e.body["members"])
        if (name := e.body["label" if e.kind == "label" else "name"]) is not None
    }


def note_redacted(db: Database, page: int) -> None:
    """Keep that a page's edits were emptied, so that an older twin does not bring them back."""
    pages = sorted({*redacted_pages(db), page})
    db.run("INSERT OR REPLACE INTO meta VALUES ('redacted_pages', ?)", (json.dumps(pages),))


def redacted_pages(db: Database) -> frozenset[int]:
    """The pages whose edits were emptied."""
    row = db.row("SELECT value FROM meta WHERE name = 'redacted_pages'")
    return frozenset(json.loads(row["value"])) if row else frozenset()


def without_pages(edit: Edit, pages: frozenset[int]) -> dict[str, Any]:
    """The body of an edit, of a cluster's or group's without members on ``pages``."""
    if edit.kind not in MEMBERS:
        return dict(edit.body)
    left = [m for m in edit.body["members"] if member_page(m) not in pages]
    return {**edit.body, "members": left}


def _says_more(edit: Edit, page: int) -> bool:
    if edit.kind in MEMBERS:
        return any(member_page(m) == page for m in edit.body["members"])
    return edit.body.get("page") == page and edit.body.get("tag") != "private"


def _redacted(edit: Edit, page: int) -> tuple[str, str, str]:
    """Kind, target and body that are left of a row."""
    if edit.kind not in MEMBERS:
        return REDACTED, "", "{}"
    left = without_pages(edit, frozenset([page]))
    return edit.kind, target_of(edit.kind, edit.body), to_text(left)


def member_page(member: Any) -> int | None:
    """The page that a cluster's member is, or lies on; None for a drawing's key."""
    if isinstance(member, list):
        return int(member[0])
    return member if isinstance(member, int) else None


def _edit(db: Database, row: sqlite3.Row) -> Edit:
    body = db.parsed(row["body"], f"edit {row['seq']} of its log")
    return Edit(row["seq"], row["command"], row["at"], row["by"], row["kind"], body)
