"""Transition system: a pairing of half-edges at every node, hence trails through the graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from strokebook.routing.continuity import CLUSTER, NODE, Between, BranchFeatures, pair_costs
from strokebook.routing.pairing import best_pairs
from strokebook.routing.shortest_path import shortest

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Trail = list[int]  # branches where the pen enters an edge, in the order of the walk


@dataclass(frozen=True, eq=False)
class Lines:
    """The edges as the router sees them.

    Attributes:
        ends: The two nodes of each edge.
        lengths: ``(E,)``.
        swell: ``(E,)`` width of the ink along the edge, the median; 1: a single line's.
        thinnest: ``(E,)`` the same where it is thin, the 20th percentile.
        arms: ``(2 E,)`` rows.
        pen: The pen's width.
    """

    ends: Sequence[tuple[int, int]]
    lengths: Floats
    swell: Floats
    thinnest: Floats
    arms: BranchFeatures
    pen: float

    def node(self, branch: int) -> int:
        """Where a branch begins."""
        return self.ends[branch // 2][branch % 2]


@dataclass
class Junction:
    """A place where lines are paired: a node, or several nodes and the edges inside.

    Attributes:
        members: The branches that leave it.
        costs: ``(d, d)``: what it costs to pair two members; infinite: not allowed.
        inside: Edges between its nodes, along which the pen runs from member to member.
        tip: The two members between which the pen runs to a free end and back, if any.
        stem: Branches where the pen enters the edges on the way to that free end.
        ways: What :meth:`TransitionSystem.way` found, by pairs of members.
    """

    members: list[int]
    costs: list[list[float]] = field(default_factory=list)
    inside: tuple[int, ...] = ()
    tip: frozenset[int] = frozenset()
    stem: tuple[int, ...] = ()
    ways: dict[tuple[int, int], tuple[int, ...]] = field(default_factory=dict)

    def without(self, *gone: int) -> Junction:
        """The same junction without some of its members."""
        keep = [k for k, b in enumerate(self.members) if b not in gone]
        costs = [[self.costs[i][j] for j in keep] for i in keep]
        members = [self.members[k] for k in keep]
        return Junction(members, costs, self.inside, self.tip, self.stem)


class TransitionSystem:
    """Junctions, and for each branch the one that the line goes on with, or -1."""

    def __init__(self, lines: Lines, lift_cost: float) -> None:
        self.lines = lines
        self.lift_cost = lift_cost
        self.mate = [-1] * (2 * len(lines.ends))
        self.home = [node for pair in lines.ends for node in pair]
        self.inner: set[int] = set()  # edges inside junctions
        members: list[list[int]] = [[] for _ in range(max(self.home, default=-1) + 1)]
        for branch, node in enumerate(self.home):
            members[node].append(branch)
        self.junctions: list[Junction | None] = [Junction(m) for m in members]
        self.lifts = [lift_cost] * len(self.junctions)

    def junction(self, number: int) -> Junction:
        """The junction of that number; it must not have been joined to another."""
        junction = self.junctions[number]
        if junction is None:
            raise LookupError(f"Junction {number} was joined to another.")
        return junction

    def active(self) -> Iterator[tuple[int, Junction]]:
        """Junctions that were not joined to another, with their numbers."""
        return ((n, j) for n, j in enumerate(self.junctions) if j is not None)

    def raise_lifts(self, parts: Ints, times: float) -> None:
        """Make lifts of the pen cost more in some connected parts."""
        for number in np.flatnonzero(np.isin(self.parts(), parts)).tolist():
            self.lifts[number] = self.lift_cost * times

    def parts(self) -> Ints:
        """The connected part of the drawing to which each node belongs, ``(K,)``."""
        from scipy.sparse import coo_matrix
        from scipy.sparse.csgraph import connected_components

        number = len(self.junctions)
        ends = np.array(self.lines.ends, np.intp).reshape(-1, 2)
        links = coo_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), (number, number))
        return np.asarray(connected_components(links, directed=False)[1], np.intp)

    def weigh(self) -> None:
        """Fill in every junction's costs; corners are free where only two lines meet."""
        junctions = [j for _, j in self.active()]
        for degree in {len(j.members) for j in junctions}:
            group = [j for j in junctions if len(j.members) == degree]
            table = np.full((len(group), degree, degree), np.inf)
            if degree == 2:
                table[:] = 0.0
            elif degree > 2:
                self._fill(table, group)
            for junction, costs in zip(group, table.tolist(), strict=True):
                junction.costs = costs

    def _fill(self, table: Floats, group: list[Junction]) -> None:
        """Costs ``(N, d, d)`` of N junctions with d members each."""
        degree = table.shape[1]
        i, j = np.triu_indices(degree, 1)
        members = np.array([junction.members for junction in group], np.intp)
        one, two = members[:, i].ravel(), members[:, j].ravel()
        length = [self.lines.lengths[list(g.inside)].sum() / self.lines.pen for g in group]
        swell = [self.lines.swell[list(g.inside)].mean() if g.inside else 1.0 for g in group]
        kind = [CLUSTER if g.inside else NODE for g in group]
        n = len(one)
        costs = self.cost(
            one,
            two,
            Between(
                np.repeat(kind, len(i)),
                np.repeat(length, len(i)),
                np.repeat(swell, len(i)),
                np.full(n, degree),
                np.zeros((n, 4)),
            ),
        ).reshape(len(group), -1)
        table[:, i, j] = table[:, j, i] = costs

    def cost(self, one: Ints, two: Ints, between: Between) -> Floats:
        """Cost of each pair ``(N,)``; an edge whose ends are paired is a stroke of its own."""
        cost = pair_costs(self.lines.arms, one, two, between)
        return np.asarray(cost + np.where(one // 2 == two // 2, self.lift_cost, 0.0))

    def pair(self) -> None:
        """Pair the branches of every junction at the least cost."""
        for number, junction in self.active():
            _, mates = best_pairs(junction.costs, self.lifts[number] / 2)
            for i, j in enumerate(mates):
                self.mate[junction.members[i]] = junction.members[j] if j >= 0 else -1

    def join(self, numbers: Sequence[int], joined: Junction) -> None:
        """Put one junction in the place of several; it takes the first one's number."""
        for number in numbers:
            self.junctions[number] = None
        self.junctions[numbers[0]] = joined
        for branch in joined.members:
            self.home[branch] = numbers[0]
        self.inner |= set(joined.inside)

    def pass_by(self, branches: Sequence[int]) -> None:
        """Take the inner ends of a stem out of the junctions that it runs through."""
        for branch in branches:
            home = self.home[branch]
            self.junctions[home] = self.junction(home).without(branch)

    def way(self, junction: Junction, one: int, two: int) -> tuple[int, ...]:
        """Branches where the pen enters the edges inside, from member ``one`` to ``two``."""
        if not junction.inside:
            return ()
        if {one, two} == junction.tip:
            return junction.stem + tuple(b ^ 1 for b in reversed(junction.stem))
        if (one, two) not in junction.ways:
            weights = {e: float(self.lines.lengths[e]) for e in junction.inside}
            nodes = self.lines.node(one), self.lines.node(two)
            _set_way(junction, one, two, shortest(self.lines.ends, weights, *nodes))
        return junction.ways[one, two]

    def choose(self) -> None:
        """Choose the ways inside junctions so that as little as can be is left undrawn.

        What no pair runs along is drawn there and back from one that passes, or left out if it is
        shorter than the pen is wide: the ink beside covers it.
        """
        for _, junction in self.active():
            if junction.inside and len(junction.members) > 1:
                self._settle(junction)

    def _settle(self, junction: Junction) -> None:
        left = set(junction.inside)
        pairs = [(b, self.mate[b]) for b in junction.members if self.mate[b] > b]
        for one, two in pairs:
            if {one, two} == junction.tip:
                way = self.way(junction, one, two)
            else:
                lengths = self.lines.lengths
                weights = {e: lengths[e] * (0.3 if e in left else 1.0) for e in junction.inside}
                nodes = self.lines.node(one), self.lines.node(two)
                way = shortest(self.lines.ends, weights, *nodes)
            left -= {b // 2 for b in way}
            _set_way(junction, one, two, way)
        left = {e for e in left if self.lines.lengths[e] > self.lines.pen}
        grown = True
        while left and grown:
            grown = False
            for one, two in pairs:
                grown |= self._detour(junction, one, two, left)

    def _detour(self, junction: Junction, one: int, two: int, left: set[int]) -> bool:
        """Draw one of the edges ``left`` there and back where the pen passes its end."""
        way = junction.ways[one, two]
        nodes = [self.lines.node(one), *(self.lines.node(b ^ 1) for b in way)]
        for edge in sorted(left):
            for branch in (2 * edge, 2 * edge + 1):
                if self.lines.node(branch) in nodes:
                    at = nodes.index(self.lines.node(branch))
                    _set_way(junction, one, two, (*way[:at], branch, branch ^ 1, *way[at:]))
                    left.remove(edge)
                    return True
        return False

    def trail(self, branch: int) -> tuple[Trail, bool]:
        """The walk from ``branch`` on to its end, and whether it comes round to its start."""
        walked, at = [branch], branch
        while True:
            out = at ^ 1
            at = self.mate[out]
            if at < 0:
                return walked, False
            walked += self.way(self.junction(self.home[out]), out, at)
            if at == branch:
                return walked, True
            walked.append(at)

    def trails(self) -> Iterator[tuple[Trail, bool]]:
        """Every trail once, open ones first, each with whether it is closed."""
        seen = [False] * (len(self.mate) // 2)
        opens = [b for b, m in enumerate(self.mate) if m < 0 and b // 2 not in self.inner]
        rounds = [b for b in range(0, len(self.mate), 2) if b // 2 not in self.inner]
        # Last the inner edges: those of junctions that nothing leaves.
        bare = {e for _, j in self.active() if len(j.members) < 2 for e in j.inside}
        for branch in [*opens, *rounds, *(2 * e for e in sorted(bare))]:
            if not seen[branch // 2]:
                walked, closed = self.trail(branch)
                for b in walked:
                    seen[b // 2] = True
                yield walked, closed


def _set_way(junction: Junction, one: int, two: int, way: tuple[int, ...]) -> None:
    junction.ways[one, two] = way
    junction.ways[two, one] = tuple(b ^ 1 for b in reversed(way))
