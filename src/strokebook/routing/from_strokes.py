"""Line graph from strokes: split where they cross and where an end touches.

The strokes of an SVG, or the rows of a stroke-3 file, become a :class:`LineGraph`, so that
:func:`strokebook.routing.route.route` can put them in the pen's order. Shape letters: S segments,
C cuts (places where a stroke is split), P points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from strokebook.base.array_types import Floats, Ints
from strokebook.geometry.drawing import Drawing
from strokebook.routing.line_graph import Edge, LineGraph

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

_AGAIN = 3.0  # an end may touch its own stroke from so many snaps along it
_SHORT = 2.0  # a piece from a node to itself is noise up to so many snaps


@dataclass(frozen=True, eq=False)
class _Segments:
    """All strokes end to end; ``way`` has a gap between strokes, so it names stroke and place."""

    points: Floats  # (P, 2)
    way: Floats  # (P,) length along the stroke, plus where the stroke begins
    stroke: Ints  # (P,)
    first: Ints  # (S,) point where each segment begins; it ends at the next
    starts: Ints  # (strokes,) first point of each stroke
    ends: Ints  # (strokes,) last point of each stroke


@dataclass(frozen=True, eq=False)
class _Cuts:
    """Places to split at; cuts 2 k and 2 k + 1 meet, for k under ``pairs``; then come the ends."""

    way: Floats  # (C,)
    points: Floats  # (C, 2)
    pairs: int


def graph_of_strokes(drawing: Drawing, snap: float | None = None) -> LineGraph:
    """The strokes as a graph: nodes where they end, cross or touch.

    Args:
        drawing: Strokes in any order and direction.
        snap: An end touches a line that is no farther off, and an end that sticks out of a
            crossing by no more is cut off; in the drawing's unit. Default: the pen's width, or
            half a hundredth of the longer side of the frame.

    Returns:
        The graph in the drawing's unit. Strokes of one point are its dots. Its pen width is the
        drawing's, or else ``snap``.
    """
    if snap is None:
        snap = drawing.pen_width or max(drawing.size) * 0.005
    strokes = [_no_repeats(np.asarray(s, np.float64)) for s in drawing.strokes]
    dots = [s[0] for s in strokes if len(s) == 1]
    lines = [s for s in strokes if len(s) > 1]
    pen = float(drawing.pen_width or max(snap, 1e-6))
    if not lines:
        return _graph(np.zeros((0, 2)), np.zeros(0), [], dots, pen)
    segments = _segments(lines)
    cuts = _cuts(segments, snap)
    node, nodes, radii = _nodes(cuts, snap)
    edges, vanished = _pieces(segments, cuts, node, nodes, snap)
    dots += [segments.points[segments.starts[k]] for k in vanished]
    return _graph(nodes, radii, edges, dots, pen)


def _no_repeats(stroke: Floats) -> Floats:
    keep = np.concatenate([[True], (np.diff(stroke, axis=0) != 0).any(axis=1)])
    return np.asarray(stroke[keep])


def _segments(lines: list[Floats]) -> _Segments:
    points = np.vstack(lines)
    counts = np.array([len(s) for s in lines])
    stroke = np.repeat(np.arange(len(lines)), counts)
    ends = np.cumsum(counts) - 1
    step = np.linalg.norm(np.diff(points, axis=0), axis=1)
    joint = np.zeros(len(step), bool)
    joint[ends[:-1]] = True
    step[joint] = 1.0  # the gap
    way = np.concatenate([[0.0], np.cumsum(step)])
    return _Segments(points, way, stroke, np.flatnonzero(~joint), ends - counts + 1, ends)


def _cuts(segments: _Segments, snap: float) -> _Cuts:
    tree, owner, half = _tree(segments)
    one, two, where = _crossings(segments, tree, owner, half)
    touch, line, foot = _touches(segments, tree, owner, half, snap)
    met = np.stack([np.concatenate([one, touch]), np.concatenate([two, line])], axis=1).ravel()
    points = np.repeat(np.vstack([where, foot]), 2, axis=0)
    ends = np.concatenate([segments.starts, segments.ends])
    way = np.concatenate([met, segments.way[ends]])
    return _Cuts(way, np.vstack([points, segments.points[ends]]), len(met) // 2)


def _tree(segments: _Segments) -> tuple[cKDTree, Ints, float]:
    """The middles of pieces of near-equal length, the segment of each, and half that length."""
    from scipy.spatial import cKDTree

    a = segments.points[segments.first]
    d = segments.points[segments.first + 1] - a
    length = np.linalg.norm(d, axis=1)
    # Pieces of the mean length: at most twice as many pieces as segments.
    most = float(length.mean())
    parts = np.maximum(np.ceil(length / most).astype(np.intp), 1)
    owner = np.repeat(np.arange(len(a)), parts)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(parts) - parts, parts)
    at = (number + 0.5) / parts[owner]
    return cKDTree(a[owner] + at[:, None] * d[owner]), owner, most / 2


def _crossings(
    segments: _Segments, tree: cKDTree, owner: Ints, half: float
) -> tuple[Floats, Floats, Floats]:
    """Ways of both segments at every proper crossing, ``(X,)`` each, and the points ``(X, 2)``."""
    near = owner[tree.query_pairs(2.0 * half * (1 + 1e-9), output_type="ndarray")]
    near = np.sort(near.reshape(-1, 2), axis=1)
    apart = segments.first[near[:, 1]] - segments.first[near[:, 0]] > 1
    pair = np.unique(near[apart], axis=0)
    i, j = segments.first[pair[:, 0]], segments.first[pair[:, 1]]
    p, q = segments.points[i], segments.points[j]
    r, s = segments.points[i + 1] - p, segments.points[j + 1] - q
    across = r[:, 0] * s[:, 1] - r[:, 1] * s[:, 0]
    ok = np.abs(across) > 1e-12
    between = q - p
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (between[:, 0] * s[:, 1] - between[:, 1] * s[:, 0]) / across
        u = (between[:, 0] * r[:, 1] - between[:, 1] * r[:, 0]) / across
        # Half open, so that a crossing at a point of the line counts once.
        ok &= (t >= 0) & (t < 1) & (u >= 0) & (u < 1)
    t, u, i, j = t[ok], u[ok], i[ok], j[ok]
    way = segments.way
    one = way[i] + t * (way[i + 1] - way[i])
    two = way[j] + u * (way[j + 1] - way[j])
    return one, two, p[ok] + t[:, None] * r[ok]


def _touches(
    segments: _Segments, tree: cKDTree, owner: Ints, half: float, snap: float
) -> tuple[Floats, Floats, Floats]:
    """For each end that touches a line: its way, the line's way there, and the line's point."""
    ends = np.concatenate([segments.starts, segments.ends])
    hits = tree.query_ball_point(segments.points[ends], snap + half)
    counts = np.array([len(h) for h in hits])
    if counts.sum() == 0:
        return np.zeros(0), np.zeros(0), np.zeros((0, 2))
    end = np.repeat(np.arange(len(ends)), counts)
    first = segments.first[owner[np.concatenate([np.array(h, np.intp) for h in hits])]]
    e = segments.points[ends[end]]
    a, d = segments.points[first], segments.points[first + 1] - segments.points[first]
    t = np.clip(((e - a) * d).sum(axis=1) / (d * d).sum(axis=1), 0.0, 1.0)
    foot = a + t[:, None] * d
    gap = np.linalg.norm(foot - e, axis=1)
    way = segments.way[first] + t * (segments.way[first + 1] - segments.way[first])
    own = segments.stroke[first] == segments.stroke[ends[end]]
    ok = (gap <= snap) & ~(own & (np.abs(way - segments.way[ends[end]]) < _AGAIN * snap))
    end, way, foot, gap = end[ok], way[ok], foot[ok], gap[ok]
    order = np.lexsort((gap, end))
    end, way, foot = end[order], way[order], foot[order]
    nearest = np.concatenate([[True], end[1:] != end[:-1]]) if len(end) else np.zeros(0, bool)
    return segments.way[ends[end[nearest]]], way[nearest], foot[nearest]


def _nodes(cuts: _Cuts, snap: float) -> tuple[Ints, Floats, Floats]:
    """The node of each cut ``(C,)``, where the nodes lie ``(K, 2)`` and their radii ``(K,)``."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    n = len(cuts.way)
    met = np.arange(2 * cuts.pairs).reshape(-1, 2)
    near = cKDTree(cuts.points).query_pairs(max(0.5 * snap, 1e-9), output_type="ndarray")
    same = cKDTree(cuts.way[:, None]).query_pairs(1e-9, output_type="ndarray")
    links = np.vstack([met, near.reshape(-1, 2), same.reshape(-1, 2)])
    ones = np.ones(len(links))
    number, node = connected_components(coo_matrix((ones, links.T), (n, n)), directed=False)
    # Meeting points lie on a line; ends that only touch it do not move the node.
    weight = np.where(np.arange(n) < 2 * cuts.pairs, 1.0, 1e-6)
    total = np.bincount(node, weight, number)
    nodes = np.stack(
        [np.bincount(node, weight * cuts.points[:, k], number) / total for k in (0, 1)], axis=1
    )
    radii = np.zeros(number)
    off = np.linalg.norm(cuts.points - nodes[node], axis=1)
    np.maximum.at(radii, node, off)
    return node.astype(np.intp), nodes, radii


def _pieces(
    segments: _Segments, cuts: _Cuts, node: Ints, nodes: Floats, snap: float
) -> tuple[list[Edge], list[int]]:
    """The strokes between their cuts, and the strokes of which nothing was left."""
    order = np.argsort(cuts.way, kind="stable")
    way, node_at = cuts.way[order], node[order]
    members = np.bincount(node, minlength=len(nodes))
    after = np.searchsorted(segments.way, way + 1e-9, "right")
    before = np.searchsorted(segments.way, way - 1e-9, "left")
    edges: list[Edge] = []
    vanished: list[int] = []
    for k, (start, end) in enumerate(zip(segments.starts, segments.ends, strict=True)):
        low = int(np.searchsorted(way, segments.way[start], "left"))
        high = int(np.searchsorted(way, segments.way[end], "right"))
        n_pieces = 0
        for c in range(low, high - 1):
            a, b = int(node_at[c]), int(node_at[c + 1])
            length = way[c + 1] - way[c]
            free = members[[a, b]].min() == 1 and high - low > 2
            if length <= (_SHORT * snap if a == b else 1e-9) or (free and length <= snap):
                continue
            inner = segments.points[after[c] : before[c + 1]]
            edges.append(Edge(a, b, np.vstack([nodes[a], inner, nodes[b]]).astype(np.float32)))
            n_pieces += 1
        if not n_pieces and high - low == 2:
            vanished.append(k)
    return edges, vanished


def _graph(
    nodes: Floats, radii: Floats, edges: list[Edge], dots: list[Floats], pen: float
) -> LineGraph:
    """A graph of only those nodes where an edge ends."""
    used, new = np.unique(
        np.array([(e.a, e.b) for e in edges], np.intp).reshape(-1), return_inverse=True
    )
    kept = tuple(
        Edge(int(a), int(b), e.points) for e, (a, b) in zip(edges, new.reshape(-1, 2), strict=True)
    )
    spots = np.array(dots, np.float32).reshape(-1, 2)
    return LineGraph(
        nodes[used].astype(np.float32), radii[used].astype(np.float32), kept, spots, pen
    )
