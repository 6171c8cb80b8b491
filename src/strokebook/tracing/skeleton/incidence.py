"""Incidence: the half-edges at each node of a skeleton's graph, for compiled code.

Half-edges are numbered as in :mod:`strokebook.routing.half_edges`. Shape letters: E edges, K nodes.
"""

from __future__ import annotations

import numpy as np

from strokebook.base.array_types import Ints32
from strokebook.base.jit import compiled
from strokebook.routing import half_edges

half_edge = compiled(half_edges.half_edge)
edge_of = compiled(half_edges.edge_of)
side_of = compiled(half_edges.side_of)
twin = compiled(half_edges.twin)


@compiled
def node_of(half: int, a: Ints32, b: Ints32) -> int:
    """The node at which a half-edge begins.

    Args:
        half: The half-edge.
        a: ``(E,)`` node where an edge begins.
        b: ``(E,)`` and where it ends.
    """
    return int(b[edge_of(half)] if side_of(half) else a[edge_of(half)])


def half_edges_by_node(a: Ints32, b: Ints32, count: int) -> tuple[Ints32, Ints32]:
    """Half-edges grouped by node ``(2 E,)``, and where each node's begin ``(K + 1,)``.

    At each node come first those of edges that begin there, then those of edges that end there:
    sums are taken in this order, and the first of equals is preferred.
    """
    edges, ends = np.arange(a.size, dtype=np.int32), np.concatenate([a, b])
    halves = np.concatenate([half_edges.half_edge(edges, side) for side in (0, 1)])
    offsets = np.zeros(count + 1, np.int32)
    np.cumsum(np.bincount(ends, minlength=count), out=offsets[1:])
    return halves[np.argsort(ends, kind="stable")], offsets
