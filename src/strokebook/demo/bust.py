"""Neck, shoulders and torso under a head: loops, a coat, a bare shoulder, a shawl, a hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from strokebook.demo.line import Line, Place
from strokebook.demo.traits import Traits

BUSTS = ("loops", "coat", "bare", "shawl", "hand")


def draw_bust(
    line: Line, nape: complex, chin: complex, traits: Traits, rng: np.random.Generator
) -> None:
    """Go on from the ``nape`` down; the throat comes up again to just under ``chin``."""
    kind = str(rng.choice(BUSTS, p=[0.26, 0.2, 0.17, 0.17, 0.2]))
    base = complex(0.3 * nape.real + 0.2 + traits.lean, chin.imag + 0.5 * traits.neck)
    drop = float(rng.uniform(0.85, 1.2))
    turned, sway = (float(v) for v in rng.normal(0.0, 0.11, 2))

    def place(u: float, v: float) -> complex:
        # Shoulders fall or rise together, as a body turns.
        return base + complex(u * traits.shoulder + sway * v, v * drop + turned * u)

    if traits.lifts:
        line.lift()
    line.to(nape + complex(-0.08, 0.26), place(0.36, -0.14))
    throat = complex(0.55 * chin.real + 0.45 * base.real - 0.16, chin.imag + 0.12)
    _BUSTS[kind](line, place, throat, traits.flourish)


def _loops(line: Line, at: Place, throat: complex, swing: float) -> None:
    line.via(at, [(0.62, 0.06), (1.05, 0.2), (1.34, 0.62), (1.4, 1.3), (1.24, 1.95)])
    line.sharp(at(1.04, 2.35))
    line.via(at, [(0.92, 1.6), (0.9, 1.0), (1.08, 0.6), (0.86, 0.34), (0.52, 0.72)])
    line.via(at, [(0.3, 1.3), (-0.1, 1.3 + 0.3 * swing), (-0.56, 1.36), (-0.36, 0.86), (0.16, 0.9)])
    line.via(at, [(0.5, 1.75)]).sharp(at(0.36, 2.3))
    line.via(at, [(-0.1, 1.72), (-0.66, 1.42), (-0.88, 0.95), (-1.04, 0.5), (-0.82, 0.16)])
    line.via(at, [(-0.42, 0.1)]).to(throat + complex(-0.02, 0.2)).sharp(throat)
    line.via(at, [(-0.2, 0.02), (0.1, 0.34), (0.5, 0.36), (0.34, 0.56), (-0.16, 0.46)])
    line.via(at, [(-0.7, 0.72), (-0.98, 1.4), (-0.92, 2.0), (-0.98, 2.6)])


def _coat(line: Line, at: Place, throat: complex, swing: float) -> None:
    line.sharp(at(0.5, -0.2), at(0.86, 0.3), at(0.62, 0.42)).to(at(0.38, 0.95))
    line.sharp(at(0.02, 1.6)).to(at(-0.28, 0.9)).sharp(at(-0.56, 0.5), at(-0.74, 0.34))
    line.to(at(-0.46, -0.08)).sharp(throat).to(at(-0.3, 0.18)).sharp(at(-0.12, 0.42))
    line.via(at, [(-0.5, 0.08), (-0.92, 0.16), (-1.14, 0.6), (-1.2, 1.3)]).sharp(at(-1.1, 2.1))
    line.via(at, [(-0.92, 1.4), (-0.8, 0.9)]).sharp(at(-0.74, 0.75))
    line.via(at, [(-0.7, 1.4), (-0.74, 2.0), (0.1, 2.04 + 0.18 * swing), (0.8, 2.05)]).sharp(
        at(0.86, 1.0)
    )
    line.via(at, [(0.96, 1.6), (1.1, 2.1)]).sharp(at(1.32, 2.1))
    line.via(at, [(1.34, 1.3), (1.22, 0.6), (1.0, 0.2), (0.62, 0.04)])


def _bare(line: Line, at: Place, throat: complex, swing: float) -> None:
    line.via(at, [(0.44, 0.3), (0.2, 0.62), (0.02, 0.5), (0.3, 0.16), (0.8, 0.1), (1.14, 0.36)])
    line.via(at, [(1.2, 0.95), (1.02, 1.6)]).sharp(at(0.86, 2.2))
    line.via(at, [(0.74, 1.5), (0.92, 0.85)]).sharp(at(1.02, 0.62))
    line.via(at, [(0.6, 1.2), (0.1, 1.3 + 0.2 * swing), (-0.4, 1.05), (-0.72, 0.55)])
    line.via(at, [(-0.62, 0.2), (-0.34, 0.06)]).sharp(throat)
    line.via(at, [(-0.24, 0.08), (-0.6, 0.4), (-0.78, 0.95), (-0.66, 1.6), (-0.56, 2.5)])


def _shawl(line: Line, at: Place, throat: complex, swing: float) -> None:
    line.via(at, [(0.46, 0.4), (0.62, 1.0), (0.5, 1.3), (0.3, 1.0), (0.44, 0.5), (0.7, 0.1)])
    line.via(at, [(0.88, -0.12)]).sharp(at(1.18, 0.34), at(0.98, 0.66))
    line.via(at, [(1.34, 1.2), (1.1, 1.75)]).sharp(at(0.84, 2.2))
    line.via(at, [(0.5, 1.5), (0.0, 0.95), (-0.16, 0.4)]).to(throat + 0.16j).sharp(throat)
    line.via(at, [(-0.34, 0.14)]).sharp(at(-0.14, 0.3))
    line.via(at, [(-0.5, 0.7), (-0.62, 1.3), (-0.1, 1.66), (0.7, 1.86 + 0.1 * swing)])
    line.via(at, [(0.74, 2.3), (0.1, 2.36), (-0.44, 1.7), (-0.5, 0.9)]).sharp(at(-0.62, 0.3))
    line.via(at, [(-0.92, 0.8), (-0.98, 1.7), (-0.84, 2.8)])


def _hand(line: Line, at: Place, throat: complex, swing: float) -> None:
    line.via(at, [(0.75, 0.08), (1.18, 0.4), (1.1 + 0.28 * swing, 1.1), (1.2, 1.8)]).sharp(
        at(0.86, 2.2)
    )
    line.via(at, [(0.42, 1.6), (0.1, 0.95), (-0.06, 0.55)])
    wrist = at(-0.06, 0.45)
    reach = throat + complex(0.06, -0.06) - wrist
    for u, v in ((0.3, 0.36), (0.8, 0.5), (1.1, 0.42), (1.02, 0.2)):  # the thumb's side
        line.to(wrist + reach * complex(u, v))
    line.sharp(wrist + reach * complex(0.5, 0.12))
    for far, v in ((0.95, 0.02), (0.84, -0.16), (0.68, -0.3)):  # fingers fold beside it
        line.to(wrist + reach * complex(far, v + 0.08), wrist + reach * complex(far - 0.02, v))
        line.sharp(wrist + reach * complex(0.42, v - 0.02))
    line.via(at, [(-0.24, 0.6), (-0.06, 1.1), (0.2, 1.7)]).sharp(at(0.7, 2.46))
    line.via(at, [(0.1, 2.1), (-0.44, 1.6), (-0.8, 1.0), (-1.0, 0.45), (-0.76, 0.14)])
    line.to(at(-0.44, 0.1)).sharp(throat + complex(-0.2, 0.14))
    line.via(at, [(-0.4, 0.3), (-0.66, 0.8), (-1.06, 1.3), (-1.0, 2.4)])


_BUSTS: dict[str, Callable[[Line, Place, complex, float], None]] = {
    "loops": _loops,
    "coat": _coat,
    "bare": _bare,
    "shawl": _shawl,
    "hand": _hand,
}
