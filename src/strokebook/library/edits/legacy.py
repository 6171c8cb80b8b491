"""Edits of before there was a log: from old catalogues' tables and old ``hand.json`` files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from strokebook.library.clock import now
from strokebook.library.edits import log
from strokebook.library.edits.bodies import MalformedError, target_of
from strokebook.library.edits.legacy_format import HandWork, from_json
from strokebook.library.edits.projection import drawing_boxes, rebuild, relative_box
from strokebook.library.identity import mint_numbers, number_of
from strokebook.library.sqlite.database import Database

Loose = tuple[str, dict[str, Any], str]  # kind, body, at: an edit that is not in the log yet


def convert_tables(db: Database) -> None:
    """Make the log of what the tables of the first schema say; a step of the migration."""
    queries = (
        "SELECT image, label, page, at FROM hand_label",
        "SELECT image, tag, active, source, page, at FROM image_tag",
        "SELECT space, key, name, at FROM named_before",
        "SELECT image, x0, y0, x1, y1, kept, reason, page, at FROM hand_decision",
    )
    work = HandWork(*([tuple(row) for row in db.rows(query)] for query in queries))
    for kind, body, at in _edits(db, work):
        log.append(db, kind, body, command=None, by="import", at=at or now())
    db.run("DROP TABLE hand_decision")
    rebuild(db)


def import_first_format(db: Database, text: str) -> list[Loose]:
    """The edits in a first-format ``hand.json`` that the log lacks or has older.

    Raises:
        MalformedError: The text is no such file.
        StrokebookError: A newer strokebook wrote it.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedError(str(error) or "it is nested too deeply") from error
    return [e for e in _edits(db, from_json(value)) if _is_news(db, *e)]


def _is_news(db: Database, kind: str, body: dict[str, Any], at: str) -> bool:
    if kind == "page":
        return not log.read(db, "kind = 'page' AND target = ?", [str(body["page"])])
    before = log.standing(db, kind, target_of(kind, body))
    if kind == "decision":
        before = [e for e in before if e.body["box"] == body["box"]]
    if kind == "cluster":
        before = [e for e in before if e.body["name"] == body["name"]]
        inside = {str(m) for e in before for m in e.body["members"]}
        return any(str(m) not in inside for m in body["members"])
    if not before:
        return True
    # Equal times and another value: the artist edited the file by hand.
    last = before[-1]
    return at > last.at or (at == last.at and {**last.body} != body)


def _edits(db: Database, work: HandWork) -> Iterator[Loose]:
    named: set[int] = set()

    def page_of(image: str, name: str = "") -> Iterator[Loose]:
        mint_numbers(db, [image])
        number = number_of(db, image)
        if number not in named:
            named.add(number)
            yield "page", {"page": number, "id": name, "image": image, "fingerprint": ""}, now()

    for image, label, page, at in sorted(work.labels, key=lambda row: row[3]):
        yield from page_of(image, page)
        yield "label", {"page": number_of(db, image), "label": label}, at
    for image, tag, active, _source, page, at in sorted(work.tags, key=lambda row: row[5]):
        yield from page_of(image, page)
        yield "tag", {"page": number_of(db, image), "tag": tag, "on": bool(active)}, at
    for image, *box, kept, reason, page, at in sorted(work.decisions, key=lambda row: row[8]):
        yield from page_of(image, page)
        relative, unit = relative_box(db, image, box, "px")
        body = {"page": number_of(db, image), "box": relative, "unit": unit, "reason": reason}
        yield "decision", {**body, "kept": None if kept is None else bool(kept)}, at
    groups: dict[tuple[Any, ...], list[str]] = {}
    for space, key, name, at in sorted(work.names, key=lambda row: (row[3], row[0], row[1])):
        groups.setdefault((at, space, name), []).append(key)
    for (at, space, name), keys in groups.items():
        members: list[Any] = []
        for key in keys:
            if space == "pages":
                yield from page_of(key)
                members.append(number_of(db, key))
            else:
                members.append(_place_of(db, key))
        yield "cluster", {"space": space, "name": name, "members": members}, at


def _place_of(db: Database, key: str) -> Any:
    """A drawing's place on its page where the catalogue still knows it, else its key."""
    row = db.row("SELECT image FROM drawing WHERE key = ?", (key,))
    if row is None:
        return key
    boxes = dict(drawing_boxes(db, row["image"]))
    if key not in boxes:
        return key
    mint_numbers(db, [row["image"]])
    return [number_of(db, row["image"]), [round(v, 6) for v in boxes[key]]]
