"""Line graph: nodes where lines end, meet and cross, and edges along the lines.

Shape letters: K nodes, E edges, P points of one edge.
"""

from __future__ import annotations

from dataclasses import dataclass

from strokebook.base.array_types import Floats32
from strokebook.geometry.drawing import Points
from strokebook.geometry.polyline import polyline_length


@dataclass(frozen=True, eq=False)
class Edge:
    """A line between two nodes, or a closed line when ``a == b``.

    Attributes:
        a: Number of the node where ``points`` begins.
        b: Number of the node where it ends.
        points: ``(P, 2)`` float32 with P ≥ 2, from node ``a`` to node ``b``, both included.
        widths: ``(P,)`` float32: the ink's width there, 1 where it is as wide as a single line;
            None where nobody looked.
    """

    a: int
    b: int
    points: Points
    widths: Floats32 | None = None

    @property
    def length(self) -> float:
        """Length along the points."""
        return polyline_length(self.points)


@dataclass(frozen=True, eq=False)
class LineGraph:
    """Nodes and the lines between them; a node of degree 1 is a free end.

    Attributes:
        nodes: ``(K, 2)`` float32, where lines end, meet or cross.
        radii: ``(K,)`` float32: half the extent of the ink at the node; tangents are taken outside.
        edges: In no particular order; several may join the same two nodes.
        dots: ``(D, 2)`` float32: single touches of the pen.
        pen_width: In the same unit.
    """

    nodes: Points
    radii: Floats32
    edges: tuple[Edge, ...]
    dots: Points
    pen_width: float
