"""An older clustering and a new one: which cluster is which, and what moved between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from strokebook.base.array_types import Ints64

SAME = 0.5  # least share of a cluster's items that come from the older one of its number
TOLD = 4  # moves that are told, the largest ones
LEAST, FEW = 2, 0.05  # items, and share of a cluster's, that left it: fewer are not told


def match_clusters(old: Ints64, new: Ints64, k: int, reserved: Collection[int] = ()) -> Ints64:
    """Numbers for new clusters: each takes that of the older cluster it shares most items with.

    The pairs that share most items altogether (the Hungarian method, Kuhn 1955), so that one large
    cluster cannot take the number that fits another better. A cluster that shares nothing gets
    the lowest number that is free.

    Args:
        old: ``(N,)``: older number of each item; -1 where it was in no cluster.
        new: ``(N,)``: its cluster in the new fit, 0 to k - 1; -1 for none.
        k: New clusters.
        reserved: Numbers that are taken.

    Returns:
        ``(k,)``: the number of each new cluster; all different.
    """
    from scipy.optimize import linear_sum_assignment

    known = (old >= 0) & (new >= 0) & ~np.isin(old, list(reserved))
    older, column = np.unique(old[known], return_inverse=True)
    shared = np.zeros((k, len(older)), np.int64)
    np.add.at(shared, (new[known], column), 1)
    numbers = np.full(k, -1, np.int64)
    for row, at in zip(*linear_sum_assignment(-shared), strict=True):
        if shared[row, at] > 0:
            numbers[row] = older[at]
    taken = {*map(int, reserved), *map(int, numbers[numbers >= 0])}
    free = (n for n in range(k + len(taken) + 1) if n not in taken)
    for row in np.flatnonzero(numbers < 0):
        numbers[row] = next(free)
    return numbers


@dataclass(frozen=True)
class ClusterMove:
    """Items that left one cluster for another; None: for none."""

    source: int
    target: int | None
    count: int


@dataclass(frozen=True)
class ClusterChanges:
    """What a new clustering changed.

    Attributes:
        total: Clusters now.
        new: Numbers of those that are not, by most of their items, an older cluster.
        moves: Items that changed cluster, the most numerous first, into clusters that are not new.
    """

    total: int
    new: tuple[int, ...]
    moves: tuple[ClusterMove, ...]

    def sentences(self, names: Mapping[int, str]) -> list[str]:
        """For the artist, with the names of clusters that have one."""

        def called(number: int | None) -> str:
            if number is None:
                return "no cluster"
            return f"{names[number]!r} ({number})" if number in names else str(number)

        if not self.new and not self.moves:
            return [f"All {self.total} clusters are much as they were."]
        lines = [f"None of {self.total} clusters is new"]
        if self.new:
            numbers = ", ".join(called(n) for n in self.new)
            verb = "is" if len(self.new) == 1 else "are"
            lines = [f"{len(self.new)} of {self.total} clusters {verb} new ({numbers})"]
        moved = [
            f"{called(m.source)} lost {m.count} to {called(m.target)}" for m in self.moves[:TOLD]
        ]
        more = len(self.moves) - len(moved)
        moved += [f"{more} smaller move{'s' * (more > 1)}"] if more > 0 else []
        return [f"{'; '.join([*lines, *moved])}."]


def compare_clusterings(old: Mapping[str, int], new: Mapping[str, int]) -> ClusterChanges:
    """What changed for the items that are in both, or were in a cluster and are in none.

    Args:
        old: Cluster number by item, before.
        new: The same now, with numbers from :func:`match_clusters`.
    """
    sizes = Counter(new.values())
    pairs = Counter((number, new.get(item)) for item, number in old.items())
    known = Counter(new[item] for item in old if item in new)
    fresh = tuple(n for n in sorted(sizes) if pairs[n, n] == 0 or pairs[n, n] < SAME * known[n])
    before = Counter(old.values())
    moves = [
        ClusterMove(source, target, count)
        for (source, target), count in pairs.items()
        if source != target and target not in fresh and count >= max(LEAST, FEW * before[source])
    ]
    moves.sort(key=lambda m: (-m.count, m.source, -1 if m.target is None else m.target))
    return ClusterChanges(len(sizes), fresh, tuple(moves))
