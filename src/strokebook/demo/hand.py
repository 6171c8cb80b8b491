"""The drawing hand: it strays, warps, rounds its corners and trembles."""

from __future__ import annotations

import numpy as np

from strokebook.base.array_types import Floats32
from strokebook.demo.line import Curve, Line
from strokebook.demo.traits import Traits

FRAME = 200.0  # units: the longer side of a drawing
_STEP = 0.7  # units between points


def settle(line: Line, traits: Traits, rng: np.random.Generator) -> list[Floats32]:
    """The line as the hand drew it: strokes ``(P, 2)`` in a frame whose longer side is 200."""
    keys = np.array(line.keys)
    keys = keys + traits.loose * (rng.normal(size=len(keys)) + 1j * rng.normal(size=len(keys)))
    line = Line(list(_warp(keys, traits.warp, rng)), line.corners, line.starts)
    extent = max(np.ptp(keys.real), np.ptp(keys.imag))
    curves = line.curves(_STEP / FRAME * extent, traits.tension)
    every = np.concatenate(curves)
    low = complex(every.real.min(), every.imag.min())
    scale = FRAME / max(np.ptp(every.real), np.ptp(every.imag))
    strokes = [_tremble(_round((c - low) * scale, traits.soft), rng) for c in curves]
    return [np.c_[s.real, s.imag].astype(np.float32) for s in strokes]


def _warp(keys: Curve, amount: float, rng: np.random.Generator) -> Curve:
    """Pull the plane out of shape by a few slow waves, so that neighbours move together."""
    out = keys.copy()
    for _ in range(4):
        wave = rng.normal(0, 1.4, 2)
        phase = rng.uniform(0, 2 * np.pi)
        push = amount * complex(*rng.normal(0, 0.7, 2))
        out += push * np.sin(wave[0] * keys.real + wave[1] * keys.imag + phase)
    return out


def _round(curve: Curve, soft: float) -> Curve:
    """Smooth along the line with a Gaussian of ``soft`` units; the ends stay."""
    even = _even(curve)
    reach = int(np.ceil(3 * soft / _STEP))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * _STEP / soft) ** 2)
    padded = np.concatenate([np.full(reach, even[0]), even, np.full(reach, even[-1])])
    return np.convolve(padded, kernel / kernel.sum(), "valid")


def _even(curve: Curve) -> Curve:
    run = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(curve)))])
    t = np.linspace(0, run[-1], max(int(run[-1] / _STEP), 2) + 1)
    return np.asarray(np.interp(t, run, curve), np.complex128)


def _tremble(curve: Curve, rng: np.random.Generator) -> Curve:
    """Tremor: a slow drift of about a fifth of a unit, a fast shiver under a tenth."""
    n = len(curve)
    noise = rng.normal(size=(2, n + 80)) + 1j * rng.normal(size=(2, n + 80))
    slow = np.convolve(noise[0], np.hanning(43)[1:-1] / 4.0, "same")[40 : 40 + n]
    fast = np.convolve(noise[1], np.ones(3) / 1.7, "same")[40 : 40 + n]
    return curve + 0.10 * slow + 0.03 * fast
