"""Walks: the edges of a traced graph that the pen really ran along, in order."""

from __future__ import annotations

import collections
import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from strokebook.geometry.polyline import arc_length, evenly
from strokebook.routing.line_graph import LineGraph

Floats = npt.NDArray[np.float64]
Pair = frozenset[int]  # of branches
Walk = list[tuple[int, int]]  # edges in the order of the pen, 1 where it ran against the edge

NEAR = 0.55  # pen widths: the truth passes a spot no farther away
ALIGNED = 0.8  # cosine of the angle at which it may pass
CLEAR = 3.0  # pen widths: other edges farther away cannot be confused with this one


class Passes(NamedTuple):
    """What the pen did among some branches.

    Attributes:
        pairs: Branches that it ran through one after the other.
        counts: How often it ran along each branch.
    """

    pairs: frozenset[Pair]
    counts: collections.Counter[int]


def true_walks(graph: LineGraph, strokes: Sequence[npt.ArrayLike]) -> list[Walk]:
    """The edges along which each true stroke runs, in its order.

    Each edge is looked for at one spot, where it lies farthest from the others.

    Args:
        graph: Traced.
        strokes: The truth, in the graph's unit.
    """
    spots, headings = _spots(graph)
    tree = cKDTree(spots)
    reach = max(NEAR * graph.pen_width, 2.0)
    return [_walk(np.asarray(s, np.float64), spots, headings, tree, reach) for s in strokes]


def passes(walks: Iterable[Walk], members: Iterable[int]) -> Passes:
    """The pen's passes among ``members``, branches that leave one meeting of lines."""
    wanted = set(members)
    pairs: set[Pair] = set()
    counts: collections.Counter[int] = collections.Counter()
    for walk in walks:
        seen = []
        for edge, against in walk:
            first, last = 2 * edge + against, 2 * edge + 1 - against
            seen += [(b, b == last) for b in (first, last) if b in wanted]
        counts.update(branch for branch, _ in seen)
        for (one, arrives), (two, arrives_next) in itertools.pairwise(seen):
            if arrives and not arrives_next:
                pairs.add(frozenset((one, two)))
    return Passes(frozenset(pairs), counts)


def _spots(graph: LineGraph) -> tuple[Floats, Floats]:
    """For each edge the point where it is told best from the others, and its heading there."""
    pen = graph.pen_width
    lines = [
        np.asarray(evenly(e.points, max(int(e.length / (0.5 * pen)) + 1, 3)), np.float64)
        for e in graph.edges
    ]
    owner = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    points = np.vstack(lines)
    tree = cKDTree(points)
    spots, headings = np.empty((len(lines), 2)), np.empty((len(lines), 2))
    for k, line in enumerate(lines):
        n = len(line)
        tried = np.unique(np.linspace(0.2 * n, max(0.8 * n - 1, 0.2 * n), 12).astype(int))
        best = max(tried.tolist(), key=lambda i: _clear(line, i, k, points, owner, tree, pen))
        chord = line[min(best + 1, n - 1)] - line[max(best - 1, 0)]
        spots[k], headings[k] = line[best], chord / max(float(np.hypot(*chord)), 1e-9)
    return spots, headings


def _clear(
    line: Floats,
    at: int,
    edge: int,
    points: Floats,
    owner: npt.NDArray[np.intp],
    tree: cKDTree,
    pen: float,
) -> float:
    """How far a point of an edge is from other edges, in pen widths; middles win ties."""
    near = np.array(tree.query_ball_point(line[at], CLEAR * pen), np.intp)
    other = near[owner[near] != edge]
    apart = np.hypot(*(points[other] - line[at]).T).min() / pen if len(other) else CLEAR
    return float(apart - 0.2 * abs(at - (len(line) - 1) / 2) / len(line))


def _walk(stroke: Floats, spots: Floats, headings: Floats, tree: cKDTree, reach: float) -> Walk:
    steps = int(arc_length(stroke)[-1])
    if steps < 3:
        return []
    path = np.asarray(evenly(stroke, steps), np.float64)
    near: dict[int, list[int]] = {}
    for k, edges in enumerate(tree.query_ball_point(path, reach)):
        for edge in edges:
            near.setdefault(edge, []).append(k)
    events = []
    for edge, ways in near.items():
        runs = np.split(np.array(ways), np.flatnonzero(np.diff(ways) > 2) + 1)
        for run in runs:
            k = int(run[np.argmin(np.hypot(*(path[run] - spots[edge]).T))])
            chord = path[min(k + 2, steps - 1)] - path[max(k - 2, 0)]
            cosine = float(chord @ headings[edge]) / max(float(np.hypot(*chord)), 1e-9)
            if abs(cosine) > ALIGNED:
                events.append((k, edge, int(cosine < 0)))
    return [(edge, against) for _, edge, against in sorted(events)]
