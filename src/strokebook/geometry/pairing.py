"""Which branch a line takes up again behind a node: the smoothest pairs, exactly.

The bending of a pair is that of the elastic curve between the two branches (a clamped beam whose
end slopes against the chord are θ₁ and θ₂ has ∫κ² ds = 4 (θ₁² + θ₁θ₂ + θ₂²) / chord). With the
turn φ = θ₂ - θ₁ and the chord's slant m = (θ₁ + θ₂) / 2 this is (φ² + 12 m²) / chord. We leave the
chord out, so that costs compare between nodes, and weigh the parts. A sum of such squares would
rather have two lines bend a little than one go dead straight and the other turn sharply, though
the latter is what pens do: the cost is the logarithm of Student's density, whose tails are heavy.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from strokebook.geometry.branches import Branches

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Costs = Sequence[Sequence[float]]

_SLANT = 6.0  # weight of m²; less than 12, for the chord is short and its slant noisy
_CURVE = 1.0  # weight of the change of curvature, squared, in turns per pen width
_EXPECT = 0.5  # share of the turn foretold by both curvatures that a line may make unpunished
_FORETOLD = 0.7  # radians that curvature can foretell at most
_NOISE = 0.02  # squared radians: what directions at a node are uncertain by
_EXACT = 10  # nodes of more branches are paired greedily


def bends(branches: Branches, one: Ints, two: Ints, pen: float) -> Floats:
    """Bending of the line that comes in along branch ``one`` and leaves along ``two``, ``(N,)``."""
    coming = branches.heading[one] + np.pi
    chord = branches.points[two] - branches.points[one]
    length = np.linalg.norm(chord, axis=1)
    turn = wrapped(branches.heading[two] - coming)
    middle = coming + turn / 2
    slant = wrapped(np.arctan2(chord[:, 1], chord[:, 0]) - middle)
    # A chord shorter than the pen is wide has no direction worth the name.
    trust = np.minimum(1.0, length / max(pen, 1e-9))
    k1, k2 = -branches.curvature[one], branches.curvature[two]
    expected = np.clip((k1 + k2) / 2 * length, -_FORETOLD, _FORETOLD)
    easy = np.sign(turn) * np.maximum(np.abs(turn) - _EXPECT * np.abs(expected), 0.0)
    turn = np.where(turn * expected > 0, easy, turn)
    change = np.clip((k1 - k2) * pen, -1.0, 1.0)
    return soft(turn**2 + _SLANT * trust * slant**2) + _CURVE * change**2


def soft(bending: Floats) -> Floats:
    """The cost of a bending, 1 for a turn by 90 degrees: steep at first, then ever less so."""
    return np.asarray(np.log1p(bending / _NOISE) / math.log1p((math.pi / 2) ** 2 / _NOISE))


def wrapped(angle: Floats) -> Floats:
    """Angles in [-π, π)."""
    return np.asarray((angle + np.pi) % (2 * np.pi) - np.pi)


def best_pairs(costs: Costs, single: float) -> tuple[float, list[int]]:
    """The cheapest pairing of a node's branches; each one left over costs ``single``.

    Args:
        costs: ``(d, d)``, symmetric; infinite where two branches may not be paired.
        single: Cost of a branch without a partner.

    Returns:
        The cost, and the partner of each branch, -1 for none. Exact up to 10 branches by dynamic
        programming over subsets, greedy beyond.
    """
    d = len(costs)
    if d > _EXACT:
        return _greedy(costs, single)

    @functools.cache
    def best(left: int) -> tuple[float, tuple[tuple[int, int], ...]]:
        if not left:
            return 0.0, ()
        i = (left & -left).bit_length() - 1
        rest = left & (left - 1)
        cost, pairs = best(rest)
        chosen = (cost + single, pairs)
        for j in range(i + 1, d):
            if rest >> j & 1 and costs[i][j] < 2 * single:
                cost, pairs = best(rest & ~(1 << j))
                if cost + costs[i][j] < chosen[0]:
                    chosen = (cost + costs[i][j], (*pairs, (i, j)))
        return chosen

    cost, pairs = best((1 << d) - 1)
    mates = [-1] * d
    for i, j in pairs:
        mates[i], mates[j] = j, i
    return cost, mates


def _greedy(costs: Costs, single: float) -> tuple[float, list[int]]:
    d = len(costs)
    mates = [-1] * d
    total = d * single
    pairs = sorted((costs[i][j], i, j) for i, j in itertools.combinations(range(d), 2))
    for cost, i, j in pairs:
        if cost < 2 * single and mates[i] < 0 and mates[j] < 0:
            mates[i], mates[j] = j, i
            total += cost - 2 * single
    return total, mates
