"""Reciprocal rank fusion: several orders of the same items made one.

An item's score is the sum of 1 / (60 + rank) over the orders (Cormack, Clarke & Büttcher 2009), so
that scores of different kinds need no common scale, and one order that errs does not decide.

Shape letter: N items.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from strokebook.base.array_types import Floats, Floats32, Ints

CONSTANT = 60.0  # as in the paper: how much less the first places count than 1 / rank would


def ranks(scores: Floats32 | Floats) -> Ints:
    """The rank of each item, from 0 for the highest score, ``(N,)``; equals by place."""
    order = np.argsort(-scores, kind="stable")
    out = np.empty(len(order), np.intp)
    out[order] = np.arange(len(order))
    return out


def fuse(scores: Sequence[Floats32 | Floats]) -> Floats:
    """The fused score of each item, ``(N,)``, of at least one list of scores ``(N,)``."""
    return np.asarray(sum(1.0 / (CONSTANT + 1.0 + ranks(s)) for s in scores), np.float64)
