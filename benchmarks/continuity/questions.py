"""Questions: nodes of traced graphs as multiple choice, which branches did the pen pair?

A question is asked only where the true pen path answers it: the pen ran along every
branch exactly once. About a stretch that may be drawn twice, the choices are all pairings of its
two nodes apart, and all of both nodes joined by it.
"""

from __future__ import annotations

import collections
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.continuity.walks import Pair, Walk, passes
from strokebook.routing import retracing
from strokebook.routing.continuity import (
    CLUSTER,
    DEAD_END,
    NODE,
    RETRACE,
    Between,
    RetraceFeatures,
    dead_end_bends,
    pair_features,
    retrace_bends,
    retrace_features,
    wrapped,
)
from strokebook.routing.half_edges import edge_of, twin
from strokebook.routing.line_graph import LineGraph
from strokebook.routing.route import RouteOptions, build_transitions
from strokebook.routing.transition_graph import Junction
from strokebook.routing.transitions import TransitionSystem

Floats = npt.NDArray[np.float64]

MOST_MEMBERS = 6  # branches of a node that is asked about
MOST_AROUND = 8  # branches of both nodes of a stretch
MOST_EDGES = 5  # edges of a stretch
LONGEST = 200.0  # pen widths of a stretch
WIDTH = 12  # features of a stretch, see retrace_features
EAGER = 40.0  # nats: so dear is a lift while stretches are looked for, so that bad ones are asked


class Choice(NamedTuple):
    """A pairing: rows of its pairs, how many branches are single, if the stretch is double."""

    pairs: tuple[int, ...]
    singles: int
    twice: bool


@dataclass(frozen=True, eq=False)
class Question:
    """A node or a stretch.

    Attributes:
        about: ``node``, ``retrace`` or ``dead end``.
        pairs: ``(N, F)`` features of all pairs.
        stretch: ``(G,)`` features of the stretch; zeros for a node.
        choices: All pairings.
        truth: Number of the true one.
    """

    about: str
    pairs: Floats
    stretch: Floats
    choices: tuple[Choice, ...]
    truth: int


def questions(graph: LineGraph, walks: Sequence[Walk]) -> Iterator[Question]:
    """Every question that the truth answers."""
    lines = [e.points.astype(np.float64) for e in graph.edges]
    system = build_transitions(graph, lines, RouteOptions())
    for _, junction in system.graph.active():
        if 3 <= len(junction.members) <= MOST_MEMBERS:
            yield from _about_node(system, junction, walks)
    counts = collections.Counter(edge for walk in walks for edge, _ in walk)
    for candidate in _retraces(system):
        yield from _about_stretch(system, candidate, walks, counts)


def pairings(members: Sequence[int]) -> Iterator[tuple[tuple[int, int], ...]]:
    """Every set of disjoint pairs of the members."""
    if not members:
        yield ()
        return
    first, rest = members[0], members[1:]
    yield from pairings(rest)
    for k, other in enumerate(rest):
        for pairs in pairings((*rest[:k], *rest[k + 1 :])):
            yield ((first, other), *pairs)


def _about_node(
    system: TransitionSystem, junction: Junction, walks: Sequence[Walk]
) -> Iterator[Question]:
    passages = passes(walks, junction.members)
    if any(passages.counts[m] != 1 for m in junction.members):
        return
    sheet = _Sheet(system)
    rows, degree = sheet.within(junction), len(junction.members)
    choices = [
        Choice(tuple(rows[frozenset(p)] for p in pairs), degree - 2 * len(pairs), False)
        for pairs in pairings(junction.members)
    ]
    true = {rows[p] for p in passages.pairs if p in rows}
    truth = next((k for k, c in enumerate(choices) if set(c.pairs) == true), None)
    if truth is not None:
        yield Question("node", sheet.features(), np.zeros(WIDTH), tuple(choices), truth)


def _retraces(system: TransitionSystem) -> Iterator[retracing.RetraceCandidate]:
    """Every stretch between odd nodes once."""
    system.raise_lifts(np.unique(system.graph.components()), EAGER / system.lift_cost)
    limits = retracing.Limits(LONGEST * system.graph.edges.pen_width, 0.0)
    seen: set[tuple[int, ...]] = set()
    for u, junction in list(system.graph.active()):
        if len(junction.members) % 2 == 0 or len(junction.members) == 1:
            continue
        for v, path in retracing.retrace_paths(system, limits, u)[0]:
            edges = tuple(sorted(edge_of(b) for b in path.branches))
            around = len(junction.members) + len(system.graph.junction(v).members)
            if edges in seen or len(edges) > MOST_EDGES or around > MOST_AROUND:
                continue
            seen.add(edges)
            yield retracing.RetraceCandidate(u, v, path)


def _about_stretch(
    system: TransitionSystem,
    candidate: retracing.RetraceCandidate,
    walks: Sequence[Walk],
    counts: collections.Counter[int],
) -> Iterator[Question]:
    drawn = {counts[edge_of(b)] for b in candidate.path.branches}
    one, two = candidate.sides(system)
    around = [*one.members, *two.members]
    if drawn not in ({1}, {2}) or len(set(around)) < len(around):
        return
    ends = [candidate.path.branches[0], twin(candidate.path.branches[-1])]
    passages = passes(walks, around if drawn == {2} else [*around, *ends])
    if any(passages.counts[m] != 1 for m in around):
        return
    sheet = _Sheet(system)
    u, v = system.graph.junction(candidate.u), system.graph.junction(candidate.v)
    near, far = sheet.within(u), sheet.within(v)
    across = sheet.across(candidate, one, two)
    apart = [
        Choice(
            (*(near[frozenset(p)] for p in first), *(far[frozenset(p)] for p in second)),
            len(u.members) - 2 * len(first) + len(v.members) - 2 * len(second),
            False,
        )
        for first, second in itertools.product(pairings(u.members), pairings(v.members))
    ]
    joined = list(_joined(one, two, near, far, across))
    if drawn == {1}:
        true = {(near | far)[p] for p in passages.pairs if p in near or p in far}
        truth = next((k for k, c in enumerate(apart) if set(c.pairs) == true), None)
    else:
        truth = _twice(system, candidate, walks, passages.pairs, joined, sheet)
        truth = None if truth is None else len(apart) + truth
    if truth is not None:
        about = "retrace" if two.members else "dead end"
        yield Question(about, sheet.features(), sheet.stretch(candidate), (*apart, *joined), truth)


def _joined(
    one: Junction,
    two: Junction,
    near: dict[Pair, int],
    far: dict[Pair, int],
    across: dict[Pair, int],
) -> Iterator[Choice]:
    """Pairings of both nodes where at least one pair runs along the stretch."""
    around = (*one.members, *two.members)
    rows = dict(across)
    if not two.members:  # one pair runs to the tip and back, the others stay at the node
        for pairs in pairings(around):
            for tip in pairs:
                rest = [near[frozenset(p)] for p in pairs if p != tip]
                singles = len(around) - 2 * len(pairs)
                yield Choice((across[frozenset(tip)], *rest), singles, True)
        return
    for side, known in ((one, near), (two, far)):
        if len(side.members) > 2:
            rows |= {p: k for p, k in known.items() if p <= set(side.members)}
    for pairs in pairings(around):
        keys = [frozenset(p) for p in pairs]
        if all(k in rows for k in keys) and any(k in across for k in keys):
            yield Choice(tuple(rows[k] for k in keys), len(around) - 2 * len(pairs), True)


def _twice(
    system: TransitionSystem,
    candidate: retracing.RetraceCandidate,
    walks: Sequence[Walk],
    true: frozenset[Pair],
    joined: Sequence[Choice],
    sheet: _Sheet,
) -> int | None:
    """Number of the true one among pairings with the stretch drawn twice."""
    fitting = [k for k, c in enumerate(joined) if {sheet.rows[r] for r in c.pairs} == true]
    if len(fitting) < 2:
        return fitting[0] if fitting else None
    # At a tip with several pairs: the one that did not go on at the node itself ran to the tip.
    around = [*candidate.sides(system)[0].members, candidate.path.branches[0]]
    direct = passes(walks, around).pairs
    return next((k for k in fitting if sheet.rows[joined[k].pairs[0]] not in direct), None)


class _Sheet:
    """Features of the pairs that a question names."""

    def __init__(self, system: TransitionSystem) -> None:
        self.system = system
        self.rows: list[Pair] = []
        self.parts: list[Floats] = []

    def features(self) -> Floats:
        """Of all pairs, ``(N, F)``."""
        return np.vstack(self.parts)

    def within(self, junction: Junction) -> dict[Pair, int]:
        """Rows of the pairs at a node."""
        edges = self.system.graph.edges
        inside = list(junction.inside)
        return self._add(
            list(itertools.combinations(junction.members, 2)),
            CLUSTER if inside else NODE,
            edges.lengths[inside].sum() / edges.pen_width,
            edges.width[inside].mean() if inside else 1.0,
            len(junction.members),
        )

    def across(
        self, candidate: retracing.RetraceCandidate, one: Junction, two: Junction
    ) -> dict[Pair, int]:
        """Rows of the pairs that may run along a stretch."""
        edges, path = self.system.graph.edges, candidate.path.branches
        heading = edges.branches.heading
        pairs = np.array(candidate.pairs(self.system), np.intp).reshape(-1, 2)
        into = wrapped(heading[path[0]] - heading[pairs[:, 0]] - np.pi)
        width = edges.width[[edge_of(b) for b in path]].mean()
        length = candidate.path.length
        if two.members:
            length += sum(edges.lengths[list(j.inside)].sum() for j in (one, two))
            out = wrapped(heading[pairs[:, 1]] - heading[twin(path[-1])] - np.pi)
            bends, kind = retrace_bends(into, out), RETRACE
        else:
            back = wrapped(heading[path[0]] - heading[pairs[:, 1]] - np.pi)
            bends, kind = dead_end_bends(into, back), DEAD_END
        listed = [(int(a), int(b)) for a, b in pairs]
        return self._add(listed, kind, length / edges.pen_width, width, retracing.AROUND, bends)

    def stretch(self, candidate: retracing.RetraceCandidate) -> Floats:
        """Features ``(G,)`` of the stretch."""
        stretches: RetraceFeatures = retracing.features_of(self.system, [candidate])
        return np.asarray(retrace_features(self.system.graph.edges.branches, stretches)[0])

    def _add(
        self,
        pairs: list[tuple[int, int]],
        kind: int,
        length: float,
        width: float,
        members: int,
        bends: Floats | None = None,
    ) -> dict[Pair, int]:
        if not pairs:
            return {}
        n, first = len(pairs), len(self.rows)
        one, two = np.array(pairs, np.intp).T
        between = Between(
            np.full(n, kind),
            np.full(n, length),
            np.full(n, width),
            np.full(n, members),
            np.zeros((n, 4)) if bends is None else bends,
        )
        self.parts.append(pair_features(self.system.graph.edges.branches, one, two, between))
        self.rows += [frozenset(p) for p in pairs]
        return {frozenset(p): first + k for k, p in enumerate(pairs)}
