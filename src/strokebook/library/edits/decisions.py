"""The artist's keep and drop of single drawings: bound to a place on a page, not to one tracing.

Places are boxes relative to the page's width and height, so that they hold for another scan of it.
"""

from __future__ import annotations

import numpy as np

from strokebook.geometry.boxes import iou
from strokebook.library.sqlite.database import Database

SAME_PLACE = 0.5  # least IoU of the boxes for a new drawing to be the one decided about
_MARGIN = 0.0005  # of the page: a straight line, whose box has no area, has a place as well


def attach_decisions(db: Database, image: str) -> None:
    """Give each of the image's drawings the decision about its place, and its place's name."""
    size = db.row("SELECT width, height FROM image WHERE hash = ? AND width > 0", (image,))
    drawings = db.rows("SELECT key, x0, y0, x1, y1 FROM drawing WHERE image = ?", (image,))
    if size is None or not drawings:
        return
    w, h = float(size["width"]), float(size["height"])
    boxes: list[tuple[float, ...]] = [
        (d["x0"] / w, d["y0"] / h, d["x1"] / w, d["y1"] / h) for d in drawings
    ]
    keys = [d["key"] for d in drawings]
    with db.transaction():
        _attach_verdicts(db, image, keys, boxes)
        _attach_names(db, image, keys, boxes)
        _attach_groups(db, image, keys, boxes)


def _attach_verdicts(
    db: Database, image: str, keys: list[str], boxes: list[tuple[float, ...]]
) -> None:
    rows = db.rows(
        "SELECT x0, y0, x1, y1, kept, reason FROM decision WHERE image = ? AND unit = 'page'",
        (image,),
    )
    db.run_many("DELETE FROM verdict WHERE key = ? AND source = 'hand'", [(k,) for k in keys])
    db.run_many(
        "INSERT INTO verdict (key, source, kept, reason) VALUES (?, 'hand', ?, ?)",
        [
            (keys[i], rows[j]["kept"], rows[j]["reason"])
            for i, j in match_boxes(boxes, [tuple(row)[:4] for row in rows])
        ],
    )


def _attach_names(
    db: Database, image: str, keys: list[str], boxes: list[tuple[float, ...]]
) -> None:
    rows = db.rows("SELECT x0, y0, x1, y1, name FROM place_name WHERE image = ?", (image,))
    db.run_many(
        "INSERT OR IGNORE INTO named_before (space, key, name, at) VALUES ('drawings', ?, ?, '')",
        [
            (keys[i], rows[j]["name"])
            for i, j in match_boxes(boxes, [tuple(row)[:4] for row in rows])
        ],
    )


def _attach_groups(
    db: Database, image: str, keys: list[str], boxes: list[tuple[float, ...]]
) -> None:
    if not db.has_table("place_group"):
        return  # a step of the migrations comes here before there are groups
    rows = db.rows("SELECT x0, y0, x1, y1, number FROM place_group WHERE image = ?", (image,))
    db.run_many(
        "INSERT OR IGNORE INTO hand_group (space, key, number) VALUES ('drawings', ?, ?)",
        [
            (keys[i], rows[j]["number"])
            for i, j in match_boxes(boxes, [tuple(row)[:4] for row in rows])
        ],
    )


def match_boxes(
    new: list[tuple[float, ...]], old: list[tuple[float, ...]], least: float = SAME_PLACE
) -> list[tuple[int, int]]:
    """Pairs (index in ``new``, index in ``old``) with IoU ≥ ``least``; each at most once."""
    if not new or not old:
        return []
    a, b = np.array(new, np.float64), np.array(old, np.float64)
    # Boxes in pixels get half a pixel, those relative to a page their share of it.
    margin = 0.5 if max(a.max(), b.max()) > 2 else _MARGIN
    grow = margin * np.array([-1.0, -1.0, 1.0, 1.0])
    overlap = iou(a + grow, b + grow)
    pairs: dict[int, int] = {}
    for flat in np.argsort(-overlap, axis=None, kind="stable"):
        i, j = divmod(int(flat), len(old))
        if overlap[i, j] >= least and i not in pairs and j not in pairs.values():
            pairs[i] = j
    return sorted(pairs.items())
