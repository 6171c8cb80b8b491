"""Retraces: the cheapest set of paths to draw twice, as a matching of odd nodes.

Where an odd number of lines meet, one of them ends, or else the pen ran over an edge twice. An
edge between two odd nodes drawn twice saves one stroke; which edges are worth it is a
maximum-weight matching (after Qiao, Nishihara and Yasuhara 2006, who find double-traced lines so).
"""

from __future__ import annotations

import collections
import functools
import heapq
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from strokebook.base.array_types import Floats, Ints
from strokebook.routing.continuity import (
    DEAD_END,
    RETRACE,
    Between,
    RetraceFeatures,
    dead_end_bends,
    retrace_bends,
    retrace_costs,
    wrapped,
)
from strokebook.routing.half_edges import edge_of, twin
from strokebook.routing.matching import heaviest_matching
from strokebook.routing.pairing import best_pairs
from strokebook.routing.transition_graph import Junction, Path
from strokebook.routing.transitions import TransitionSystem

_ROUNDS = 6  # a retrace can make room for another
_NEAREST = 8  # odd junctions to which paths are sought
_MOST = 400  # paths tried from one junction
_FAR = 0.02  # nats a pen width by which nearer paths are looked at first
AROUND = 4  # branches around a path, as the costs across it were fitted


@dataclass(frozen=True)
class Limits:
    """How far retracing goes.

    Attributes:
        longest: Paths longer than this are not drawn twice.
        rate: Extra cost of drawing over the pen's width of line once more, in nats.
        worth: What is gained, besides the pairs that become possible, by a retrace.
    """

    longest: float
    rate: float
    least_gain: float = 0.0


@dataclass(frozen=True)
class RetracePath:
    """A path from one odd junction towards another one, which the pen may draw twice.

    Attributes:
        branches: At which the pen enters edges.
        inner: Branches on the path at the junctions that it passes.
        cost: Of going straight through those junctions, in nats.
        length: In the unit of the lines.
    """

    branches: Path
    inner: tuple[int, ...]
    cost: float
    length: float

    def then(
        self, more: Path, inner: tuple[int, ...], cost: float, system: TransitionSystem
    ) -> RetracePath:
        """The path longer by the edges that ``more`` enters."""
        length = float(sum(system.graph.edges.lengths[edge_of(b)] for b in more))
        return RetracePath(
            self.branches + more, self.inner + inner, self.cost + cost, self.length + length
        )

    def reluctance(self, pen: float) -> float:
        """The key by which paths are looked at in turn."""
        return self.cost + _FAR * self.length / pen


def retrace(system: TransitionSystem, limits: Limits, among: Ints | None = None) -> int:
    """Join pairs of odd junctions where the path between them is best drawn twice.

    The last two odd junctions of a connected component stay: its line begins and ends there.

    Args:
        system: Junctions weighed but not yet paired; changed.
        limits: How far to go.
        among: Numbers of the connected components to look at; default: all.

    Returns:
        How many paths are now drawn twice.
    """
    graph = system.graph
    component = graph.components()
    retraced = 0
    tried: dict[int, _Tried] = {}
    for _ in range(_ROUNDS):
        odd = [n for n, j in graph.active() if len(j.members) % 2]
        if among is not None:
            odd = [n for n in odd if component[n] in among]
        left = collections.Counter(component[n] for n in odd)
        gains = _gains(system, limits, [n for n in odd if left[component[n]] > 2], tried)
        chosen = heaviest_matching({pair: retrace_.gain for pair, retrace_ in gains.items()})
        changed: set[int] = set()
        for pair in sorted(chosen, key=lambda pair: -gains[pair].gain):
            path, at = gains[pair].path, gains[pair].at
            clear = all(b in graph.junction(graph.junction_of[b]).members for b in path.inner)
            if clear and left[component[at]] > 2:
                changed |= {*pair, *(graph.junction_of[b] for b in path.inner)}
                graph.remove(path.inner)
                graph.merge((at, pair[0] + pair[1] - at), gains[pair].joined)
                left[component[at]] -= 2
                retraced += 1
        if not changed:
            break
        tried = {u: t for u, t in tried.items() if changed.isdisjoint(t.seen)}
    return retraced


@dataclass(frozen=True)
class _Retrace:
    """What drawing a path twice saves, and the junction ``joined`` that takes number ``at``."""

    gain: float
    path: RetracePath
    at: int
    joined: Junction


@dataclass(frozen=True)
class _Tried:
    """Retraces from one odd junction, by its partners, and the junctions that they depend on."""

    retraces: dict[int, _Retrace]
    seen: set[int]


def _gains(
    system: TransitionSystem, limits: Limits, odd: list[int], tried: dict[int, _Tried]
) -> dict[tuple[int, int], _Retrace]:
    """For pairs of odd junctions: the best retrace between them, if it saves anything."""
    # A path to a free end is looked for from its other end.
    looked = [u for u in odd if len(system.graph.junction(u).members) > 1]
    tried |= _try(system, limits, [u for u in looked if u not in tried])
    best: dict[tuple[int, int], _Retrace] = {}
    wanted = set(odd)
    for u in looked:
        for v, retrace_ in tried[u].retraces.items():
            pair = (min(u, v), max(u, v))
            if v in wanted and (pair not in best or best[pair].gain < retrace_.gain):
                best[pair] = retrace_
    return best


def _try(system: TransitionSystem, limits: Limits, starts: list[int]) -> dict[int, _Tried]:
    """Every retrace from each of ``starts`` that saves something."""
    tried: dict[int, _Tried] = {}
    candidates: list[RetraceCandidate] = []
    for u in starts:
        paths, seen = retrace_paths(system, limits, u)
        tried[u] = _Tried({}, seen)
        candidates += [RetraceCandidate(u, v, path) for v, path in paths]
    if not candidates:
        return tried
    alone = functools.cache(
        lambda n: best_pairs(system.graph.junction(n).costs, system.lifts[n] / 2)[0]
    )
    again = retrace_costs(system.graph.edges.branches, features_of(system, candidates))
    for candidate, across, twice in zip(
        candidates, _across(system, candidates), again, strict=True
    ):
        u, v, path = candidate.u, candidate.v, candidate.path
        joined = _joined(system, candidate, across)
        cost, mates = best_pairs(joined.costs, system.lifts[u] / 2)
        if not _runs(joined, mates, len(system.graph.junction(u).members) - 1):
            continue  # the path would not be drawn at all
        price = path.cost + float(twice) + limits.rate * path.length / system.graph.edges.pen_width
        gain = alone(u) + alone(v) + limits.least_gain - cost - price
        known = tried[u].retraces
        if gain > 0 and (v not in known or known[v].gain < gain):
            known[v] = _Retrace(gain, path, u, joined)
    return tried


def retrace_paths(
    system: TransitionSystem, limits: Limits, u: int
) -> tuple[list[tuple[int, RetracePath]], set[int]]:
    """The cheapest paths from ``u`` to other odd junctions, straight through even ones.

    Also returned: every junction that was looked at.
    """
    graph = system.graph
    most = 2 * system.lifts[u] + limits.least_gain
    pen = graph.edges.pen_width
    starts = [
        RetracePath((), (), 0.0, 0.0).then((b,), (), 0.0, system) for b in graph.junction(u).members
    ]
    queue = [(path.reluctance(pen), n, path) for n, path in enumerate(starts)]
    heapq.heapify(queue)
    count = len(queue)
    reached: set[int] = set()
    seen = {u}
    out: list[tuple[int, RetracePath]] = []
    while queue and len(out) < _NEAREST and count < _MOST:
        _, _, path = heapq.heappop(queue)
        arrival = twin(path.branches[-1])
        v = graph.junction_of[arrival]
        seen.add(v)
        if path.length > limits.longest or path.cost > most or arrival in reached or v == u:
            continue
        reached.add(arrival)
        junction = graph.junction(v)
        if len(junction.members) % 2:
            out.append((v, path))
            continue
        costs = junction.costs[junction.members.index(arrival)]
        for m, cost in zip(junction.members, costs, strict=True):
            if cost < most and edge_of(m) != edge_of(arrival):
                count += 1
                step = (*graph.path(junction, arrival, m), m)
                longer = path.then(step, (arrival, m), cost, system)
                heapq.heappush(queue, (longer.reluctance(pen), count, longer))
    return out, seen


def _runs(joined: Junction, mates: list[int], n: int) -> bool:
    """Whether a pair runs along the path: from the first ``n`` members to the others."""
    if joined.dead_end_pair:
        i, j = (joined.members.index(b) for b in joined.dead_end_pair)
        return mates[i] == j
    return any(i < n <= j for i, j in enumerate(mates))


class RetraceCandidate(NamedTuple):
    """A path between the odd junctions ``u`` and ``v``."""

    u: int
    v: int
    path: RetracePath

    def sides(self, system: TransitionSystem) -> tuple[Junction, Junction]:
        """Both junctions without the ends of the path."""
        near = system.graph.junction(self.u).without(self.path.branches[0])
        return near, system.graph.junction(self.v).without(twin(self.path.branches[-1]))

    def pairs(self, system: TransitionSystem) -> list[tuple[int, int]]:
        """Branches between which the pen may run along the path, or to its free end and back."""
        near, far = self.sides(system)
        if not far.members:
            return list(itertools.combinations(near.members, 2))
        return list(itertools.product(near.members, far.members))


def features_of(system: TransitionSystem, candidates: list[RetraceCandidate]) -> RetraceFeatures:
    """What speaks for and against drawing the paths twice."""
    edges = system.graph.edges
    paths = [[edge_of(b) for b in c.path.branches] for c in candidates]
    return RetraceFeatures(
        np.array([c.path.length for c in candidates]) / edges.pen_width,
        np.array([edges.width[e].mean() for e in paths]),
        np.array([edges.low_width[e].min() for e in paths]),
        np.array([len(system.graph.junction(c.v).members) == 1 for c in candidates]),
        np.array([len(e) for e in paths], np.intp),
        np.array([c.path.branches[0] for c in candidates], np.intp),
        np.array([twin(c.path.branches[-1]) for c in candidates], np.intp),
    )


def _across(system: TransitionSystem, candidates: list[RetraceCandidate]) -> Iterator[Floats]:
    """For each path: costs of the pairs that may run along it, in the order of ``pairs``."""
    pairs = [np.array(c.pairs(system), np.intp).reshape(-1, 2) for c in candidates]
    counts = np.array([len(p) for p in pairs])
    one, two = np.vstack(pairs).T
    dead_end = np.array([len(system.graph.junction(c.v).members) == 1 for c in candidates])
    edges, heading = system.graph.edges, system.graph.edges.branches.heading
    inside = [
        0.0 if ends_free else sum(edges.lengths[list(j.inside)].sum() for j in c.sides(system))
        for c, ends_free in zip(candidates, dead_end, strict=True)
    ]
    length = np.array([c.path.length for c in candidates]) + inside
    width = [edges.width[[edge_of(b) for b in c.path.branches]].mean() for c in candidates]
    root = np.repeat([c.path.branches[0] for c in candidates], counts)
    last = np.repeat([twin(c.path.branches[-1]) for c in candidates], counts)
    to_dead_end = np.repeat(dead_end, counts)
    into = wrapped(heading[root] - heading[one] - np.pi)
    out = wrapped(heading[two] - heading[last] - np.pi)
    back = wrapped(heading[root] - heading[two] - np.pi)
    between = Between(
        np.where(to_dead_end, DEAD_END, RETRACE),
        np.repeat(length / edges.pen_width, counts),
        np.repeat(width, counts),
        np.full(len(one), AROUND),
        np.where(to_dead_end[:, None], dead_end_bends(into, back), retrace_bends(into, out)),
    )
    return iter(np.split(system.cost(one, two, between), np.cumsum(counts)[:-1]))


def _joined(system: TransitionSystem, candidate: RetraceCandidate, across: Floats) -> Junction:
    """The junction in place of ``u`` and ``v`` when the pen draws the path twice."""
    one, two = candidate.sides(system)
    if not two.members:
        return _to_dead_end(system, candidate, one, across)
    members, n = one.members + two.members, len(one.members)
    costs = np.full((len(members), len(members)), np.inf)
    for part, at in ((one, slice(0, n)), (two, slice(n, None))):
        if len(part.members) > 2:  # of two, one at least must run along the path, hence both
            costs[at, at] = part.costs
    costs[:n, n:] = across.reshape(n, -1)
    costs[n:, :n] = costs[:n, n:].T
    inside = one.inside + two.inside + tuple(edge_of(b) for b in candidate.path.branches)
    return Junction(members, costs.tolist(), tuple(dict.fromkeys(inside)))


def _to_dead_end(
    system: TransitionSystem, candidate: RetraceCandidate, near: Junction, across: Floats
) -> Junction:
    """The path leads to a free end: the pen goes there and comes back, between one pair."""
    single = system.lifts[candidate.u] / 2
    best = (math.inf, 0, 1, 0.0)
    ranks = itertools.combinations(range(len(near.members)), 2)
    for (i, j), cost in zip(ranks, across.tolist(), strict=True):
        rest = near.without(near.members[i], near.members[j])
        best = min(best, (cost + best_pairs(rest.costs, single)[0], i, j, cost))
    _, i, j, cost = best
    costs = np.array(near.costs)
    costs[[i, j]] = np.inf
    costs[:, [i, j]] = np.inf
    costs[i, j] = costs[j, i] = cost
    pair = frozenset((near.members[i], near.members[j]))
    branches = candidate.path.branches
    inside = near.inside + tuple(edge_of(b) for b in branches)
    return Junction(near.members, costs.tolist(), inside, pair, branches)
