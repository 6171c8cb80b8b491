"""Mixture loss: negative log-likelihood of rows and its gradients in one pass, compiled.

    outputs (R, 3 + 6M), targets (R, 5)  →  sums (2,) float64 of nats, grads (R, 3 + 6M)

Shape letters: R packed rows, M components. An output row is 3 pen logits, then M each of π, μx, μy,
log σx, log σy and ρ (before its tanh), float32 or float64; ``grads`` has the same layout. One pass,
because a row is still in the cache when its gradient is written.

The density and its limits are those of :mod:`strokebook.model.distributions.mixture`; that
module's ``position_nats`` and ``pen_nats`` are the readable form of the same definition, and the
tests hold the two together.

With r = -log N of a component, u = (dx - μx) / σx, v likewise, s = 1 / (1 - ρ²), the gradients are

    ∂r/∂μx = -s (u - ρv) / σx        ∂r/∂log σx = 1 - s u (u - ρv)
    ∂r/∂ρ · ∂ρ/∂(before tanh) = ρ s (u² + v² - 2ρuv) - uv - ρ

each times the component's responsibility; the weights' logits get π minus the responsibility.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from strokebook.base.jit import inlined, kernel
from strokebook.model.distributions.mixture import PENS
from strokebook.model.kernels.arithmetic import exp


@kernel
def rows(
    outputs: Any, targets: Any, placed: Any, grads: Any, sums: Any, limits: Any, mixtures: int
) -> None:
    """Nats of packed rows, summed, and their gradients.

    Args:
        outputs: ``(R, 3 + 6M)``.
        targets: Stroke-5, ``(R, 5)``.
        placed: Whether the row's position counts, uint8 ``(R,)``.
        grads: Written, as ``outputs``.
        sums: ``(2,)`` float64; position and pen nats are added to it.
        limits: 1, the limits of log σ and of ρ, and log 2π, in the type of ``outputs``.
        mixtures: M.
    """
    one, log_most, rho_most, log_2pi = limits[0], limits[1], limits[2], limits[3]
    work = np.empty((8, mixtures), outputs.dtype)
    for r in range(len(outputs)):
        out, grad, target = outputs[r], grads[r], targets[r]
        sums[1] += _pen(out, grad, target, one)
        if placed[r]:
            sums[0] += _place(
                out[PENS:],
                grad[PENS:],
                target,
                work,
                log_most,
                rho_most,
                log_2pi,
                one,
                mixtures,
            )
        else:
            for k in range(PENS, len(out)):
                grad[k] = one - one


@inlined
def _pen(out: Any, grad: Any, target: Any, one: Any) -> Any:
    most = max(out[0], out[1], out[2])
    total, target_logit = one - one, one - one
    for k in range(PENS):
        grad[k] = exp(out[k] - most)
        total += grad[k]
        target_logit += target[2 + k] * (out[k] - most)
    for k in range(PENS):
        grad[k] = grad[k] / total - target[2 + k]
    return np.log(total) - target_logit


@inlined
def _place(
    out: Any,
    grad: Any,
    target: Any,
    work: Any,
    log_most: Any,
    rho_most: Any,
    log_2pi: Any,
    one: Any,
    size: int,
) -> Any:
    weight, log_x, log_y = out[:size], out[3 * size : 4 * size], out[4 * size : 5 * size]
    mean_x, mean_y, raw = out[size : 2 * size], out[2 * size : 3 * size], out[5 * size :]
    x, y, rho, rest = work[0], work[1], work[2], work[3]
    cost, share, spread_x, spread_y = work[4], work[5], work[6], work[7]
    most, two = weight[0], one + one
    for k in range(size):
        most = max(most, weight[k])
        spread_x[k] = exp(-min(max(log_x[k], -log_most), log_most))
        spread_y[k] = exp(-min(max(log_y[k], -log_most), log_most))
        x[k] = (target[0] - mean_x[k]) * spread_x[k]
        y[k] = (target[1] - mean_y[k]) * spread_y[k]
        limited = min(max(raw[k], -rho_most), rho_most)
        fading = exp(-two * abs(limited))
        rest[k] = (one + fading) * (one + fading) / (two * two * fading)  # 1 / (1 - ρ²)
        size_of_rho = (one - fading) / (one + fading)
        rho[k] = size_of_rho if limited > 0 else -size_of_rho
    total = one - one
    for k in range(size):
        share[k] = exp(weight[k] - most)
        total += share[k]
    log_total = np.log(total)
    best = _costs(cost, out, x, y, rho, rest, log_most, most + log_total, log_2pi, one, size)
    norm = one - one
    for k in range(size):
        cost[k] = exp(best - cost[k])
        norm += cost[k]
    for k in range(size):
        cost[k] /= norm  # from here the responsibility
    _slopes(grad, out, work, total, log_most, rho_most, one, size)
    return best - np.log(norm)


@inlined
def _costs(
    cost: Any,
    out: Any,
    x: Any,
    y: Any,
    rho: Any,
    rest: Any,
    log_most: Any,
    log_total: Any,
    log_2pi: Any,
    one: Any,
    size: int,
) -> Any:
    """-log of each component's weighted density; the least of them."""
    weight, log_x, log_y = out[:size], out[3 * size : 4 * size], out[4 * size : 5 * size]
    half = one / (one + one)
    for k in range(size):
        distance = (x[k] * x[k] + y[k] * y[k] - (rho[k] + rho[k]) * x[k] * y[k]) * rest[k]
        a = min(max(log_x[k], -log_most), log_most)
        b = min(max(log_y[k], -log_most), log_most)
        cost[k] = half * distance + a + b + log_total - weight[k]
    for k in range(size):
        cost[k] += log_2pi - half * np.log(rest[k])
    best = cost[0]
    for k in range(size):
        best = min(best, cost[k])
    return best


@inlined
def _slopes(
    grad: Any, out: Any, work: Any, total: Any, log_most: Any, rho_most: Any, one: Any, size: int
) -> None:
    log_x, log_y, raw = out[3 * size : 4 * size], out[4 * size : 5 * size], out[5 * size :]
    x, y, rho, rest = work[0], work[1], work[2], work[3]
    resp, share, spread_x, spread_y = work[4], work[5], work[6], work[7]
    zero = one - one
    d_weight, d_mean_x, d_mean_y = grad[:size], grad[size : 2 * size], grad[2 * size : 3 * size]
    d_log_x, d_log_y = grad[3 * size : 4 * size], grad[4 * size : 5 * size]
    d_raw = grad[5 * size :]
    for k in range(size):
        d_weight[k] = share[k] / total - resp[k]
    for k in range(size):
        slope = rest[k] * (x[k] - rho[k] * y[k])
        d_mean_x[k] = -resp[k] * slope * spread_x[k]
        d_log_x[k] = resp[k] * (one - x[k] * slope) if abs(log_x[k]) <= log_most else zero
    for k in range(size):
        slope = rest[k] * (y[k] - rho[k] * x[k])
        d_mean_y[k] = -resp[k] * slope * spread_y[k]
        d_log_y[k] = resp[k] * (one - y[k] * slope) if abs(log_y[k]) <= log_most else zero
    for k in range(size):
        product = x[k] * y[k]
        distance = (x[k] * x[k] + y[k] * y[k] - (rho[k] + rho[k]) * product) * rest[k]
        slope = rho[k] * distance - product - rho[k]
        d_raw[k] = resp[k] * slope if abs(raw[k]) <= rho_most else zero
