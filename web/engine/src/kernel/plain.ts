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

/** Tiles of four rows and three lanes: twelve sums and seven numbers, about what registers hold. */
function multiplyLanes(
  packed: Float32Array,
  rows: number,
  columns: number,
  input: Float32Array,
  output: Float32Array,
): void {
  for (let row = 0; row < rows; row += 4) {
    for (let lane = 0; lane < LANES; lane += 3) {
      multiplyTile(packed, row * columns, columns, input, lane)
      for (let r = 0; r < Math.min(4, rows - row); r++) {
        for (let l = 0; l < 3; l++) output[(row + r) * LANES + lane + l] = tile[3 * r + l]
      }
    }
  }
}

const tile = new Float32Array(12)

function multiplyTile(
  packed: Float32Array,
  block: number,
  columns: number,
  input: Float32Array,
  lane: number,
): void {
  let a0 = 0, a1 = 0, a2 = 0
  let b0 = 0, b1 = 0, b2 = 0
  let c0 = 0, c1 = 0, c2 = 0
  let d0 = 0, d1 = 0, d2 = 0
  for (let k = 0, at = block, from = lane; k < columns; k++, at += 4, from += LANES) {
    const x0 = input[from]
    const x1 = input[from + 1]
    const x2 = input[from + 2]
    const a = packed[at]
    a0 += a * x0
    a1 += a * x1
    a2 += a * x2
    const b = packed[at + 1]
    b0 += b * x0
    b1 += b * x1
    b2 += b * x2
    const c = packed[at + 2]
    c0 += c * x0
    c1 += c * x1
    c2 += c * x2
    const d = packed[at + 3]
    d0 += d * x0
    d1 += d * x1
    d2 += d * x2
  }
  tile[0] = a0
  tile[1] = a1
  tile[2] = a2
  tile[3] = b0
  tile[4] = b1
  tile[5] = b2
  tile[6] = c0
  tile[7] = c1
  tile[8] = c2
  tile[9] = d0
  tile[10] = d1
  tile[11] = d2
}
