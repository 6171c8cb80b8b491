"""A head in space: landmarks of face and skull under a turn, a nod and a tilt, seen as 2-D points.

Units: the eyes lie at y = 0, the chin at about y = 1, the crown at about y = -1.1; y points down,
z towards the viewer. A positive turn looks to the left of the page.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from strokebook.demo.line import Place

# Horizontal sections of the face: height, half width, depth in front of the ears.
_SECTIONS = np.array(
    [
        [-1.10, 0.30, 0.20],
        [-0.80, 0.60, 0.50],
        [-0.40, 0.72, 0.68],
        [0.02, 0.69, 0.62],
        [0.24, 0.71, 0.68],
        [0.55, 0.61, 0.72],
        [0.80, 0.46, 0.72],
        [0.95, 0.28, 0.70],
        [1.05, 0.10, 0.66],
    ]
)


@dataclass(frozen=True)
class Head:
    """How a head is turned and how wide it is.

    Attributes:
        turn: Radians about the vertical: 0 looks at us, 0.7 is three-quarter.
        nod: Radians forward; positive looks down.
        tilt: Radians in the page's plane.
        width: Width of the face against the usual one.
        jaw: Width of the jaw and chin against the usual one.
    """

    turn: float
    nod: float
    tilt: float
    width: float = 1.0
    jaw: float = 1.0

    def at(self, x: float, y: float, z: float) -> complex:
        """The page point of ``x, y, z`` of the head."""
        x *= self.width
        across = x * math.cos(self.turn) - z * math.sin(self.turn)
        depth = x * math.sin(self.turn) + z * math.cos(self.turn)
        down = y * math.cos(self.nod) + depth * math.sin(self.nod)
        return complex(across, down) * complex(math.cos(self.tilt), math.sin(self.tilt))

    def patch(self, x: float, y: float, z: float, slant: float) -> Place:
        """Coordinates u, v on the face around a landmark, its surface turned ``slant`` outward."""

        def place(u: float, v: float) -> complex:
            return self.at(x + u * math.cos(slant), y + v, z - u * math.sin(slant))

        return place

    def edge(self, y: float, out: float = 1.0) -> complex:
        """The far outline of the face at height ``y``; ``out`` moves it outward."""
        half, depth = (float(np.interp(y, _SECTIONS[:, 0], _SECTIONS[:, k])) for k in (1, 2))
        half *= self.jaw if y > 0.4 else 1.0
        x, z = half * self.width * math.cos(self.turn), depth * math.sin(self.turn)
        reach = math.hypot(x, z)
        return self.at(-half * x / reach * out, y, depth * z / reach * out)

    def skull(self, angle: float, out: float = 1.0) -> complex:
        """The outline of the head: ``angle`` 0 is the back at eye height, pi/2 the crown."""
        side = 0.74 * self.width * math.cos(self.turn)
        reach = math.hypot(side, 0.92 * math.sin(self.turn))
        centre = complex(0.16 * math.sin(self.turn), -0.22)
        point = centre + out * complex(reach * math.cos(angle), -0.92 * math.sin(angle))
        return point * complex(math.cos(self.tilt), math.sin(self.tilt))
