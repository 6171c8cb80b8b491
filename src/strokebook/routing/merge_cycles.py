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

from strokebook.routing.half_edges import edge_of, twin
from strokebook.routing.trails import trails
from strokebook.routing.transitions import TransitionSystem


@dataclass(frozen=True, order=True)
class _Exchange:
    """Old pairs and new pairs of a junction's branches; -1 valid for no partner."""

    added: float
    old: tuple[tuple[int, int], tuple[int, int]]
    new: tuple[tuple[int, int], tuple[int, int]]
    junction: int


class _Trails:
    """Which trail each branch lies on while trails merge."""

    def __init__(self, system: TransitionSystem) -> None:
        from scipy.cluster.hierarchy import DisjointSet

        self.closed: list[bool] = []  # by a trail's representative
        self.trail_of: dict[int, int] = {}
        for number, (trail, closed) in enumerate(trails(system)):
            self.closed.append(closed)
            for branch in trail:
                if edge_of(branch) not in system.graph.inner:
                    self.trail_of[branch] = self.trail_of[twin(branch)] = number
        self.merged = DisjointSet(range(len(self.closed)))

    def root(self, branch: int) -> int:
        """The representative of the trail that a branch lies on."""
        return int(self.merged[self.trail_of[branch]])

    def can_merge(self, one: int, two: int) -> bool:
        """Whether the branches lie on two trails of which one at least is closed."""
        a, b = self.root(one), self.root(two)
        return a != b and (self.closed[a] or self.closed[b])

    def merge(self, one: int, two: int) -> None:
        """Make one trail of the two that the branches lie on."""
        a, b = self.root(one), self.root(two)
        self.merged.merge(a, b)
        self.closed[self.root(one)] = self.closed[a] and self.closed[b]


def merge_cycles(system: TransitionSystem) -> int:
    """Merge closed trails with others at junctions, each for no more bending than a lift costs.

    Returns:
        How many fewer trails there are.
    """
    merging = _Trails(system)
    if not any(merging.closed):
        return 0
    heap = [
        e
        for number, junction in enumerate(system.graph.junctions)
        if junction is not None and len(junction.members) > 2
        for e in _exchanges(system, merging, number)
    ]
    heapq.heapify(heap)
    merged = 0
    while heap:
        exchange = heapq.heappop(heap)
        a, c = exchange.old[0][0], exchange.old[1][0]
        valid = all(system.successor[x] == y for x, y in exchange.old)
        if not valid or not merging.can_merge(a, c):
            continue
        merging.merge(a, c)
        for x, y in exchange.new:
            system.successor[x] = y
            if y >= 0:
                system.successor[y] = x
        merged += 1
        for other in _exchanges(system, merging, exchange.junction):
            heapq.heappush(heap, other)
    return merged


def _exchanges(system: TransitionSystem, merging: _Trails, number: int) -> Iterator[_Exchange]:
    """All exchanges at a junction that merge two trails for less than a lift costs."""
    junction = system.graph.junction(number)
    at = {branch: k for k, branch in enumerate(junction.members)}
    slots = [(b, system.successor[b]) for b in junction.members if system.successor[b] < b]

    def cost(pair: tuple[int, int]) -> float:
        return 0.0 if pair[1] < 0 else junction.costs[at[pair[0]]][at[pair[1]]]

    for one, two in itertools.combinations(slots, 2):
        if (one[1] < 0 and two[1] < 0) or not merging.can_merge(one[0], two[0]):
            continue
        (a, b), (c, d) = (two, one) if one[1] < 0 else (one, two)
        for new in (((a, c), (b, d)), ((b, c), (a, d))):
            added = cost(new[0]) + cost(new[1]) - cost((a, b)) - cost((c, d))
            if added <= system.lifts[number]:
                yield _Exchange(added, ((a, b), (c, d)), new, number)
