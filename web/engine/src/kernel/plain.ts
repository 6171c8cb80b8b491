/** The kernel in JavaScript, for pages where WebAssembly is missing or forbidden. */
import { interleave, LANES, type Kernel, type Matrix, type Width } from './kernel'

interface PlainMatrix extends Matrix {
  readonly packed: Float32Array
}

/** The kernel without WebAssembly; sums are in float64. */
export function plainKernel(): Kernel {
  return {
    kind: 'plain',
    pack: (weights, rows, columns): PlainMatrix => ({
      rows,
      columns,
      packed: interleave(weights, rows, columns),
    }),
    multiply(matrix: Matrix, input: Float32Array, output: Float32Array, width: Width): void {
      const { packed, rows, columns } = matrix as PlainMatrix
      if (width === 1) multiplyOne(packed, rows, columns, input, output)
      else multiplyLanes(packed, rows, columns, input, output)
    },
  }
}

function multiplyOne(
  packed: Float32Array,
  rows: number,
  columns: number,
  input: Float32Array,
  output: Float32Array,
): void {
  for (let row = 0, at = 0; row < rows; row += 4) {
    let a = 0
    let b = 0
    let c = 0
    let d = 0
    for (let k = 0; k < columns; k++, at += 4) {
      const x = input[k]
      a += packed[at] * x
      b += packed[at + 1] * x
      c += packed[at + 2] * x
      d += packed[at + 3] * x
    }
    output[row] = a
    if (row + 1 < rows) output[row + 1] = b
    if (row + 2 < rows) output[row + 2] = c
    if (row + 3 < rows) output[row + 3] = d
  }
}

/** Tiles of two rows and four lanes: eight sums and six numbers fit in a processor's registers. */
function multiplyLanes(
  packed: Float32Array,
  rows: number,
  columns: number,
  input: Float32Array,
  output: Float32Array,
): void {
  for (let row = 0; row < rows; row += 2) {
    const block = (row >> 2) * columns * 4 + (row & 2)
    for (let lane = 0; lane < LANES; lane += 4) {
      multiplyTile(packed, block, columns, input, lane, output, row * LANES + lane, row + 1 < rows)
    }
  }
}

function multiplyTile(
  packed: Float32Array,
  block: number,
  columns: number,
  input: Float32Array,
  lane: number,
  output: Float32Array,
  to: number,
  both: boolean,
): void {
  let a0 = 0, a1 = 0, a2 = 0, a3 = 0
  let b0 = 0, b1 = 0, b2 = 0, b3 = 0
  for (let k = 0, at = block, from = lane; k < columns; k++, at += 4, from += LANES) {
    const a = packed[at]
    const b = packed[at + 1]
    const x0 = input[from]
    const x1 = input[from + 1]
    const x2 = input[from + 2]
    const x3 = input[from + 3]
    a0 += a * x0
    a1 += a * x1
    a2 += a * x2
    a3 += a * x3
    b0 += b * x0
    b1 += b * x1
    b2 += b * x2
    b3 += b * x3
  }
  output[to] = a0
  output[to + 1] = a1
  output[to + 2] = a2
  output[to + 3] = a3
  if (!both) return
  output[to + LANES] = b0
  output[to + LANES + 1] = b1
  output[to + LANES + 2] = b2
  output[to + LANES + 3] = b3
}
