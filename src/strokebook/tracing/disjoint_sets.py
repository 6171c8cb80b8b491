"""Disjoint sets as a forest in an array, for compiled code; SciPy's are for Python objects.

``parent[n]`` is another member of the set of n, or n itself where n is the set's root.
"""

from __future__ import annotations

from strokebook.base.array_types import Ints32
from strokebook.base.jit import compiled


@compiled
def root_of(parent: Ints32, n: int) -> int:
    """The root of the set of n; the path to it is halved on the way (Tarjan 1975)."""
    while parent[n] != n:
        parent[n] = parent[parent[n]]
        n = parent[n]
    return n
