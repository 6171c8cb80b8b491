"""Merging of closed trails into the trails they meet, where that bends the line least.

At a junction where a closed trail meets another, exchanging partners makes one trail of the two
(Hierholzer 1873). The exchanges are taken in the order of the bending that they add, as in
Kruskal's spanning tree, and only while they cost less than a lift of the pen.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from strokebook.routing.trails import TransitionSystem


@dataclass(frozen=True, order=True)
class _Exchange:
    """Old pairs and new pairs of a junction's branches; -1 stands for no partner."""

    added: float
    old: tuple[tuple[int, int], tuple[int, int]]
    new: tuple[tuple[int, int], tuple[int, int]]
    home: int


class _Trails:
    """Which trail each branch lies on while trails merge (union-find)."""

    def __init__(self, system: TransitionSystem) -> None:
        self.parent: list[int] = []
        self.closed: list[bool] = []
        self.of: dict[int, int] = {}
        for number, (walked, closed) in enumerate(system.trails()):
            self.parent.append(number)
            self.closed.append(closed)
            for branch in walked:
                if branch // 2 not in system.inner:
                    self.of[branch] = self.of[branch ^ 1] = number

    def root(self, branch: int) -> int:
        at = self.of[branch]
        while self.parent[at] != at:
            self.parent[at] = self.parent[self.parent[at]]
            at = self.parent[at]
        return at

    def apart(self, one: int, two: int) -> bool:
        """Whether the branches lie on two trails of which one at least is closed."""
        a, b = self.root(one), self.root(two)
        return a != b and (self.closed[a] or self.closed[b])

    def merge(self, one: int, two: int) -> None:
        a, b = self.root(one), self.root(two)
        self.parent[a] = b
        self.closed[b] = self.closed[a] and self.closed[b]


def stitch(system: TransitionSystem) -> int:
    """Merge closed trails with others at junctions, each for no more bending than a lift costs.

    Returns:
        How many fewer trails there are.
    """
    trails = _Trails(system)
    if not any(trails.closed):
        return 0
    heap = [
        e
        for home, junction in enumerate(system.junctions)
        if junction is not None and len(junction.members) > 2
        for e in _exchanges(system, trails, home)
    ]
    heapq.heapify(heap)
    saved = 0
    while heap:
        exchange = heapq.heappop(heap)
        a, c = exchange.old[0][0], exchange.old[1][0]
        stands = all(system.mate[x] == y for x, y in exchange.old)
        if not stands or not trails.apart(a, c):
            continue
        trails.merge(a, c)
        for x, y in exchange.new:
            system.mate[x] = y
            if y >= 0:
                system.mate[y] = x
        saved += 1
        for other in _exchanges(system, trails, exchange.home):
            heapq.heappush(heap, other)
    return saved


def _exchanges(system: TransitionSystem, trails: _Trails, home: int) -> Iterator[_Exchange]:
    """All exchanges at a junction that merge two trails for less than a lift costs."""
    junction = system.junction(home)
    at = {branch: k for k, branch in enumerate(junction.members)}
    slots = [(b, system.mate[b]) for b in junction.members if system.mate[b] < b]

    def cost(pair: tuple[int, int]) -> float:
        return 0.0 if pair[1] < 0 else junction.costs[at[pair[0]]][at[pair[1]]]

    for one, two in itertools.combinations(slots, 2):
        if (one[1] < 0 and two[1] < 0) or not trails.apart(one[0], two[0]):
            continue
        (a, b), (c, d) = (two, one) if one[1] < 0 else (one, two)
        for new in (((a, c), (b, d)), ((b, c), (a, d))):
            added = cost(new[0]) + cost(new[1]) - cost((a, b)) - cost((c, d))
            if added <= system.lifts[home]:
                yield _Exchange(added, ((a, b), (c, d)), new, home)
