"""Clusters of nodes that lie so close together that they are one junction.

Where three lines cross in nearly one point, or two cross at a small angle, the ink between the
nodes is too short to tell how the line goes: it is told from the branches that leave the cluster.
"""

from __future__ import annotations

import numpy as np

from strokebook.routing.trails import Junction, TransitionSystem

_MEMBERS = 8  # branches that leave one cluster: more are no longer paired at a glance


def cluster(system: TransitionSystem, longest: float) -> None:
    """Make one junction of nodes that edges of up to ``longest`` link, shortest edges first."""
    lines = system.lines
    degree = [len(j.members) if j else 0 for j in system.junctions]
    parent = list(range(len(degree)))
    out = degree.copy()  # branches that leave each cluster

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    inside: dict[int, list[int]] = {}
    order = np.argsort(lines.lengths, kind="stable")
    for edge in order[lines.lengths[order] <= longest].tolist():
        a, b = lines.ends[edge]
        u, v = root(a), root(b)
        # Free ends and corners are no meeting of lines, and a loop's inside is seen.
        if a == b or min(degree[a], degree[b]) < 3 or (u != v and out[u] + out[v] - 2 > _MEMBERS):
            continue
        if u != v:
            parent[u] = v
            out[v] += out[u]
            inside.setdefault(v, []).extend(inside.pop(u, []))
        out[v] -= 2
        inside.setdefault(v, []).append(edge)
    nodes: dict[int, list[int]] = {}
    for node in range(len(degree)):
        nodes.setdefault(root(node), []).append(node)
    for home, edges in inside.items():
        within = set(edges)
        members = [
            b for n in nodes[home] for b in system.junction(n).members if b // 2 not in within
        ]
        system.join(nodes[home], Junction(members, inside=tuple(edges)))
