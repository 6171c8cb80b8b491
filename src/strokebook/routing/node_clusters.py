"""Clusters of nodes that lie so close together that they are one junction.

Where three lines cross in nearly one point, or two cross at a small angle, the ink between the
nodes is too short to show how the line goes: that is read from the branches that leave the cluster.
"""

from __future__ import annotations

import numpy as np

from strokebook.routing.half_edges import edge_of
from strokebook.routing.transition_graph import Junction, TransitionGraph

_MOST_MEMBERS = 8  # branches that leave one cluster: the pairings of more are too many to weigh


def merge_clusters(graph: TransitionGraph, longest: float) -> None:
    """Make one junction of nodes that edges of up to ``longest`` link, shortest edges first."""
    for nodes, edges in _clusters(graph, longest):
        members = [b for n in nodes for b in graph.junction(n).members if edge_of(b) not in edges]
        graph.merge(nodes, Junction(members, inside=tuple(edges)))


def _clusters(graph: TransitionGraph, longest: float) -> list[tuple[list[int], list[int]]]:
    """The nodes of each cluster of two or more, ascending, and the edges between them."""
    from scipy.cluster.hierarchy import DisjointSet

    degree = [len(j.members) if j else 0 for j in graph.junctions]
    cluster = DisjointSet(range(len(degree)))
    outer = degree.copy()  # branches that leave each cluster, by its representative
    inside: dict[int, list[int]] = {}
    lengths = graph.edges.lengths
    order = np.argsort(lengths, kind="stable")
    for edge in order[lengths[order] <= longest].tolist():
        a, b = graph.edges.ends[edge]
        u, v = cluster[a], cluster[b]
        # Free ends and corners are no meeting of lines, and a loop's inside is seen.
        if a == b or min(degree[a], degree[b]) < 3:
            continue
        if u != v:
            if outer[u] + outer[v] - 2 > _MOST_MEMBERS:
                continue
            cluster.merge(u, v)
            joined = cluster[u]
            outer[joined] = outer[u] + outer[v]
            inside[joined] = inside.pop(v, []) + inside.pop(u, [])
            v = joined
        outer[v] -= 2
        inside.setdefault(v, []).append(edge)
    return [(sorted(cluster.subset(root)), edges) for root, edges in inside.items()]
