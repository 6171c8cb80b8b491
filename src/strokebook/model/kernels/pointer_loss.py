"""Pointer loss: log-density of a jump over every earlier point, and its gradients, compiled.

    hidden = relu(query + key + relations @ net)    (H,) = (H,) + (H,) + (11,) @ (11, H), each pair
    said   = hidden @ weightᵀ + bias                (5,) = (H,) @ (H, 5) + (5,)

A pair is a jump and an earlier point; all is float32. ``said`` is the pair's logit, the target's
mean beside the point (x, y) and log σ (x, y). Pairs are computed one at a time, because a matrix of
all pairs' hidden layers would be far larger than the cache.

The plain form is :meth:`strokebook.model.networks.pointer.Pointer.plain_nats`; the tests hold the
two together. Arguments are as in that module's :class:`~.pointer.Geometry`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from strokebook.base.jit import inlined, kernel
from strokebook.model.kernels.arithmetic import exp

_ONE, _HALF, _ZERO = np.float32(1.0), np.float32(0.5), np.float32(0.0)
_UNIT, _MOST, _SOFT = np.float32(0.15), np.float32(4.0), np.float32(0.1)
_LOW, _HIGH = np.float32(-5.0), np.float32(3.0)
_LOG_2PI = np.float32(np.log(2.0 * np.pi))
_NOTHING = np.float32(1e-6)  # share of a jump under which a pair has no say in the gradient


@inlined
def _relate(
    features: Any, places: Any, begins: Any, strokes: Any, t: int, n: int, b: int
) -> tuple[Any, Any]:
    """Write the relations of the pen at ``t`` to point ``n``; the way there."""
    x, y = places[n, b, 0] - places[t, b, 0], places[n, b, 1] - places[t, b, 1]
    square = x * x + y * y
    distance = np.sqrt(square)
    ago = strokes[t, b] - strokes[n, b]
    features[0], features[1] = _UNIT * x, _UNIT * y
    features[2] = np.log(distance + _SOFT)
    features[3] = _HALF * np.log(np.float32(t - n) + _ONE)
    features[4] = begins[n, b]
    features[5] = _ONE if n == t else begins[n + 1, b]
    features[6] = _ONE if ago == _ZERO else _ZERO
    features[7] = np.log(ago + _ONE)
    features[8] = _ONE if ago == _ONE else _ZERO
    features[9] = min(square * _UNIT * _UNIT, _MOST)
    features[10] = exp(-distance)
    return x, y


@inlined
def _mixed(f: Any, query: Any, key: Any, net: Any, k: int) -> Any:
    """Number k of the hidden layer."""
    v = query[k] + key[k] + f[0] * net[0, k] + f[1] * net[1, k] + f[2] * net[2, k]
    v += f[3] * net[3, k] + f[4] * net[4, k] + f[5] * net[5, k] + f[6] * net[6, k]
    v += f[7] * net[7, k] + f[8] * net[8, k] + f[9] * net[9, k] + f[10] * net[10, k]
    return max(v, _ZERO)


@inlined
def _say(f: Any, query: Any, key: Any, net: Any, weight: Any, bias: Any, output: Any) -> None:
    """What the net says of a pair; the loop stores nothing, so that it becomes vector code."""
    a, b, c, d, e = bias[0], bias[1], bias[2], bias[3], bias[4]
    for k in range(len(query)):
        v = _mixed(f, query, key, net, k)
        a += v * weight[0, k]
        b += v * weight[1, k]
        c += v * weight[2, k]
        d += v * weight[3, k]
        e += v * weight[4, k]
    output[0], output[1], output[2], output[3], output[4] = a, b, c, d, e


@inlined
def _density(output: Any, way_x: Any, way_y: Any, target: Any) -> tuple[Any, Any, Any, Any, Any]:
    """Log density of a target about one point; its distance in σ, and 1 / σ."""
    log_x, log_y = min(max(output[3], _LOW), _HIGH), min(max(output[4], _LOW), _HIGH)
    sharp_x, sharp_y = exp(-log_x), exp(-log_y)
    x, y = (target[0] - way_x - output[1]) * sharp_x, (target[1] - way_y - output[2]) * sharp_y
    return -_HALF * (x * x + y * y) - log_x - log_y - _LOG_2PI, x, y, sharp_x, sharp_y


@kernel
def forward(
    jumps: Any,
    query: Any,
    keys: Any,
    net: Any,
    weight: Any,
    bias: Any,
    places: Any,
    begins: Any,
    strokes: Any,
    slots: Any,
    step: Any,
    drawing: Any,
    targets: Any,
    first: Any,
    outputs: Any,
    sums: Any,
) -> None:
    """Logs of the summed weights of each jump: ``sums[1]``, and without their densities: the first.

    ``sums[0] - sums[1]`` is the cost. The net's output for each pair goes to ``outputs``, a
    jump's pairs from ``first`` on.
    """
    f = np.empty(len(net), np.float32)
    work = np.empty((2, len(places)), np.float32)
    for i in jumps:
        t, b = step[i], drawing[i]
        most, top = np.float32(-np.inf), np.float32(-np.inf)
        for n in range(t + 1):
            x, y = _relate(f, places, begins, strokes, t, n, b)
            output = outputs[first[i] + n]
            _say(f, query[i], keys[slots[n, b]], net, weight, bias, output)
            density = _density(output, x, y, targets[i])
            work[0, n], work[1, n] = output[0], output[0] + density[0]
            most, top = max(most, work[0, n]), max(top, work[1, n])
        total, both = _ZERO, _ZERO
        for n in range(t + 1):
            total += exp(work[0, n] - most)
            both += exp(work[1, n] - top)
        sums[0, i], sums[1, i] = most + np.log(total), top + np.log(both)


@kernel
def backward(
    jumps: Any,
    query: Any,
    keys: Any,
    net: Any,
    weight: Any,
    bias: Any,
    places: Any,
    begins: Any,
    strokes: Any,
    slots: Any,
    step: Any,
    drawing: Any,
    targets: Any,
    first: Any,
    outputs: Any,
    sums: Any,
    d_nats: Any,
    d_query: Any,
    d_keys: Any,
    d_net: Any,
    d_weight: Any,
    d_bias: Any,
) -> None:
    """Add the gradients, with what :func:`forward` has found; most pairs hardly matter."""
    hidden = np.empty(query.shape[1], np.float32)
    f, d_output = np.empty(len(net), np.float32), np.empty(len(bias), np.float32)
    for i in jumps:
        t, b = step[i], drawing[i]
        for n in range(t + 1):
            output, key = outputs[first[i] + n], slots[n, b]
            x, y = places[n, b, 0] - places[t, b, 0], places[n, b, 1] - places[t, b, 1]
            normal, u, v, sharp_x, sharp_y = _density(output, x, y, targets[i])
            share, held = exp(output[0] + normal - sums[1, i]), exp(output[0] - sums[0, i])
            if share + held < _NOTHING:
                continue
            share *= d_nats[i]
            d_output[0] = d_nats[i] * held - share
            d_output[1], d_output[2] = -share * u * sharp_x, -share * v * sharp_y
            d_output[3] = share * (_ONE - u * u) if _LOW <= output[3] <= _HIGH else _ZERO
            d_output[4] = share * (_ONE - v * v) if _LOW <= output[4] <= _HIGH else _ZERO
            for k in range(len(bias)):
                d_bias[k] += d_output[k]
            _relate(f, places, begins, strokes, t, n, b)
            for k in range(len(hidden)):
                hidden[k] = _mixed(f, query[i], keys[key], net, k)
            _back(hidden, f, weight, d_output, d_query[i], d_keys[key], d_net, d_weight)


@inlined
def _back(
    hidden: Any,
    f: Any,
    weight: Any,
    d_output: Any,
    d_query: Any,
    d_key: Any,
    d_net: Any,
    d_weight: Any,
) -> None:
    """The gradients of one pair's hidden layer, added."""
    a, b, c, d, e = d_output[0], d_output[1], d_output[2], d_output[3], d_output[4]
    for k in range(len(hidden)):
        v = hidden[k]
        d_weight[0, k] += a * v
        d_weight[1, k] += b * v
        d_weight[2, k] += c * v
        d_weight[3, k] += d * v
        d_weight[4, k] += e * v
        w = a * weight[0, k] + b * weight[1, k] + c * weight[2, k]
        w += d * weight[3, k] + e * weight[4, k]
        w = w if v > _ZERO else _ZERO
        d_query[k] += w
        d_key[k] += w
        for r in range(11):
            d_net[r, k] += f[r] * w
