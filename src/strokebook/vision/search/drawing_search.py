"""Search among drawings: orders by several vectors, fused by rank, the best aligned line on line.

A whole drawing is compared in mirrored and turned copies. A beginning (a few strokes) is compared
with the beginnings of drawings, then laid on each candidate at all places and scales.

Shape letters: D stored drawings, C copies of the query, F numbers of a vector, K candidates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from strokebook.base.array_types import Floats32
from strokebook.vision.search import line_vectors
from strokebook.vision.search.drawing_vectors import Part
from strokebook.vision.search.line_points import Change, LinePoints, changed, changes
from strokebook.vision.search.line_vectors import BEGINNING_CELLS, BEGINNINGS, DIRECTIONS
from strokebook.vision.search.rank_fusion import fuse

CANDIDATES = 200  # that are aligned
COPIES = 2  # of a query's copies that are aligned with a candidate: those most like it
# What decides which candidates there are; benchmarks/seeing/drawing_search.py takes each out.
WHOLE: tuple[Part, ...] = ("layout", "spread", "statistics", "model")
BEGINNING: tuple[Part, ...] = ("beginnings",)
BEGINNING_TURNS = (0.0, -10.0, 10.0)
CLIP = 4.0  # standard deviations
# The median cost of drawings of other figures, laid on each other as well as they can: such are 0
# alike, the same line is 1 (made library, 132 drawings).
UNLIKE, UNLIKE_BEGINNING = 0.04, 0.055
BLOCK = 8192  # rows that are multiplied at a time
Rows = npt.NDArray[np.float16] | npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class DrawingStore:
    """What drawings are sought by.

    Attributes:
        vectors: By part, ``(D, F)``, of 16 or 32 bits, best mapped from a file where they are many;
            the model's may be missing.
        inks: Loads the inks of some rows.
    """

    vectors: Mapping[Part, Rows]
    inks: Callable[[Sequence[int]], Sequence[LinePoints]]

    def __len__(self) -> int:
        return len(self.vectors["layout"])


@dataclass(frozen=True, eq=False)
class DrawingQuery:
    """What is asked for.

    Attributes:
        ink: Its line.
        vectors: Statistics and the model's, of the query and its mirrored copy, ``(2, F)``; for a
            beginning the model's of the query alone, ``(1, F)``. What is missing is not asked for.
        beginning: Whether it is a beginning, or a whole drawing.
    """

    ink: LinePoints
    vectors: Mapping[Part, Floats32]
    beginning: bool = False


@dataclass(frozen=True)
class Alignment:
    """How a query lies on a drawing: changed, scaled, moved, in the drawing's frame.

    Attributes:
        cost: Mean distance of their lines in longer sides of the drawing, place and direction.
        change: Of the query.
        scale: Of the changed query.
        dx: Where its middle lies.
        dy: Likewise.
    """

    cost: float
    change: Change
    scale: float
    dx: float
    dy: float


@dataclass(frozen=True)
class DrawingMatch:
    """A drawing that is like the query.

    Attributes:
        row: Its row in the store.
        score: 1 for the same line, 0 for any other figure; the fused ranks' where none was aligned.
        alignment: How the query lies on it.
    """

    row: int
    score: float
    alignment: Alignment | None


def search(
    store: DrawingStore,
    query: DrawingQuery,
    most: int,
    *,
    parts: Sequence[Part] | None = None,
    candidates: int = CANDIDATES,
) -> list[DrawingMatch]:
    """The drawings most like a query, the best first.

    Args:
        store: D drawings.
        query: What is asked for.
        most: How many.
        parts: Vectors that are asked; default: what was found best.
        candidates: How many are aligned; 0: none, the fused order stays.
    """
    if not len(store):
        return []
    copies, inks = copies_of(query)
    scores = score_parts(store, query, inks, parts or (BEGINNING if query.beginning else WHOLE))
    fused = fuse([s.max(1) for s in scores.values()])
    order = np.argsort(-fused, kind="stable")
    if not candidates:
        return [DrawingMatch(int(r), float(fused[r]), None) for r in order[:most]]
    rows = [int(r) for r in order[: max(candidates, most)]]
    aligned = align(store, query, copies, inks, rows)
    best = sorted(range(len(rows)), key=lambda k: (aligned[k].cost, k))[:most]
    unlike = UNLIKE_BEGINNING if query.beginning else UNLIKE
    return [
        DrawingMatch(rows[k], max(0.0, 1.0 - aligned[k].cost / unlike), aligned[k]) for k in best
    ]


def copies_of(query: DrawingQuery) -> tuple[list[Change], list[LinePoints]]:
    """The copies that a query is compared in."""
    copies = changes(BEGINNING_TURNS) if query.beginning else changes()
    return copies, [changed(query.ink, change) for change in copies]


def score_parts(
    store: DrawingStore, query: DrawingQuery, copies: Sequence[LinePoints], parts: Sequence[Part]
) -> dict[Part, Floats32]:
    """Cosines of the stored drawings with the query's copies by part, ``(D, C)`` each."""
    scores: dict[Part, Floats32] = {}
    for part in parts:
        table = store.vectors.get(part)
        if table is None or not table.size:
            continue
        if part == "layout":
            scores[part] = _products(table, np.stack([line_vectors.layout(c) for c in copies]))
        elif part == "beginnings":
            scores[part] = _score_beginnings(table, copies)
        elif part == "spread":
            scores[part] = _products(table, line_vectors.spread(query.ink)[None])
        elif part in query.vectors:
            scores[part] = _standardised(table, query.vectors[part])
    return scores


def _score_beginnings(table: Rows, copies: Sequence[LinePoints]) -> Floats32:
    size = BEGINNING_CELLS**2 * DIRECTIONS
    asked = np.stack([line_vectors.layout(c, BEGINNING_CELLS) for c in copies])
    shares = [_products(table[:, k * size :][:, :size], asked) for k in range(len(BEGINNINGS))]
    return np.asarray(np.max(shares, axis=0))


def _products(table: Rows, asked: Floats32) -> Floats32:
    """Products of all rows, of 16 or 32 bits, with vectors ``(C, F)``: ``(D, C)``."""
    out = np.empty((len(table), len(asked)), np.float32)
    for first in range(0, len(table), BLOCK):
        block = np.asarray(table[first : first + BLOCK], np.float32)
        np.matmul(block, asked.T, out=out[first : first + BLOCK])
    return out


def _standardised(stored: Rows, asked: Floats32) -> Floats32:
    """Cosines after each number is brought to the store's mean 0 and spread 1."""
    table = np.asarray(stored, np.float32)
    mean, spread = table.mean(0), table.std(0) + 1e-6
    rows = [np.clip((v - mean) / spread, -CLIP, CLIP) for v in (table, asked)]
    unit = [r / np.maximum(np.linalg.norm(r, axis=1, keepdims=True), 1e-9) for r in rows]
    return np.asarray(unit[0] @ unit[1].T, np.float32)


def align(
    store: DrawingStore,
    query: DrawingQuery,
    copies: Sequence[Change],
    inks: Sequence[LinePoints],
    rows: Sequence[int],
) -> list[Alignment]:
    """The best alignment of a query's copies with each of some rows.

    With each row the copies are aligned that are most like it by layout.
    """
    from strokebook.vision.search.chamfer import distance_table

    part: Part = "beginnings" if query.beginning else "layout"
    some = DrawingStore(
        {p: t[list(rows)] for p, t in store.vectors.items() if p == part}, store.inks
    )
    likeness = score_parts(some, query, inks, [part])[part]
    nearest = np.argsort(-likeness, axis=1, kind="stable")[:, :COPIES]
    tables = [distance_table(i.points, i.length / len(i.points)) for i in inks]
    out = []
    for other, chosen in zip(store.inks(rows), nearest, strict=True):
        table = distance_table(other.points, other.length / len(other.points))
        best: Alignment | None = None
        for k in chosen:
            limit = best.cost if best else np.inf
            cost, *placement = _place(
                inks[k], tables[k], other, table, limit, beginning=query.beginning
            )
            if best is None or cost < limit:
                best = Alignment(cost, copies[k], *placement)
        assert best is not None
        out.append(best)
    return out


def _place(
    ink: LinePoints,
    ink_table: Floats32,
    other: LinePoints,
    table: Floats32,
    limit: float,
    *,
    beginning: bool,
) -> tuple[float, float, float, float]:
    from strokebook.vision.search.chamfer import align_part, align_whole

    if beginning:
        share = ink.length / other.length
        return align_part(ink.points, ink_table, other.points, table, limit, share)
    return align_whole(ink.points, ink_table, other.points, table, limit)
