"""Pairing of half-edges at a node: the cheapest one, exactly."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence

Costs = Sequence[Sequence[float]]

_EXACT = 10  # nodes of more branches are paired greedily


def best_pairs(costs: Costs, single: float) -> tuple[float, list[int]]:
    """The cheapest pairing of a node's branches; each one left over costs ``single``.

    Args:
        costs: ``(d, d)``, symmetric; infinite where two branches may not be paired.
        single: Cost of a branch without a partner.

    Returns:
        The cost, and the partner of each branch, -1 for none. Exact up to 10 branches by dynamic
        programming over subsets, greedy beyond.
    """
    d = len(costs)
    if d > _EXACT:
        return _greedy(costs, single)

    @functools.cache
    def best(left: int) -> tuple[float, tuple[tuple[int, int], ...]]:
        if not left:
            return 0.0, ()
        i = (left & -left).bit_length() - 1
        rest = left & (left - 1)
        cost, pairs = best(rest)
        chosen = (cost + single, pairs)
        for j in range(i + 1, d):
            if rest >> j & 1 and costs[i][j] < 2 * single:
                cost, pairs = best(rest & ~(1 << j))
                if cost + costs[i][j] < chosen[0]:
                    chosen = (cost + costs[i][j], (*pairs, (i, j)))
        return chosen

    cost, pairs = best((1 << d) - 1)
    mates = [-1] * d
    for i, j in pairs:
        mates[i], mates[j] = j, i
    return cost, mates


def _greedy(costs: Costs, single: float) -> tuple[float, list[int]]:
    d = len(costs)
    mates = [-1] * d
    total = d * single
    pairs = sorted((costs[i][j], i, j) for i, j in itertools.combinations(range(d), 2))
    for cost, i, j in pairs:
        if cost < 2 * single and mates[i] < 0 and mates[j] < 0:
            mates[i], mates[j] = j, i
            total += cost - 2 * single
    return total, mates
