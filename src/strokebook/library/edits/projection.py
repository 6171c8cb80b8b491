"""What the log of edits comes to: labels, tags, decisions, names as they stand now.

A new row is applied on top of what stands; after an undo or a redo, what it was about is made anew
from the rows that stand. The tables can be made from the log alone at any time (``rebuild``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from strokebook.library.edits.bodies import MEMBERS, target_of
from strokebook.library.edits.decisions import attach_decisions, match_boxes
from strokebook.library.edits.log import (
    Edit,
    is_undone,
    member_page,
    read,
    standing,
    undone_commands,
)
from strokebook.library.identity import (
    image_of,
    keep_shown,
    restore_number,
    shown_images,
)
from strokebook.library.sqlite.database import Database

TABLES = (
    *("hand_label", "image_tag", "decision", "named_before", "place_name", "label_kind"),
    *("page_date", "book_date"),
    *("hand_group", "place_group"),
)


def apply(db: Database, edit: Edit) -> None:
    """Apply a new row on top of what stands."""
    act = _APPLY.get(edit.kind)
    if act is not None:
        act(db, edit)


def rebuild(db: Database) -> None:
    """Make every table from the log; images that were never met get their pages' numbers.

    A scan may have moved a page's number to another image since the log last spoke of it: where a
    file shows that image now, the number stays there.
    """
    shown = shown_images(db)
    for table in TABLES:
        if db.has_table(table):  # a step of the migrations calls this before the newer ones
            db.run(f"DELETE FROM {table}")
    undone = _replay_undone(db)
    for edit in read(db):
        if edit.kind in ("undo", "redo"):
            continue
        if edit.kind == "page" or not is_undone(edit, undone):
            apply(db, edit)
    keep_shown(db, shown)


def refold(db: Database, edits: Iterable[Edit]) -> None:
    """Make anew all that ``edits`` were about, from the rows that stand."""
    whole: set[tuple[str, str]] = set()
    for edit in edits:
        if edit.kind in MEMBERS:
            whole.add((edit.kind, str(edit.body["space"])))
        elif edit.kind == "decision":
            _refold_decisions(db, edit)
        elif edit.kind in _CLEAR:
            _CLEAR[edit.kind](db, edit)
            about = standing(db, edit.kind, target_of(edit.kind, edit.body))
            for left in about[-1:]:
                apply(db, left)
    for kind, space in whole:
        _refold_members(db, kind, space)


def _replay_undone(db: Database) -> frozenset[int]:
    """The table of commands taken back, from the undo and redo rows."""
    db.run("DELETE FROM undone")
    for edit in read(db, "kind IN ('undo', 'redo')"):
        _APPLY[edit.kind](db, edit)
    return undone_commands(db)


def _apply_page(db: Database, edit: Edit) -> None:
    number, image = int(edit.body["page"]), str(edit.body["image"])
    restore_number(db, number, image)
    text = edit.body.get("fingerprint")
    if text:
        # Known from the log alone: the picture is not there, but its fingerprint is.
        db.run("INSERT OR IGNORE INTO image (hash, state) VALUES (?, 'new')", (image,))
        db.run(
            "UPDATE image SET signature = ? WHERE hash = ? AND signature IS NULL",
            (bytes.fromhex(text), image),
        )


def _apply_label(db: Database, edit: Edit) -> None:
    image, label = image_of(db, edit.body["page"]), edit.body["label"]
    if image is None:
        return
    if label is None:
        db.run("DELETE FROM hand_label WHERE image = ?", (image,))
        return
    db.run(
        "INSERT OR REPLACE INTO hand_label (image, label, page, at) VALUES (?, ?, ?, ?)",
        (image, label, str(edit.body["page"]), edit.at),
    )


def _apply_tag(db: Database, edit: Edit) -> None:
    body = edit.body
    image = image_of(db, body["page"])
    if image is None:
        return
    db.run(
        "INSERT OR REPLACE INTO image_tag (image, tag, active, source, page, at) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (
            image,
            body["tag"],
            int(body["on"]),
            edit.by,
            str(body["page"]),
            edit.at,
        ),
    )


def _apply_decision(db: Database, edit: Edit) -> None:
    image = image_of(db, edit.body["page"])
    if image is None:
        return
    box, unit = relative_box(db, image, edit.body["box"], edit.body["unit"])
    for other in _places(db, "decision", image, unit):
        if match_boxes([tuple(box)], [other]):
            db.run(
                "DELETE FROM decision WHERE image = ? AND unit = ? AND x0 = ? AND y0 = ? "
                "AND x1 = ? AND y1 = ?",
                (image, unit, *other),
            )
    if edit.body["kept"] is not None:
        db.run(
            "INSERT OR REPLACE INTO decision VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(image, *box, unit, int(edit.body["kept"]), edit.body["reason"]),
                *(str(edit.body["page"]), edit.at),
            ),
        )
    attach_decisions(db, image)


def relative_box(
    db: Database, image: str, box: Iterable[float], unit: str
) -> tuple[list[float], str]:
    """A box in units of the page where the page's size is known, else as it is."""
    values = [float(v) for v in box]
    if unit == "page":
        return values, unit
    row = db.row("SELECT width, height FROM image WHERE hash = ? AND width > 0", (image,))
    if row is None:
        return values, unit
    w, h = float(row["width"]), float(row["height"])
    return [round(v / s, 6) for v, s in zip(values, (w, h, w, h), strict=True)], "page"


def settle_boxes(db: Database, images: Iterable[str]) -> None:
    """Make boxes that waited in pixels relative, now that their pages' sizes are known."""
    for image in images:
        rows = db.rows("SELECT * FROM decision WHERE image = ? AND unit = 'px'", (image,))
        for row in rows:
            old = [row[c] for c in ("x0", "y0", "x1", "y1")]
            box, unit = relative_box(db, image, old, "px")
            if unit == "page":
                db.run(
                    "UPDATE OR REPLACE decision SET unit = 'page', x0 = ?, y0 = ?, x1 = ?, y1 = ? "
                    "WHERE image = ? AND unit = 'px' AND x0 = ? AND y0 = ? AND x1 = ? AND y1 = ?",
                    (*box, image, *old),
                )


def _apply_cluster(db: Database, edit: Edit) -> None:
    space, name, at = edit.body["space"], edit.body["name"], edit.at
    keys = _keys_of(db, edit, "place_name", name)
    if name is None:
        db.run_many(
            "DELETE FROM named_before WHERE space = ? AND key = ?", [(space, k) for k in keys]
        )
        return
    db.run_many(
        "INSERT OR REPLACE INTO named_before (space, key, name, at) VALUES (?, ?, ?, ?)",
        [(space, key, name, at) for key in keys],
    )


def _apply_group(db: Database, edit: Edit) -> None:
    space, number = edit.body["space"], edit.body["number"]
    keys = _keys_of(db, edit, "place_group", number)
    db.run_many(
        "INSERT OR REPLACE INTO hand_group (space, key, number) VALUES (?, ?, ?)",
        [(space, key, number) for key in keys],
    )


def _keys_of(db: Database, edit: Edit, table: str, value: str | int | None) -> list[str]:
    """The items that an edit is about; what it says of places is kept in ``table``."""
    keys = [str(m) for m in edit.body["members"] if isinstance(m, str)]
    if edit.body["space"] == "pages":
        return keys + [i for m in edit.body["members"] if (i := image_of(db, member_page(m) or 0))]
    return keys + _mark_places(db, edit.body["members"], table, value)


def _mark_places(
    db: Database, members: Iterable[Any], table: str, value: str | int | None
) -> list[str]:
    """Keep what is said of each place; the keys of the drawings that are there now."""
    by_image: dict[str, list[tuple[float, ...]]] = {}
    for member in members:
        if isinstance(member, list) and (image := image_of(db, member[0])):
            by_image.setdefault(image, []).append(tuple(member[1]))
    keys: list[str] = []
    for image, boxes in by_image.items():
        old = _places(db, table, image)
        db.run_many(
            f"DELETE FROM {table} WHERE image = ? AND x0 = ? AND y0 = ? AND x1 = ? AND y1 = ?",
            [(image, *old[j]) for _, j in match_boxes(boxes, old)],
        )
        if value is not None:
            db.run_many(
                f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?, ?, ?, ?)",
                [(image, *box, value) for box in boxes],
            )
        drawings = drawing_boxes(db, image)
        keys += [drawings[i][0] for i, _ in match_boxes([d[1] for d in drawings], boxes)]
    return keys


def drawing_boxes(db: Database, image: str) -> list[tuple[str, tuple[float, ...]]]:
    """(key, box relative to the page) of the drawings found on an image."""
    size = db.row("SELECT width, height FROM image WHERE hash = ? AND width > 0", (image,))
    if size is None:
        return []
    w, h = float(size["width"]), float(size["height"])
    rows = db.rows("SELECT key, x0, y0, x1, y1 FROM drawing WHERE image = ?", (image,))
    return [(r["key"], (r["x0"] / w, r["y0"] / h, r["x1"] / w, r["y1"] / h)) for r in rows]


def _places(db: Database, table: str, image: str, unit: str = "") -> list[tuple[float, ...]]:
    where = " AND unit = ?" if unit else ""
    rows = db.rows(
        f"SELECT x0, y0, x1, y1 FROM {table} WHERE image = ?{where}",
        (image, unit) if unit else (image,),
    )
    return [tuple(row) for row in rows]


def _apply_label_kind(db: Database, edit: Edit) -> None:
    label, kind = str(edit.body["label"]).casefold(), edit.body["kind_of_page"]
    if kind is None:
        db.run("DELETE FROM label_kind WHERE label = ?", (label,))
    else:
        db.run("INSERT OR REPLACE INTO label_kind VALUES (?, ?)", (label, kind))


def _apply_undo(db: Database, edit: Edit) -> None:
    db.run("INSERT OR REPLACE INTO undone VALUES (?)", (edit.body["of"],))


def _apply_redo(db: Database, edit: Edit) -> None:
    db.run("DELETE FROM undone WHERE command = ?", (edit.body["of"],))


def _refold_decisions(db: Database, edit: Edit) -> None:
    image = image_of(db, edit.body["page"])
    if image is None:
        return
    db.run("DELETE FROM decision WHERE image = ?", (image,))
    for left in standing(db, "decision", str(edit.body["page"])):
        apply(db, left)
    attach_decisions(db, image)


def _refold_members(db: Database, kind: str, space: str) -> None:
    items, places = _OF_MEMBERS[kind]
    db.run(f"DELETE FROM {items} WHERE space = ?", (space,))
    if space == "drawings":
        db.run(f"DELETE FROM {places}")
    for edit in standing(db, kind, space):
        apply(db, edit)


def _clear_label(db: Database, edit: Edit) -> None:
    db.run("DELETE FROM hand_label WHERE image = ?", (image_of(db, edit.body["page"]),))


def _clear_tag(db: Database, edit: Edit) -> None:
    db.run(
        "DELETE FROM image_tag WHERE image = ? AND tag = ?",
        (image_of(db, edit.body["page"]), edit.body["tag"]),
    )


def _clear_label_kind(db: Database, edit: Edit) -> None:
    db.run("DELETE FROM label_kind WHERE label = ?", (str(edit.body["label"]).casefold(),))


def _clear_date(db: Database, edit: Edit) -> None:
    body = edit.body
    if body.get("book"):
        db.run(
            "DELETE FROM book_date WHERE book = ? AND source = ?", (body["book"], body["source"])
        )
        return
    db.run(
        "DELETE FROM page_date WHERE image = ? AND source = ?",
        (image_of(db, body["page"]), body["source"]),
    )


def _apply_date(db: Database, edit: Edit) -> None:
    """A date by hand that is taken back is no row; one misread is a row without days."""
    _clear_date(db, edit)
    body = edit.body
    if body["first"] is None and body["source"] == "hand":
        return
    table, about = "book_date", body.get("book")
    if not about:
        table, about = "page_date", image_of(db, body["page"])
    if about is not None:
        days, page = (body["first"], body["last"]), str(body.get("page") or "")
        db.run(
            f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?, ?)",
            (about, body["source"], *days, page, edit.at),
        )


# What edits about members come to, by kind: tables of items, and of places on pages.
_OF_MEMBERS = {
    "cluster": ("named_before", "place_name"),
    "group": ("hand_group", "place_group"),
}
_CLEAR: dict[str, Callable[[Database, Edit], None]] = {
    "label": _clear_label,
    "tag": _clear_tag,
    "label-kind": _clear_label_kind,
    "date": _clear_date,
}
_APPLY: dict[str, Callable[[Database, Edit], None]] = {
    "page": _apply_page,
    "label": _apply_label,
    "tag": _apply_tag,
    "decision": _apply_decision,
    "cluster": _apply_cluster,
    "group": _apply_group,
    "label-kind": _apply_label_kind,
    "date": _apply_date,
    "undo": _apply_undo,
    "redo": _apply_redo,
}
