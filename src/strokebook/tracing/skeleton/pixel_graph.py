"""Pixel graph: a skeleton's pixels as nodes and the chains of pixels between them.

Shape letters: K nodes, E chains, M pixels of all chains. Pixels are flat indices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from strokebook.base.array_types import Bytes, Floats32, Ints32
from strokebook.base.jit import compiled
from strokebook.tracing.skeleton.thinning import around, ones, remove_superfluous

ROUNDS = 4  # a fork at a line's end loses one prong a round


@dataclass(frozen=True, eq=False)
class PixelGraph:
    """Nodes and chains of a skeleton.

    Attributes:
        shape: ``(H, W)`` of the image that the pixels are indices into.
        nodes: ``(K,)`` a node's pixel: of a junction's pixels the innermost.
        a: ``(E,)`` node where a chain begins.
        b: ``(E,)`` node where it ends; the same on closed lines.
        starts: ``(E + 1,)`` chain e is ``pixels[starts[e]:starts[e + 1]]``.
        pixels: ``(M,)`` chains from node pixel to node pixel, both included.
        degrees: ``(K,)`` chain ends at each node.
    """

    shape: tuple[int, int]
    nodes: Ints32
    a: Ints32
    b: Ints32
    starts: Ints32
    pixels: Ints32
    degrees: Ints32


def pixel_graph(image: Bytes, distance: Floats32, pixels: Ints32) -> PixelGraph:
    """Follow the lines of a skeleton.

    Args:
        image: ``(H, W)``, 1 on the lines; the outermost pixels are 0.
        distance: ``(H, W)`` distance to the paper.
        pixels: Flat indices of the skeleton's pixels.
    """
    # Zeros by the system's page: what no line touches costs nothing.
    kinds, seen = np.zeros(image.size, np.uint8), np.zeros(image.size, np.uint8)
    owner = np.zeros(image.size, np.int32)
    width = image.shape[1]
    nodes = _nodes(image.ravel(), distance.ravel(), pixels, kinds, owner, width)
    a, b, starts, chain, loops = _chains(kinds, owner, seen, pixels, width, len(nodes))
    nodes = np.concatenate([nodes, loops])
    degrees = np.bincount(np.concatenate([a, b]), minlength=len(nodes)).astype(np.int32)
    shape = (image.shape[0], image.shape[1])
    return PixelGraph(shape, nodes, a, b, starts, chain, degrees)


def prune_spurs(image: Bytes, distance: Floats32, pixels: Ints32, pen: float) -> PixelGraph:
    """The graph without spurs shorter than the pen is wide; ``image`` loses them too.

    A spur shorter than twice the line's half-width tells of the ink's rim, not of the pen's way
    (Choi et al. 2023, "mBEST"). In a blot the half-width is the blot's own.

    Args:
        image: ``(H, W)`` skeleton.
        distance: ``(H, W)`` distance to the paper.
        pixels: Flat indices of the skeleton's pixels.
        pen: Width of the line.
    """
    graph = pixel_graph(image, distance, pixels)
    for _ in range(ROUNDS):
        g, depth = graph, distance.ravel()
        spurs = _spurs(g.a, g.b, g.starts, g.pixels, g.degrees, g.nodes, depth, image.shape[1], pen)
        spurs = spurs[spurs >= 0]
        if not len(spurs):
            break
        _erase(image.ravel(), g.starts, g.pixels, g.a, g.degrees, spurs)
        pixels = remove_superfluous(image, pixels)
        graph = pixel_graph(image, distance, pixels)
    return graph


@compiled
def step(p: int, q: int, width: int) -> float:
    """Distance of two neighbouring pixels."""
    gap = abs(p - q)
    return 1.0 if gap in (1, width) else 1.4142135623730951


@compiled
def _nodes(
    image: Bytes,
    distance: Floats32,
    pixels: Ints32,
    kinds: Bytes,
    owner: Ints32,
    width: int,
) -> Ints32:
    """Pixel of each node; sets each pixel's kind (neighbours + 1) and owner (node + 1 or 0)."""
    for p in pixels:
        kinds[p] = ones(around(image, p, width)) + 1
    nodes = np.empty(pixels.size, np.int32)
    count = 0
    stack = np.empty(pixels.size + 1, np.int32)
    for p in pixels:
        if kinds[p] == 3 or owner[p]:
            continue
        count += 1
        owner[p] = count
        best = p
        stack[0] = p
        top = 1 if kinds[p] > 3 else 0  # junction pixels that touch are one node
        while top:
            top -= 1
            q = stack[top]
            if distance[q] > distance[best]:
                best = q
            for row in (-width, 0, width):
                for column in (-1, 0, 1):
                    r = q + row + column
                    if kinds[r] > 3 and not owner[r]:
                        owner[r] = count
                        stack[top] = r
                        top += 1
        nodes[count - 1] = best
    return nodes[:count].copy()


@compiled
def _next(kinds: Bytes, p: int, before: int, width: int) -> int:
    """The neighbour of a line's pixel on the other side than ``before``."""
    for row in (-width, 0, width):
        for column in (-1, 0, 1):
            q = p + row + column
            if q not in (p, before) and kinds[q]:
                return q
    return before


@compiled
def _chains(
    kinds: Bytes,
    owner: Ints32,
    seen: Bytes,
    pixels: Ints32,
    width: int,
    nodes: int,
) -> tuple[Ints32, Ints32, Ints32, Ints32, Ints32]:
    """Ends, starts and pixels of all chains; pixels of the nodes added on closed lines."""
    room = 4 * pixels.size + 8
    a, b = np.empty(room, np.int32), np.empty(room, np.int32)
    starts, chain = np.zeros(room + 1, np.int32), np.empty(2 * room, np.int32)
    loops = np.empty(pixels.size, np.int32)
    edges, filled, loop = 0, 0, 0
    for closed in (False, True):  # closed lines are what is left in the end
        for p in pixels:
            if (closed and (owner[p] or seen[p])) or (not closed and not owner[p]):
                continue
            if closed:
                loops[loop] = p
                loop += 1
                owner[p] = nodes + loop
            for row in (-width, 0, width):
                for column in (-1, 0, 1):
                    q = p + row + column
                    if q == p or not kinds[q] or seen[q]:
                        continue
                    if owner[q] and owner[q] <= owner[p]:
                        continue  # the same junction, or followed from the other side
                    first = filled
                    chain[filled] = p
                    filled += 1
                    before = int(p)
                    while not owner[q]:
                        seen[q] = 1
                        chain[filled] = q
                        filled += 1
                        after = _next(kinds, q, before, width)
                        before, q = q, after
                    chain[filled] = q
                    filled += 1
                    if owner[q] == owner[p] and filled - first < 5:
                        filled = first  # a hole of one pixel within a junction
                        continue
                    a[edges], b[edges] = owner[p] - 1, owner[q] - 1
                    edges += 1
                    starts[edges] = filled
    return (
        a[:edges].copy(),
        b[:edges].copy(),
        starts[: edges + 1].copy(),
        chain[:filled].copy(),
        loops[:loop].copy(),
    )


@compiled
def chain_length(starts: Ints32, pixels: Ints32, e: int, width: int) -> float:
    """Length of a chain of pixels."""
    total = 0.0
    for k in range(starts[e] + 1, starts[e + 1]):
        total += step(pixels[k - 1], pixels[k], width)
    return total


@compiled
def _spurs(
    a: Ints32,
    b: Ints32,
    starts: Ints32,
    pixels: Ints32,
    degrees: Ints32,
    nodes: Ints32,
    distance: Floats32,
    width: int,
    pen: float,
) -> Ints32:
    """The chain to prune at each node, the shortest; -1 where there is none."""
    shortest = np.full(nodes.size, -1, np.int32)
    least = np.full(nodes.size, 1e30, np.float64)
    for e in range(a.size):
        low, high = a[e], b[e]
        if degrees[low] > degrees[high]:
            low, high = high, low
        if degrees[low] != 1 or degrees[high] < 3:
            continue
        length = chain_length(starts, pixels, e, width)
        limit = max(pen, distance[nodes[high]] + 0.25 * pen)
        if length < limit and length < least[high]:
            least[high] = length
            shortest[high] = e
    return shortest


@compiled
def _erase(
    image: Bytes,
    starts: Ints32,
    pixels: Ints32,
    a: Ints32,
    degrees: Ints32,
    edges: Ints32,
) -> None:
    """Clear the chains' pixels but for the junction's."""
    for e in edges:
        first, last = starts[e], starts[e + 1]
        if degrees[a[e]] > 1:
            first += 1
        else:
            last -= 1
        for k in range(first, last):
            image[pixels[k]] = 0
