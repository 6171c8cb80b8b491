/** Boosted trees as plain arrays: complete binary trees of one depth, their leaves added up. */

import { sum } from '../numeric'

/**
 * At node k a drawing whose feature is greater than the threshold goes to node 2 k + 2, any other
 * to node 2 k + 1; after the last level, node k is leaf k - (2^L - 1).
 */
export interface Forest {
  trees: number
  /** trees × (2^L - 1): number of the feature that a node asks about. */
  feature: ArrayLike<number>
  threshold: ArrayLike<number>
  /** trees × 2^L. */
  leaf: ArrayLike<number>
  /** Added to the leaves' sum. */
  base: number
}

/** The sum of the leaves that a drawing's features reach. */
export function askForest(forest: Forest, values: ArrayLike<number>): number {
  const { trees, feature, threshold, leaf, base } = forest
  const inner = feature.length / trees
  const leaves = new Float64Array(trees)
  for (let tree = 0; tree < trees; tree++) {
    let node = 0
    while (node < inner) {
      const at = tree * inner + node
      node = 2 * node + (values[feature[at]] > threshold[at] ? 2 : 1)
    }
    leaves[tree] = leaf[tree * (inner + 1) + node - inner]
  }
  return base + sum(leaves)
}
