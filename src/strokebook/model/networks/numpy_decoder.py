"""Local-frame decoder in NumPy, one drawing at a time: the reference for other engines.

:meth:`NumpyDecoder.step` reads a point; the pen's logits and the mixture of the next offset follow
from the state. Everything is float64 and written out: nothing is batched, fused or kept for later.
Cells are the plain LSTM and the layer-norm LSTM.

Shape letters: N points so far, H units, C numbers of a context, K components, Z numbers of z.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import atan2, cos, hypot, log, sin
from typing import NamedTuple

import numpy as np

from strokebook.base.array_types import Floats

EPS = 1e-3  # of layer norm
FORGET_BIAS = 1.0
LOG_SIGMA, RAW_RHO = 7.0, 5.0  # limits of log scales, and of correlations before their tanh
POINTER_LOG_SIGMA = (-5.0, 3.0)
PEN_DOWN, LIFT, END = range(3)  # what the pen's logits are of


class NumpyMixture(NamedTuple):
    """A mixture of offsets in the page's frame, fields ``(K,)`` but for ``covariance``."""

    log_weight: Floats
    mean: Floats  # (K, 2)
    covariance: Floats  # (K, 2, 2); of a logistic component its squared scales
    logistic: Floats  # 1 for a logistic component


class NumpyDecoder:
    """One drawing on its way through the decoder.

    Args:
        weights: Tensors by name, as in a checkpoint without ``net.decoder.``.
        z: ``(Z,)``; None: without.
    """

    def __init__(self, weights: Mapping[str, Floats], z: Floats | None = None) -> None:
        self.w = {name: np.asarray(value, np.float64) for name, value in weights.items()}
        units = self.w["cell.recurrent_weight"].shape[1]
        self.hidden, self.cell, self.common = np.zeros(units), np.zeros(units), np.zeros(4 * units)
        if z is not None:
            both = np.tanh(self.linear("initial", z))
            self.cell, self.hidden = both[:units], both[units:]
            self.common = self.w["cell.constant_weight"] @ z
        self.places: list[tuple[float, float]] = []
        self.begins: list[bool] = []
        self.keys: list[Floats] = []
        self.offset, self.context = (0.0, 0.0), np.zeros(0)
        self.heading = 0.0  # radians

    def linear(self, name: str, values: Floats) -> Floats:
        """A layer's output."""
        product = self.w[f"{name}.weight"] @ values
        return np.asarray(product + self.w.get(f"{name}.bias", 0.0))

    def step(self, dx: float, dy: float, begins: bool) -> Floats:
        """Read a point, its offset and whether a stroke begins there; the pen's logits there."""
        features = self._features(dx, dy, begins)
        first = float(not self.places)
        x, y = self.places[-1] if self.places else (0.0, 0.0)
        self.places.append((x + dx, y + dy))
        self.begins.append(begins)
        self._lstm(np.concatenate(([dx, dy, float(begins), first], features)))
        visible = np.concatenate((self.hidden, features))
        self.context = np.append(visible, np.maximum(self.linear("hidden_layer", visible), 0.0))
        self.keys.append(self.linear("pointer.key", self.context))
        return self.linear("pen", self.context)

    def _features(self, dx: float, dy: float, begins: bool) -> Floats:
        """Heading, turn (cosine and sine of both), half the log of the length."""
        length = hypot(dx, dy)
        soft = (length**2 + 1e-4) ** 0.5
        turn = np.zeros(2)
        if self.places and not begins and not self.begins[-1]:
            before = atan2(self.offset[1], self.offset[0]) if hypot(*self.offset) > 1e-5 else 0.0
            ahead, aside = cos(before), sin(before)
            turn = np.array((dx * ahead + dy * aside, dy * ahead - dx * aside)) / soft
        self.heading = 0.0 if begins or length <= 1e-5 else atan2(dy, dx)
        self.offset = (dx, dy)
        return np.array((cos(self.heading), sin(self.heading), *turn, 0.5 * log(soft)))

    def _lstm(self, inputs: Floats) -> None:
        w, units = self.w, len(self.hidden)
        sums = self.common + w["cell.input_weight"] @ inputs
        gates = (sums + w["cell.recurrent_weight"] @ self.hidden).reshape(4, units)
        if "cell.gain" in w:
            gates = _layer_norm(gates, w["cell.gain"], w["cell.shift"])
        else:
            gates = gates + w["cell.bias"].reshape(4, units)
        gates[1] += FORGET_BIAS
        enter, forget, leave = 1 / (1 + np.exp(-gates[:3]))
        self.cell = forget * self.cell + enter * np.tanh(gates[3])
        shown = self.cell
        if "cell.cell_gain" in w:
            shown = _layer_norm(self.cell[None], w["cell.cell_gain"], w["cell.cell_shift"])[0]
        self.hidden = leave * np.tanh(shown)

    def pen_down_mixture(self) -> NumpyMixture:
        """The next offset with the pen down: Gaussians along the heading, logistic components."""
        outputs = self.linear("output", self.context)
        gaussians = (len(outputs) - 5 * (len(outputs) // 11)) // 6
        logistics = (len(outputs) - 6 * gaussians) // 5
        weight, outputs = np.split(outputs, [gaussians + logistics])
        local = outputs[: 5 * gaussians].reshape(5, gaussians)
        axes = outputs[5 * gaussians :].reshape(2, 2, logistics)  # axis; mean, log scale
        ahead, aside = cos(self.heading), sin(self.heading)
        turn = np.array(((ahead, -aside), (aside, ahead)))
        mean = np.concatenate((local[:2].T @ turn.T, axes[:, 0].T))
        scales = np.exp(2 * np.clip(axes[:, 1].T, -LOG_SIGMA, LOG_SIGMA))
        upright = scales[:, :, None] * np.eye(2)
        covariance = np.concatenate((turn @ _covariance(*local[2:]) @ turn.T, upright))
        logistic = np.repeat((0.0, 1.0), (gaussians, logistics))
        return NumpyMixture(_log_softmax(weight), mean, covariance, logistic)

    def jump_mixture(self) -> NumpyMixture:
        """The next offset with the pen up: Gaussians, and one component at each earlier point."""
        outputs = self.linear("jump", self.context)
        count = len(outputs) // 6
        weight, free, gate = np.split(outputs, [count, 6 * count])
        free = free.reshape(5, count)
        query = self.linear("pointer.query", self.context)
        hidden = [
            query + key + relation @ self.w["pointer.relation"]
            for key, relation in zip(self.keys, self._relations(), strict=True)
        ]
        pointed = np.array([self.linear("pointer.output", np.maximum(h, 0)) for h in hidden])
        mean = pointed[:, 1:3] + np.array(self.places) - self.places[-1]
        spread = np.exp(2 * np.clip(pointed[:, 3:], *POINTER_LOG_SIGMA))
        free_share, point_share = -np.logaddexp(0, gate), -np.logaddexp(0, -gate)
        return NumpyMixture(
            np.append(_log_softmax(weight) + free_share, _log_softmax(pointed[:, 0]) + point_share),
            np.concatenate((free[:2].T, mean)),
            np.concatenate((_covariance(*free[2:]), spread[:, :, None] * np.eye(2))),
            np.zeros(count + len(self.keys)),
        )

    def _relations(self) -> Floats:
        """How each earlier point lies to the pen, ``(N, 11)``."""
        count, stroke = len(self.places), np.cumsum(self.begins)
        rows = []
        for point in range(count):
            dx, dy = np.subtract(self.places[point], self.places[-1])
            distance, ago = hypot(dx, dy), float(stroke[-1] - stroke[point])
            ends = point == count - 1 or self.begins[point + 1]
            x, y = 0.15 * dx, 0.15 * dy
            age = 0.5 * log(count - point)
            row = (x, y, log(distance + 0.1), age, self.begins[point], ends, ago == 0)
            near = (log(ago + 1), ago == 1, min(x * x + y * y, 4.0), np.exp(-distance))
            rows.append((*row, *near))
        return np.array(rows, np.float64)


def nats(mixture: NumpyMixture, offset: Floats, log_blur: float) -> float:
    """-log density of an offset ``(2,)``; ``log_blur``: the weight ``blur``."""
    away = np.asarray(offset) - mixture.mean
    inverse = np.linalg.inv(mixture.covariance)
    gaussian = 0.5 * np.einsum("ki,kij,kj->k", away, inverse, away)
    gaussian += 0.5 * np.linalg.slogdet(mixture.covariance)[1] + log(2 * np.pi)
    blur = np.exp(np.clip(log_blur, -5.0, 0.0))
    sharp = 1 / np.sqrt(np.diagonal(mixture.covariance, axis1=1, axis2=2))
    high, low = (1 / (1 + np.exp(-(away + s * blur / 2) * sharp)) for s in (1, -1))
    with np.errstate(divide="ignore"):
        blurred = -np.log((high - low) / blur).sum(1)
    parts = mixture.log_weight - np.where(mixture.logistic, blurred, gaussian)
    return -float(np.logaddexp.reduce(parts))


def _covariance(log_x: Floats, log_y: Floats, raw: Floats) -> Floats:
    """``(K, 2, 2)``."""
    x, y = (np.exp(np.clip(v, -LOG_SIGMA, LOG_SIGMA)) for v in (log_x, log_y))
    across = np.tanh(np.clip(raw, -RAW_RHO, RAW_RHO)) * x * y
    return np.stack((x * x, across, across, y * y), -1).reshape(-1, 2, 2)


def _layer_norm(rows: Floats, gain: Floats, shift: Floats) -> Floats:
    centred = rows - rows.mean(1, keepdims=True)
    scaled = centred / np.sqrt((centred**2).mean(1, keepdims=True) + EPS)
    return np.asarray(scaled * gain.reshape(rows.shape) + shift.reshape(rows.shape))


def _log_softmax(values: Floats) -> Floats:
    return np.asarray(values - np.logaddexp.reduce(values))
