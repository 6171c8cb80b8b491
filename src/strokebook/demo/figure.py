"""Whole figures: from the nape down one side, hand on hip, legs and feet, and up the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from strokebook.demo.line import Line
from strokebook.demo.traits import Traits


@dataclass(frozen=True)
class Leg:
    """A leg's joints in head units and how thick it is."""

    hip: complex
    knee: complex
    ankle: complex
    thick: float

    def side(self, which: float) -> list[complex]:
        """Key points down one side: ``which`` +1 is to the right of the way down, -1 the left."""
        thigh = _across(self.hip, self.knee) * self.thick * which
        shin = _across(self.knee, self.ankle) * self.thick * which
        return [
            0.55 * self.hip + 0.45 * self.knee + 0.85 * thigh,
            self.knee + 0.28 * (thigh + shin),
            0.6 * self.knee + 0.4 * self.ankle + 0.58 * shin,
            self.ankle + 0.28 * shin,
        ]


def _across(start: complex, end: complex) -> complex:
    return (end - start) / abs(end - start) * -1j


@dataclass(frozen=True)
class Pose:
    """Where the body's joints lie, in head units."""

    base: complex
    hips: complex
    shoulder: float
    near: Leg
    far: Leg
    dressed: bool
    hem: float


def draw_body(
    line: Line, nape: complex, chin: complex, traits: Traits, rng: np.random.Generator
) -> None:
    """Go on from the ``nape`` round the whole body and end at the throat."""
    pose = _pose(nape, chin, traits, rng)
    if traits.lifts:
        line.lift()
    line.to(nape + complex(-0.12, 0.2), pose.base + complex(0.3, -0.02))
    since, grown = len(line.keys), float(rng.uniform(1.2, 1.6))
    _near_arm(line, pose, rng)
    if pose.dressed:
        _skirt(line, pose, traits)
    else:
        _leg(line, pose.near)
        line.sharp(pose.near.hip + complex(-0.3, 0.42))
    _leg(line, pose.far)
    line.to(pose.hips + complex(-0.58, -0.1), 0.5 * (pose.base + pose.hips) + complex(-0.36, 0.15))
    _far_arm(line, pose, rng)
    # Joints are laid out for a child's body; how much longer it is makes the person's age.
    line.keys[since:] = [pose.base + grown * (key - pose.base) for key in line.keys[since:]]
    throat = complex(pose.base.real - 0.24, chin.imag + 0.14)
    line.to(pose.base + complex(-0.3, 0.04)).sharp(throat)
    _scarf(line, pose.base, traits)


def _pose(nape: complex, chin: complex, traits: Traits, rng: np.random.Generator) -> Pose:
    base = complex(0.4 * nape.real + 0.1, chin.imag + 0.34 * traits.neck)
    hips = base + complex(1.2 * traits.lean + rng.normal(0, 0.18), float(rng.uniform(1.9, 2.4)))
    bend, stride = float(rng.uniform(-0.3, 1.1)), float(rng.uniform(0.0, 0.7))
    crook = max(bend, 0.0)
    near_knee = hips + complex(0.36 - 0.8 * crook, 1.45 - 0.25 * crook)
    near_foot = near_knee + complex(0.06 + 0.85 * crook, 1.35 - 0.3 * crook)
    far_knee = hips + complex(-0.36 - 0.55 * stride, 1.4)
    far_foot = far_knee + complex(-0.05 + 0.5 * crook * stride, 1.35)
    return Pose(
        base,
        hips,
        0.85 * traits.shoulder,
        Leg(hips + complex(0.34, 0.1), near_knee, near_foot, 0.36),
        Leg(hips + complex(-0.28, 0.1), far_knee, far_foot, 0.34),
        bool(rng.random() < 0.45),
        float(rng.uniform(1.0, 1.7)),
    )


def _leg(line: Line, leg: Leg) -> None:
    """Down the right side, a foot pointing left, up the left side."""
    line.to(*leg.side(1.0))
    foot = leg.ankle
    line.to(foot + complex(0.14, 0.12)).sharp(foot + complex(0.1, 0.3))
    line.to(foot + complex(-0.28, 0.26), foot + complex(-0.6, 0.34))
    line.sharp(foot + complex(-0.56, 0.2))
    line.to(*leg.side(-1.0)[::-1])


def _skirt(line: Line, pose: Pose, traits: Traits) -> None:
    """A skirt's hem swung to the left and back in a loop, and the near leg under it."""
    hem = pose.hips + complex(0.0, pose.hem)
    swing = 0.12 * traits.flourish
    line.to(hem + complex(0.78, -0.3)).sharp(hem + complex(0.98, 0.05))
    line.to(hem + complex(0.2, 0.24 + swing), hem + complex(-0.6, 0.1 + swing))
    line.sharp(hem + complex(-1.04, 0.14)).to(hem + complex(-0.62, -0.55))
    line.to(pose.hips + complex(-0.3, 0.1), pose.hips + complex(0.2, 0.2))
    line.to(hem + complex(0.34, -0.3))
    lower = pose.near.side(1.0)[2:]
    foot = pose.near.ankle
    line.to(*lower).sharp(foot + complex(0.1, 0.3)).to(foot + complex(-0.3, 0.28))
    line.sharp(foot + complex(-0.58, 0.26)).to(*pose.near.side(-1.0)[:1:-1])
    line.sharp(hem + complex(0.0, 0.2))


def _near_arm(line: Line, pose: Pose, rng: np.random.Generator) -> None:
    """Shoulder, elbow out, the hand on the hip in a loop, and back to the armpit."""
    base, s = pose.base, pose.shoulder
    elbow = base + complex(1.5 * s + rng.normal(0, 0.2), 1.25 + rng.normal(0, 0.2))
    hip = pose.hips + complex(0.5, -0.5)
    line.to(base + complex(0.6 * s, 0.1), base + complex(0.98 * s, 0.28))
    line.to(0.5 * (base + complex(1.12 * s, 0.4) + elbow) + 0.12).sharp(elbow + complex(0.12, 0.1))
    line.to(0.5 * (elbow + hip) + 0.22j, hip + complex(0.05, 0.16))
    line.to(hip + complex(-0.34, 0.24), hip + complex(-0.42, -0.02), hip + complex(-0.12, -0.14))
    line.to(hip + complex(-0.16, 0.16)).sharp(hip + complex(0.06, -0.02))
    line.to(0.5 * (elbow + hip) - 0.12j, elbow + complex(-0.26, 0.0))
    line.to(base + complex(1.0 * s, 0.8)).sharp(base + complex(0.7 * s, 0.62))
    line.to(base + complex(0.5 * s, 1.2), pose.hips + complex(0.46, -0.4))
    line.to(pose.hips + complex(0.6, 0.1))


def _far_arm(line: Line, pose: Pose, rng: np.random.Generator) -> None:
    """From the armpit to a hand of two pointed fingers, and up to the far shoulder."""
    base, s = pose.base, pose.shoulder
    raised = bool(rng.random() < 0.3)
    swing = complex(float(rng.uniform(-0.7, 0.1)), float(rng.uniform(-0.4, 0.1)))
    elbow = base + complex(-1.15 * s, 1.25) + 0.5 * swing
    hand = elbow + (complex(-0.7, -1.2) if raised else complex(-0.3, 0.95) + 0.8 * swing)
    ahead = (hand - elbow) / abs(hand - elbow)
    line.sharp(base + complex(-0.6 * s, 0.62))
    line.to(elbow + complex(0.16, 0.04), hand + 0.13 * ahead * -1j, hand + ahead * (0.2 - 0.2j))
    line.to(hand + 0.34 * ahead).sharp(hand + ahead * (0.66 + 0.12j))
    line.to(hand + ahead * (0.3 + 0.1j)).sharp(hand + ahead * (0.44 + 0.3j))
    line.to(hand + 0.14j * ahead, elbow + complex(-0.14, 0.02))
    line.to(base + complex(-0.98 * s, 0.45), base + complex(-0.72 * s, 0.12))


def _scarf(line: Line, base: complex, traits: Traits) -> None:
    """The line's end: from the throat round the collar and down the breast in one loop."""
    f = traits.flourish
    line.to(base + complex(-0.16, 0.1), base + complex(0.3, 0.3), base + complex(0.36, 0.9 * f))
    line.to(base + complex(0.12, 1.5 * f), base + complex(-0.24, 1.1), base + complex(-0.5, 0.56))
    line.to(base + complex(-0.36, 0.3), base + complex(0.04, 0.7), base + complex(0.14, 1.9 * f))
