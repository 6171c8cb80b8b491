"""Directional chamfer matching: how far points of one line are from another, in place and angle.

A table holds for each cell and direction the least of distance + WEIGHT × angle to any ink of a
drawing, so that a placement of another line costs one look-up a point (fast directional chamfer
matching, Liu et al. 2010; oriented chamfer, Shotton et al. 2008). Without the angle, dense drawings
would be near to everything. Distances are cut off at FAR: a part that is missing costs no more than
that.

Frames are those of :class:`~strokebook.vision.search.line_points.LinePoints`: the box's longer
side is 1, its middle (0, 0). Import this module inside functions: numba takes a third of a second
to load.

Shape letters: P points, S cells along a side of a table, O directions, M placements.
"""

from __future__ import annotations

import math

import numpy as np

from strokebook.base.array_types import Floats32
from strokebook.base.jit import compiled

CELLS = 72  # S: cells of 0.021
REACH = 0.75  # of the table, to each side of the middle
DIRECTIONS = 8  # O
WEIGHT = 0.03  # of one direction: lines at right angles are 4 of them, 0.12, apart
FAR = 0.12
BEGINNINGS = (0.15, 0.2, 0.25, 0.33, 0.42, 0.55, 0.75, 1.0)  # shares of the ink, as it was drawn
HOPELESS = 1.6  # refining seldom lowers a cost by more than this factor
OVERLAP = 0.6  # of a step: how far to both sides of a point its ink reaches


@compiled
def distance_table(points: Floats32, step: float) -> Floats32:
    """The table of a drawing, ``(O, S, S)``.

    Args:
        points: x, y, direction, ``(P, 3)``.
        step: Way along the ink from one point to the next.
    """
    table = np.full((DIRECTIONS, CELLS, CELLS), np.float32(FAR))
    size = 2.0 * REACH / CELLS
    pieces = max(1, int(2.0 * OVERLAP * step / size) + 1)
    for k in range(len(points)):
        c, s = math.cos(points[k, 2]), math.sin(points[k, 2])
        direction = int(points[k, 2] / math.pi * DIRECTIONS + 0.5) % DIRECTIONS
        for n in range(pieces + 1):
            along = step * OVERLAP * (2.0 * n / pieces - 1.0)
            column = int((points[k, 0] + along * c + REACH) / size)
            row = int((points[k, 1] + along * s + REACH) / size)
            if 0 <= row < CELLS and 0 <= column < CELLS:
                table[direction, row, column] = 0.0
    for direction in range(DIRECTIONS):
        _spread_in_place(table[direction], size)
    _spread_over_directions(table)
    return table


@compiled
def _spread_in_place(table: Floats32, size: float) -> None:
    """Distances from the cells that are 0, in two passes (Borgefors 1986)."""
    straight, oblique = size, size * math.sqrt(2.0)
    for step in (-1, 1):
        for r in range(CELLS):
            for c in range(CELLS):
                row, column = (r, c) if step < 0 else (CELLS - 1 - r, CELLS - 1 - c)
                least = table[row, column]
                if 0 <= column + step < CELLS:
                    least = min(least, table[row, column + step] + straight)
                if 0 <= row + step < CELLS:
                    for aside in range(max(column - 1, 0), min(column + 2, CELLS)):
                        way = straight if aside == column else oblique
                        least = min(least, table[row + step, aside] + way)
                table[row, column] = least


@compiled
def _spread_over_directions(table: Floats32) -> None:
    """Let each direction be reached from its neighbours, round and round, both ways."""
    weight = np.float32(WEIGHT)
    for turn in range(2 * DIRECTIONS):
        now, before = turn % DIRECTIONS, (turn - 1) % DIRECTIONS
        table[now] = np.minimum(table[now], table[before] + weight)
    for turn in range(2 * DIRECTIONS - 1, -1, -1):
        now, after = turn % DIRECTIONS, (turn + 1) % DIRECTIONS
        table[now] = np.minimum(table[now], table[after] + weight)


@compiled
def placed_cost(
    points: Floats32, first: int, last: int, every: int, table: Floats32,
    scale: float, dx: float, dy: float, unit: float, enough: float,
) -> float:  # fmt: skip
    """Mean distance of points ``first`` to ``last``, scaled and moved, to a table's ink.

    Args:
        points: ``(P, 3)``.
        first: Number of the first of them.
        last: Behind the last.
        every: Of them that are looked up.
        table: Of the other ink.
        scale: Of the points.
        dx: What is added to them then.
        dy: Likewise.
        unit: By what the table's distances are multiplied before they are cut off.
        enough: It stops where the mean is above this for certain, and gives that much or more.
    """
    total, count = 0.0, 0
    most = enough * ((last - first + every - 1) // every)
    factor = CELLS / (2.0 * REACH)
    for k in range(first, last, every):
        column = math.floor((points[k, 0] * scale + dx + REACH) * factor)
        row = math.floor((points[k, 1] * scale + dy + REACH) * factor)
        direction = int(points[k, 2] / math.pi * DIRECTIONS + 0.5) % DIRECTIONS
        if 0 <= row < CELLS and 0 <= column < CELLS:
            total += min(table[direction, row, column] * unit, FAR)
        else:
            total += FAR
        count += 1
        if total > most:
            return most + enough
    return total / max(count, 1)


@compiled
def both_ways(
    query: Floats32, query_table: Floats32, other: Floats32, other_table: Floats32,
    last: int, every: int, scale: float, dx: float, dy: float,
) -> float:  # fmt: skip
    """Mean of the way from the query to the other and back, both in the query's frame.

    In the other's, whatever is laid on it very small would be near to it.

    Args:
        query: ``(P, 3)``.
        query_table: Of it.
        other: Its first ``last`` points are asked for in the query.
        other_table: Of it.
        last: All points, for a whole drawing.
        every: Of the points that are looked up.
        scale: Of the query in the other's frame.
        dx: Likewise, where its middle lies.
        dy: Likewise.
    """
    there = placed_cost(query, 0, len(query), every, other_table, scale, dx, dy, 1.0 / scale, FAR)
    back = placed_cost(
        other, 0, last, every, query_table, 1.0 / scale, -dx / scale, -dy / scale, 1.0, FAR
    )
    return (there + back) / 2.0


@compiled
def align_whole(
    query: Floats32, query_table: Floats32, other: Floats32, other_table: Floats32, limit: float
) -> tuple[float, float, float, float]:
    """The least distance of two whole drawings over small moves and scales: cost, scale, dx, dy.

    Args:
        query: ``(P, 3)``.
        query_table: Of it.
        other: Likewise.
        other_table: Of it.
        limit: What is far from coming below this cost is not refined.
    """
    best = (np.inf, 1.0, 0.0, 0.0)
    for a in range(-1, 2):
        for b in range(-2, 3):
            for c in range(-2, 3):
                scale, dx, dy = 1.1**a, 0.05 * b, 0.05 * c
                cost = both_ways(
                    query, query_table, other, other_table, len(other), 8, scale, dx, dy
                )
                if cost < best[0]:
                    best = (cost, scale, dx, dy)
    if best[0] > HOPELESS * limit:
        return best
    return _refined(query, query_table, other, other_table, 0.0, best, 0.05, 0.025)


@compiled
def align_part(
    query: Floats32, query_table: Floats32, other: Floats32, other_table: Floats32,
    limit: float, ink: float,
) -> tuple[float, float, float, float]:  # fmt: skip
    """The least distance of a beginning to a drawing, over places and scales: cost, scale, dx, dy.

    At each place the way back is measured from as much of the drawing's first ink as the beginning
    has, so that a drawing full of lines is not near to everything.

    Args:
        query: The beginning.
        query_table: Of it.
        other: The drawing, in drawn order.
        other_table: Of it.
        limit: What is far from coming below this cost is not refined.
        ink: Length of the query's line as a share of the other's, each in its own frame.
    """
    best = _on_beginnings(query, query_table, other, other_table, ink)
    for a in range(9):
        scale = 1.1 * 0.85**a
        if ink * scale > 1.2:
            continue
        room = max(0.0, 0.5 - scale / 2.0) + 0.05
        count = int(2.0 * room / (0.08 * max(scale, 0.5))) + 1
        for b in range(count):
            for c in range(count):
                dx = -room + 2.0 * room * b / max(count - 1, 1)
                dy = -room + 2.0 * room * c / max(count - 1, 1)
                enough = min(2.0 * best[0], FAR)
                there = placed_cost(
                    query, 0, len(query), 8, other_table, scale, dx, dy, 1.0 / scale, enough
                )
                if there >= enough:
                    continue
                last = max(2, min(len(other), int(ink * scale * len(other) + 0.5)))
                cost = both_ways(query, query_table, other, other_table, last, 8, scale, dx, dy)
                if cost < best[0]:
                    best = (cost, scale, dx, dy)
    if best[0] > HOPELESS * limit:
        return best
    return _refined(query, query_table, other, other_table, ink, best, 0.08, 0.06)


@compiled
def _on_beginnings(
    query: Floats32, query_table: Floats32, other: Floats32, other_table: Floats32, ink: float
) -> tuple[float, float, float, float]:
    """The least distance with the query on the box of what was drawn first of the other.

    A head that was drawn first is a sixth of a figure: too small for a grid of places to meet it.
    """
    best = (np.inf, 1.0, 0.0, 0.0)
    for share in BEGINNINGS:
        first = other[: max(2, int(share * len(other)))]
        x0, x1 = first[:, 0].min(), first[:, 0].max()
        y0, y1 = first[:, 1].min(), first[:, 1].max()
        side = max(x1 - x0, y1 - y0, 0.02)
        for a in range(-1, 2):
            for b in range(-1, 2):
                for c in range(-1, 2):
                    scale = side * 1.1**a
                    dx, dy = (x0 + x1) / 2.0 + 0.06 * side * b, (y0 + y1) / 2.0 + 0.06 * side * c
                    last = max(2, min(len(other), int(ink * scale * len(other) + 0.5)))
                    cost = both_ways(query, query_table, other, other_table, last, 8, scale, dx, dy)
                    if cost < best[0]:
                        best = (cost, scale, dx, dy)
    return best


@compiled
def _refined(
    query: Floats32, query_table: Floats32, other: Floats32, other_table: Floats32, ink: float,
    best: tuple[float, float, float, float], growth: float, move: float,
) -> tuple[float, float, float, float]:  # fmt: skip
    """Go from a placement to better ones beside it, in steps that are halved."""
    every = 2
    _, scale0, dx0, dy0 = best
    move *= min(scale0, 1.0)
    best = (np.inf, scale0, dx0, dy0)
    for _ in range(3):
        _, scale0, dx0, dy0 = best
        for a in range(-1, 2):
            for b in range(-1, 2):
                for c in range(-1, 2):
                    scale = scale0 * (1.0 + growth * a)
                    dx, dy = dx0 + move * b, dy0 + move * c
                    last = len(other)
                    if ink > 0.0:
                        last = max(2, min(last, int(ink * scale * last + 0.5)))
                    cost = both_ways(
                        query, query_table, other, other_table, last, every, scale, dx, dy
                    )
                    if cost < best[0]:
                        best = (cost, scale, dx, dy)
        growth, move = growth / 2.0, move / 2.0
    return best
