"""Stretches that the pen draws twice: the cheapest set of them, as a matching of odd nodes.

Where an odd number of lines meet, one of them ends, or else the pen ran over an edge twice. An
edge between two odd nodes drawn twice saves one stroke; which edges are worth it is a
maximum-weight matching (after Qiao, Nishihara and Yasuhara 2006, who find double-traced lines so).
"""

from __future__ import annotations

import collections
import heapq
import itertools
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from strokebook.geometry.matching import heaviest_matching
from strokebook.geometry.pairing import bends, best_pairs, soft, wrapped
from strokebook.geometry.weave import Junction, Lines, Weave

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

_SHORT = 20.0  # stems up to so many pen widths have no direction of their own
_CUSP = 0.3  # cost of turning right back at a free end
_ROUNDS = 6  # a retrace can open the way for another
_NEAREST = 8  # odd junctions to which a stem is looked for
_MOST = 400  # ways tried from one junction


@dataclass(frozen=True)
class Limits:
    """How far retracing goes.

    Attributes:
        longest: Stretches longer than this are not drawn twice.
        rate: Cost of drawing over the pen's width of line once more.
        worth: What is gained, besides the pairs that become possible, by a retrace.
    """

    longest: float
    rate: float
    worth: float = 0.0


@dataclass(frozen=True)
class _Stem:
    """A way between two odd junctions: branches where the pen enters edges, and inner ends."""

    path: tuple[int, ...]
    inner: tuple[int, ...]
    cost: float
    length: float

    def then(
        self,
        way: tuple[int, ...],
        inner: tuple[int, ...],
        cost: float,
        weave: Weave,
        limits: Limits,
    ) -> _Stem:
        """The stem longer by the edges entered at the branches of ``way``."""
        length = float(sum(weave.lines.lengths[b // 2] for b in way))
        cost += limits.rate * length / weave.lines.pen
        return _Stem(self.path + way, self.inner + inner, self.cost + cost, self.length + length)


def retrace(weave: Weave, limits: Limits, among: Ints | None = None) -> int:
    """Join pairs of odd junctions where the way between them is best drawn twice.

    The last two odd junctions of a connected part stay: they are where its line begins and ends.

    Args:
        weave: Junctions weighed but not yet paired; changed.
        limits: How far to go.
        among: Numbers of the connected parts to look at; default: all.

    Returns:
        How many stretches are now drawn twice.
    """
    part = weave.parts()
    done = 0
    tried: dict[int, _Tried] = {}
    for _ in range(_ROUNDS):
        odd = [n for n, j in weave.standing() if len(j.members) % 2]
        if among is not None:
            odd = [n for n in odd if part[n] in among]
        left = collections.Counter(part[n] for n in odd)
        found = _gains(weave, limits, [n for n in odd if left[part[n]] > 2], tried)
        chosen = heaviest_matching({pair: best.gain for pair, best in found.items()})
        changed: set[int] = set()
        for pair in sorted(chosen, key=lambda pair: -found[pair].gain):
            stem, at = found[pair].stem, found[pair].at
            clear = all(b in weave.junction(weave.home[b]).members for b in stem.inner)
            if clear and left[part[at]] > 2:
                changed |= {*pair, *(weave.home[b] for b in stem.inner)}
                weave.pass_by(stem.inner)
                weave.join((at, pair[0] + pair[1] - at), found[pair].joined)
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
    stem: _Stem
    at: int
    joined: Junction


@dataclass(frozen=True)
class _Tried:
    """Retraces from one odd junction, by its partners, and the junctions that they depend on."""

    retraces: dict[int, _Retrace]
    seen: set[int]


def _gains(
    weave: Weave, limits: Limits, odd: list[int], tried: dict[int, _Tried]
) -> dict[tuple[int, int], _Retrace]:
    """For pairs of odd junctions: the best retrace between them, if it saves anything."""
    found: dict[tuple[int, int], _Retrace] = {}
    wanted = set(odd)
    for u in odd:
        if len(weave.junction(u).members) == 1:
            continue  # a stem to a free end is looked for from its other end
        if u not in tried:
            tried[u] = _try(weave, limits, u)
        for v, retrace_ in tried[u].retraces.items():
            pair = (min(u, v), max(u, v))
            if v in wanted and (pair not in found or found[pair].gain < retrace_.gain):
                found[pair] = retrace_
    return found


def _try(weave: Weave, limits: Limits, u: int) -> _Tried:
    """Every retrace from ``u`` that saves something."""
    single = weave.lifts[u] / 2
    stems, seen = _stems(weave, limits, u)
    alone = best_pairs(weave.junction(u).costs, single)[0]
    retraces: dict[int, _Retrace] = {}
    for v, stem in stems:
        joined = _joined(weave, u, v, stem)
        cost, mates = best_pairs(joined.costs, single)
        if not _runs(joined, mates, len(weave.junction(u).members) - 1):
            continue  # the stem would not be drawn at all
        gain = alone + best_pairs(weave.junction(v).costs, single)[0]
        gain += limits.worth - cost - stem.cost
        if gain > 0 and (v not in retraces or retraces[v].gain < gain):
            retraces[v] = _Retrace(gain, stem, u, joined)
    return _Tried(retraces, seen)


def _stems(weave: Weave, limits: Limits, u: int) -> tuple[list[tuple[int, _Stem]], set[int]]:
    """The cheapest ways from ``u`` to other odd junctions, straight through even ones.

    Also returned: every junction that was looked at.
    """
    most = 2 * weave.lifts[u] + limits.worth
    starts = [
        _Stem((), (), 0.0, 0.0).then((b,), (), 0.0, weave, limits)
        for b in weave.junction(u).members
    ]
    queue = [(stem.cost, n, stem) for n, stem in enumerate(starts)]
    heapq.heapify(queue)
    count = len(queue)
    reached: set[int] = set()
    seen = {u}
    out: list[tuple[int, _Stem]] = []
    while queue and len(out) < _NEAREST and count < _MOST:
        _, _, stem = heapq.heappop(queue)
        came = stem.path[-1] ^ 1
        v = weave.home[came]
        seen.add(v)
        if stem.length > limits.longest or stem.cost > most or came in reached or v == u:
            continue
        reached.add(came)
        junction = weave.junction(v)
        if len(junction.members) % 2:
            out.append((v, stem))
            continue
        costs = junction.costs[junction.members.index(came)]
        for m, cost in zip(junction.members, costs, strict=True):
            if cost < most and m // 2 != came // 2:
                count += 1
                way = (*weave.way(junction, came, m), m)
                more = stem.then(way, (came, m), cost, weave, limits)
                heapq.heappush(queue, (more.cost, count, more))
    return out, seen


def _runs(joined: Junction, mates: list[int], n: int) -> bool:
    """Whether a pair runs along the stem: from the first ``n`` members to the others."""
    if joined.tip:
        i, j = (joined.members.index(b) for b in joined.tip)
        return mates[i] == j
    return any(i < n <= j for i, j in enumerate(mates))


def _joined(weave: Weave, u: int, v: int, stem: _Stem) -> Junction:
    """The junction in place of ``u`` and ``v`` when the pen draws the stem twice."""
    root, last = stem.path[0], stem.path[-1] ^ 1
    one, two = weave.junction(u).without(root), weave.junction(v).without(last)
    if not two.members:
        return _tip(weave, weave.lifts[u], one, stem)
    members, n = one.members + two.members, len(one.members)
    costs = np.full((len(members), len(members)), np.inf)
    for part, at in ((one, slice(0, n)), (two, slice(n, None))):
        if len(part.members) > 2:  # of two, one at least must run along the stem, hence both
            costs[at, at] = part.costs
    a, b = np.repeat(one.members, len(two.members)), np.tile(two.members, n)
    across = through(weave.lines, a, b, stem)
    across += np.where(a // 2 == b // 2, weave.lift_cost, 0.0)
    costs[:n, n:] = across.reshape(n, -1)
    costs[n:, :n] = costs[:n, n:].T
    inside = one.inside + two.inside + tuple(b // 2 for b in stem.path)
    return Junction(members, costs.tolist(), tuple(dict.fromkeys(inside)))


def through(lines: Lines, one: Ints, two: Ints, stem: _Stem) -> Floats:
    """Cost of coming in along ``one``, running along the stem, and leaving along ``two``."""
    if stem.length <= _SHORT * lines.pen:
        return bends(lines.branches, one, two, lines.pen)
    heading = lines.branches.heading
    into = wrapped(heading[stem.path[0]] - heading[one] - np.pi)
    out = wrapped(heading[two] - heading[stem.path[-1] ^ 1] - np.pi)
    # Two lines that run together more often cross than touch: turns that cancel out are cheap.
    return soft((into + out) ** 2 + 0.5 * (into**2 + out**2))


def _tip(weave: Weave, lift: float, near: Junction, stem: _Stem) -> Junction:
    """The stem leads to a free end: the pen goes there and comes back, between one pair."""
    d = len(near.members)
    heading = weave.lines.branches.heading
    turn = wrapped(heading[stem.path[0]] - heading[near.members] - np.pi)
    turn = soft(turn**2)
    best = (math.inf, 0, 1, 0.0)
    for i, j in itertools.combinations(range(d), 2):
        cost = _CUSP + float(turn[i] + turn[j])
        if near.members[i] // 2 == near.members[j] // 2:
            cost += weave.lift_cost
        rest = near.without(near.members[i], near.members[j])
        total = cost + best_pairs(rest.costs, lift / 2)[0]
        best = min(best, (total, i, j, cost))
    _, i, j, cost = best
    costs = np.array(near.costs)
    costs[[i, j]] = np.inf
    costs[:, [i, j]] = np.inf
    costs[i, j] = costs[j, i] = cost
    pair = frozenset((near.members[i], near.members[j]))
    inside = near.inside + tuple(b // 2 for b in stem.path)
    return Junction(near.members, costs.tolist(), inside, pair, stem.path)
