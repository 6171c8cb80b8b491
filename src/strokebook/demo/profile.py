"""Faces in profile, looking left: forehead, eye, nose, lips, chin, jaw, ear, hair, nape."""

from __future__ import annotations

import cmath

from strokebook.demo.face import draw_ear, draw_eye
from strokebook.demo.line import Line, Place
from strokebook.demo.traits import Traits


def draw_profile(line: Line, traits: Traits, tilt: float) -> tuple[complex, complex]:
    """Draw the head and return its nape and its chin, for the body to go on from."""
    spin = cmath.exp(1j * tilt)

    def at(x: float, y: float) -> complex:
        return complex(x, y) * spin

    _brow_and_eye(line, at, traits)
    _nose_and_lips(line, at, traits)
    line.to(at(-0.6, 1.0), at(-0.36, 1.04), at(0.0, 0.86), at(0.2, 0.6))
    draw_ear(line, lambda u, v: at(0.24 + u, 0.16 + v), traits)
    _hair(line, at, traits)
    nape = at(0.62, 0.62)
    line.to(nape)
    return nape, at(-0.5, 1.0)


def _brow_and_eye(line: Line, at: Place, traits: Traits) -> None:
    size = 0.17 * traits.eye
    line.to(at(-0.2, -0.98), at(-0.52, -0.82), at(-0.72, -0.5), at(-0.73, -0.25))
    line.sharp(at(-0.78, -0.16 * traits.brow))
    line.to(at(-0.5, -0.34 * traits.brow)).sharp(at(-0.22, -0.2 * traits.brow))

    def place(u: float, v: float) -> complex:  # seen from the side: half an almond
        return at(-0.5 - 0.85 * u * size, 0.02 + v * size)

    draw_eye(line, place, traits, 1.1)
    line.to(at(-0.58, 0.1)).sharp(at(-0.68, 0.02))


def _nose_and_lips(line: Line, at: Place, traits: Traits) -> None:
    n, f, m = traits.nose, traits.lips, 0.22 * traits.mouth
    tip = -0.98 - 0.1 * (n - 1)
    line.to(at(-0.78, 0.18 * n), at(-0.9, 0.33 * n), at(tip, 0.42 * n), at(-0.94, 0.5 * n))
    line.sharp(at(-0.78, 0.5 * n))
    line.to(at(-0.66, 0.52 * n), at(-0.6, 0.42 * n), at(-0.68, 0.38 * n)).sharp(at(-0.72, 0.5 * n))
    line.to(at(-0.77, 0.585)).sharp(at(-0.87 - 0.05 * (f - 1), 0.64))
    line.to(at(-0.8, 0.69)).sharp(at(-0.76 + m, 0.70))
    line.sharp(at(-0.8, 0.71))
    line.to(at(-0.86, 0.76 + 0.02 * f), at(-0.8, 0.82 + 0.02 * f)).sharp(at(-0.7, 0.83))
    line.to(at(-0.75, 0.92 * traits.chin))


def _hair(line: Line, at: Place, traits: Traits) -> None:
    swell = 0.1 * traits.flourish
    line.to(at(0.1, -0.3), at(-0.14, -0.62))
    if traits.hair in {"parted", "cap"}:
        line.sharp(at(-0.48, -0.74)).to(at(-0.42, -1.08), at(0.1, -1.22 - swell))
        line.to(at(0.7, -0.98), at(1.0, -0.4), at(0.9, 0.15))
    elif traits.hair == "bun":
        line.sharp(at(-0.4, -0.84)).to(at(0.1, -1.12), at(0.66, -0.9), at(0.9, -0.62))
        line.to(at(1.16, -0.86), at(1.42, -0.66), at(1.36, -0.3), at(1.06, -0.24))
        line.to(at(0.98, -0.5), at(1.2, -0.6), at(1.22, -0.4), at(0.94, -0.16), at(0.82, 0.2))
    elif traits.hair == "long":
        line.sharp(at(-0.46, -0.8)).to(at(0.0, -1.2 - swell), at(0.7, -0.98), at(1.02, -0.3))
        line.to(at(1.0, 0.4), at(1.16, 1.0)).sharp(at(1.02, 1.7)).to(at(0.84, 1.0))
        line.to(at(0.7, 0.3)).sharp(at(0.6, 0.1))
    else:
        _curls(line, at)


def _curls(line: Line, at: Place) -> None:
    line.sharp(at(-0.5, -0.72))
    for k in range(8):
        turn = cmath.exp(1j * (3.9 + 0.42 * k))
        root = at(0.16, -0.22)

        def rim(reach: float, swing: float, turn: complex = turn, root: complex = root) -> complex:
            return root + reach * turn * cmath.exp(1j * swing)

        line.to(rim(0.9, -0.2), rim(1.1, 0.0), rim(1.0, 0.2), rim(0.84, 0.04))
    line.to(at(0.7, 0.4))
