"""Half-edges: the numbering of edges seen from one of their ends, here and in the tracer.

Edge ``e`` has two half-edges, ``2 e`` at its node ``a`` and ``2 e + 1`` at its node ``b``; seen
from a node they are its branches. The functions take numbers and arrays alike, and are plain
arithmetic, so that compiled code may use them as well.
"""

from __future__ import annotations

from typing import TypeVar

from strokebook.base.array_types import Ints, Ints32

Numbers = TypeVar("Numbers", int, Ints, Ints32)


def half_edge(edge: Numbers, side: int) -> Numbers:
    """The half-edge of an edge at its node ``a`` (side 0) or ``b`` (side 1)."""
    return 2 * edge + side


def edge_of(half: Numbers) -> Numbers:
    """The edge of a half-edge."""
    return half // 2


def side_of(half: Numbers) -> Numbers:
    """0: the half-edge begins at its edge's node ``a``; 1: at ``b``."""
    return half % 2


def twin(half: Numbers) -> Numbers:
    """The same edge seen from its other end."""
    return half ^ 1
