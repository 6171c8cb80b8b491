"""Stream graphs: shares over time as layers on a baseline that bends as little as it can.

Byron & Wattenberg, "Stacked graphs: geometry & aesthetics", InfoVis 2008. Shape letters: L layers,
K periods, M places at which the curves are drawn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from strokebook.base.array_types import Floats, Ints

OTHERS = "others"
CENTRED = 0.4  # a name at the very edge has to have this much more room than one in the middle


@dataclass(frozen=True, eq=False)
class StreamGraph:
    """Layers from the lowest to the highest.

    Attributes:
        names: Of the layers, ``(L,)``.
        at: ``(M,)`` places in time, rising.
        edges: ``(L + 1, M)``: layer l lies between edges l and l + 1; y points up, and all layers
            together are 1 thick.
        shares: ``(L, K)``: what was counted, before it was made smooth.
    """

    names: tuple[str, ...]
    at: Floats
    edges: Floats
    shares: Floats


def shares_of(groups: Sequence[str], periods: Ints, most: int) -> tuple[list[str], Floats]:
    """The share of each group in each period.

    Args:
        groups: The group of each item, ``(N,)``.
        periods: The number of its period, ``(N,)``, 0 to K - 1; each has an item.
        most: Most groups; the smallest beyond are counted together, as :data:`OTHERS`.

    Returns:
        Names, the largest group first and :data:`OTHERS` last, and ``(L, K)`` shares whose
        columns sum to 1.
    """
    sizes = Counter(groups)
    ranked = sorted(sizes, key=lambda name: (-sizes[name], name))
    kept = ranked if len(ranked) <= most else ranked[: most - 1]
    names = kept + ([OTHERS] if len(kept) < len(ranked) else [])
    row = {name: n for n, name in enumerate(kept)}
    table = np.zeros((len(names), int(periods.max(initial=-1)) + 1))
    rows = np.array([row.get(group, len(kept)) for group in groups], np.intp)
    np.add.at(table, (rows, periods), 1.0)
    return names, table / table.sum(axis=0)


def stream_graph(names: Sequence[str], shares: Floats, centres: Floats, at: Floats) -> StreamGraph:
    """A stream graph of shares.

    Args:
        names: ``(L,)``.
        shares: ``(L, K)``, each column sums to 1.
        centres: ``(K,)`` places of the periods, rising.
        at: ``(M,)`` places to draw at, rising; before the first and after the last period the
            shares stay as they are there.
    """
    order = inside_out(shares)
    layers = smooth_shares(shares[order], centres, at)
    baseline = wiggle_baseline(layers)
    edges = np.vstack([baseline, baseline + np.cumsum(layers, axis=0)])
    return StreamGraph(tuple(names[i] for i in order), at, edges - edges.mean(), shares[order])


def smooth_shares(shares: Floats, centres: Floats, at: Floats) -> Floats:
    """Shares between the periods, ``(L, M)``: each passes through what was counted.

    Monotone cubics (Fritsch & Carlson 1980) never overshoot, so a share stays between its
    neighbours; the sum is put right to 1 afterwards.
    """
    from scipy.interpolate import PchipInterpolator

    keep = np.concatenate(([True], np.diff(centres) > 0))  # two books of one very mean day
    centres, shares = centres[keep], shares[:, keep]
    # A knot at each end makes the curve run out level there, without a kink.
    ends = np.array([min(at[0], centres[0] - 1e-6), max(at[-1], centres[-1] + 1e-6)])
    knots = np.concatenate((ends[:1], centres, ends[1:]))
    values = PchipInterpolator(knots, shares[:, [0, *range(len(centres)), -1]], axis=1)(at)
    values = np.maximum(np.asarray(values, np.float64), 0.0)
    return np.asarray(values / values.sum(axis=0), np.float64)


def inside_out(shares: Floats) -> Ints:
    """The order of layers, lowest first: those that begin late lie outside (section 5.2 there).

    Layers come in by their onset, the place before which half of a layer lies, each on the side
    that is the lighter one by then; so what is old is in the middle, and what is new hurts least.
    """
    total = np.maximum(shares.sum(axis=1, keepdims=True), 1e-12)
    onset = (np.cumsum(shares, axis=1) / total < 0.5).sum(axis=1)
    weight = shares.sum(axis=1)
    below: list[int] = []
    above: list[int] = []
    for layer in np.lexsort((-weight, onset)):
        side = below if weight[below].sum() <= weight[above].sum() else above
        side.append(int(layer))
    return np.array(below[::-1] + above, np.intp)


def wiggle_baseline(layers: Floats) -> Floats:
    """The lowest edge ``(M,)`` for which the layers bend least, each weighed by its thickness.

    It minimises, at each place, the sum over layers of f_i (g0' + Σ_{j<i} f_j' + f_i' / 2)²: the
    squared slope of a layer's middle times its thickness f_i. So g0' = -Σ f_i (…) / Σ f_i.

    Args:
        layers: ``(L, M)`` thicknesses, the lowest layer first.
    """
    steps = np.diff(layers, axis=1)
    middle = (layers[:, 1:] + layers[:, :-1]) / 2
    slopes = np.cumsum(steps, axis=0) - steps / 2
    total = np.maximum(middle.sum(axis=0), 1e-12)
    bend = -(middle * slopes).sum(axis=0) / total
    return np.concatenate(([0.0], np.cumsum(bend)))


def widest_place(graph: StreamGraph, layer: int, reach: float) -> tuple[float, float, float]:
    """Where a layer has most room for something: its place, its middle there, and how thick.

    Args:
        graph: The layers.
        layer: Its number.
        reach: Half the width, in time, of what is to be put there; the room is that of the
            whole width.
    """
    low, high, at = graph.edges[layer], graph.edges[layer + 1], graph.at
    best = (float(at[0]), float((low[0] + high[0]) / 2), -1.0)
    middle = (float(at[0]) + float(at[-1])) / 2
    best_worth = -np.inf
    for place in at[:: max(1, len(at) // 160)]:
        under = slice(*np.searchsorted(at, [place - reach, place + reach]))
        if place - reach < at[0] or place + reach > at[-1] or not low[under].size:
            continue
        bottom, top = float(low[under].max()), float(high[under].min())
        # Of two places with nearly the same room, the one further from the edge of the sheet.
        worth = (top - bottom) * (1 - CENTRED * abs(float(place) - middle) / (at[-1] - at[0]))
        if worth > best_worth:
            best, best_worth = (float(place), (bottom + top) / 2, top - bottom), worth
    return best
