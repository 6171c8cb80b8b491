"""Augmentation: rotation, mirroring, reversal and warping of a drawing.

Every change is a function of the drawing and of a random generator. Scaling and point dropping,
which the reference implementation has, are in :mod:`strokebook.model.data.batches`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from strokebook.base.array_types import Floats
from strokebook.geometry.drawing import Stroke3
from strokebook.model.config import TrainOptions

BUMPS = 3  # places that a local warp pulls at
WIDTHS = (0.15, 0.35)  # of a pull's reach (one standard deviation), as shares of the longer side
# A pull longer than its reach times √e would fold the paper (the Gaussian's steepest slope).
MOST_PULL = 0.9


@dataclass(frozen=True)
class Augmentation:
    """Which changes there are, and how large.

    Attributes:
        rotate: Turned by an angle within ± this, in degrees.
        mirror: Probability of left and right changing places.
        reverse: Probability of being drawn in the reverse order, each line backwards.
        warp: Standard deviation of a local pull, as a share of the drawing's longer side.
    """

    rotate: float = 0.0
    mirror: float = 0.0
    reverse: float = 0.0
    warp: float = 0.0

    @classmethod
    def of(cls, options: TrainOptions) -> Augmentation:
        """What a training asks for."""
        return cls(
            options.rotate_augment,
            options.mirror_augment,
            options.reverse_augment,
            options.warp_augment,
        )

    def __bool__(self) -> bool:
        """Whether anything is changed."""
        return any((self.rotate, self.mirror, self.reverse, self.warp))

    def __call__(self, drawing: Stroke3, rng: np.random.Generator) -> Stroke3:
        """A changed copy of a drawing ``(N, 3)`` whose first offset is (0, 0)."""
        out = drawing.copy()
        if self.reverse and rng.random() < self.reverse:
            out = backwards(out)
        if self.mirror and rng.random() < self.mirror:
            out[:, 0] *= -1.0
        if self.rotate:
            out = turned(out, np.radians(rng.uniform(-self.rotate, self.rotate)))
        return warped(out, self.warp, rng) if self.warp else out


def backwards(drawing: Stroke3) -> Stroke3:
    """The same ink drawn from the last point to the first."""
    out = np.empty_like(drawing)
    out[0, :2] = 0.0
    out[1:, :2] = -drawing[:0:-1, :2]
    out[:-1, 2] = drawing[-2::-1, 2]  # the pen is up between the same two points as before
    out[-1, 2] = 1.0
    return out


def turned(drawing: Stroke3, angle: float) -> Stroke3:
    """Turned by ``angle`` (radians; clockwise where y points down)."""
    out = drawing.copy()
    c, s = np.cos(angle), np.sin(angle)
    out[:, :2] = drawing[:, :2] @ np.array([[c, s], [-s, c]], drawing.dtype)
    return out


def warped(drawing: Stroke3, strength: float, rng: np.random.Generator) -> Stroke3:
    """Pulled in a few places: what lies near a place moves with it, far points stay.

    Every pull is a Gaussian bump about a random point of the drawing; its direction and length are
    normal with a standard deviation of ``strength`` times the longer side, and shorter than what
    would fold the paper.
    """
    points = np.cumsum(drawing[:, :2], axis=0, dtype=np.float64)
    side = float(np.ptp(points, axis=0).max())
    moved = points.copy()
    for _ in range(BUMPS):
        centre = points[rng.integers(len(points))]
        reach = side * rng.uniform(*WIDTHS)
        pull = _within(rng.normal(0.0, strength * side, 2), MOST_PULL * reach)
        far = ((points - centre) ** 2).sum(1) / max(2.0 * reach**2, 1e-12)
        moved += np.exp(-far)[:, None] * pull
    out = drawing.copy()
    out[1:, :2] = np.diff(moved, axis=0)
    return out


def _within(vector: Floats, longest: float) -> Floats:
    length = float(np.hypot(*vector))
    return vector if length <= longest else vector * (longest / length)
