"""Transition graph: edges and junctions as the router sees them, before anything is paired.

A junction is a node at which lines are paired, or several nodes and the edges between them that
were taken for one. Shape letters: E edges, H = 2 E branches (half-edges), d branches of a junction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from strokebook.base.array_types import Floats, Ints
from strokebook.routing.continuity import BranchFeatures
from strokebook.routing.half_edges import edge_of, side_of, twin
from strokebook.routing.shortest_path import shortest_path

Path = tuple[int, ...]  # branches at which the pen enters edges, one after the other


@dataclass(frozen=True, eq=False)
class EdgeFeatures:
    """What the router knows of the edges; widths are relative to a single line's.

    Attributes:
        ends: The two nodes of each edge.
        lengths: ``(E,)`` in the graph's unit.
        width: ``(E,)`` relative width of the ink along the edge, the median.
        low_width: ``(E,)`` the same where it is thin, the 20th percentile.
        branches: ``(H,)`` rows.
        pen_width: In the graph's unit.
    """

    ends: Sequence[tuple[int, int]]
    lengths: Floats
    width: Floats
    low_width: Floats
    branches: BranchFeatures
    pen_width: float

    def node_of(self, branch: int) -> int:
        """The node at which a branch begins."""
        return self.ends[edge_of(branch)][side_of(branch)]


@dataclass
class Junction:
    """A place where lines are paired: a node, or several nodes and the edges inside.

    Attributes:
        members: The branches that leave it.
        costs: ``(d, d)``: what it costs to pair two members; infinite: not allowed.
        inside: Edges between its nodes, along which the pen runs from member to member.
        dead_end_pair: The two members between which the pen runs to a free end and back, if any.
        dead_end_path: The path to that free end.
        paths: What :meth:`TransitionGraph.path` found, by pairs of members.
    """

    members: list[int]
    costs: list[list[float]] = field(default_factory=list)
    inside: tuple[int, ...] = ()
    dead_end_pair: frozenset[int] = frozenset()
    dead_end_path: Path = ()
    paths: dict[tuple[int, int], Path] = field(default_factory=dict)

    def without(self, *branches: int) -> Junction:
        """The same junction without some of its members."""
        keep = [k for k, b in enumerate(self.members) if b not in branches]
        costs = [[self.costs[i][j] for j in keep] for i in keep]
        members = [self.members[k] for k in keep]
        return Junction(members, costs, self.inside, self.dead_end_pair, self.dead_end_path)

    def set_path(self, one: int, two: int, path: Path) -> None:
        """Keep the path from member ``one`` to ``two``, and the same backwards."""
        self.paths[one, two] = path
        self.paths[two, one] = reverse(path)


def reverse(path: Path) -> Path:
    """The path walked backwards."""
    return tuple(twin(b) for b in reversed(path))


class TransitionGraph:
    """Junctions and the branches between them; junctions can be merged.

    Attributes:
        edges: What is known of the edges.
        junctions: By number; None: merged into another one.
        junction_of: The number of each branch's junction.
        inner: Edges inside junctions.
    """

    def __init__(self, edges: EdgeFeatures) -> None:
        self.edges = edges
        self.junction_of = [node for pair in edges.ends for node in pair]
        self.inner: set[int] = set()
        members: list[list[int]] = [[] for _ in range(max(self.junction_of, default=-1) + 1)]
        for branch, node in enumerate(self.junction_of):
            members[node].append(branch)
        self.junctions: list[Junction | None] = [Junction(m) for m in members]

    def junction(self, number: int) -> Junction:
        """The junction of that number; it must not have been merged into another.

        Raises:
            LookupError: It was.
        """
        junction = self.junctions[number]
        if junction is None:
            raise LookupError(f"Junction {number} was joined to another.")
        return junction

    def active(self) -> Iterator[tuple[int, Junction]]:
        """Junctions that were not merged into another, with their numbers."""
        return ((n, j) for n, j in enumerate(self.junctions) if j is not None)

    def components(self) -> Ints:
        """The connected component of the drawing to which each node belongs, ``(K,)``."""
        from scipy.sparse import coo_matrix
        from scipy.sparse.csgraph import connected_components

        number = len(self.junctions)
        ends = np.array(self.edges.ends, np.intp).reshape(-1, 2)
        links = coo_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), (number, number))
        return np.asarray(connected_components(links, directed=False)[1], np.intp)

    def merge(self, numbers: Sequence[int], merged: Junction) -> None:
        """Put one junction in the place of several; it takes the first one's number."""
        for number in numbers:
            self.junctions[number] = None
        self.junctions[numbers[0]] = merged
        for branch in merged.members:
            self.junction_of[branch] = numbers[0]
        self.inner |= set(merged.inside)

    def remove(self, branches: Sequence[int]) -> None:
        """Take branches out of their junctions: those inside a path that runs through."""
        for branch in branches:
            number = self.junction_of[branch]
            self.junctions[number] = self.junction(number).without(branch)

    def path(self, junction: Junction, one: int, two: int) -> Path:
        """The path along the edges inside a junction, from member ``one`` to ``two``."""
        if not junction.inside:
            return ()
        if {one, two} == junction.dead_end_pair:
            return junction.dead_end_path + reverse(junction.dead_end_path)
        if (one, two) not in junction.paths:
            weights = {e: float(self.edges.lengths[e]) for e in junction.inside}
            junction.set_path(one, two, self.shortest_path(weights, one, two))
        return junction.paths[one, two]

    def shortest_path(self, weights: dict[int, float], one: int, two: int) -> Path:
        """The shortest path between the nodes of two branches along the edges of ``weights``."""
        edges = self.edges
        return shortest_path(edges.ends, weights, edges.node_of(one), edges.node_of(two))
