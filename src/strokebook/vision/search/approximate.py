"""Nearly nearest neighbours, for libraries in which looking at every vector would take seconds.

A graph in which each vector knows some near ones (HNSW: Malkov and Yashunin 2020) is walked
instead of the whole table; usearch keeps it in a file that is read only where it is walked. What it
gives is compared once more exactly: cosines and their order are right, only a row may be missing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from strokebook.base.array_types import Floats32, Ints64
from strokebook.base.progress import SILENT, Progress
from strokebook.vision.search.nearest import Rows, find_nearest, widen

PACKAGE = "usearch"  # of the extra ``large``
MANY = 200_000  # rows from which a graph is worth its making
BLOCK = 2048  # rows that are added at a time
_LOOK_FURTHER = 4  # times as many as are asked for come from the graph


def build_graph(rows: Rows, path: Path, progress: Progress = SILENT) -> None:
    """Write the graph of rows ``(N, D)`` of length 1 to ``path``."""
    from usearch.index import Index

    graph = Index(ndim=rows.shape[1], metric="ip", dtype="i8")
    blocks = range(0, len(rows), BLOCK)
    for first in progress.track(blocks, "vectors into a graph", len(blocks)):
        block = widen(rows[first : first + BLOCK])
        graph.add(np.arange(first, first + len(block), dtype=np.uint64), block)
    graph.save(str(path))


def open_graph(path: Path) -> Any:
    """The graph in a file, which is read only where it is walked."""
    from usearch.index import Index

    return Index.restore(str(path), view=True)


def walk_graph(graph: Any, queries: Floats32, rows: Rows, most: int) -> tuple[Ints64, Floats32]:
    """As ``find_nearest``, among the rows that the graph leads to."""
    asked = np.atleast_2d(np.asarray(queries, np.float32))
    count = min(most, len(rows))
    numbers = np.zeros((len(asked), count), np.int64)
    cosines = np.zeros((len(asked), count), np.float32)
    for at, query in enumerate(asked):
        matches = graph.search(query, min(len(rows), _LOOK_FURTHER * count))
        near = np.sort(np.asarray(matches.keys, np.int64))
        there: Any = rows[near]
        places, scores = find_nearest(query, there, count)
        numbers[at], cosines[at] = near[places[0]], scores[0]
    return numbers, cosines
