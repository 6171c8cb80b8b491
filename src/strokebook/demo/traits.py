"""What makes one person and one sitting unlike the next: shapes, hair, the hand of the day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

HAIRS = ("parted", "bun", "long", "curls", "cap")


@dataclass(frozen=True)
class Traits:
    """Sizes are against the usual one (1.0); angles in radians; chances from 0 to 1.

    Attributes:
        eye: Size of the eyes; ``lid`` how far they open; ``gaze`` where the pupil sits, -1 to 1.
        brow: Height of the brows; ``nose``, ``lips``, ``mouth``, ``chin``, ``ear``: sizes.
        hair: One of :data:`HAIRS`.
        neck: Length of the neck; ``shoulder`` breadth; ``lean`` of the body to the right.
        angular: Share of the loose key points that become corners.
        tension: How far the curve swings between key points.
        loose: How far key points stray, in head units.
        warp: How far the whole drawing is pulled out of shape.
        soft: How far the pen rounds its corners, in units of the 200-unit frame.
        flourish: How large the loops between features swing.
        brow_loop: Whether the pen circles on the forehead on its way to the near eye.
        cheek: How far the line from eye to mouth swings out over the cheek, 0 to 1.
        lifts: Whether the pen leaves the paper between head and body.
    """

    eye: float
    lid: float
    gaze: float
    brow: float
    nose: float
    lips: float
    mouth: float
    chin: float
    ear: float
    hair: str
    neck: float
    shoulder: float
    lean: float
    angular: float
    tension: float
    loose: float
    warp: float
    soft: float
    flourish: float
    brow_loop: bool
    cheek: float
    lifts: bool


def traits_of(rng: np.random.Generator) -> Traits:
    """One sitter and one sitting; features of a person vary together (big eyes, full lips)."""
    bold, grace, nerve = rng.normal(0, 1, 3).clip(-1.8, 1.8)

    def near(middle: float, *pulls: float) -> float:
        return float(middle * np.exp(sum(pulls) + rng.normal(0, 0.07)))

    return Traits(
        eye=near(1.12, 0.10 * bold),
        lid=near(1.0, 0.15 * grace),
        gaze=float(rng.uniform(-0.8, 0.5)),
        brow=near(1.0, 0.10 * bold),
        nose=near(1.0, 0.05 * nerve),
        lips=near(1.05, 0.14 * bold),
        mouth=near(1.0, 0.06 * bold, -0.05 * grace),
        chin=near(1.0, 0.08 * nerve),
        ear=near(0.95, 0.10 * nerve),
        hair=str(rng.choice(HAIRS, p=[0.28, 0.2, 0.2, 0.16, 0.16])),
        neck=near(1.1, 0.3 * grace),
        shoulder=near(1.0, 0.12 * bold - 0.06 * grace),
        lean=float(rng.normal(0.1, 0.2)),
        angular=float(np.clip(0.10 + 0.09 * nerve, 0, 0.3)),
        tension=float(np.clip(1.0 + 0.12 * grace, 0.75, 1.25)),
        loose=float(0.016 * np.exp(0.25 * nerve)),
        warp=float(rng.uniform(0.02, 0.06)),
        soft=float(rng.uniform(0.25, 0.8)),
        flourish=near(1.0, 0.25 * grace),
        brow_loop=bool(rng.random() < 0.4),
        cheek=float(rng.uniform(0.0, 1.0)),
        lifts=bool(rng.random() < 0.22),
    )
