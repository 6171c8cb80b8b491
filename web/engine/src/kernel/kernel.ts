/**
 * Kernel: products of one matrix with several vectors at once, one vector a lane.
 *
 * A drawing takes a lane. Lanes lie beside each other: number k of lane l of a buffer of width W is
 * at k · W + l. So a weight is read once for all lanes, and what bounds a step is arithmetic
 * instead of the memory that the weights come from.
 *
 * Matrices are packed when a model is loaded: rows in blocks of four, zeros below the last, and
 * within a block the four rows' weights of one column side by side: the weight of row r and column
 * k is at ((r >> 2) · columns + k) · 4 + (r & 3).
 *
 * Every sum runs over the columns in their order, whatever the width, so that a lane's numbers do
 * not depend on what is drawn beside it.
 */

/** Lanes of a buffer: one for a start, which is read once; else all. */
export type Width = 1 | 12
export const LANES = 12

/** A packed matrix; where its weights lie is the kernel's affair. */
export interface Matrix {
  readonly rows: number
  readonly columns: number
}

export interface Kernel {
  readonly kind: 'wasm' | 'plain'
  /** Pack a matrix, given row by row. */
  pack(weights: Float32Array, rows: number, columns: number): Matrix
  /**
   * output[r, l] = Σ_k matrix[r, k] · input[k, l].
   *
   * @param matrix - From `pack` of the same kernel.
   * @param input - At least `columns` × `width`.
   * @param output - At least `rows` × `width`.
   * @param width - 1 or 12.
   */
  multiply(matrix: Matrix, input: Float32Array, output: Float32Array, width: Width): void
}

/** Rows in blocks of four, weights interleaved: see above. */
export function interleave(weights: Float32Array, rows: number, columns: number): Float32Array {
  const packed = new Float32Array(Math.ceil(rows / 4) * 4 * columns)
  for (let r = 0; r < rows; r++) {
    const block = (r >> 2) * columns * 4 + (r & 3)
    for (let k = 0; k < columns; k++) packed[block + 4 * k] = weights[r * columns + k]
  }
  return packed
}
