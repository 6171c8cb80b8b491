"""Retraces: the cheapest set of stretches to draw twice, as a matching of odd nodes.

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
import numpy.typing as npt

from strokebook.routing.continuity import (
    STEM,
    TIP,
    Between,
    Stretches,
    stem_bends,
    stretch_costs,
    tip_bends,
    wrapped,
)
from strokebook.routing.matching import heaviest_matching
from strokebook.routing.pairing import best_pairs
from strokebook.routing.trails import Junction, TransitionSystem

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

_ROUNDS = 6  # a retrace can open the way for another
_NEAREST = 8  # odd junctions to which a stem is looked for
_MOST = 400  # ways tried from one junction
_FAR = 0.02  # nats a pen width by which nearer stems are looked at first
AROUND = 4  # branches around a stem, as the costs across it were fitted


@dataclass(frozen=True)
class Limits:
    """How far retracing goes.

    Attributes:
        longest: Stretches longer than this are not drawn twice.
        rate: Extra cost of drawing over the pen's width of line once more, in nats.
        worth: What is gained, besides the pairs that become possible, by a retrace.
    """

    longest: float
    rate: float
    worth: float = 0.0


@dataclass(frozen=True)
class Stem:
    """A way between two odd junctions: branches where the pen enters edges, and inner ends.

    ``cost`` is that of passing the junctions on the way, ``length`` in the unit of the lines.
    """

    path: tuple[int, ...]
    inner: tuple[int, ...]
    cost: float
    length: float

    def then(
        self, way: tuple[int, ...], inner: tuple[int, ...], cost: float, system: TransitionSystem
    ) -> Stem:
        """The stem longer by the edges entered at the branches of ``way``."""
        length = float(sum(system.lines.lengths[b // 2] for b in way))
        return Stem(self.path + way, self.inner + inner, self.cost + cost, self.length + length)

    def reluctance(self, pen: float) -> float:
        """By which stems are looked at in turn."""
        return self.cost + _FAR * self.length / pen


def retrace(system: TransitionSystem, limits: Limits, among: Ints | None = None) -> int:
    """Join pairs of odd junctions where the way between them is best drawn twice.

    The last two odd junctions of a connected part stay: they are where its line begins and ends.

    Args:
        system: Junctions weighed but not yet paired; changed.
        limits: How far to go.
        among: Numbers of the connected parts to look at; default: all.

    Returns:
        How many stretches are now drawn twice.
    """
    part = system.parts()
    done = 0
    tried: dict[int, _Tried] = {}
    for _ in range(_ROUNDS):
        odd = [n for n, j in system.active() if len(j.members) % 2]
        if among is not None:
            odd = [n for n in odd if part[n] in among]
        left = collections.Counter(part[n] for n in odd)
        found = _gains(system, limits, [n for n in odd if left[part[n]] > 2], tried)
        chosen = heaviest_matching({pair: best.gain for pair, best in found.items()})
        changed: set[int] = set()
        for pair in sorted(chosen, key=lambda pair: -found[pair].gain):
            stem, at = found[pair].stem, found[pair].at
            clear = all(b in system.junction(system.home[b]).members for b in stem.inner)
            if clear and left[part[at]] > 2:
                changed |= {*pair, *(system.home[b] for b in stem.inner)}
                system.pass_by(stem.inner)
                system.join((at, pair[0] + pair[1] - at), found[pair].joined)
                left[part[at]] -= 2
                done += 1
        if not changed:
            break
        tried = {u: t for u, t in tried.items() if changed.isdisjoint(t.seen)}
    return done


@dataclass(frozen=True)
class _Retrace:
    """What drawing a stem twice saves, and the junction ``joined`` that takes number ``at``."""

    gain: float
    stem: Stem
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
    # A stem to a free end is looked for from its other end.
    looked = [u for u in odd if len(system.junction(u).members) > 1]
    tried |= _try(system, limits, [u for u in looked if u not in tried])
    found: dict[tuple[int, int], _Retrace] = {}
    wanted = set(odd)
    for u in looked:
        for v, retrace_ in tried[u].retraces.items():
            pair = (min(u, v), max(u, v))
            if v in wanted and (pair not in found or found[pair].gain < retrace_.gain):
                found[pair] = retrace_
    return found


def _try(system: TransitionSystem, limits: Limits, starts: list[int]) -> dict[int, _Tried]:
    """Every retrace from each of ``starts`` that saves something."""
    tried: dict[int, _Tried] = {}
    crossings: list[Crossing] = []
    for u in starts:
        found, seen = stems(system, limits, u)
        tried[u] = _Tried({}, seen)
        crossings += [Crossing(u, v, stem) for v, stem in found]
    if not crossings:
        return tried
    alone = functools.cache(lambda n: best_pairs(system.junction(n).costs, system.lifts[n] / 2)[0])
    again = stretch_costs(system.lines.arms, stretches(system, crossings))
    for crossing, across, twice in zip(crossings, _across(system, crossings), again, strict=True):
        u, v, stem = crossing.u, crossing.v, crossing.stem
        joined = _joined(system, crossing, across)
        cost, mates = best_pairs(joined.costs, system.lifts[u] / 2)
        if not _runs(joined, mates, len(system.junction(u).members) - 1):
            continue  # the stem would not be drawn at all
        price = stem.cost + float(twice) + limits.rate * stem.length / system.lines.pen
        gain = alone(u) + alone(v) + limits.worth - cost - price
        known = tried[u].retraces
        if gain > 0 and (v not in known or known[v].gain < gain):
            known[v] = _Retrace(gain, stem, u, joined)
    return tried


def stems(
    system: TransitionSystem, limits: Limits, u: int
) -> tuple[list[tuple[int, Stem]], set[int]]:
    """The cheapest ways from ``u`` to other odd junctions, straight through even ones.

    Also returned: every junction that was looked at.
    """
    most = 2 * system.lifts[u] + limits.worth
    pen = system.lines.pen
    starts = [
        Stem((), (), 0.0, 0.0).then((b,), (), 0.0, system) for b in system.junction(u).members
    ]
    queue = [(stem.reluctance(pen), n, stem) for n, stem in enumerate(starts)]
    heapq.heapify(queue)
    count = len(queue)
    reached: set[int] = set()
    seen = {u}
    out: list[tuple[int, Stem]] = []
    while queue and len(out) < _NEAREST and count < _MOST:
        _, _, stem = heapq.heappop(queue)
        came = stem.path[-1] ^ 1
        v = system.home[came]
        seen.add(v)
        if stem.length > limits.longest or stem.cost > most or came in reached or v == u:
            continue
        reached.add(came)
        junction = system.junction(v)
        if len(junction.members) % 2:
            out.append((v, stem))
            continue
        costs = junction.costs[junction.members.index(came)]
        for m, cost in zip(junction.members, costs, strict=True):
            if cost < most and m // 2 != came // 2:
                count += 1
                way = (*system.way(junction, came, m), m)
                more = stem.then(way, (came, m), cost, system)
                heapq.heappush(queue, (more.reluctance(pen), count, more))
    return out, seen


def _runs(joined: Junction, mates: list[int], n: int) -> bool:
    """Whether a pair runs along the stem: from the first ``n`` members to the others."""
    if joined.tip:
        i, j = (joined.members.index(b) for b in joined.tip)
        return mates[i] == j
    return any(i < n <= j for i, j in enumerate(mates))


class Crossing(NamedTuple):
    """A stem between the odd junctions ``u`` and ``v``."""

    u: int
    v: int
    stem: Stem

    def sides(self, system: TransitionSystem) -> tuple[Junction, Junction]:
        """Both junctions without the ends of the stem."""
        near = system.junction(self.u).without(self.stem.path[0])
        return near, system.junction(self.v).without(self.stem.path[-1] ^ 1)

    def pairs(self, system: TransitionSystem) -> list[tuple[int, int]]:
        """Branches between which the pen may run along the stem, or to its tip and back."""
        near, far = self.sides(system)
        if not far.members:
            return list(itertools.combinations(near.members, 2))
        return list(itertools.product(near.members, far.members))


def stretches(system: TransitionSystem, crossings: list[Crossing]) -> Stretches:
    """The stems as stretches that may be drawn twice."""
    lines = system.lines
    edges = [[b // 2 for b in c.stem.path] for c in crossings]
    return Stretches(
        np.array([c.stem.length for c in crossings]) / lines.pen,
        np.array([lines.swell[e].mean() for e in edges]),
        np.array([lines.thinnest[e].min() for e in edges]),
        np.array([len(system.junction(c.v).members) == 1 for c in crossings]),
        np.array([len(e) for e in edges], np.intp),
        np.array([c.stem.path[0] for c in crossings], np.intp),
        np.array([c.stem.path[-1] ^ 1 for c in crossings], np.intp),
    )


def _across(system: TransitionSystem, crossings: list[Crossing]) -> Iterator[Floats]:
    """For each stem: costs of the pairs that may run along it, in the order of ``pairs``."""
    pairs = [np.array(c.pairs(system), np.intp).reshape(-1, 2) for c in crossings]
    counts = np.array([len(p) for p in pairs])
    one, two = np.vstack(pairs).T
    tip = np.array([len(system.junction(c.v).members) == 1 for c in crossings])
    lines, heading = system.lines, system.lines.arms.heading
    inside = [
        0.0 if at_tip else sum(lines.lengths[list(j.inside)].sum() for j in c.sides(system))
        for c, at_tip in zip(crossings, tip, strict=True)
    ]
    length = np.array([c.stem.length for c in crossings]) + inside
    swell = [lines.swell[[b // 2 for b in c.stem.path]].mean() for c in crossings]
    root = np.repeat([c.stem.path[0] for c in crossings], counts)
    last = np.repeat([c.stem.path[-1] ^ 1 for c in crossings], counts)
    to_tip = np.repeat(tip, counts)
    into = wrapped(heading[root] - heading[one] - np.pi)
    out = wrapped(heading[two] - heading[last] - np.pi)
    back = wrapped(heading[root] - heading[two] - np.pi)
    between = Between(
        np.where(to_tip, TIP, STEM),
        np.repeat(length / lines.pen, counts),
        np.repeat(swell, counts),
        np.full(len(one), AROUND),
        np.where(to_tip[:, None], tip_bends(into, back), stem_bends(into, out)),
    )
    return iter(np.split(system.cost(one, two, between), np.cumsum(counts)[:-1]))


def _joined(system: TransitionSystem, crossing: Crossing, across: Floats) -> Junction:
    """The junction in place of ``u`` and ``v`` when the pen draws the stem twice."""
    one, two = crossing.sides(system)
    if not two.members:
        return _tip(system, crossing, one, across)
    members, n = one.members + two.members, len(one.members)
    costs = np.full((len(members), len(members)), np.inf)
    for part, at in ((one, slice(0, n)), (two, slice(n, None))):
        if len(part.members) > 2:  # of two, one at least must run along the stem, hence both
            costs[at, at] = part.costs
    costs[:n, n:] = across.reshape(n, -1)
    costs[n:, :n] = costs[:n, n:].T
    inside = one.inside + two.inside + tuple(b // 2 for b in crossing.stem.path)
    return Junction(members, costs.tolist(), tuple(dict.fromkeys(inside)))


def _tip(system: TransitionSystem, crossing: Crossing, near: Junction, across: Floats) -> Junction:
    """The stem leads to a free end: the pen goes there and comes back, between one pair."""
    single = system.lifts[crossing.u] / 2
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
    path = crossing.stem.path
    inside = near.inside + tuple(b // 2 for b in path)
    return Junction(near.members, costs.tolist(), inside, pair, path)
