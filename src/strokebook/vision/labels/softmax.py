"""Softmax regression with offsets: what is known beforehand is added, the rest is learnt.

The loss is the weighted cross-entropy of ``softmax(offsets + x W + b)`` plus a ridge penalty on
``W``, minimised by L-BFGS (Liu & Nocedal 1989). It is convex, so that the same pages give the same
head, and a ridge towards zero means *towards what was known beforehand*.
"""

from __future__ import annotations

import numpy as np

from strokebook.base.array_types import Floats

ITERATIONS = 200


def softmax(logits: Floats) -> Floats:
    """``(N, C)`` logits as probabilities, each row summing to 1."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), np.float64)


def fit_softmax(
    x: Floats, targets: Floats, weights: Floats, offsets: Floats, ridge: float
) -> tuple[Floats, Floats]:
    """The weights that explain ``targets`` best.

    Shape letters: N examples, K features, C classes.

    Args:
        x: ``(N, K)``.
        targets: ``(N, C)``, each row a distribution.
        weights: ``(N,)``, how much each example counts.
        offsets: ``(N, C)``, logits known beforehand.
        ridge: Of the sum of squares of ``W``; of ``b`` a tenth of it.

    Returns:
        ``W`` ``(K, C)`` and ``b`` ``(C,)``.
    """
    from scipy.optimize import minimize

    (_, width), classes = x.shape, targets.shape[1]

    def loss(flat: Floats) -> tuple[float, Floats]:
        table = flat.reshape(width + 1, classes)
        w, b = table[:-1], table[-1]
        logits = offsets + x @ w + b
        top = logits.max(axis=1, keepdims=True)
        log_p = logits - top - np.log(np.exp(logits - top).sum(axis=1, keepdims=True))
        value = -(weights[:, None] * targets * log_p).sum()
        value += 0.5 * ridge * ((w**2).sum() + 0.1 * (b**2).sum())
        error = weights[:, None] * (np.exp(log_p) * targets.sum(axis=1, keepdims=True) - targets)
        slope = np.vstack([x.T @ error + ridge * w, error.sum(axis=0) + 0.1 * ridge * b])
        return float(value), slope.ravel()

    start = np.zeros((width + 1) * classes)
    fit = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS})
    table = np.asarray(fit.x, np.float64).reshape(width + 1, classes)
    return table[:-1], table[-1]


def fit_temperature(
    logits: Floats, truth: Floats, weights: Floats, pull: float = 0.0, towards: float = 1.0
) -> float:
    """The temperature that makes ``softmax(logits / T)`` as sure as it is right.

    Guo, Pleiss, Sun & Weinberger 2017, arXiv 1706.04599: one number, fitted on examples that were
    held out. With few of them it stays near ``towards``.

    Args:
        logits: ``(N, C)``.
        truth: ``(N, C)``, one-hot.
        weights: ``(N,)``.
        pull: Of the squared logarithm of T over ``towards``, in nats.
        towards: Where T lies without any examples.
    """
    from scipy.optimize import minimize_scalar

    def loss(log_t: float) -> float:
        p = softmax(logits / np.exp(log_t))
        nll = -(weights * np.log(np.maximum((p * truth).sum(axis=1), 1e-12))).sum()
        return float(nll + pull * (log_t - np.log(towards)) ** 2)

    if not len(logits):
        return towards
    best = minimize_scalar(loss, bounds=(np.log(0.2), np.log(20.0)), method="bounded")
    return float(np.exp(best.x))
