"""Transition system: at every junction, which branch each branch goes on with.

What a pair costs comes from :mod:`strokebook.routing.continuity`; the pairing of a junction is the
cheapest one, in which a branch without a partner costs half a lift of the pen. Shape letters:
N pairs or junctions, d branches of a junction.
"""

from __future__ import annotations

import numpy as np

from strokebook.base.array_types import Floats, Ints
from strokebook.routing.continuity import CLUSTER, NODE, Between, pair_costs
from strokebook.routing.half_edges import edge_of, half_edge, twin
from strokebook.routing.pairing import best_pairs
from strokebook.routing.transition_graph import Junction, TransitionGraph

_UNDRAWN = 0.3  # of its length: an edge inside that no pair runs along yet counts so long


class TransitionSystem:
    """The pairing of each junction's branches, and what lifts of the pen cost.

    Attributes:
        graph: The edges and junctions.
        lift_cost: Of one lift, in nats.
        lifts: The same at each junction: :meth:`raise_lifts` changes it.
        successor: ``(H,)`` the branch that the line goes on with after it came to a junction by
            this one, or -1.
    """

    def __init__(self, graph: TransitionGraph, lift_cost: float) -> None:
        self.graph = graph
        self.lift_cost = lift_cost
        self.lifts = [lift_cost] * len(graph.junctions)
        self.successor = [-1] * len(graph.junction_of)

    def raise_lifts(self, components: Ints, factor: float) -> None:
        """Make lifts of the pen cost more in some connected components."""
        for number in np.flatnonzero(np.isin(self.graph.components(), components)).tolist():
            self.lifts[number] = self.lift_cost * factor

    def weigh(self) -> None:
        """Fill in every junction's costs; corners are free where only two lines meet."""
        junctions = [j for _, j in self.graph.active()]
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
        degree, edges = table.shape[1], self.graph.edges
        i, j = np.triu_indices(degree, 1)
        members = np.array([junction.members for junction in group], np.intp)
        one, two = members[:, i].ravel(), members[:, j].ravel()
        length = [edges.lengths[list(g.inside)].sum() / edges.pen_width for g in group]
        width = [edges.width[list(g.inside)].mean() if g.inside else 1.0 for g in group]
        kind = [CLUSTER if g.inside else NODE for g in group]
        n = len(one)
        costs = self.cost(
            one,
            two,
            Between(
                np.repeat(kind, len(i)),
                np.repeat(length, len(i)),
                np.repeat(width, len(i)),
                np.full(n, degree),
                np.zeros((n, 4)),
            ),
        ).reshape(len(group), -1)
        table[:, i, j] = table[:, j, i] = costs

    def cost(self, one: Ints, two: Ints, between: Between) -> Floats:
        """Cost of each pair ``(N,)``; an edge whose ends are paired is a stroke of its own."""
        cost = pair_costs(self.graph.edges.branches, one, two, between)
        return np.asarray(cost + np.where(edge_of(one) == edge_of(two), self.lift_cost, 0.0))

    def pair(self) -> None:
        """Pair the branches of every junction at the least cost."""
        for number, junction in self.graph.active():
            _, mates = best_pairs(junction.costs, self.lifts[number] / 2)
            for i, j in enumerate(mates):
                self.successor[junction.members[i]] = junction.members[j] if j >= 0 else -1

    def choose(self) -> None:
        """Choose the paths inside junctions so that as little as can be is left undrawn.

        What no pair runs along is drawn there and back from one that passes, or left out if it is
        shorter than the pen is wide: the ink beside covers it.
        """
        for _, junction in self.graph.active():
            if junction.inside and len(junction.members) > 1:
                pairs = [(b, self.successor[b]) for b in junction.members if self.successor[b] > b]
                undrawn = _choose_paths(self.graph, junction, pairs)
                while undrawn and _detours(self.graph, junction, pairs, undrawn):
                    pass


def _choose_paths(
    graph: TransitionGraph, junction: Junction, pairs: list[tuple[int, int]]
) -> set[int]:
    """Set the path of each pair, rather along undrawn edges; gives the edges left undrawn."""
    lengths, undrawn = graph.edges.lengths, set(junction.inside)
    for one, two in pairs:
        if {one, two} == junction.dead_end_pair:
            path = graph.path(junction, one, two)
        else:
            weights = {e: lengths[e] * (_UNDRAWN if e in undrawn else 1.0) for e in junction.inside}
            path = graph.shortest_path(weights, one, two)
        undrawn -= {edge_of(b) for b in path}
        junction.set_path(one, two, path)
    return {e for e in undrawn if lengths[e] > graph.edges.pen_width}


def _detours(
    graph: TransitionGraph, junction: Junction, pairs: list[tuple[int, int]], undrawn: set[int]
) -> bool:
    """Add one detour to the path of each pair that passes an undrawn edge; whether one does."""
    added = [_add_detour(graph, junction, one, two, undrawn) for one, two in pairs]
    return any(added)


def _add_detour(
    graph: TransitionGraph, junction: Junction, one: int, two: int, undrawn: set[int]
) -> bool:
    """Draw one of the undrawn edges there and back where the pen passes its end."""
    path, node_of = junction.paths[one, two], graph.edges.node_of
    nodes = [node_of(one), *(node_of(twin(b)) for b in path)]
    for edge in sorted(undrawn):
        for branch in (half_edge(edge, 0), half_edge(edge, 1)):
            if node_of(branch) in nodes:
                at = nodes.index(node_of(branch))
                junction.set_path(one, two, (*path[:at], branch, twin(branch), *path[at:]))
                undrawn.remove(edge)
                return True
    return False
