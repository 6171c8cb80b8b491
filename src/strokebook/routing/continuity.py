"""Continuity: how likely two half-edges are one line, learned from known pen paths.

Whether two branches are one line shows in how they turn, where they aim, how their curvature
agrees, over short and long windows, and in how wide the ink is. How much each of these counts was
fitted to pages whose pen order is known (``benchmarks/fit_continuity.py``): a small network gives
the log-odds of a pair, another the cost of drawing a stretch twice, and both were trained so that
the likelihood of the true pairing among all pairings of a node's branches is greatest (a
conditional random field on each node, Lafferty et al. 2001). Costs are in nats.

Shape letters: H branches, N pairs, R paths that may be drawn twice, F features.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib import resources
from typing import NamedTuple

import numpy as np

from strokebook.base.array_types import Bools, Floats, Ints
from strokebook.routing.tangents import ArcLengthIndex, Tangents, clearance, fit_tangents

NODE, CLUSTER, RETRACE, DEAD_END = range(4)  # what lies between the two branches
WINDOWS = (3.0, 6.0, 12.0, 24.0)  # pen widths over which directions are taken
_NODE_WIDTH_REACH = 3.0  # pen widths over which the ink's width is taken where a branch begins
_MOST_TURN = 1.2  # radians that curvature can predict
_CHUNK = 50_000  # pairs at a time, so that memory stays bounded
_LEAST_ANGLE, _LEAST_OFF, _LEAST = 3e-3, 0.02, 0.1  # what squares and lengths blur to in logarithms


@dataclass(frozen=True, eq=False)
class BranchFeatures:
    """Every branch, seen through windows of several lengths.

    Attributes:
        views: One for each of :data:`WINDOWS`.
        node_width: ``(H, 2)`` width of the ink where the branch begins, and over three pen widths.
        length: ``(H,)`` in pen widths.
        pen_width: The pen's width.
    """

    views: tuple[Tangents, ...]
    node_width: Floats
    length: Floats
    pen_width: float

    @property
    def heading(self) -> Floats:
        """Direction just outside the node, away from it, ``(H,)``."""
        return self.views[0].heading

    @classmethod
    def of(cls, index: ArcLengthIndex, widths: Floats, radii: Floats, pen: float) -> BranchFeatures:
        """Read along the branches.

        Args:
            index: Where each branch runs.
            widths: ``(P,)`` of the ink along the points of ``index``; 1: a single line's.
            radii: ``(H,)``: extent of the ink at each branch's node.
            pen: The pen's width.
        """
        near = clearance(index, radii, pen)
        views = tuple(fit_tangents(index, near, pen, window) for window in WINDOWS)
        out = near[:, None] + np.linspace(0.0, _NODE_WIDTH_REACH * pen, 6)
        ink = index.read(np.minimum(out, index.length[:, None]), widths)
        node_width = np.stack([ink[:, :2].mean(axis=1), ink.mean(axis=1)], axis=1)
        return cls(views, node_width, index.length / pen, pen)


class Between(NamedTuple):
    """What lies between the two branches of each pair, ``(N,)`` each.

    Attributes:
        kind: :data:`NODE`, :data:`CLUSTER`, :data:`RETRACE` or :data:`DEAD_END`.
        length: Of the edges between, in pen widths.
        width: Relative width of the ink along them; 1: a single line's.
        members: Branches that meet there.
        bends: ``(N, 4)``, see :func:`retrace_bends`; zeros where there is no stretch drawn twice.
    """

    kind: Ints
    length: Floats
    width: Floats
    members: Ints
    bends: Floats

    def rows(self, rows: slice) -> Between:
        """Some of the pairs."""
        return Between(
            self.kind[rows],
            self.length[rows],
            self.width[rows],
            self.members[rows],
            self.bends[rows],
        )


class RetraceFeatures(NamedTuple):
    """Paths that may be drawn twice, ``(R,)`` each.

    Attributes:
        length: In pen widths.
        width: Mean relative width of the ink; 1: a single line's.
        low_width: Least width of an edge of it.
        dead_end: Whether it leads to a free end.
        edges: How many there are.
        root: The branch where it begins.
        last: The branch where it ends, as seen from there.
    """

    length: Floats
    width: Floats
    low_width: Floats
    dead_end: Bools
    edges: Ints
    root: Ints
    last: Ints


def wrapped(angle: Floats) -> Floats:
    """Angles in [-π, π)."""
    return np.asarray((angle + np.pi) % (2 * np.pi) - np.pi)


def retrace_bends(into: Floats, out: Floats) -> Floats:
    """Features ``(N, 4)`` of turning ``into`` a stretch and ``out`` of it again, in radians."""
    both = into * out
    return np.stack(
        [
            _log_square(into + out),
            _log_square(into),
            _log_square(out),
            np.sign(both) * np.sqrt(np.abs(both)),
        ],
        axis=1,
    )


def dead_end_bends(one: Floats, two: Floats) -> Floats:
    """The same where the pen runs to a free end and back: the turns of both branches into it."""
    both, small = one * two, np.abs(one) < np.abs(two)
    return np.stack(
        [
            _log_square(one - two),
            _log_square(np.where(small, one, two)),
            _log_square(np.where(small, two, one)),
            np.sign(both) * np.sqrt(np.abs(both)),
        ],
        axis=1,
    )


def pair_features(branches: BranchFeatures, one: Ints, two: Ints, between: Between) -> Floats:
    """What speaks for and against a line from branch ``one`` on to branch ``two``, ``(N, F)``.

    The features do not change when the pair is turned round or mirrored.
    """
    columns = [
        column for view in branches.views for column in _view(view, one, two, branches.pen_width)
    ]
    first = branches.views[0]
    gap = np.linalg.norm(first.points[two] - first.points[one], axis=1)
    predicted = (first.curvature[two] - first.curvature[one]) * gap
    turn = wrapped(first.heading[two] - first.heading[one] - np.pi)
    shared_turn = np.sign(turn * predicted) * np.minimum(np.abs(turn), np.abs(predicted))
    at_node = branches.node_width[:, 0]
    columns += [
        shared_turn,
        np.log(_LEAST + gap / branches.pen_width),
        np.log(_LEAST + between.length),
        between.width,
        np.maximum(at_node[one], at_node[two]),
        np.minimum(at_node[one], at_node[two]),
        branches.node_width[one, 1] + branches.node_width[two, 1],
        np.log(_LEAST + np.minimum(branches.length[one], branches.length[two])),
        between.members.astype(np.float64),
        *((between.kind == kind).astype(np.float64) for kind in (NODE, CLUSTER, RETRACE, DEAD_END)),
        *between.bends.T,
    ]
    return np.stack([np.asarray(c, np.float64) for c in columns], axis=1)


def retrace_features(branches: BranchFeatures, paths: RetraceFeatures) -> Floats:
    """What speaks for drawing each path twice, or against, ``(R, F)``; first its length."""
    s = paths
    columns = [
        s.length,
        np.log(_LEAST + s.length),
        s.width,
        s.low_width,
        s.dead_end,
        s.edges > 1,
        branches.length[s.root] < 2,
        *branches.node_width[s.root].T,
        *branches.node_width[s.last].T,
        np.log(_LEAST + branches.length[s.last]),
    ]
    return np.stack([np.asarray(c, np.float64) for c in columns], axis=1)


def pair_costs(branches: BranchFeatures, one: Ints, two: Ints, between: Between) -> Floats:
    """What it costs to take each pair of branches for one line, ``(N,)``, in nats, from 0 up."""
    costs = np.empty(len(one))
    for low in range(0, len(one), _CHUNK):
        part = slice(low, low + _CHUNK)
        within = between.rows(part)
        odds = network().pair.log_odds(pair_features(branches, one[part], two[part], within))
        costs[part] = np.logaddexp(0.0, -odds)
    return costs


def retrace_costs(branches: BranchFeatures, paths: RetraceFeatures) -> Floats:
    """What it costs to draw each path twice, ``(R,)``, in nats, from 0 up."""
    features = retrace_features(branches, paths)
    network_ = network().retrace
    return np.asarray(
        np.logaddexp(0.0, network_.log_odds(features)) + network_.rate * features[:, 0]
    )


@dataclass(frozen=True, eq=False)
class Layers:
    """A network of tanh layers with one output.

    Attributes:
        mean: ``(F,)`` taken from the features.
        spread: ``(F,)``: the features are divided by it.
        weights: Of each layer, ``(out, in)``.
        biases: Of each layer, ``(out,)``.
        rate: Cost of each pen width that is drawn twice; 0 for pairs.
    """

    mean: Floats
    spread: Floats
    weights: tuple[Floats, ...]
    biases: tuple[Floats, ...]
    rate: float = 0.0

    def log_odds(self, features: Floats) -> Floats:
        """The output for each row, ``(N, F)`` → ``(N,)``."""
        x = (features - self.mean) / self.spread
        for k, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            x = (np.tanh(x) if k else x) @ weight.T + bias
        return np.asarray(x[:, 0])


class Network(NamedTuple):
    """Both networks, and what a branch that ends costs at the odds of the training pages."""

    pair: Layers
    retrace: Layers
    single: float


@functools.cache
def network() -> Network:
    """The fitted numbers that come with the package."""
    file = resources.files("strokebook.routing").joinpath("continuity.npz")
    with resources.as_file(file) as path, np.load(path, allow_pickle=False) as stored:
        numbers = {name: np.asarray(stored[name], np.float64) for name in stored.files}
    return Network(_layers(numbers, "pair"), _layers(numbers, "again"), float(numbers["single"]))


def _layers(numbers: dict[str, Floats], name: str) -> Layers:
    count = sum(key.startswith(f"{name}_weight") for key in numbers)
    return Layers(
        numbers[f"{name}_mean"],
        numbers[f"{name}_spread"],
        tuple(numbers[f"{name}_weight{k}"] for k in range(count)),
        tuple(numbers[f"{name}_bias{k}"] for k in range(count)),
        float(numbers.get(f"{name}_rate", np.zeros(()))),
    )


def _view(view: Tangents, one: Ints, two: Ints, pen: float) -> list[Floats]:
    """Turn, slant, what curvature predicts and where each branch aims, in one window."""
    p, q = view.points[one], view.points[two]
    coming, going = view.heading[one] + np.pi, view.heading[two]
    k1, k2 = -view.curvature[one], view.curvature[two]
    window = np.minimum(view.window[one], view.window[two])
    chord = q - p
    length = np.linalg.norm(chord, axis=1)
    turn = wrapped(going - coming)
    slant = wrapped(np.arctan2(chord[:, 1], chord[:, 0]) - coming - turn / 2)
    excess = turn - np.clip((k1 + k2) / 2 * length, -_MOST_TURN, _MOST_TURN)
    change = np.clip((k1 - k2) * window, -3.0, 3.0)
    off = (
        np.abs([_lateral_offset(chord, coming, k1), _lateral_offset(-chord, going + np.pi, -k2)])
        / pen
    )
    return [
        _log_square(turn),
        _log_square(slant),
        _log_square(excess),
        _log_square(change),
        np.log(_LEAST_OFF + off.min(axis=0) ** 2),
        np.log(_LEAST_OFF + off.max(axis=0) ** 2),
        np.log(_LEAST + window / pen),
        np.log(0.01 + np.maximum(view.residual[one], view.residual[two]) / pen),
    ]


def _lateral_offset(chord: Floats, heading: Floats, curvature: Floats) -> Floats:
    """How far beside the chord's end a line passes that goes on as it is curved, ``(N,)``."""
    c, s = np.cos(heading), np.sin(heading)
    ahead, beside = chord[:, 0] * c + chord[:, 1] * s, chord[:, 1] * c - chord[:, 0] * s
    return np.asarray(beside - 0.5 * curvature * ahead**2)


def _log_square(angle: Floats) -> Floats:
    return np.asarray(np.log(_LEAST_ANGLE + angle * angle))
