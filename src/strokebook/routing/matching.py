"""Maximum-weight matching of a graph's nodes."""

from __future__ import annotations

from typing import Any

_EXACT = 200  # in a connected part: the exact way takes cubic time


def heaviest_matching(weights: dict[tuple[int, int], float]) -> list[tuple[int, int]]:
    """Disjoint pairs of the greatest total weight (Edmonds 1965), greedy where there are many.

    Args:
        weights: Positive weights of the pairs allowed, each pair in ascending order.
    """
    import networkx as nx

    graph = nx.Graph()
    graph.add_weighted_edges_from((u, v, w) for (u, v), w in weights.items())
    chosen: list[tuple[int, int]] = []
    for part in nx.connected_components(graph):
        piece = graph.subgraph(part)
        pairs = nx.max_weight_matching(piece) if len(part) <= _EXACT else _greedy(piece)
        chosen += [(min(pair), max(pair)) for pair in pairs]
    return sorted(chosen)


def _greedy(graph: Any) -> list[tuple[int, int]]:
    taken: set[int] = set()
    chosen = []
    for u, v, _ in sorted(graph.edges(data="weight"), key=lambda row: -row[2]):
        if u not in taken and v not in taken:
            taken |= {u, v}
            chosen.append((u, v))
    return chosen
