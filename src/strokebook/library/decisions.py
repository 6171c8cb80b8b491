"""The artist's keep and drop of single drawings: bound to a place on a page, not to one tracing."""

from __future__ import annotations

import numpy as np

from strokebook.geometry.boxes import iou
from strokebook.library.database import Database

SAME_PLACE = 0.5  # least IoU of the boxes for a new drawing to be the one decided about


def attach_decisions(db: Database, image: str) -> None:
    """Give each of the image's drawings the decision about its place, one to one, best first."""
    drawings = db.rows("SELECT key, x0, y0, x1, y1 FROM drawing WHERE image = ?", (image,))
    decisions = db.rows(
        "SELECT x0, y0, x1, y1, kept, reason FROM hand_decision "
        "WHERE image = ? AND kept IS NOT NULL",
        (image,),
    )
    with db.transaction():
        db.run_many(
            "DELETE FROM verdict WHERE key = ? AND source = 'hand'", [(d["key"],) for d in drawings]
        )
        db.run_many(
            "INSERT INTO verdict (key, source, kept, reason) VALUES (?, 'hand', ?, ?)",
            [
                (drawings[i]["key"], decisions[j]["kept"], decisions[j]["reason"])
                for i, j in match_boxes(
                    [tuple(d)[1:] for d in drawings], [tuple(d)[:4] for d in decisions]
                )
            ],
        )


def match_boxes(
    new: list[tuple[float, ...]], old: list[tuple[float, ...]], least: float = SAME_PLACE
) -> list[tuple[int, int]]:
    """Pairs (index in ``new``, index in ``old``) with IoU ≥ ``least``; each at most once."""
    if not new or not old:
        return []
    # Half a pixel of margin gives a straight line, whose box has no area, a place as well.
    margin = np.array([-0.5, -0.5, 0.5, 0.5])
    overlap = iou(np.array(new, np.float64) + margin, np.array(old, np.float64) + margin)
    pairs: dict[int, int] = {}
    for flat in np.argsort(-overlap, axis=None, kind="stable"):
        i, j = divmod(int(flat), len(old))
        if overlap[i, j] >= least and i not in pairs and j not in pairs.values():
            pairs[i] = j
    return sorted(pairs.items())
