"""Boosted trees as plain arrays: what the chooser asks, in a form that any program can read.

Shape letters: D drawings, F features, T trees, L levels; a tree has 2^L - 1 nodes and 2^L leaves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from strokebook.base.array_types import Floats, Ints

NEVER = np.finfo(np.float64).max  # threshold of a node at which every drawing goes left


@dataclass(frozen=True, eq=False)
class Forest:
    """Complete binary trees of one depth, their leaves added up.

    At node k a drawing whose feature is greater than the threshold goes to node 2 k + 2, any other
    to node 2 k + 1; after the last level, node k is leaf k - (2^L - 1).

    Attributes:
        feature: ``(T, 2^L - 1)``: number of the feature that a node asks about.
        threshold: Likewise.
        leaf: ``(T, 2^L)``.
        base: Added to the leaves' sum.
    """

    feature: Ints
    threshold: Floats
    leaf: Floats
    base: float

    def __call__(self, values: Floats) -> Floats:
        """The sum of the leaves that each drawing reaches, ``(D,)``, of ``(D, F)`` features."""
        tree = np.arange(len(self.feature))
        node = np.zeros((len(values), len(tree)), np.intp)
        row = np.arange(len(values))[:, None]
        inner = self.feature.shape[1]
        while inner and node.size and node[0, 0] < inner:
            right = values[row, self.feature[tree, node]] > self.threshold[tree, node]
            node = 2 * node + 1 + right
        return np.asarray(self.base + self.leaf[tree, node - inner].sum(1))


def of_trees(trees: Any, rate: float, base: float, levels: int) -> Forest:
    """Fitted regression trees of scikit-learn's, each at most ``levels`` deep.

    Args:
        trees: Fitted ``DecisionTreeRegressor``.
        rate: By which each leaf is multiplied (shrinkage).
        base: Of the sum.
        levels: L.
    """
    inner = 2**levels - 1
    feature = np.zeros((len(trees), inner), np.intp)
    threshold = np.full((len(trees), inner), NEVER)
    leaf = np.zeros((len(trees), inner + 1))
    for number, fitted in enumerate(trees):
        tree = fitted.tree_
        at = {0: 0}  # node here → node there; a leaf's descendants are that leaf
        for k in range(inner):
            there = at[k]
            if tree.children_left[there] < 0:
                at[2 * k + 1] = at[2 * k + 2] = there
                continue
            feature[number, k], threshold[number, k] = tree.feature[there], tree.threshold[there]
            at[2 * k + 1] = int(tree.children_left[there])
            at[2 * k + 2] = int(tree.children_right[there])
        leaf[number] = [rate * tree.value[at[inner + k]].item() for k in range(inner + 1)]
    return Forest(feature, threshold, leaf, base)


def mean_of(forests: list[Forest]) -> Forest:
    """One forest whose answer is the mean of the answers of forests of one depth."""
    return Forest(
        np.concatenate([f.feature for f in forests]),
        np.concatenate([f.threshold for f in forests]),
        np.concatenate([f.leaf for f in forests]) / len(forests),
        float(np.mean([f.base for f in forests])),
    )
